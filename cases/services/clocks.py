"""Start, pause, resume and settle the clocks of a dossier.

What follows from it (due times, the next reminder) PostgreSQL derives itself.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import notify, policy
from cases.clocks import RULES, IntervalKind, Kind, Rule, SettledAs, due
from cases.models import Clock, ClockInterval, Dossier, Entry
from cases.selectors import places
from cases.selectors.clocks import answer_clock
from cases.services.journal import log
from cases.states import Step

if TYPE_CHECKING:
    from accounts.models import User


def hold(dossier: Dossier) -> None:
    """Let whoever changes clocks of this dossier at the same time wait, each time in one order.

    Clocks first and the dossier, whose due time follows from them, last: nobody waits in a circle.
    """
    rows = Clock.objects.filter(dossier=dossier).unsettled().order_by("pk")
    list(rows.select_for_update(no_key=True, of=("self",)).values_list("pk"))


@transaction.atomic
def start(
    *,
    dossier: Dossier,
    by: "User",
    kind: str,
    rule: str,
    starts_at: datetime,
    entry: Entry | None = None,
    text: str = "",
    due_at: datetime | None = None,
) -> Clock:
    """Start a clock by a rule, or until a time set by hand (`rule=""` and `due_at`).

    A clock for the answer takes the place of the one before, with its pauses.
    """
    hold(dossier)
    dossier = Dossier.objects.visible_to(by).select_related("desk").get(pk=dossier.pk)
    policy.require(by, Step.CONTRIBUTE, dossier)
    if rule not in RULES[kind]:
        raise ValueError(f"a clock of the kind {kind} does not follow the rule {rule!r}")
    if kind == Kind.ANSWER:
        return _answer(dossier, by, rule, starts_at, entry=entry, text=text, due_at=due_at)
    return _start(dossier, by, kind, rule, starts_at, entry=entry, text=text, due_at=due_at)


def _start(
    dossier: Dossier,
    by: "User",
    kind: str,
    rule: str,
    starts_at: datetime,
    *,
    due_at: datetime | None,
    **more: Any,
) -> Clock:
    term_at = term(dossier, rule, starts_at) or due_at
    if term_at is None:
        raise ValueError("a clock that follows no rule needs its due time")
    clock = Clock(
        dossier=dossier,
        kind=kind,
        rule=rule,
        starts_at=starts_at,
        term_at=term_at,
        started_by_id=by.pk,
        **more,
    )
    Clock.objects.bulk_create([clock])
    clock.refresh_from_db(fields=["due_at"])
    log(by, "clock.started", dossier, kind=kind, rule=rule, due_at=term_at)
    return clock


def term(dossier: Dossier, rule: str, starts_at: datetime) -> datetime | None:
    """When something is due on this dossier by a rule, without any pause."""
    owner, host = places.of_working_days(dossier)
    return due(rule, starts_at, owner=owner, host=host)


def _answer(dossier: Dossier, by: "User", rule: str, starts_at: datetime, **more: Any) -> Clock:
    """Another clock for the answer: what was recorded of pauses goes on to count."""
    before = answer_clock(dossier)
    if before is not None:
        settle(clock=before, by=by, settled_as=SettledAs.REPLACED)
    try:
        with transaction.atomic():
            clock = _start(dossier, by, Kind.ANSWER, rule, starts_at, **more)
    except IntegrityError as error:  # somebody else started one at the same time
        if "one_answer_clock_runs" not in str(error):
            raise
        raise PermissionDenied(_no_longer()) from error
    if before is not None:
        ClockInterval.objects.bulk_create(_taken_along(before, clock, by))
        clock.refresh_from_db(fields=["due_at", "paused_since"])
    return clock


def _taken_along(before: Clock, clock: Clock, by: "User") -> list[ClockInterval]:
    kept = ("kind", "starts_at", "ends_at", "expected_until", "reason", "asker_told_at")
    return [
        ClockInterval(
            clock=clock,
            started_by_id=by.pk,
            ended_by_id=by.pk if each.ends_at else None,
            entry_id=each.entry_id,
            ending_entry_id=each.ending_entry_id,
            **{name: getattr(each, name) for name in kept},
        )
        for each in before.intervals.all()
    ]


@transaction.atomic
def pause(
    *,
    clock: Clock,
    by: "User",
    kind: str,
    starts_at: datetime,
    entry: Entry | None = None,
    expected_until: datetime | None = None,
    reason: str = "",
    asker_told_at: datetime | None = None,
) -> ClockInterval:
    """Let a clock for an answer stand still.

    A clarification: from when the asker received the question. A judicial authorisation: the asker
    is told at once how long it will take and why (Directive (EU) 2023/977, art. 5(2)); that is
    recorded, now unless another moment is named, and who asked inside this house is told, too.
    That it should have come is a deadline of its own, with its reminders, until it has.
    """
    dossier = _contributed(clock, by)
    clock = Clock.objects.get(pk=clock.pk)  # as whoever held it before has left it
    if clock.kind != Kind.ANSWER or clock.settled_at is not None:
        raise PermissionDenied(_("Only a clock for an answer that runs can be paused."))
    if clock.intervals.filter(kind=kind, ends_at__isnull=True).exists():
        raise PermissionDenied(_("The clock stands still already: somebody recorded it before."))
    asks_court = kind == IntervalKind.AUTHORISATION
    if asks_court and not (reason and expected_until and expected_until > starts_at):
        raise ValidationError(
            _("Say why, and until when it is expected to take: the asker is told.")
        )
    interval = ClockInterval(
        clock=clock,
        kind=kind,
        starts_at=starts_at,
        started_by_id=by.pk,
        entry=entry,
        expected_until=expected_until,
        reason=reason,
        asker_told_at=(asker_told_at or timezone.now()) if asks_court else None,
    )
    ClockInterval.objects.bulk_create([interval])
    log(by, "clock.paused", dossier, kind=kind, since=starts_at, until=expected_until)
    if asks_court and expected_until:
        await_court(
            dossier=dossier, by=by, since=starts_at, expected_until=expected_until, entry=entry
        )
        notify.extended(dossier, clock, interval, by=by)
    return interval


def await_court(
    *,
    dossier: Dossier,
    by: "User",
    since: datetime,
    expected_until: datetime,
    entry: Entry | None = None,
) -> Clock:
    """Until when an authorisation is expected is a deadline: past it, the ladder is told."""
    return start(
        dossier=dossier,
        by=by,
        kind=Kind.AUTHORISATION,
        rule=Rule.BY_HAND,
        starts_at=since,
        entry=entry,
        due_at=expected_until,
    )


@transaction.atomic
def resume(
    *, interval: ClockInterval, by: "User", ends_at: datetime, entry: Entry | None = None
) -> Clock:
    """End an interval: the answer came, or the authorisation; the clock runs on unless another."""
    clock = Clock.objects.get(pk=interval.clock_id)
    dossier = _contributed(clock, by)
    if ends_at < interval.starts_at:
        raise ValidationError(_("This must come after the beginning."))
    done = ClockInterval.objects.filter(
        pk=interval.pk, ends_at__isnull=True, clock__settled_at__isnull=True
    ).update(ends_at=ends_at, ended_by=by.pk, ending_entry=entry)
    if not done:
        raise PermissionDenied(_no_longer())
    log(by, "clock.resumed", dossier, kind=interval.kind, until=ends_at)
    if interval.expected_until is not None:
        expected = Clock.objects.filter(
            dossier=dossier,
            kind=Kind.AUTHORISATION,
            starts_at=interval.starts_at,
            term_at=interval.expected_until,
        )
        for each in expected.unsettled():
            settle(clock=each, by=by, at=ends_at, entry=entry)
    clock.refresh_from_db()
    return clock


@transaction.atomic
def settle(
    *,
    clock: Clock,
    by: "User",
    at: datetime | None = None,
    entry: Entry | None = None,
    settled_as: SettledAs = SettledAs.DONE,
) -> Clock:
    """What was due has happened, or is no longer needed. It is said once and stays.

    With an answer goes what was expected of a court; with that the pause it is for.
    """
    hold(clock.dossier)
    clock = Clock.objects.get(pk=clock.pk)  # as whoever held it before has left it
    dossier = Dossier.objects.visible_to(by).get(pk=clock.dossier_id)
    decision = policy.may_settle(by, clock, dossier)
    if not decision:
        raise PermissionDenied(decision.reason)
    done = (
        Clock.objects.filter(pk=clock.pk)
        .unsettled()
        .update(
            settled_at=at or timezone.now(),
            settled_as=settled_as,
            settled_by=by.pk,
            settling_entry=entry,
        )
    )
    if not done:
        raise PermissionDenied(_no_longer())
    log(by, "clock.settled", dossier, kind=clock.kind, outcome=settled_as.value)
    clock.refresh_from_db()
    if clock.kind == Kind.ANSWER and settled_as != SettledAs.REPLACED:
        court_is_not_needed(dossier, by, entry)
    elif clock.kind == Kind.AUTHORISATION:
        _court_is_not_waited_for(clock, by, entry)
    return clock


def court_is_not_needed(dossier: Dossier, by: "User", entry: Entry | None) -> None:
    """The answer has gone out, or is not asked for any more: nothing is expected of a court."""
    for clock in Clock.objects.filter(dossier=dossier, kind=Kind.AUTHORISATION).unsettled():
        settle(clock=clock, by=by, entry=entry, settled_as=SettledAs.DROPPED)


def _court_is_not_waited_for(clock: Clock, by: "User", entry: Entry | None) -> None:
    """Whoever settles the deadline of an authorisation by hand ends the pause it is for, too."""
    pauses = ClockInterval.objects.filter(
        clock__dossier=clock.dossier_id,
        clock__settled_at__isnull=True,
        kind=IntervalKind.AUTHORISATION,
        starts_at=clock.starts_at,
        expected_until=clock.term_at,
        ends_at__isnull=True,
    )
    for each in pauses:
        ends_at = max(clock.settled_at or timezone.now(), each.starts_at)
        resume(interval=each, by=by, ends_at=ends_at, entry=entry)


def look(*, dossier: Dossier, by: "User") -> None:
    """Log that a person looked at what is due on a dossier (LED art. 25)."""
    log(by, "clocks.viewed", dossier)


def _contributed(clock: Clock, by: "User") -> Dossier:
    hold(clock.dossier)
    dossier = Dossier.objects.visible_to(by).get(pk=clock.dossier_id)
    policy.require(by, Step.CONTRIBUTE, dossier)
    return dossier


def _no_longer() -> str:
    return _("This step is no longer possible.")
