"""Desks, headquarters and national groups by name, and the clocks they live by."""

import zoneinfo
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Headquarters, NationalGroup, Posting, User
from cases.clocks import Place
from cases.models import Dossier
from lodesk.border.context import remembered
from lodesk.ui.frame import Zone


def headquarters() -> dict[str, Headquarters]:
    """Headquarters by country, asked once a request."""
    return remembered("headquarters", lambda: Headquarters.objects.in_bulk())


def home_of(country: str) -> Zone:
    """The clock of a country's headquarters, as the pages name it."""
    place = headquarters()[country]
    return Zone(place.home_name, zoneinfo.ZoneInfo(place.time_zone), timezone.now())


def of_working_days(dossier: Dossier) -> tuple[Place, Place]:
    """Where working days of a dossier are counted: at the owner's headquarters, and at the host."""
    own, desk = headquarters()[dossier.owner], dossier.desk
    return (
        Place(dossier.owner, zoneinfo.ZoneInfo(own.time_zone)),
        Place(dossier.host_country, zoneinfo.ZoneInfo(desk.time_zone)),
    )


def group_name(group: NationalGroup) -> str:
    """ "CGI, Brussels" or "Team BE, Bogotá"."""
    if group.desk is None:
        return str(headquarters()[group.country])
    return _("Team %(country)s, %(city)s") % {"country": group.country, "city": group.desk.city}


def postings_of(user: User) -> Sequence[Posting]:
    """Postings of a person valid now, newest first, asked once a request."""
    return remembered(
        ("postings", user.pk),
        lambda: list(
            Posting.objects.valid_now()
            .filter(person_id=user.pk)
            .select_related("desk")
            .order_by("-starts_at", "-pk")
        ),
    )


def desks_of(user: User) -> frozenset[int | None]:
    """Desks where a person works on dossiers now; None stands for headquarters."""
    return frozenset(
        posting.desk_id for posting in postings_of(user) if posting.group_id is not None
    )
