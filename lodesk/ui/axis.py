"""A time axis for a column of spans: who could see since when, until when.

Positions in percent, like the clock rule (look/README.md, "Who can see"). Here also: how far time
reaches at all. What lies outside is a slip, and near the ends of the calendar no arithmetic works.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

FIRST_YEAR, LAST_YEAR = 1990, 2100
_FARTHEST = timedelta(hours=14)  # from UTC: no clock on earth is farther off

_MARGIN = 0.02
_ROOM = 16.0  # percent a label needs to stand clear of the next


def in_reach(day: date) -> bool:
    """Whether a day, or a moment, lies in the years that dossiers are about."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def on_earth(moment: datetime) -> bool:
    """Whether an aware moment is told by a clock that can exist."""
    offset = moment.utcoffset()
    return offset is not None and abs(offset) <= _FARTHEST and not offset % timedelta(minutes=1)


@dataclass(frozen=True)
class Bar:
    """A span on the axis; the open part, if any, runs dashed to the end of the axis."""

    x1: float
    x2: float
    fixed_end: bool

    @property
    def width(self) -> float:
        """How much of the axis it covers."""
        return round(self.x2 - self.x1, 3)


@dataclass(frozen=True)
class Tick:
    """A moment named over the axis."""

    x: float
    moment: datetime
    anchor: str = "middle"


@dataclass(frozen=True)
class TimeAxis:
    """One scale for all rows of a table, with an unbroken line at `now`."""

    start: datetime
    end: datetime
    now: datetime

    @classmethod
    def around(
        cls,
        *,
        now: datetime,
        since: Iterable[datetime],
        until: Iterable[datetime | None],
    ) -> Self:
        """Span all rows, and leave room after now for the ends that are still open."""
        first = min([*since, now])
        fixed = [moment for moment in until if moment is not None]
        last = max([*fixed, now + max(now - first, timedelta(days=7)) / 4])
        room = (last - first) * _MARGIN
        return cls(start=first - room, end=last + room, now=now)

    def x(self, moment: datetime) -> float:
        """Place a moment on the axis, in percent; outside it, at its edge."""
        inside = min(max(moment, self.start), self.end)
        return round(100 * ((inside - self.start) / (self.end - self.start)), 3)

    @property
    def now_x(self) -> float:
        """Where now is."""
        return self.x(self.now)

    def bar(self, since: datetime, until: datetime | None) -> Bar:
        """Place a span: solid until its end; without an end, solid until now."""
        if until is None:
            return Bar(self.x(since), max(self.x(since), self.now_x), fixed_end=False)
        return Bar(self.x(since), self.x(until), fixed_end=True)

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """Name the end of the axis, and the first day of a month between, where there is room."""
        last = self.end - (self.end - self.start) * _MARGIN
        ticks = [Tick(self.x(last), last, "middle" if self.x(last) < 92 else "end")]
        month = (self.now + timedelta(days=31)).replace(day=1)
        first = (self.now.replace(day=1) + timedelta(days=31)).replace(day=1)
        for moment in (first, month):
            far = min(abs(self.x(moment) - each) for each in (self.now_x, ticks[0].x))
            if far > _ROOM and all(tick.moment != moment for tick in ticks):
                ticks.append(Tick(self.x(moment), moment))
                break
        return tuple(tick for tick in ticks if abs(tick.x - self.now_x) > _ROOM)
