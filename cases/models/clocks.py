"""Clocks: what is due on a dossier, by which rule, and the intervals in which a clock stands still.

Rows are added, ended and settled, never edited: `due_at` and `paused_since` follow from them by
trigger (cases/sql/27_clocks.sql), and the earliest running clock is the due time of the dossier.
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from cases.clocks import RULES, SIX_MONTHS_AT_MOST, IntervalKind, Kind, Rule, SettledAs, term_of
from cases.models.checks import in_our_time, one_of
from cases.models.dossiers import Dossier
from cases.models.entries import Entry


def _rule_fits_kind() -> Q:
    """A kind of clock follows its rules and no other."""
    condition = Q()
    for kind, rules in RULES.items():
        condition |= Q(kind=kind, rule__in=[rule.value for rule in rules])
    return condition


def _term_follows_rule() -> Q:
    """A rule of hours or calendar days gives that time, to the second; no review comes later."""
    condition = Q()
    for rule in Rule:
        term = term_of(rule)
        if term is not None and term.length is not None:
            condition &= ~Q(rule=rule.value) | Q(term_at=F("starts_at") + term.length)
        elif term is not None:
            condition &= ~Q(rule=rule.value) | Q(term_at__gt=F("starts_at"))
    return condition & (~Q(kind=Kind.REVIEW) | Q(term_at__lte=F("starts_at") + SIX_MONTHS_AT_MOST))


class ClockQuerySet(models.QuerySet["Clock"]):
    """Clocks by state."""

    def unsettled(self) -> "ClockQuerySet":
        """Clocks that run or stand still."""
        return self.filter(settled_at__isnull=True)


class Clock(models.Model):
    """One thing that is due on a dossier."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="clocks")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    rule = models.CharField(_("how long"), max_length=20, choices=Rule.choices, blank=True)
    text = models.CharField(_("what is promised"), max_length=120, blank=True)
    starts_at = models.DateTimeField(_("from"))
    # When it is due without any pause: by the rule, or set by hand.
    term_at = models.DateTimeField(_("due"))
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, related_name="+")

    settled_at = models.DateTimeField(null=True)
    settled_as = models.CharField(max_length=10, choices=SettledAs.choices, blank=True)
    settled_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    settling_entry = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, related_name="+")

    # Derived by trigger, as `told` and what follows: how far the reminders have come.
    due_at = models.DateTimeField(null=True, editable=False)
    paused_since = models.DateTimeField(null=True, editable=False)
    told = models.PositiveSmallIntegerField(default=0, editable=False)
    told_at = models.DateTimeField(null=True, editable=False)
    tell_at = models.DateTimeField(null=True, editable=False)

    objects = ClockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(kind=Kind.ANSWER, settled_at__isnull=True),
                name="one_answer_clock_runs",
            ),
            models.CheckConstraint(condition=_rule_fits_kind(), name="clock_rule_fits_kind"),
            models.CheckConstraint(condition=_term_follows_rule(), name="clock_term_follows_rule"),
            models.CheckConstraint(
                condition=Q(
                    settled_at__isnull=True,
                    settled_as=SettledAs.RUNNING,
                    settled_by__isnull=True,
                    settling_entry__isnull=True,
                )
                | (Q(settled_at__isnull=False) & ~Q(settled_as=SettledAs.RUNNING)),
                name="clock_says_how_it_was_settled",
            ),
            one_of("settled_as", SettledAs.values, name="clock_settled_as"),
            in_our_time("starts_at", "term_at", "settled_at", name="clock_in_our_time"),
        ]
        indexes = [
            models.Index(fields=["dossier", "due_at"], name="clock_by_dossier"),
            models.Index(
                fields=["tell_at"], name="clock_to_tell", condition=Q(tell_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.term_at}"


class ClockInterval(models.Model):
    """Time in which a clock stands still: a clarification is out, or a court is asked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="intervals")
    kind = models.CharField(max_length=14, choices=IntervalKind.choices)
    starts_at = models.DateTimeField(_("from"))
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, related_name="+")
    # Of an authorisation the asker is told at once how long it will take, and why: art. 5(2).
    expected_until = models.DateTimeField(_("expected until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    asker_told_at = models.DateTimeField(_("the asker was told"), null=True, blank=True)

    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    ended_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    ending_entry = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                name="interval_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(kind=IntervalKind.AUTHORISATION)
                | (
                    Q(expected_until__isnull=False, expected_until__gt=F("starts_at"))
                    & Q(asker_told_at__isnull=False)
                    & ~Q(reason="")
                ),
                name="of_an_authorisation_the_asker_is_told",
            ),
            one_of("kind", IntervalKind.values, name="interval_kind"),
            in_our_time(
                "starts_at", "ends_at", "expected_until", "asker_told_at",
                name="interval_in_our_time",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["clock", "starts_at"], name="interval_by_clock")]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at}"
