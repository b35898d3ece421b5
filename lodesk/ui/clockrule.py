"""The clock rule: the line under a dossier's head, from receipt to due, to scale.

Pure geometry in percent of the width, so that the drawing is exact at every width and its words
are never stretched (look/README.md, "Clock rule").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal, Protocol

# A tick every so often, the first that leaves at most this many on the line.
_MOST_TICKS = 16
_HOURS = (1, 2, 3, 6, 12)
_DAY = timedelta(days=1)
_HATCH_EVERY = 0.49  # percent: 6 px at 1224
_LABEL_ROOM = 12.0  # percent a label of one end needs on a wide page
_LABEL_ROOM_NARROW = 34.0  # the same on a phone


class Pause(Protocol):
    """An interval in which the clock stood still; an open one has no end."""

    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime | None: ...


@dataclass(frozen=True)
class Span:
    """A stretch of the line."""

    x1: float
    x2: float

    @property
    def width(self) -> float:
        """How much of the line it covers."""
        return round(self.x2 - self.x1, 3)


@dataclass(frozen=True)
class PausedSpan:
    """A stretch in which the clock stood still, with the strokes of its hatch."""

    span: Span
    strokes: tuple[float, ...]
    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class ClockRule:
    """Everything the drawing needs. Positions are percent of the width."""

    start: datetime
    due: datetime
    now: datetime
    state: Literal["left", "late"]
    elapsed: tuple[Span, ...]
    paused: tuple[PausedSpan, ...]
    remaining: Span
    ticks: tuple[float, ...]
    now_x: float
    due_x: float

    @property
    def late(self) -> bool:
        """The due time has passed: the signal runs from the due mark to now."""
        return self.state == "late"

    @property
    def inner_x(self) -> float:
        """Where the mark between the ends stands: now, or due once it has passed."""
        return self.due_x if self.late else self.now_x

    @property
    def inner_room(self) -> str:
        """Where the words of the inner mark have room: "wide narrow", "wide" or ""."""
        narrow = _LABEL_ROOM_NARROW * 1.5 <= self.inner_x <= 100 - _LABEL_ROOM_NARROW
        wide = _LABEL_ROOM * 1.5 <= self.inner_x <= 100 - _LABEL_ROOM * 0.7
        return "wide narrow" if narrow and wide else "wide" if wide else ""

    @property
    def labelled_pause(self) -> PausedSpan | None:
        """The first pause whose words fit between the start and the inner mark."""
        for pause in self.paused:
            if _LABEL_ROOM <= pause.span.x1 <= self.inner_x - 2 * _LABEL_ROOM:
                return pause
        return None


def clock_rule(
    *,
    start: datetime,
    due: datetime,
    now: datetime,
    pauses: Sequence[Pause] = (),
    zone: tzinfo = UTC,
) -> ClockRule | None:
    """Compute the rule; None when there is no line to draw (due at or before receipt)."""
    if due <= start or now < start:
        return None
    line = _Line(start, max(due, now))
    paused = tuple(line.paused(start, min(due, now), pauses, now))
    return ClockRule(
        start=start,
        due=due,
        now=now,
        state="late" if now > due else "left",
        elapsed=tuple(_between(Span(0.0, line.x(min(due, now))), paused)),
        paused=paused,
        remaining=Span(line.x(min(due, now)), 100.0),
        ticks=tuple(line.ticks(zone)),
        now_x=line.x(now),
        due_x=line.x(due),
    )


@dataclass(frozen=True)
class _Line:
    start: datetime
    end: datetime

    def x(self, moment: datetime) -> float:
        inside = min(max(moment, self.start), self.end)
        return round(100 * ((inside - self.start) / (self.end - self.start)), 3)

    def paused(
        self, first: datetime, last: datetime, pauses: Sequence[Pause], now: datetime
    ) -> Iterator[PausedSpan]:
        for pause in sorted(pauses, key=lambda each: each.start):
            begin, finish = max(pause.start, first), min(pause.end or now, last)
            if begin < finish:
                span = Span(self.x(begin), self.x(finish))
                yield PausedSpan(span, tuple(_hatch(span)), pause.start, pause.end)

    def ticks(self, zone: tzinfo) -> Iterator[float]:
        """Tick whole hours, days, Mondays or months of the reader's calendar, summer time too."""
        length = self.end - self.start
        hours = next((each for each in _HOURS if length <= _MOST_TICKS * timedelta(hours=each)), 24)
        day = self.start.astimezone(zone).date()
        while day <= self.end.astimezone(zone).date():
            if _ticked(day, length):
                for hour in range(0, 24, hours):
                    moment = datetime.combine(day, time(hour), tzinfo=zone)
                    if self.start < moment < self.end:
                        yield self.x(moment)
            day += _DAY


def _ticked(day: date, length: timedelta) -> bool:
    """Say whether a day is ticked: all, on a long line Mondays, on a very long one months."""
    if length <= _MOST_TICKS * _DAY:
        return True
    if length <= _MOST_TICKS * 7 * _DAY:
        return day.weekday() == 0
    return day.day == 1


def _hatch(span: Span) -> Iterator[float]:
    strokes = max(1, int(span.width / _HATCH_EVERY))
    for stroke in range(strokes):
        yield round(span.x1 + span.width * (stroke + 0.5) / strokes, 3)


def _between(whole: Span, paused: Sequence[PausedSpan]) -> Iterator[Span]:
    begin = whole.x1
    for pause in paused:
        if pause.span.x1 > begin:
            yield Span(begin, pause.span.x1)
        begin = max(begin, pause.span.x2)
    if begin < whole.x2:
        yield Span(begin, whole.x2)
