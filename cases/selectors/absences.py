"""Absences: who is away and when, and whom a person may say so for."""

import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Absence, Desk, DirectoryEntry, Person
from cases import policy

if TYPE_CHECKING:
    from accounts.models import User

MOST = 100  # lines of a list on these pages


def span(first: date, last: date, desk: Desk) -> tuple[datetime, datetime]:
    """From the beginning of the first day to the end of the last, at the desk."""
    zone = zoneinfo.ZoneInfo(desk.time_zone)
    begins = datetime.combine(first, time.min, tzinfo=zone)
    return begins, datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone)


def desks_of(person: Person) -> frozenset[int]:
    """The desks where somebody works now, from the joint directory."""
    entries = DirectoryEntry.objects.filter(person_id=person.pk, desk__isnull=False)
    return frozenset(entries.values_list("desk_id", flat=True))


@dataclass(frozen=True)
class AbsenceLine:
    """Days on which somebody is away."""

    key: UUID
    who: str
    is_you: bool
    starts_on: date
    ends_on: date


def in_reach(user: "User") -> QuerySet[Absence]:
    """The absences a person may take back: the own ones, and those of the team one leads."""
    led = [person.pk for person in team(user)]
    standing = Absence.objects.standing().filter(Q(person=user.pk) | Q(person__in=led))
    return standing.select_related("person")


def lines(user: "User") -> list[AbsenceLine]:
    """Those that last or are to come, the first first."""
    found = in_reach(user).filter(ends_on__gte=timezone.localdate())
    return [
        AbsenceLine(
            each.pk, each.person.name, each.person_id == user.pk, each.starts_on, each.ends_on
        )
        for each in found.order_by("starts_on", "person__name", "pk")[:MOST]
    ]


def team(user: "User") -> list[Person]:
    """The people of the own country at the desks one leads, without oneself, by name."""
    led = policy.heads(user)
    if not led:
        return []
    entries = DirectoryEntry.objects.filter(country=user.country, desk__in=led)
    people = Person.objects.filter(pk__in=entries.values("person")).exclude(pk=user.pk)
    return list(people.order_by("name", "pk"))


def colleagues(user: "User", desks: Iterable[int]) -> list[DirectoryEntry]:
    """The people of the own country who work at these desks, each once a desk."""
    entries = (
        DirectoryEntry.objects.filter(country=user.country, desk__in=desks, group__isnull=False)
        .select_related("person", "desk")
        .order_by("desk__city", "person__name", "posting")
    )
    first: dict[tuple[int, int | None], DirectoryEntry] = {}
    for entry in entries:
        first.setdefault((entry.person_id, entry.desk_id), entry)
    return list(first.values())
