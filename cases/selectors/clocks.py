"""The clocks of a dossier, as its pages show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.zones import Zones
from cases import clocks
from cases.clocks import Course, Interval, Kind, SettledAs, Span
from cases.clocks.words import due_label
from cases.models import Clock, ClockInterval, Dossier, Entry
from cases.selectors import places


def of_dossier(dossier: Dossier) -> list[Clock]:
    """All clocks of a dossier with their intervals: running ones first, what is due first."""
    return sorted(of_dossier_by_key(dossier), key=_place)


def of_dossiers(dossiers: Iterable[Dossier]) -> dict[UUID, list[Clock]]:
    """The same for several dossiers, asked once for all."""
    found: dict[UUID, list[Clock]] = {each.pk: [] for each in dossiers}
    for clock in _with_intervals(Clock.objects.filter(dossier__in=list(found))):
        found[clock.dossier_id].append(clock)
    return {key: sorted(each, key=_place) for key, each in found.items()}


def of_dossier_by_key(dossier: Dossier) -> QuerySet[Clock]:
    """Clocks of a dossier, to choose one."""
    return _with_intervals(Clock.objects.filter(dossier=dossier))


def _with_intervals(found: QuerySet[Clock]) -> QuerySet[Clock]:
    found = found.select_related("settled_by", "started_by")
    intervals = ClockInterval.objects.order_by("starts_at", "pk")
    return found.prefetch_related(Prefetch("intervals", intervals))


def _place(clock: Clock) -> tuple[bool, bool, float, str]:
    moment = clock.settled_at or clock.due_at or clock.term_at
    later = -moment.timestamp() if clock.settled_at else moment.timestamp()
    return (clock.settled_at is not None, clock.paused_since is not None, later, str(clock.pk))


def answer_clock(dossier: Dossier) -> Clock | None:
    """The clock for the answer that is not settled."""
    return Clock.objects.filter(dossier=dossier, kind=Kind.ANSWER).unsettled().first()


def paused_by(entry: Entry) -> bool:
    """Whether this entry let a clock stand still."""
    return ClockInterval.objects.filter(entry=entry.pk).exists()


def first(found: Iterable["Told"]) -> "Told | None":
    """The clock a dossier's head shows: the earliest that runs, else one that stands still."""
    return next((clock for clock in found if clock.settled_at is None), None)


def course(clock: Clock, dossier: Dossier) -> Course:
    """What is computed with."""
    term = clocks.term_of(clock.rule)
    return Course(
        rule=clock.rule,
        starts_at=clock.starts_at,
        term_at=clock.term_at,
        intervals=tuple(
            Interval(each.starts_at, each.ends_at, each.kind, each.expected_until)
            for each in clock.intervals.all()
        ),
        country=dossier.host_country if term and term.host else dossier.owner,
    )


@dataclass(frozen=True)
class Told:
    """One clock in words."""

    id: UUID
    url: str
    kind: str
    label: str  # "Answer due"
    text: str
    starts_at: datetime
    due_at: datetime
    paused_since: datetime | None
    rule: str
    how: Sequence[str]
    pauses: Sequence[Span]
    line_ends_at: datetime  # of the drawing: while it stands still, as if it ran on now
    is_answer: bool
    waits: bool  # for somebody else
    late: bool  # settled after it was due
    settled_at: datetime | None
    settled: str
    note: str  # what was said with the pauses


def all_told(dossier: Dossier, zones: Zones) -> list[Told]:
    """All clocks of a dossier in words."""
    return [told(clock, dossier, zones) for clock in of_dossier(dossier)]


def told(clock: Clock, dossier: Dossier, zones: Zones) -> Told:
    """One clock in words, in the zones of the reader and of the owner."""
    home, found = places.home_of(dossier.owner), course(clock, dossier)
    open_ones = [each for each in clock.intervals.all() if each.ends_at is None]
    return Told(
        id=clock.pk,
        url=reverse("deadline", args=[dossier.reference, clock.pk]),
        kind=str(Kind(clock.kind).label),
        label=due_label(clock.kind),
        text=clock.text,
        starts_at=clock.starts_at,
        due_at=found.due_at,
        paused_since=found.paused_since if clock.settled_at is None else None,
        rule=clocks.in_short(found, home=home) or str(clocks.Rule.BY_HAND.label),
        how=clocks.explain(found, home=home, here=zones.here),
        pauses=found.spans,
        line_ends_at=found.due_at + (timezone.now() - found.paused_since)
        if found.paused_since
        else found.due_at,
        is_answer=clock.kind == Kind.ANSWER,
        late=clock.settled_at is not None and clock.settled_at > found.due_at,
        waits=clock.kind in (Kind.HOST_AUTHORITY, Kind.HEADQUARTERS, Kind.AUTHORISATION),
        settled_at=clock.settled_at,
        settled=_settled(clock),
        note=next((each.reason for each in open_ones if each.reason), ""),
    )


def _settled(clock: Clock) -> str:
    if clock.settled_at is None:
        return ""
    how = str(SettledAs(clock.settled_as).label)
    if clock.settled_by is None:
        return how
    return _("%(how)s, %(who)s") % {"how": how, "who": clock.settled_by}
