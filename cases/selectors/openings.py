"""Where a person may open a dossier, and who can be chosen to handle it."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from accounts.models import Desk, DirectoryEntry, Person
from cases.selectors import places

if TYPE_CHECKING:
    from accounts.models import User


def desks(user: "User") -> QuerySet[Desk]:
    """The own desks; every desk for headquarters."""
    own = places.desks_of(user)
    every = Desk.objects.order_by("city")
    return every if None in own else every.filter(pk__in=own)


def team(user: "User") -> dict[str, list[Person]] | None:
    """People of the own country by desk, for headquarters to choose from; None for the others."""
    if None not in places.desks_of(user):
        return None
    entries = (
        DirectoryEntry.objects.filter(country=user.country, desk__isnull=False, group__isnull=False)
        .select_related("person", "desk")
        .order_by("desk__city", "person__name", "posting")
    )
    found: dict[str, list[Person]] = {}
    for entry in entries:
        if entry.desk is not None and entry.person not in found.setdefault(entry.desk.code, []):
            found[entry.desk.code].append(entry.person)
    return found
