"""Pages by key: a page begins after a row, not after a number of rows, and nothing is counted."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

from lodesk.ui.axis import in_reach, on_earth

Row = TypeVar("Row")
ModelRow = TypeVar("ModelRow", bound=Model)


@dataclass(frozen=True)
class Order:
    """By one moment (rows without one last, or first when turned round), then by key."""

    field: str
    descending: bool = False
    key_descending: bool = False

    def turned(self) -> "Order":
        """Give the same order from the other end."""
        return Order(self.field, not self.descending, not self.key_descending)

    def by(self) -> list[OrderBy]:
        """Give the terms of ORDER BY; an index with the same terms serves both directions."""
        moment, key = F(self.field), F("pk")
        return [
            moment.desc(nulls_first=True) if self.descending else moment.asc(nulls_last=True),
            key.desc() if self.key_descending else key.asc(),
        ]

    def after(self, cursor: "Cursor") -> Q:
        """Give the condition of the rows that come after a place."""
        tied = Q(**{"pk__lt" if self.key_descending else "pk__gt": cursor.key})
        without = Q(**{f"{self.field}__isnull": True})
        if cursor.moment is None:
            return without & tied | ~without if self.descending else without & tied
        same = Q(**{self.field: cursor.moment}) & tied
        if self.descending:
            return Q(**{f"{self.field}__lt": cursor.moment}) | same
        return Q(**{f"{self.field}__gt": cursor.moment}) | same | without


@dataclass(frozen=True)
class Cursor:
    """A place in a list: the row it stands at."""

    moment: datetime | None
    key: uuid.UUID

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """Read what `str` wrote. Raises ValueError for anything else."""
        moment, _, key = text.rpartition("_")
        at = datetime.fromisoformat(moment) if moment else None
        if at is not None and not (on_earth(at) and in_reach(at)):
            raise ValueError(text)
        return cls(at, uuid.UUID(hex=key))

    def __str__(self) -> str:
        return f"{self.moment.isoformat() if self.moment else ''}_{self.key.hex}"


@dataclass(frozen=True)
class Slice(Generic[Row]):
    """Some rows, and the places from which the neighbouring pages go on."""

    rows: list[Row]
    next: Cursor | None = None
    previous: Cursor | None = None


def page(
    rows: QuerySet[ModelRow],
    order: Order,
    *,
    size: int,
    after: Cursor | None = None,
    before: Cursor | None = None,
) -> Slice[ModelRow]:
    """Give the page after a place, or the one before it; the first without any."""
    way, start = (order.turned(), before) if before else (order, after)
    if start is not None:
        rows = rows.filter(way.after(start))
    found = list(rows.order_by(*way.by())[: size + 1])
    more, found = len(found) > size, found[:size]
    if before is not None:
        found.reverse()
        return _slice(found, order, next_page=True, previous_page=more)
    return _slice(found, order, next_page=more, previous_page=start is not None)


def _slice(found: list[Row], order: Order, *, next_page: bool, previous_page: bool) -> Slice[Row]:
    place: Callable[[Any], Cursor] = lambda row: Cursor(getattr(row, order.field), row.pk)  # noqa: E731
    return Slice(
        rows=found,
        next=place(found[-1]) if found and next_page else None,
        previous=place(found[0]) if found and previous_page else None,
    )
