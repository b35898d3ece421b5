"""Lists of dossiers through the list index: the same work for every reader, at any size.

A list is the first rows of a few ranges of the index, one for each principal of the person, owner
and phase that is asked for, put in order. No range is walked further than a page, so who reads
half of all dossiers waits no longer than who reads three (house.md section 2).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.db import connection
from django.db.models import F
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
        range_ = _Range(user, each, BY_DUE, most, None)
        with connection.cursor() as cursor:
            cursor.execute(range_.statement, range_.values)
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
    more, found = len(found) > size, found[:size]
    if before is not None:
        found.reverse()
    onwards, back = (True, more) if before is not None else (more, start is not None)

    def place(line: Line) -> Cursor:
        return Cursor(getattr(line, way.field), line.pk)

    return Slice(
        rows=found,
        next=place(found[-1]) if found and onwards else None,
        previous=place(found[0]) if found and back else None,
    )


def _read(user: "User", wanted: Wanted, way: Way, most: int, start: Cursor | None) -> list[Line]:
    """The rows the list index names, through both walls once more."""
    chosen = _Range(user, wanted, way, most, start)
    found = Dossier.objects.visible_to(user).filter(
        pk__in=RawSQL(chosen.statement, chosen.values)  # noqa: S611 - see _Range
    )
    moment = F(way.field)
    order = (
        (moment.desc(nulls_first=True), "-pk")
        if way.backwards
        else (moment.asc(nulls_last=True), "pk")
    )
    return Line.all(found.order_by(*order), user)


class _Range:
    """The statement that walks the index, and its values.

    Only what is asked for stands in it, so that one index serves each range from end to end; the
    text is put together from the constants of this module, every value is a parameter.
    """

    def __init__(
        self, user: "User", wanted: Wanted, way: Way, most: int, start: Cursor | None
    ) -> None:
        self.values: list[Any] = []
        turn, beyond = ("DESC", "<") if way.backwards else ("ASC", ">")
        principals = policy.principals(user).as_numbers()
        sources = [
            self._of(principals, "integer", "principal"),
            self._of(list(self._owners(user, wanted)), "text", "owner"),
            self._of(list(wanted.phases), "text", "phase"),
        ]
        conditions = [
            "r.principal = a_principal.principal",
            "r.owner = a_owner.owner",
            "r.phase = a_phase.phase",
        ]
        if wanted.desks is not None:
            sources.append(self._of(list(wanted.desks), "bigint", "desk"))
            conditions.append("r.desk = a_desk.desk")
        asked = {
            "r.handler = %s": wanted.handler,
            "r.handler <> %s": wanted.but_handler,
            "r.due <= %s": wanted.due_until,
            "r.due > %s": wanted.due_after,
        }
        for condition, value in asked.items():
            if value is not None:
                conditions.append(condition)
                self.values.append(value)
        if start is not None:
            conditions.append(f"(r.{way.column}, r.dossier_id) {beyond} (%s::timestamptz, %s)")
            self.values += [start.moment or "infinity", start.key]
        self.values += [most, most]
        self.statement = f"""
            SELECT dossier_id FROM {" CROSS JOIN ".join(sources)}
            CROSS JOIN LATERAL (
              SELECT r.dossier_id, r.{way.column} AS moment FROM cases_reader r
              WHERE {" AND ".join(conditions)}
              ORDER BY r.{way.column} {turn}, r.dossier_id {turn} LIMIT %s) AS first
            GROUP BY dossier_id, moment ORDER BY moment {turn}, dossier_id {turn} LIMIT %s
        """  # noqa: S608

    @staticmethod
    def _owners(user: "User", wanted: Wanted) -> Iterable[str]:
        """Whose dossiers are looked for: no range is walked in which nothing can be in sight."""
        sight = policy.owners_in_sight(user, Dossier)
        return [owner for owner in sight if wanted.owners is None or owner in wanted.owners]

    def _of(self, values: list[Any], kind: str, name: str) -> str:
        self.values.append(values)
        return f"unnest(%s::{kind}[]) AS a_{name}({name})"
