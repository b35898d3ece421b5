"""The two clocks a person lives by: the place of the work, and the own headquarters."""

import zoneinfo
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import Headquarters, Posting, User
from lodesk.ui.frame import Zone

ANONYMOUS_ZONE = zoneinfo.ZoneInfo("Europe/Brussels")  # the three headquarters share one clock


@dataclass(frozen=True)
class Zones:
    """Where a person works and where home is; the same place for headquarters."""

    here: Zone
    home: Zone


def zones_of(user: User) -> Zones:
    """The zone the person chose, else of the desk of the posting valid now, else home.

    Home is headquarters'.

    Readable only as that person: under the border everybody reads only the own account.
    """
    headquarters = Headquarters.objects.get(country=user.country)
    home = _zone(headquarters.home_name, headquarters.time_zone)
    if user.time_zone:
        city = user.time_zone.rpartition("/")[2].replace("_", " ")
        return Zones(here=_zone(city, user.time_zone), home=home)
    posting = (
        Posting.objects.valid_now()
        .filter(person=user.pk, desk__isnull=False)
        .select_related("desk")
        .order_by("-starts_at", "-pk")
        .first()
    )
    if posting is None or posting.desk is None:
        return Zones(here=home, home=home)
    return Zones(here=_zone(posting.desk.city, posting.desk.time_zone), home=home)


def _zone(label: str, name: str) -> Zone:
    return Zone(label=label, tz=zoneinfo.ZoneInfo(name), now=timezone.now())
