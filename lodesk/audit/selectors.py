"""Reading the log: newest first, page by page, never counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from lodesk.audit.models import LogRow
from lodesk.ui import keyset
from lodesk.ui.keyset import Cursor, Order, Slice

ROWS_A_PAGE: Final = 50
NEWEST_FIRST: Final = Order("at", descending=True, key_descending=True)


@dataclass(frozen=True)
class Filters:
    """What to look for. Nothing set is everything; an empty choice of people is nobody."""

    actors: Sequence[int] | None = None
    action: str = ""
    reference: str = ""
    since: datetime | None = None
    until: datetime | None = None


def rows(
    *,
    chain: str,
    filters: Filters,
    after: Cursor | None = None,
    before: Cursor | None = None,
    size: int = ROWS_A_PAGE,
) -> Slice[LogRow]:
    """Give one page of a chain: the newest, or the one after or before a place.

    The database shows an auditor the own country's chain, and everybody else nothing.
    """
    found = _matching(LogRow.objects.filter(chain=chain).defer("salt"), filters)
    # The place once more as a bound of the index: else a far page reads all before it.
    if after is not None:
        found = found.filter(at__lte=after.moment)
    elif before is not None:
        found = found.filter(at__gte=before.moment)
    return keyset.page(found, NEWEST_FIRST, size=size, after=after, before=before)


def _matching(found: QuerySet[LogRow], filters: Filters) -> QuerySet[LogRow]:
    if filters.actors is not None:
        found = found.filter(actor__in=filters.actors)
    if filters.action:
        found = found.filter(action=filters.action)
    if filters.reference:
        found = found.filter(reference=filters.reference)
    if filters.since is not None:
        found = found.filter(at__gte=filters.since)
    if filters.until is not None:
        found = found.filter(at__lt=filters.until)
    return found
