"""When something is due: computed from a rule and the recorded intervals, never counted by hand.

Pure functions. `rules` says how long a rule gives, `calendars` what a working day is, `intervals`
what a pause does to a due time, `words` how a page explains it. PostgreSQL computes the same from
the same rows (`cases/sql/27_clocks.sql`), and the tests compare the two.
"""

from cases.clocks.calendars import Place
from cases.clocks.intervals import Course, Interval, IntervalKind, Span
from cases.clocks.rules import (
    ANSWER_RULES,
    RULES,
    SIX_MONTHS_AT_MOST,
    Kind,
    Rule,
    SettledAs,
    Term,
    due,
    term_of,
)
from cases.clocks.words import explain, in_short, pause_in_words

__all__ = [
    "ANSWER_RULES",
    "RULES",
    "SIX_MONTHS_AT_MOST",
    "Course",
    "Interval",
    "IntervalKind",
    "Kind",
    "Place",
    "Rule",
    "SettledAs",
    "Span",
    "Term",
    "due",
    "explain",
    "in_short",
    "pause_in_words",
    "term_of",
]
