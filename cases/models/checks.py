"""What a row may hold, said once for Python and PostgreSQL: raw SQL keeps to it too.

A value Python cannot read would break the page of everybody who may see the row.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db.models import CheckConstraint, Q

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2101, 1, 1, tzinfo=UTC)


def one_of(field: str, values: Iterable[object], *, name: str) -> CheckConstraint:
    """The field holds one of these values."""
    return CheckConstraint(condition=Q(**{f"{field}__in": list(values)}), name=name)


def among(field: str, values: Iterable[object], *, name: str) -> CheckConstraint:
    """The list holds nothing but these values, and no gap."""
    return CheckConstraint(condition=Q(**{f"{field}__contained_by": list(values)}), name=name)


def in_our_time(*fields: str, name: str) -> CheckConstraint:
    """Each of these moments is empty or of the years 1990 to 2100."""
    condition = Q()
    for field in fields:
        condition &= Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__range": (EARLIEST, LATEST)})
    return CheckConstraint(condition=condition, name=name)
