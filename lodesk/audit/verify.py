"""Proof that nobody changed the log: the chain is computed again, in Python, from what is stored.

The rows stream through in one snapshot; only faults are remembered. A chain that was computed anew
as a whole stands in itself: it is found by comparing with an anchor kept elsewhere.
"""

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from django.db import connection, transaction

from lodesk.audit.services import Anchor

BEGINNING: Final = Anchor(0, "0" * 64)
FINDINGS_KEPT: Final = 100
ROWS_A_FETCH: Final = 5_000
SECONDS_UNTIL_SEALED: Final = 60


class Fault(StrEnum):
    """What is wrong with a row."""

    CHANGED = "was changed"
    TEXT_CHANGED = "has another text than was sealed"
    REMOVED = "was removed"
    REPLACED = "was replaced: its neighbour is linked to another row"
    REORDERED = "was moved: the row it is linked to stands elsewhere"
    INSERTED = "was inserted: the rows around it are linked to one another"
    ADDED = "was added at the end, not by the sealer"
    NOT_THE_ANCHOR = "is not the row of the anchor: the chain was written anew"


class Finding(NamedTuple):
    """A fault, and the row it was found at. Of a removed row only the position is left."""

    position: int
    fault: Fault
    id: uuid.UUID | None = None
    at: datetime | None = None

    def __str__(self) -> str:
        named = f" ({self.id}, {self.at.isoformat()})" if self.id and self.at else ""
        return f"row {self.position}{named} {self.fault}"


@dataclass
class Report:
    """What was found in one chain."""

    chain: str
    rows: int = 0
    erased: int = 0
    last: Anchor = BEGINNING
    faults: int = 0
    findings: list[Finding] = field(default_factory=list)  # the first ones
    waiting_since: datetime | None = None  # the oldest row without a seal, if too old

    @property
    def sound(self) -> bool:
        """Whether every row stands as it was sealed."""
        return not self.faults

    def add(self, fault: Fault, positions: Sequence[int]) -> None:
        """Report faults, and name the rows of the first ones."""
        self.faults += len(positions)
        for position in positions[: FINDINGS_KEPT - len(self.findings)]:
            row = _row_at(self.chain, position) if fault is not Fault.REMOVED else ()
            self.findings.append(Finding(position, fault, *row))


class _Row(NamedTuple):
    """A sealed row as it is stored."""

    position: int
    previous: str
    hash: str
    canonical: str
    erased: bool
    text_stands: bool


# The digest is computed here as well, not by the function that wrote it.
_ROWS = """
SELECT r.position, r.previous, r.hash, audit_canonical(r),
  r.digest <> '' AND r.salt = '' AND r.why = '' AND r.personal = '',
  r.digest = CASE WHEN r.salt <> ''
    THEN encode(sha256(r.salt ||
      convert_to(jsonb_build_array(r.why, r.personal)::text, 'UTF8')), 'hex')
    WHEN r.why = '' AND r.personal = '' THEN r.digest ELSE '-' END
FROM audit_logrow r WHERE r.chain = %s AND r.position IS NOT NULL ORDER BY r.position
"""


def verify(chain: str, *, anchor: Anchor | None = None) -> Report:
    """Compute a chain again and report every fault. Runs as the owner."""
    report = Report(chain)
    out_of_link: list[_Row] = []
    with transaction.atomic():
        known = [_head(chain), anchor or BEGINNING]
        for row in _rows(chain):
            intact = _check_content(report, row)
            if not _follows(report, row) and intact:  # else its link says nothing
                out_of_link.append(row)
            _check_known(report, row, *known)
            report.rows += 1
            report.erased += row.erased
            report.last = Anchor(row.position, row.hash)
        _check_end(report, max(each.position for each in known))
        _explain(report, out_of_link)
    report.findings.sort(key=lambda finding: finding.position)
    report.waiting_since = _waiting_since(chain)
    return report


def _check_content(report: Report, row: _Row) -> bool:
    """Whether content and link are those that were sealed; erased text is no fault."""
    if not row.text_stands:
        report.add(Fault.TEXT_CHANGED, [row.position])
    intact = hashlib.sha256((row.previous + row.canonical).encode()).hexdigest() == row.hash
    if not intact:
        report.add(Fault.CHANGED, [row.position])
    return intact


def _follows(report: Report, row: _Row) -> bool:
    """Whether the row is linked to the one before it; a gap is reported at once."""
    last = report.last
    if row.position != last.position + 1:
        report.add(Fault.REMOVED, range(last.position + 1, row.position))
        return True
    return row.previous == last.hash


def _check_known(report: Report, row: _Row, head: Anchor, anchor: Anchor) -> None:
    """Compare with what is known from elsewhere: the head of the chain and the anchor."""
    if row.position == head.position and row.hash != head.hash:
        report.add(Fault.REPLACED, [row.position])
    if row.position == anchor.position and row.hash != anchor.hash:
        report.add(Fault.NOT_THE_ANCHOR, [row.position])


def _check_end(report: Report, known: int) -> None:
    """Find rows that are missing at the end, and rows that the sealer did not put there."""
    last = report.last.position
    report.add(Fault.REMOVED, range(last + 1, known + 1))
    sealed = _head(report.chain).position  # meanwhile the sealer may have gone on
    report.add(Fault.ADDED, range(sealed + 1, last + 1))


def _explain(report: Report, out_of_link: list[_Row]) -> None:
    """Name the rows at fault where a link does not lead to the row before."""
    moved: set[int] = set()
    report.faults += len(out_of_link[FINDINGS_KEPT:])
    for row in out_of_link[:FINDINGS_KEPT]:
        linked = _position_of(report.chain, row.previous)
        between = range(linked + 1, row.position)
        if linked == BEGINNING.position and row.previous != BEGINNING.hash:
            report.add(Fault.REPLACED, [row.position - 1])
        elif linked > row.position or moved.intersection(between):
            moved.add(row.position)
            report.add(Fault.REORDERED, [row.position])
        else:
            report.add(Fault.INSERTED, between)


def _rows(chain: str) -> Iterator[_Row]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ROWS, [chain])
        while fetched := cursor.fetchmany(ROWS_A_FETCH):
            yield from map(_Row._make, fetched)


def _head(chain: str) -> Anchor:
    found = _one("SELECT position, hash FROM audit_chainhead WHERE chain = %s", chain)
    return Anchor(*found) if found else BEGINNING


def _position_of(chain: str, digest: str) -> int:
    """Where the row with this hash stands; zero when there is none."""
    found = _one("SELECT position FROM audit_logrow WHERE chain = %s AND hash = %s", chain, digest)
    return int(found[0]) if found else BEGINNING.position


def _row_at(chain: str, position: int) -> tuple[Any, ...]:
    """Give number and time of a row."""
    return (
        _one("SELECT id, at FROM audit_logrow WHERE chain = %s AND position = %s", chain, position)
        or ()
    )


def _waiting_since(chain: str) -> datetime | None:
    found = _one(
        "SELECT min(at) FROM audit_logrow WHERE chain = %s AND position IS NULL"
        " AND at < now() - make_interval(secs => %s)",
        chain,
        SECONDS_UNTIL_SEALED,
    )
    return found[0] if found else None


def _one(statement: str, *values: Any) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row
