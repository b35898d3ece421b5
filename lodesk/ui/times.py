"""Times in words: how long until, when exactly, and in two zones at once.

Every function speaks the active language. "Here" is the active time zone, which the frame sets to
the zone of the desk the reader sits at (look/README.md, "Clock").
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Literal

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext, pgettext

from lodesk.ui.frame import Zone

Signal = Literal["late", "soon", "wait", ""]

_DAY = timedelta(days=1)
_LONGEST_DAY = timedelta(hours=25)  # the one on which summer time ends
_WEEK_OF_DAYS = 7


def signal(due_at: datetime | None, *, now: datetime, waiting: bool = False) -> Signal:
    """Say which sign stands before a due time: overdue, due today, waiting, or none."""
    if due_at is not None and due_at < now:
        return "late"
    # Later than the longest day lasts is not today anywhere; a list asks this in every row.
    if (
        due_at is not None
        and due_at - now <= _LONGEST_DAY
        and local_date(due_at) == local_date(now)
    ):
        return "soon"
    return "wait" if waiting else ""


@dataclass(frozen=True)
class Due:
    """A due time as a row of a list shows it."""

    signal: Signal
    relative: str
    absolute: str


def due(due_at: datetime, *, now: datetime, waiting: bool = False) -> Due:
    """Say everything a row of a list says about a due time."""
    return Due(
        signal(due_at, now=now, waiting=waiting),
        relative(due_at, now=now),
        absolute(due_at, now=now),
    )


def local_date(moment: datetime) -> date:
    """Give the calendar day of a moment where the reader sits."""
    return timezone.localtime(moment).date()


def relative(moment: datetime, *, now: datetime) -> str:
    """Say how far off a moment is: "in 1 h 53", "2 h 07 late", "in 3 days"."""
    distance = moment - now
    late = distance < timedelta(0)
    days, minutes = _whole(abs(distance))
    if days:
        return _days_in_words(days, late=late)
    values = {
        "hours": minutes // 60,
        "minutes": minutes % 60,
        "padded": f"{minutes % 60:02d}",
    }
    if minutes >= 60:
        return (
            gettext("%(hours)d h %(padded)s late") if late else gettext("in %(hours)d h %(padded)s")
        ) % values
    return (gettext("%(minutes)d min late") if late else gettext("in %(minutes)d min")) % values


def _whole(distance: timedelta) -> tuple[int, int]:
    """Split a distance into whole days, and whole minutes when it is under a day."""
    return distance // _DAY, distance // timedelta(minutes=1)


def _days_in_words(days: int, *, late: bool) -> str:
    if late:
        return ngettext("%(count)d day late", "%(count)d days late", days) % {"count": days}
    return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}


def absolute(moment: datetime, *, now: datetime) -> str:
    """Say when: "today 10:05", under seven days "Tue 08:00", then "30 Nov 12:00"."""
    local = timezone.localtime(moment)
    today = local_date(now)
    away = abs((local.date() - today).days)
    time = clock_time(local)
    if away == 0:
        return gettext("today %(time)s") % {"time": time}
    if away < _WEEK_OF_DAYS:
        return gettext("%(weekday)s %(time)s") % {
            "weekday": weekday(local),
            "time": time,
        }
    if local.year == today.year or away < 300:
        return gettext("%(date)s %(time)s") % {"date": short_date(local), "time": time}
    return dated(local)


def both(moment: datetime, *, here: Zone, home: Zone, named: bool = False) -> str:
    """Say a moment in two zones: "Mon 23 Nov, 16:05 (Brussels) · 10:05 here".

    `named` is for mail, where "here" means nothing:
    "Tue 24 Nov, 08:00 (Bogotá) · 14:00 (Brussels)".
    """
    first, second = (here, home) if named else (home, here)
    parts = two_zones(moment, first=first, second=second)
    text = gettext("%(when)s (%(place)s)") % {"when": parts.first, "place": first.label}
    if not parts.second:
        return text
    if named:
        other = gettext("%(when)s (%(place)s)") % {
            "when": parts.second,
            "place": second.label,
        }
    else:
        other = gettext("%(when)s here") % {"when": parts.second}
    return f"{text} · {other}"


@dataclass(frozen=True)
class TwoZones:
    """One moment as two texts; the second is empty when both clocks show the same."""

    first: str
    second: str


def two_zones(moment: datetime, *, first: Zone, second: Zone) -> TwoZones:
    """Write a moment fully in one zone and as short as is exact in the other."""
    one, other = moment.astimezone(first.tz), moment.astimezone(second.tz)
    if one.utcoffset() == other.utcoffset():
        return TwoZones(day_and_time(one), "")
    if one.date() == other.date():
        return TwoZones(day_and_time(one), clock_time(other))
    short = gettext("%(weekday)s %(time)s") % {
        "weekday": weekday(other),
        "time": clock_time(other),
    }
    return TwoZones(day_and_time(one), short)


def day_and_time(moment: datetime) -> str:
    """Write "Mon 23 Nov, 16:05" for a moment that is already in its zone."""
    return gettext("%(day)s, %(time)s") % {
        "day": day(moment),
        "time": clock_time(moment),
    }


def dated(moment: datetime) -> str:
    """Write "31 Dec 2026, 17:59"."""
    return gettext("%(day)s, %(time)s") % {
        "day": full_date(moment),
        "time": clock_time(moment),
    }


def short_stamp(moment: datetime) -> str:
    """Write "17 Nov, 09:02"."""
    return gettext("%(day)s, %(time)s") % {
        "day": short_date(moment),
        "time": clock_time(moment),
    }


def clock_time(moment: datetime) -> str:
    """Write "16:05"; the same in all four languages."""
    return f"{moment:%H:%M}"


def day(moment: date) -> str:
    """Write "Mon 23 Nov"."""
    return gettext("%(weekday)s %(date)s") % {
        "weekday": weekday(moment),
        "date": short_date(moment),
    }


def short_date(moment: date) -> str:
    """Write "23 Nov"."""
    return gettext("%(day)d %(month)s") % {"day": moment.day, "month": month(moment)}


def full_date(moment: date) -> str:
    """Write "23 Nov 2026"."""
    return gettext("%(date)s %(year)d") % {
        "date": short_date(moment),
        "year": moment.year,
    }


def weekday(moment: date) -> str:
    """Write "Mon"."""
    return _weekdays(get_language())[moment.weekday()]


def month(moment: date) -> str:
    """Write "Nov"."""
    return _months(get_language())[moment.month - 1]


# A list writes a date in every row: the names are looked up once a language, not once a name.


@cache
def _weekdays(_language: str | None) -> tuple[str, ...]:
    """Django's own short names lack the full stop German and French want."""
    return (
        pgettext("short weekday", "Mon"),
        pgettext("short weekday", "Tue"),
        pgettext("short weekday", "Wed"),
        pgettext("short weekday", "Thu"),
        pgettext("short weekday", "Fri"),
        pgettext("short weekday", "Sat"),
        pgettext("short weekday", "Sun"),
    )


@cache
def _months(_language: str | None) -> tuple[str, ...]:
    return (
        pgettext("short month", "Jan"),
        pgettext("short month", "Feb"),
        pgettext("short month", "Mar"),
        pgettext("short month", "Apr"),
        pgettext("short month", "May"),
        pgettext("short month", "Jun"),
        pgettext("short month", "Jul"),
        pgettext("short month", "Aug"),
        pgettext("short month", "Sep"),
        pgettext("short month", "Oct"),
        pgettext("short month", "Nov"),
        pgettext("short month", "Dec"),
    )
