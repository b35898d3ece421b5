"""Working days of a country, and months, counted where the country is.

The calendars of public holidays are a library's: nobody here keeps one by hand.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache

import holidays

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class Place:
    """Where days are counted: whose public holidays, and by which clock."""

    country: str
    tz: tzinfo


def is_working_day(day: date, country: str) -> bool:
    """Whether offices of a country work on a day; Saturdays and Sundays where it is unknown."""
    calendar = _calendar(country)
    if calendar is None:
        return day.weekday() < _SATURDAY
    return calendar.is_working_day(day)


@cache
def _calendar(country: str) -> holidays.HolidayBase | None:
    if country not in holidays.list_supported_countries():
        return None
    return holidays.country_holidays(country)


def after_working_days(start: datetime, days: int, place: Place) -> datetime:
    """The same time of the day so many working days later; the first day is not counted."""
    local = start.astimezone(place.tz)
    day, left = local.date(), days
    while left:
        day += _DAY
        left -= is_working_day(day, place.country)
    return _at(day, local)


def after_months(start: datetime, months: int, place: Place) -> datetime:
    """The same day so many months later, or the last of a month that is shorter."""
    local = start.astimezone(place.tz)
    years, month = divmod(local.month - 1 + months, 12)
    year, month = local.year + years, month + 1
    return _at(date(year, month, min(local.day, monthrange(year, month)[1])), local)


def _at(day: date, local: datetime) -> datetime:
    """That time of the day there; what the change to summer time leaves out comes an hour later."""
    moment = datetime.combine(day, local.time(), tzinfo=local.tzinfo)
    return moment.astimezone(UTC)
