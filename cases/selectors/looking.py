"""Lists of what no index holds by itself: several filters at once, and words.

One range of the list index serves one filter. Of several the one that stands in fewest lines leads,
and its ranges are looked through for the others in steps: no request reads more than a step,
whatever there is; where it ended is said, and the next one goes on from there. Words are looked for
first (cases/selectors/search.py); their dossiers are few, and go through the same filters.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from cases import policy
from cases.models import Dossier
from cases.models.readers import SCOPES
from cases.selectors import lists
from cases.selectors.lists import BY_DUE, Ranges, Wanted, Way
from cases.selectors.rows import Line
from lodesk.ui.keyset import Cursor, Slice

if TYPE_CHECKING:
    from accounts.models import User

A_STEP = 4000  # lines of the index that one request reads, in all its ranges together
AT_LEAST = 50  # of one range
BY_DUE_ONLY = ("due_until", "due_after", "undated")  # what the order by due time has in a row


@dataclass(frozen=True)
class Looked:
    """What was found, and how far one looked; without an edge nothing is left."""

    keys: list[UUID]
    edge: Cursor | None = None


def in_one_range(wanted: Wanted, way: Way) -> bool:
    """Whether one index has everything that is asked for in a row, in this order."""
    return not wanted.questions.keys() - _within(wanted, way)


def _within(wanted: Wanted, way: Way) -> set[str]:
    """The questions that an index answers: the leading one, and the due time in its own order."""
    scopes = [name for name in SCOPES.values() if name in wanted.questions]
    by_due = BY_DUE_ONLY if way.column == BY_DUE.column else ()
    return {*scopes[:1], *by_due, "but_handler"}


def page(
    user: "User",
    wanted: Wanted,
    way: Way,
    *,
    among: Collection[UUID] | None = None,
    size: int,
    after: Cursor | None = None,
    before: Cursor | None = None,
) -> tuple[Slice[Line], bool]:
    """Give the page after a place or before it, and whether there may be more that one step on.

    `among`: only of these dossiers, which were found by their words.
    """
    forth, start = (way.turned(), before) if before else (way, after)
    looked = _look(user, wanted, forth, among, start, size + 1)
    visible = Dossier.objects.visible_to(user).filter(pk__in=looked.keys)
    found = lists.in_order(visible, forth, user)
    shown = lists.sliced(found, way, size=size, after=after, before=before)
    if len(looked.keys) > size or looked.edge is None:
        return shown, False
    if before is not None:
        return Slice(shown.rows, next=shown.next, previous=looked.edge), True
    return Slice(shown.rows, next=looked.edge, previous=shown.previous), True


def count(
    user: "User", wanted: Wanted, way: Way, among: Collection[UUID] | None, *, most: int
) -> tuple[int, bool]:
    """How many the first step finds, no further than `most`; and whether that is all."""
    looked = _look(user, wanted, way, among, None, most)
    return len(looked.keys), looked.edge is None


def _look(
    user: "User",
    wanted: Wanted,
    way: Way,
    among: Collection[UUID] | None,
    start: Cursor | None,
    most: int,
) -> Looked:
    """The first dossiers in order that are found in one step."""
    if among is None:
        statement, values = _step(user, wanted, way, start)
    else:
        statement, values = _among(user, wanted, way, list(among), start)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, most])
        rows = cursor.fetchall()
    edge = next((Cursor(moment, key) for key, moment, is_edge in rows if is_edge), None)
    return Looked([key for key, _moment, is_edge in rows if not is_edge], edge)


def _step(user: "User", wanted: Wanted, way: Way, start: Cursor | None) -> tuple[str, list[Any]]:
    """Walk the ranges of the leading filter a step; what lies beyond the first range that was not
    walked to its end is left for the next step, so that the order holds.

    The text is put together from constants; every value is a parameter.
    """
    within = _within(wanted, way)
    ranges = Ranges(user, wanted, way, start, only=within)
    size = max(A_STEP // max(ranges.number, 1), AT_LEAST)
    others = [asked for name, asked in wanted.questions.items() if name not in within]
    order = f"r.{way.column} {way.turn}, r.dossier_id {way.turn}"
    statement = f"""
        WITH looked AS MATERIALIZED (
          SELECT line.* FROM {ranges.sources} CROSS JOIN LATERAL (
            SELECT r.*, row_number() OVER (ORDER BY {order}) AS place FROM cases_reader r
            WHERE {ranges.conditions} ORDER BY {order} LIMIT %s) AS line),
        edge AS MATERIALIZED (
          SELECT r.{way.column} AS moment, r.dossier_id FROM looked r
          WHERE place = %s ORDER BY {order} LIMIT 1)
        SELECT dossier_id, NULLIF(moment, 'infinity'), true FROM edge
        UNION ALL (
          SELECT r.dossier_id, NULL, false FROM looked r
          WHERE {" AND ".join(["true", *(condition for condition, _value in others)])}
            AND NOT EXISTS (SELECT FROM edge e
              WHERE (r.{way.column}, r.dossier_id) {way.beyond} (e.moment, e.dossier_id))
          GROUP BY r.{way.column}, r.dossier_id ORDER BY {order} LIMIT %s)
    """  # noqa: S608
    return statement, [*ranges.values, size, size, *(value for _condition, value in others)]


def _among(
    user: "User", wanted: Wanted, way: Way, keys: list[UUID], start: Cursor | None
) -> tuple[str, list[Any]]:
    """The lines of a few dossiers that fit; all of them are read."""
    asked = [
        ("r.dossier_id = ANY(%s)", keys),
        ("r.principal = ANY(%s)", policy.principals(user).as_numbers()),
        ("r.owner = ANY(%s)", lists.owners(user, wanted)),
        ("r.phase = ANY(%s)", list(wanted.phases)),
        *wanted.questions.values(),
    ]
    conditions = [condition for condition, _value in asked]
    values = [value for _condition, value in asked]
    if start is not None:
        conditions.append(way.after)
        values += lists.place_of(start)
    order = f"r.{way.column} {way.turn}, r.dossier_id {way.turn}"
    statement = f"""
        SELECT r.dossier_id, NULL, false FROM cases_reader r WHERE {" AND ".join(conditions)}
        GROUP BY r.{way.column}, r.dossier_id ORDER BY {order} LIMIT %s
    """  # noqa: S608
    return statement, values
