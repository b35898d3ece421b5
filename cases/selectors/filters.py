"""The list of dossiers: its filters and orders, and a page of it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django_countries import countries

from accounts.models import Desk, DirectoryEntry, Person
from cases.models.readers import NOBODY, PHASES
from cases.selectors import lists, looking, places, search
from cases.selectors.lists import Wanted, Way
from cases.selectors.rows import Line
from lodesk.ui.keyset import Cursor, Slice
from lodesk.ui.links import capped

if TYPE_CHECKING:
    from accounts.models import User

A_PAGE = 26
MOST = 100  # counted no further
ANY = "any"  # status: closed ones, too
NONE = "none"  # crime area: those without one
SCOPES = ("mine", "desk", "all")
OVERDUE, TODAY, WEEK, UNDATED = "overdue", "today", "week", "undated"
A_WEEK = timedelta(days=7)
# By reference is by opening: numbers follow it.
ORDERS = {
    "": Way.by("due_at"),
    "due": Way.by("due_at"),
    "-due": Way.by("due_at", backwards=True),
    "reference": Way.by("opened_at"),
    "-reference": Way.by("opened_at", backwards=True),
}


@dataclass(frozen=True)
class Filters:
    """Which dossiers; nothing set is everything in sight that is not closed."""

    q: str = ""  # words of reference or title, a number or a name it holds
    status: str = ""
    due: str = ""
    handler: str = ""  # "me", "nobody" or the public key of a person
    desk: str = ""
    owner: str = ""
    kind: str = ""
    crime_area: str = ""
    host_country: str = ""
    urgency: str = ""
    scope: str = ""


NAMES = tuple(field.name for field in fields(Filters))


@dataclass(frozen=True)
class Found:
    """A page of the list, how many there are, and what was not looked at."""

    page: Slice[Line]
    count: str = ""
    further: bool = False  # one looks on where this page ends
    newest_only: bool = False  # more dossiers hold the words than are looked for


NOTHING = Found(Slice([]))


def listed(
    user: "User", filters: Filters, *, sort: str, after: Cursor | None, before: Cursor | None
) -> Found:
    """One page of the dossiers a person may see."""
    wanted, way = _wanted(user, filters), ORDERS[sort]
    if wanted is None:
        return Found(Slice([]), count="0")
    if not filters.q and looking.in_one_range(wanted, way):
        shown = lists.page(user, wanted, way, size=A_PAGE, after=after, before=before)
        return Found(shown, capped(lists.count(user, [wanted], most=MOST)))
    among, all_found = search.keys_of(user, filters.q) if filters.q else (None, True)
    shown, further = looking.page(
        user, wanted, way, among=among, size=A_PAGE, after=after, before=before
    )
    number, whole = looking.count(user, wanted, way, among, most=MOST)
    count = capped(number) if whole or number == MOST else f"{number}+"
    return Found(shown, count, further, newest_only=not all_found)


def _wanted(user: "User", filters: Filters) -> Wanted | None:
    """What the list index is asked for; None when the filters contradict each other."""
    desks, handlers = _desks(user, filters), _handlers(user, filters)
    if desks == frozenset() or handlers == frozenset():
        return None
    every = PHASES if filters.status == ANY else lists.OPEN
    asked = filters.status not in ("", ANY)
    until, after = _due(filters.due)
    return Wanted(
        phases=lists.phases_of(filters.status) if asked else every,
        owners=(filters.owner,) if filters.owner else None,
        desks=None if desks is None else tuple(sorted(desks)),
        handler=None if handlers is None else next(iter(handlers)),
        due_until=until,
        due_after=after,
        undated=filters.due == UNDATED,
        host_country=filters.host_country or None,
        crime_area="" if filters.crime_area == NONE else filters.crime_area or None,
        kind=filters.kind or None,
        urgency=filters.urgency or None,
    )


def _due(due: str) -> tuple[datetime | None, datetime | None]:
    """Until when and after when something is due; days are those of where the reader sits."""
    now: datetime = timezone.localtime()
    if due == OVERDUE:
        return now, None
    if due == TODAY:
        return end_of_today(), now
    if due == WEEK:
        return now + A_WEEK, now
    return None, None


def end_of_today() -> datetime:
    """The last moment of the day where the reader sits."""
    moment: datetime = timezone.localtime()
    return moment.replace(hour=23, minute=59, second=59, microsecond=999_999)


def _desks(user: "User", filters: Filters) -> frozenset[int] | None:
    """The desks that scope and filter leave; None for all."""
    found: frozenset[int] | None = None
    if filters.scope == "desk":
        found = frozenset(each for each in places.desks_of(user) if each is not None)
    if filters.desk:
        named = frozenset(Desk.objects.filter(code=filters.desk).values_list("pk", flat=True))
        found = named if found is None else found & named
    return found


def _handlers(user: "User", filters: Filters) -> frozenset[int] | None:
    """The one handler that scope and filter leave; None for any."""
    mine = frozenset([user.pk])
    found = mine if filters.scope == "mine" else None
    if filters.handler == "me":
        return mine
    if filters.handler == "nobody":
        named = frozenset([NOBODY])
    elif filters.handler:
        people = Person.objects.filter(public_id=filters.handler)
        named = frozenset(people.values_list("pk", flat=True))
    else:
        return found
    return named if found is None else found & named


# What there is to choose: lists of codes, never what the dossiers hold ---------------------


def desks() -> list[Desk]:
    """All desks: where they are is no secret."""
    return list(Desk.objects.order_by("city"))


def host_countries(of: Sequence[Desk]) -> list[tuple[str, str]]:
    """Countries these desks are accredited to, whether or not a dossier is about them."""
    codes = {code for desk in of for code in desk.accredited_countries}
    named = [(code, str(countries.name(code))) for code in codes]
    return sorted(named, key=lambda each: each[1])


def handlers(user: "User") -> list[Person]:
    """People of the own country with a posting at a desk, to choose a handler's dossiers."""
    entries = DirectoryEntry.objects.filter(country=user.country, desk__isnull=False)
    return list(
        Person.objects.filter(pk__in=entries.values("person")).exclude(pk=user.pk).order_by("name")
    )
