"""Sizes of files in words: 84 kB, 6.1 MB; decimal, as browsers and shops count."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

KILO, MEGA, GIGA = 1_000, 1_000_000, 1_000_000_000


def size(count: int) -> str:
    """Say "310 kB", "6.1 MB"; one decimal from a megabyte on."""
    if count < KILO:
        return _("%(number)s B") % {"number": count}
    if round(count / KILO) < KILO:
        return _("%(number)s kB") % {"number": round(count / KILO)}
    if count < GIGA:
        return _("%(number)s MB") % {"number": number_format(count / MEGA, 1)}
    return _("%(number)s GB") % {"number": number_format(count / GIGA, 1)}
