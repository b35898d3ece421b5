"""Lists of dossiers through the list index: the same work for every reader, at any size.

A list is the first rows of a few ranges of the index, one for each principal of the person, owner
and phase that is asked for, put in order. No range is walked further than a page, so who reads
half of all dossiers waits no longer than who reads three (house.md section 2). What
no range of the index holds by itself is looked through in steps (cases/selectors/looking.py).
"""

import math
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.expressions import RawSQL

from cases import policy
from cases.models import Dossier
from cases.models.readers import PHASES, WAITING_FOR_HEADQUARTERS
from cases.selectors.rows import Line
from cases.states import Status
from lodesk.ui.keyset import Cursor, Slice

if TYPE_CHECKING:
    from accounts.models import User

OPEN = tuple(phase for phase in PHASES if phase != Status.CLOSED)


def phases_of(status: str) -> tuple[str, ...]:
    """The phases a status stands for."""
    return (status, WAITING_FOR_HEADQUARTERS) if status == Status.WAITING else (status,)


@dataclass(frozen=True)
class Wanted:
    """Which of the dossiers a person sees."""

    phases: tuple[str, ...] = OPEN
    owners: tuple[str, ...] | None = None  # all
    desks: tuple[int, ...] | None = None
    handler: int | None = None  # of this person, or NOBODY (cases/models/readers.py)
    but_handler: int | None = None  # not of this person
    due_until: datetime | None = None
    due_after: datetime | None = None  # also what has no due time
    undated: bool = False  # only what has no due time
    host_country: str | None = None
    crime_area: str | None = None
    kind: str | None = None
    urgency: str | None = None

    @property
    def questions(self) -> dict[str, tuple[str, Any]]:
        """What is asked of a line besides its principal, owner and phase: condition and value."""
        desks = None if self.desks is None else list(self.desks)
        every = {
            "handler": ("r.handler = %s", self.handler),
            "desk": ("r.desk = ANY(%s)", desks),
            "host_country": ("r.host_country = %s", self.host_country),
            "crime_area": ("r.crime_area = %s", self.crime_area),
            "kind": ("r.kind = %s", self.kind),
            "urgency": ("r.urgency = %s", self.urgency),
            "but_handler": ("r.handler <> %s", self.but_handler),
            "due_until": ("r.due <= %s", self.due_until),
            "due_after": ("r.due > %s", self.due_after),
            "undated": ("r.due = %s::timestamptz", "infinity" if self.undated else None),
        }
        return {name: asked for name, asked in every.items() if asked[1] is not None}


@dataclass(frozen=True)
class Way:
    """An order: by a moment and the key, from either end."""

    column: str
    field: str
    backwards: bool = False
    COLUMNS: ClassVar = {"due_at": "due", "opened_at": "opened_at"}

    @classmethod
    def by(cls, field: str, *, backwards: bool = False) -> "Way":
        """By this field of the dossier."""
        return cls(cls.COLUMNS[field], field, backwards)

    @property
    def turn(self) -> str:
        """The word of ORDER BY."""
        return "DESC" if self.backwards else "ASC"

    @property
    def beyond(self) -> str:
        """How what comes later compares with what comes first."""
        return "<" if self.backwards else ">"

    @property
    def after(self) -> str:
        """The condition of the lines after a place; its values are moment and key."""
        return f"(r.{self.column}, r.dossier_id) {self.beyond} (%s::timestamptz, %s)"

    def turned(self) -> "Way":
        """Give the same order from the other end."""
        return Way(self.column, self.field, not self.backwards)


BY_DUE = Way.by("due_at")


def read(user: "User", wanted: Wanted, *, most: int, way: Way = BY_DUE) -> list[Line]:
    """The first dossiers, in order, with what a line of a list shows."""
    return _read(user, wanted, way, most, None)


def count(user: "User", wanted: Iterable[Wanted], *, most: int) -> int:
    """How many there are of any of these, counted no further than `most`."""
    return min(len(keys(user, wanted, most=most)), most)


def keys(user: "User", wanted: Iterable[Wanted], *, most: int) -> set[UUID]:
    """Keys of the dossiers of any of these, no more than `most` of each."""
    found: set[UUID] = set()
    for each in wanted:
        statement, values = Ranges(user, each, BY_DUE, None).first(BY_DUE, most)
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            found.update(key for (key,) in cursor.fetchall())
    return found


