"""What recorded intervals do to a due time.

A clarification suspends the clock from when the asker received the question until it is answered
(Directive (EU) 2023/977, art. 6(3)); a judicial authorisation extends it for as long as it takes
(art. 5(2)). Intervals that overlap count once, and what begins after the due time changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db import models
from django.utils.translation import gettext_lazy as _


class IntervalKind(models.TextChoices):
    """Why a clock stands still."""

    CLARIFICATION = "clarification", _("clarification")
    AUTHORISATION = "authorisation", _("judicial authorisation")


@dataclass(frozen=True)
class Interval:
    """One interval as it was recorded; an open one has no end."""

    starts_at: datetime
    ends_at: datetime | None = None
    kind: str = IntervalKind.CLARIFICATION
    expected_until: datetime | None = None


@dataclass(frozen=True)
class Span:
    """Time in which the clock stood still, overlaps taken together; open without an end."""

    start: datetime
    end: datetime | None

    @property
    def length(self) -> timedelta:
        """How long it was; nothing yet for an open one."""
        return self.end - self.start if self.end else timedelta(0)


@dataclass(frozen=True)
class Course:
    """The course of one clock: its rule, its term, and what was recorded of it."""

    rule: str
    starts_at: datetime
    term_at: datetime  # when it is due without any pause
    intervals: tuple[Interval, ...] = ()
    country: str = ""  # whose working days are counted

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """The pauses that count, in their order."""
        return tuple(_counted(self.starts_at, self.term_at, self.intervals))

    @property
    def due_at(self) -> datetime:
        """When it is due, as far as that is known: an open pause has not moved it yet."""
        return self.term_at + self.paused

    @property
    def paused(self) -> timedelta:
        """How long it stood still in pauses that have ended."""
        return sum((span.length for span in self.spans), timedelta(0))

    @property
    def paused_since(self) -> datetime | None:
        """Since when it stands still; None while it runs."""
        return next((span.start for span in self.spans if span.end is None), None)

    @property
    def expected_at(self) -> datetime | None:
        """When it would be due if the open pauses end as they are expected to."""
        since = self.paused_since
        expected = [
            each.expected_until
            for each in self.intervals
            if each.ends_at is None and each.expected_until is not None
        ]
        if since is None or not expected or max(expected) <= since:
            return None
        return self.due_at + (max(expected) - since)


def _counted(start: datetime, term_at: datetime, found: Iterable[Interval]) -> Iterable[Span]:
    due_at, reached = term_at, start
    for each in _together(found):
        begins = max(each.start, reached)
        if begins >= due_at:
            return
        if each.end is None:
            yield Span(begins, None)
            return
        if each.end > begins:
            yield Span(begins, each.end)
            due_at += each.end - begins
            reached = each.end


def _together(found: Iterable[Interval]) -> Iterable[Span]:
    """Intervals that touch or overlap as one, in their order."""
    spans: list[Span] = []
    for each in sorted(found, key=lambda interval: interval.starts_at):
        last = spans[-1] if spans else None
        if last is None or (last.end is not None and each.starts_at > last.end):
            spans.append(Span(each.starts_at, each.ends_at))
        elif last.end is not None and (each.ends_at is None or each.ends_at > last.end):
            spans[-1] = Span(last.start, each.ends_at)
    return spans
