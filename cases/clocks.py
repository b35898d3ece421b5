"""When an answer is due: computed from a rule and the receipt, never counted by hand.

Pure functions. The rules are those of Directive (EU) 2023/977, art. 5(1); domain.md R5.1: a clock
starts on receipt of the request and runs in hours and calendar days, without working days.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lodesk.ui import times
from lodesk.ui.frame import Zone


class Rule(models.TextChoices):
    """How a due time comes about."""

    BY_HAND = "", gettext_lazy("set by hand")
    EIGHT_HOURS = "8h", gettext_lazy("8 hours: urgent, directly accessible")
    THREE_DAYS = "3d", gettext_lazy("3 calendar days: urgent, indirectly accessible")
    SEVEN_DAYS = "7d", gettext_lazy("7 calendar days: every other request")


@dataclass(frozen=True)
class Term:
    """How long a rule gives, and where that stands in the directive."""

    length: timedelta
    article: str


TERMS: dict[str, Term] = {
    Rule.EIGHT_HOURS: Term(timedelta(hours=8), "5(1)(a)"),
    Rule.THREE_DAYS: Term(timedelta(days=3), "5(1)(b)"),
    Rule.SEVEN_DAYS: Term(timedelta(days=7), "5(1)(c)"),
}


def due(rule: str, received_at: datetime) -> datetime | None:
    """When a request is due by a rule; None for a due time set by hand.

    Counted in UTC: hours are hours, also in the night when summer time ends.
    """
    term = TERMS.get(rule)
    return received_at.astimezone(UTC) + term.length if term else None


def in_short(rule: str, received_at: datetime, *, home: Zone) -> str:
    """Say the rule in one line: "8 h from receipt Mon 23 Nov, 07:40 (Brussels), art. 5(1)(a)"."""
    if rule not in TERMS:
        return ""
    return _("%(length)s from receipt %(when)s (%(place)s), art. %(article)s") % {
        "length": _length(rule),
        "when": times.day_and_time(received_at.astimezone(home.tz)),
        "place": home.label,
        "article": TERMS[rule].article,
    }


def explain(rule: str, received_at: datetime, *, home: Zone, here: Zone) -> list[str]:
    """Say line by line how a due time is computed; nothing for one set by hand."""
    due_at = due(rule, received_at)
    if due_at is None:
        return []
    received, until = (times.both(each, home=home, here=here) for each in (received_at, due_at))
    return [
        _("Received: %(when)s.") % {"when": received},
        _("Directive (EU) 2023/977, art. %(article)s: %(length)s, in calendar time.")
        % {"article": TERMS[rule].article, "length": _length(rule)},
        _("Not paused."),
        _("Due: %(when)s.") % {"when": until},
    ]


def _length(rule: str) -> str:
    lengths = {
        Rule.EIGHT_HOURS: _("8 h"),
        Rule.THREE_DAYS: _("3 calendar days"),
        Rule.SEVEN_DAYS: _("7 calendar days"),
    }
    return lengths[Rule(rule)]
