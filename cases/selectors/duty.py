"""The duty roster of the own country: who is awake now, and in the coming weeks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Duty, Posting
from cases import policy
from cases.selectors import places
from lodesk.ui.shapes import Fact

if TYPE_CHECKING:
    from accounts.models import User

AHEAD = timedelta(weeks=6)
SHOWN = 100


@dataclass(frozen=True)
class Turn:
    """One turn in the list."""

    key: UUID
    who: str
    place: str
    starts_at: datetime
    ends_at: datetime
    now: bool
    may_take_off: bool


def readable(user: "User") -> QuerySet[Duty]:
    """Turns of the own country that are not over; none without a posting."""
    found = Duty.objects.to_come()
    if not policy.principals(user).roles:
        return found.none()
    return found.filter(country=user.country)


def turns(user: "User") -> list[Turn]:
    """What runs and what begins in the coming weeks, in the order of its beginning."""
    now, kept = timezone.now(), policy.rosters(user)
    found = readable(user).filter(starts_at__lt=now + AHEAD).order_by("starts_at", "pk")
    return [
        Turn(
            key=each.pk,
            who=each.person.name,
            place=places.group_name(each.group),
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            now=each.starts_at <= now,
            may_take_off=each.group_id in kept,
        )
        for each in found.select_related("person", "group__desk")[:SHOWN]
    ]


def awake(found: Iterable[Turn]) -> list[Fact]:
    """Who is on duty now, place by place."""
    by_place: dict[str, list[str]] = {}
    for turn in found:
        if turn.now and turn.who not in by_place.setdefault(turn.place, []):
            by_place[turn.place].append(turn.who)
    return [Fact(place, ", ".join(sorted(who))) for place, who in sorted(by_place.items()) if who]


def postings(user: "User") -> QuerySet[Posting]:
    """Postings, also those to come, of the groups whose roster the person keeps."""
    still = Q(ends_at__isnull=True) | Q(ends_at__gt=timezone.now())
    found = Posting.objects.filter(still, group__in=policy.rosters(user))
    return found.select_related("person", "group__desk").order_by("group", "person__name", "pk")


def choices(user: "User") -> list[tuple[str, str]]:
    """Whom the person may put on duty, and where: as choices of a form."""
    named = {
        _choice(each): f"{each.person.name}, {places.group_name(each.group)}"
        for each in postings(user)
        if each.group is not None
    }
    return list(named.items())


def covering(user: "User", choice: str, starts_at: datetime, ends_at: datetime) -> Posting | None:
    """The posting of a chosen person that lasts for all of that time; None without one."""
    lasting = postings(user).filter(
        Q(ends_at__isnull=True) | Q(ends_at__gte=ends_at), starts_at__lte=starts_at
    )
    return next((each for each in lasting if _choice(each) == choice), None)


def _choice(posting: Posting) -> str:
    """Where and who, without a number: "BOG.0f3b…"; of headquarters no desk stands first."""
    desk = posting.group.desk.code if posting.group and posting.group.desk else ""
    return f"{desk}.{posting.person.public_id}"
