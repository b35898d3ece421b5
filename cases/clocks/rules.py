"""How long a rule gives, from when it counts, and where that is written.

Directive (EU) 2023/977, art. 5(1), counts hours and calendar days from the receipt of a request,
without working days (domain.md R5.1). Working days stand in national rules and in those of the
desks: ten of the host country for a question to its authority, two for one to headquarters.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.clocks.calendars import Place, after_months, after_working_days

# D977 art. 16(4) allows no later review; the longest six months of a calendar, and summer time.
SIX_MONTHS_AT_MOST = timedelta(days=184, hours=1)


class Kind(models.TextChoices):
    """What is to happen before a due time."""

    ANSWER = "answer", pgettext_lazy("deadline", "Answer")
    CONFIRMATION = "confirmation", pgettext_lazy("deadline", "Written confirmation")
    HOST_AUTHORITY = "host_authority", pgettext_lazy("deadline", "Answer of the host authority")
    HEADQUARTERS = "headquarters", pgettext_lazy("deadline", "Answer of headquarters")
    AUTHORISATION = "authorisation", pgettext_lazy("deadline", "Judicial authorisation")
    REVIEW = "review", pgettext_lazy("deadline", "Review")
    FIRST_LOOK = "first_look", pgettext_lazy("deadline", "First look")
    OWN = "own", pgettext_lazy("deadline", "Own deadline")


class Rule(models.TextChoices):
    """How a due time comes about."""

    BY_HAND = "", _("set by hand")
    EIGHT_HOURS = "8h", _("8 hours: urgent, directly accessible")
    THREE_DAYS = "3d", _("3 calendar days: urgent, indirectly accessible")
    SEVEN_DAYS = "7d", _("7 calendar days: every other request")
    TEN_DAYS_OWNER = "10wd_owner", _("10 working days of the owner country: national rule")
    DAY = "24h", _("24 hours: an oral exchange is confirmed in writing")
    TEN_DAYS_HOST = "10wd_host", _("10 working days of the host country")
    FIVE_DAYS_HOST = "5wd_host", _("5 working days of the host country: reminder")
    TWO_DAYS_OWNER = "2wd_owner", _("2 working days of the owner country")
    SIX_MONTHS = "6m", _("6 months: review after closing")
    ONE_HOUR = "1h", _("1 hour: somebody looks at an urgent dossier")


class SettledAs(models.TextChoices):
    """How a clock came to its end."""

    RUNNING = "", pgettext_lazy("deadline", "running")
    DONE = "done", pgettext_lazy("deadline", "done")
    REPLACED = "replaced", pgettext_lazy("deadline", "replaced")
    DROPPED = "dropped", pgettext_lazy("deadline", "no longer needed")


@dataclass(frozen=True)
class Term:
    """How long a rule gives: a length of time, or working days or months of a country."""

    article: str = ""  # of Directive (EU) 2023/977
    treaty: str = ""  # of the Benelux police treaty 2018
    desks: bool = False  # the desks set it themselves: an alert nobody holds (product.md section 5)
    length: timedelta | None = None
    working_days: int = 0
    months: int = 0
    host: bool = False  # days of the host country; else of the owner


TERMS: dict[str, Term] = {
    Rule.EIGHT_HOURS: Term(article="5(1)(a)", length=timedelta(hours=8)),
    Rule.THREE_DAYS: Term(article="5(1)(b)", length=timedelta(days=3)),
    Rule.SEVEN_DAYS: Term(article="5(1)(c)", length=timedelta(days=7)),
    Rule.TEN_DAYS_OWNER: Term(working_days=10),
    Rule.DAY: Term(treaty="12(2)", length=timedelta(hours=24)),
    Rule.TEN_DAYS_HOST: Term(working_days=10, host=True),
    Rule.FIVE_DAYS_HOST: Term(working_days=5, host=True),
    Rule.TWO_DAYS_OWNER: Term(working_days=2),
    Rule.SIX_MONTHS: Term(article="16(4)", months=6),
    Rule.ONE_HOUR: Term(desks=True, length=timedelta(hours=1)),
}
ANSWER_RULES = (
    Rule.BY_HAND, Rule.EIGHT_HOURS, Rule.THREE_DAYS, Rule.SEVEN_DAYS, Rule.TEN_DAYS_OWNER,
)  # fmt: skip
# Which rules a kind of clock can follow, the usual one first.
RULES: dict[str, tuple[Rule, ...]] = {
    Kind.ANSWER: ANSWER_RULES,
    Kind.CONFIRMATION: (Rule.DAY,),
    Kind.HOST_AUTHORITY: (Rule.TEN_DAYS_HOST, Rule.FIVE_DAYS_HOST, Rule.BY_HAND),
    Kind.HEADQUARTERS: (Rule.TWO_DAYS_OWNER, Rule.BY_HAND),
    Kind.AUTHORISATION: (Rule.BY_HAND,),  # until when it is expected to take
    Kind.REVIEW: (Rule.SIX_MONTHS, Rule.BY_HAND),
    Kind.FIRST_LOOK: (Rule.ONE_HOUR,),
    Kind.OWN: (Rule.BY_HAND,),
}


def term_of(rule: str) -> Term | None:
    """What a rule gives; None for a time set by hand, and for a rule nobody knows."""
    return TERMS.get(rule)


def due(rule: str, starts_at: datetime, *, owner: Place, host: Place) -> datetime | None:
    """When something is due by a rule, without any pause; None for a due time set by hand.

    Lengths are counted in UTC: hours are hours, also in the night when summer time ends.
    """
    term = term_of(rule)
    if term is None:
        return None
    place = host if term.host else owner
    if term.working_days:
        return after_working_days(starts_at, term.working_days, place)
    if term.months:
        return after_months(starts_at, term.months, place)
    return starts_at.astimezone(UTC) + (term.length or timedelta(0))
