"""Tags and filters of every page: times in words, the clock rule, and arguments that must exist.

Filters speak the active language and the active zone ("here"). A value that is None gives "".
"""

import json
import textwrap
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext

from lodesk.ui import times
from lodesk.ui.axis import Bar, TimeAxis
from lodesk.ui.clockrule import ClockRule, clock_rule
from lodesk.ui.frame import Zone

register = template.Library()

_MAIL_WIDTH = 56
_MAIL_LABEL = 20


class UnknownVariantError(ValueError):
    """A component was asked for a variant it does not have."""


@register.filter
def one_of(value: object, variants: str) -> object:
    """Pass a component's argument on, or fail loudly: {{ change|one_of:"gains loses same" }}."""
    if str(value) not in variants.split():
        raise UnknownVariantError(f"{value!r} is none of: {variants}")
    return value


@register.filter
def relative(moment: datetime | None) -> str:
    """Say "in 1 h 53" or "2 h 07 late"."""
    return times.relative(moment, now=timezone.now()) if moment else ""


@register.filter
def absolute(moment: datetime | None) -> str:
    """Say "today 10:05", "Tue 08:00", "30 Nov 12:00"."""
    return times.absolute(moment, now=timezone.now()) if moment else ""


@register.filter
def clock_time(moment: datetime | None) -> str:
    """Say "10:05" here."""
    return times.clock_time(timezone.localtime(moment)) if moment else ""


@register.filter
def day(moment: date | None) -> str:
    """Say "Mon 23 Nov" here."""
    return times.day(_local(moment)) if moment else ""


@register.filter
def short_date(moment: date | None) -> str:
    """Say "23 Nov" here."""
    return times.short_date(_local(moment)) if moment else ""


@register.filter
def full_date(moment: date | None) -> str:
    """Say "23 Nov 2026" here."""
    return times.full_date(_local(moment)) if moment else ""


@register.filter
def day_and_time(moment: datetime | None) -> str:
    """Say "Mon 23 Nov, 10:05" here."""
    return times.day_and_time(timezone.localtime(moment)) if moment else ""


@register.filter
def short_stamp(moment: datetime | None) -> str:
    """Say "17 Nov, 09:02" here, with the year when it is another."""
    if not moment:
        return ""
    local = timezone.localtime(moment)
    if local.year != timezone.localtime(timezone.now()).year:
        return times.dated(local)
    return times.short_stamp(local)


@register.filter
def full_stamp(moment: datetime | None) -> str:
    """Say "31 Dec 2026, 17:59" here."""
    return times.dated(timezone.localtime(moment)) if moment else ""


@register.filter
def full_or_short_stamp(moment: datetime | None) -> str:
    """Say "31 Dec 2026, 17:59" for what is to come, "19 Nov, 15:20" for what has been."""
    if moment and moment > timezone.now():
        return full_stamp(moment)
    return short_stamp(moment)


@register.filter
def clock_label(moment: datetime | None, other: datetime) -> str:
    """Say "10:05" when the other moment is on the same day here, else "Mon 10:05"."""
    if not moment:
        return ""
    if times.local_date(moment) == times.local_date(other):
        return clock_time(moment)
    return times.absolute(moment, now=timezone.now())


@register.filter
def bar_px(count: int | None) -> str:
    """Width of a load bar: 3.2 px a dossier, at most 76 (look/README.md, "Hand-over")."""
    return str(min(76.0, round(3.2 * (count or 0), 1)))


@register.filter
def zone_time(moment: datetime | None, zone: Zone) -> str:
    """Say "16:05" in a zone."""
    return times.clock_time(moment.astimezone(zone.tz)) if moment else ""


@register.filter
def iso(moment: datetime | None) -> str:
    """Write a moment for `<time datetime>`."""
    return moment.isoformat(timespec="minutes") if moment else ""


@register.simple_tag
def signal(due_at: datetime | None, waiting: object = None) -> str:
    """Give "late", "soon", "wait" or "" for a due time."""
    return times.signal(due_at, now=timezone.now(), waiting=bool(waiting))


@register.simple_tag
def due(due_at: datetime | None, waiting: object = None) -> times.Due | None:
    """Give a due time as a list shows it: signal, relative, absolute; None without one."""
    return times.due(due_at, now=timezone.now(), waiting=bool(waiting)) if due_at else None


@register.simple_tag
def two_zones(moment: datetime, home: Zone, here: Zone) -> times.TwoZones:
    """Give a moment in both zones, home first."""
    return times.two_zones(moment, first=home, second=here)


@register.simple_tag(name="clock_rule")
def clock_rule_of(
    start: datetime | None, due: datetime | None, pauses: Any = ()
) -> ClockRule | None:
    """Compute the clock rule as of now; None when there is no line to draw."""
    if not start or not due:
        return None
    return clock_rule(
        start=start,
        due=due,
        now=timezone.now(),
        pauses=pauses or (),
        zone=timezone.get_current_timezone(),
    )


@register.simple_tag
def axis_bar(axis: TimeAxis, since: datetime, until: datetime | None) -> Bar:
    """Place one row's span on the axis."""
    return axis.bar(since, until)


@register.simple_tag
def clock_words() -> str:
    """Give js/behaviours/times.js the words of `relative`, so that it says the same."""
    words = {
        "in_hours": gettext("in %(hours)d h %(padded)s"),
        "late_hours": gettext("%(hours)d h %(padded)s late"),
        "in_minutes": gettext("in %(minutes)d min"),
        "late_minutes": gettext("%(minutes)d min late"),
    }
    return json.dumps(words, ensure_ascii=False)


@register.simple_tag
def upload_words() -> str:
    """Give js/behaviours/uploads.js its words, those of sizes included."""
    words = {
        "waiting": gettext("waiting"),
        "looking": gettext("looking into it"),
        "lost": gettext("The line is down: it goes on by itself, from where it stopped."),
        "ended": gettext("You may not add it here now: load the page again."),
        "unread": gettext("The file can no longer be read: choose it again."),
        "of": gettext("%(done)s of %(whole)s"),
        "B": gettext("%(number)s B"),
        "kB": gettext("%(number)s kB"),
        "MB": gettext("%(number)s MB"),
    }
    return json.dumps(words, ensure_ascii=False)


@register.simple_tag
def mail_fact(label: object, value: object) -> str:
    """Lay a label and its value out in two columns of a plain-text mail of 56."""
    head = f"{label}: ".ljust(_MAIL_LABEL)
    lines = textwrap.wrap(str(value), _MAIL_WIDTH - len(head)) or [""]
    return head + ("\n" + " " * len(head)).join(lines)


@register.simple_tag
def mail_wrap(text: object) -> str:
    """Break a sentence of a plain-text mail into lines of 56."""
    return textwrap.fill(str(text), _MAIL_WIDTH)


def _local(moment: date) -> date:
    return timezone.localtime(moment) if isinstance(moment, datetime) else moment
