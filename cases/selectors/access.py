"""Who can see a dossier, why, since when and until when; now and at any other moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import NationalGroup, Person
from cases.models import Dossier, GrantHistory, Handover, Mandate
from cases.selectors import mandates, places
from cases.states import OPEN_OFFER_STATES, HandoverState, Level

if TYPE_CHECKING:
    from accounts.models import User

ORDER = [Level.HANDLE, Level.OVERSEE, Level.CONTRIBUTE, Level.VIEW]  # highest first


@dataclass(frozen=True)
class Holder:
    """A person or a national group, with the levels held together for one time."""

    person: Person | None
    group: NationalGroup | None
    levels: frozenset[str]
    since: datetime
    until: datetime | None
    mandate_id: UUID | None
    mandate: Mandate | None  # None also when the reader may not read it
    handover: Handover | None
    stands_in: bool  # holds it in the place of the handler

    @property
    def key(self) -> tuple[int, int]:
        """Who it is: groups and people are numbered apart."""
        return (self.group.pk, 0) if self.group else (0, self.person.pk if self.person else 0)

    @property
    def country(self) -> str:
        """The country of the person or group."""
        holder = self.group or self.person
        return holder.country if holder else ""

    @property
    def who(self) -> str:
        """ "J. Modaal (NL)" or "Team BE, Bogotá"."""
        return places.group_name(self.group) if self.group else str(self.person)


@dataclass(frozen=True)
class Access:
    """Who held what at a moment, and what had ended by then."""

    at: datetime
    holders: list[Holder]
    ended: list[Holder]


@dataclass(frozen=True)
class _Span:
    """One level of one holder, with the time it lasts as far as known."""

    row: GrantHistory
    mandate: Mandate | None
    until: datetime | None

    @property
    def holder(self) -> tuple[int, int]:
        return (self.row.group_id or 0, self.row.person_id or 0)


def access(dossier: Dossier, user: "User", *, at: datetime | None = None) -> Access:
    """Who can see a dossier that `user` may see: grants that exist at the moment, as planned.

    A moment to come shows what is planned today: what has no end stays, mandates end.
    """
    moment = at or timezone.now()
    rows = list(_history(dossier, moment))
    readable = _mandates_of(rows, user)
    ends = _standing_until(dossier) if any(row.standin_id for row in rows) else {}
    spans = [
        _span(row, readable.get(row.mandate_id), moment, ends.get(row.standin_id)) for row in rows
    ]
    over = [span for span in spans if span.until is not None and span.until <= moment]
    holders = list(_merged([span for span in spans if span not in over]))
    return Access(at=moment, holders=holders, ended=_ended(over, holders))


def _history(dossier: Dossier, moment: datetime) -> QuerySet[GrantHistory]:
    return (
        GrantHistory.objects.filter(dossier=dossier, granted_at__lte=moment)
        .select_related("person", "group__nationalgroup__desk", "handover")
        .order_by("granted_at", "level")
    )


def _mandates_of(rows: Iterable[GrantHistory], user: "User") -> dict[UUID | None, Mandate]:
    keys = {row.mandate_id for row in rows if row.mandate_id is not None}
    if not keys:
        return {}
    found = mandates.readable(user).select_related(
        "asked_by", "decided_by", "ended_by", "receiver_person", "receiver_group__desk", "desk"
    )
    return {mandate.pk: mandate for mandate in found.filter(pk__in=keys)}


def _span(
    row: GrantHistory, mandate: Mandate | None, moment: datetime, standing_until: datetime | None
) -> _Span:
    still = row.ended_at is None
    ends = [row.ended_at, mandate.ends_at if mandate else None, standing_until if still else None]
    if moment > timezone.now():
        ends.append(_planned_end(row))
    return _Span(row, mandate, min((end for end in ends if end is not None), default=None))


def _standing_until(dossier: Dossier) -> dict[UUID | None, datetime]:
    """Until when somebody stands in for the handler, by stand-in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT standin, until FROM cases_standins_of(%s)", [dossier.pk])
        return dict(cursor.fetchall())


def _planned_end(row: GrantHistory) -> datetime | None:
    """When an offer lapses, or what the giver keeps ends."""
    handover = row.handover
    if handover is None:
        return None
    if handover.state in OPEN_OFFER_STATES:
        return handover.answer_by
    kept = handover.state == HandoverState.ACCEPTED and row.person_id != handover.answered_by_id
    return handover.giver_keeps_until if kept else None


def _merged(spans: list[_Span]) -> Iterable[Holder]:
    for _key, together in groupby(sorted(spans, key=_by_holder), key=_by_holder):
        yield _holder(list(together))


def _by_holder(span: _Span) -> tuple[int, int]:
    return span.holder


def _holder(spans: list[_Span]) -> Holder:
    highest = min(spans, key=lambda span: ORDER.index(Level(span.row.level)))
    row, group = highest.row, highest.row.group
    planned = _planned_end(row) if highest.until is None else highest.until
    return Holder(
        person=row.person,
        group=group.nationalgroup if group else None,
        levels=frozenset(span.row.level for span in spans),
        since=min(span.row.granted_at for span in spans),
        until=planned,
        mandate_id=row.mandate_id,
        mandate=highest.mandate,
        handover=row.handover,
        stands_in=row.standin_id is not None,
    )


def _ended(over: list[_Span], holders: list[Holder]) -> list[Holder]:
    """What ended, a line for each holder and end; not what went on as something else."""
    still = {holder.key: holder.since for holder in holders}

    def moment(span: _Span) -> tuple[tuple[int, int], datetime]:
        return span.holder, span.until or timezone.now()

    lines = [_holder(list(each)) for _key, each in groupby(sorted(over, key=moment), key=moment)]
    gone = [
        line for line in lines
        if line.key not in still or (line.until and line.until < still[line.key])
    ]  # fmt: skip
    return sorted(gone, key=lambda line: line.until or timezone.now(), reverse=True)


def levels_of(holders: Iterable[Holder], *, person: int, groups: Iterable[int]) -> frozenset[str]:
    """The levels somebody holds, by name and through groups."""
    keys = {(0, person), *((group, 0) for group in groups)}
    return frozenset().union(*(holder.levels for holder in holders if holder.key in keys))


def highest(levels: Iterable[str]) -> str:
    """The highest level in words, "none" for nothing; headquarters contribute and oversee."""
    held = set(levels)
    top = next((level for level in ORDER if level in held), None)
    return str(top.label) if top else ""