def page(
    user: "User",
    wanted: Wanted,
    way: Way,
    *,
    size: int,
    after: Cursor | None = None,
    before: Cursor | None = None,
) -> Slice[Line]:
    """Give the page after a place, or the one before it; the first without any."""
    forth, start = (way.turned(), before) if before else (way, after)
    found = _read(user, wanted, forth, size + 1, start)
    return sliced(found, way, size=size, after=after, before=before)


def sliced(
    found: list[Line], way: Way, *, size: int, after: Cursor | None, before: Cursor | None
) -> Slice[Line]:
    """A page of what was read from a place on, one row more than the page when there is more.

    With `before` the rows are those before it, read from there backwards.
    """
    more, shown = len(found) > size, found[:size]
    if before is not None:
        shown.reverse()
    onwards, back = (True, more) if before is not None else (more, after is not None)

    def place(line: Line) -> Cursor:
        return Cursor(getattr(line, way.field), line.pk)

    return Slice(
        rows=shown,
        next=place(shown[-1]) if shown and onwards else None,
        previous=place(shown[0]) if shown and back else None,
    )


def _read(user: "User", wanted: Wanted, way: Way, most: int, start: Cursor | None) -> list[Line]:
    """The rows the list index names, through both walls once more."""
    statement, values = Ranges(user, wanted, way, start).first(way, most)
    named = Dossier.objects.visible_to(user).filter(
        pk__in=RawSQL(statement, values)  # noqa: S611 - see Ranges
    )
    return in_order(named, way, user)


def in_order(dossiers: QuerySet[Dossier], way: Way, user: "User") -> list[Line]:
    """Lines of dossiers in an order."""
    moment = F(way.field)
    order = (
        (moment.desc(nulls_first=True), "-pk")
        if way.backwards
        else (moment.asc(nulls_last=True), "pk")
    )
    return Line.all(dossiers.order_by(*order), user)


class Ranges:
    """The ranges of the index that are walked, as a part of a statement, and its values.

    Only what is asked for stands in it, so that one index serves each range from end to end; the
    text is put together from the constants of this module, every value is a parameter.
    """

    def __init__(
        self,
        user: "User",
        wanted: Wanted,
        way: Way,
        start: Cursor | None,
        *,
        only: Container[str] | None = None,
    ) -> None:
        """`only`: the names of the questions that are asked within the ranges; None for all."""
        asked = {
            name: question
            for name, question in wanted.questions.items()
            if only is None or name in only
        }
        named: list[tuple[str, str, list[Any]]] = [
            ("principal", "integer", policy.principals(user).as_numbers()),
            ("owner", "text", owners(user, wanted)),
            ("phase", "text", list(wanted.phases)),
        ]
        if "desk" in asked:
            named.append(("desk", "bigint", asked.pop("desk")[1]))
        self.number = math.prod([len(values) for _name, _kind, values in named])
        self.sources = " CROSS JOIN ".join(
            f"unnest(%s::{kind}[]) AS a_{name}({name})" for name, kind, _values in named
        )
        conditions = [f"r.{name} = a_{name}.{name}" for name, _kind, _values in named]
        conditions += [condition for condition, _value in asked.values()]
        self.values: list[Any] = [values for _name, _kind, values in named]
        self.values += [value for _condition, value in asked.values()]
        if start is not None:
            conditions.append(way.after)
            self.values += place_of(start)
        self.conditions = " AND ".join(conditions)

    def first(self, way: Way, most: int) -> tuple[str, list[Any]]:
        """Give the statement of the keys of the first dossiers in order, and its values."""
        statement = f"""
            SELECT dossier_id FROM {self.sources}
            CROSS JOIN LATERAL (
              SELECT r.dossier_id, r.{way.column} AS moment FROM cases_reader r
              WHERE {self.conditions}
              ORDER BY r.{way.column} {way.turn}, r.dossier_id {way.turn} LIMIT %s) AS first
            GROUP BY dossier_id, moment ORDER BY moment {way.turn}, dossier_id {way.turn} LIMIT %s
        """  # noqa: S608
        return statement, [*self.values, most, most]


def owners(user: "User", wanted: Wanted) -> list[str]:
    """Whose dossiers are looked for: no range is walked in which nothing can be in sight."""
    sight = policy.owners_in_sight(user, Dossier)
    return [owner for owner in sight if wanted.owners is None or owner in wanted.owners]


def place_of(cursor: Cursor) -> list[Any]:
    """The place as the index has it, for the condition `Way.after`."""
    return [cursor.moment or "infinity", cursor.key]
