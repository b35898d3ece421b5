"""A clock in words: in one line under the due time, and line by line for who wants to check it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from cases.clocks.intervals import Course, Interval, IntervalKind
from cases.clocks.rules import Kind, Rule, term_of
from lodesk.ui import times
from lodesk.ui.frame import Zone


def in_short(course: Course, *, home: Zone) -> str:
    """Say the rule in one line: "8 h from receipt Mon 23 Nov, 07:40 (Brussels), art. 5(1)(a)"."""
    parts = [part for part in (_rule(course, home), _pauses(course, home)) if part]
    return ", ".join(parts)


def _rule(course: Course, home: Zone) -> str:
    if term_of(course.rule) is None:
        return ""
    sentence = _("%(length)s from %(what)s %(when)s (%(place)s)") % {
        "length": _length(course),
        "what": _beginning(course.rule),
        "when": times.day_and_time(course.starts_at.astimezone(home.tz)),
        "place": home.label,
    }
    source = _source(course.rule)
    return f"{sentence}, {source}" if source else sentence


def _pauses(course: Course, home: Zone) -> str:
    since = course.paused_since
    if since is not None:
        when = times.day_and_time(since.astimezone(home.tz))
        return _("paused since %(when)s (%(place)s)") % {"when": when, "place": home.label}
    if course.paused:
        return _("paused %(length)s") % {"length": length_in_words(course.paused)}
    return ""


def explain(course: Course, *, home: Zone, here: Zone) -> list[str]:
    """Say line by line how a due time is computed; nothing for one set by hand and not paused."""
    if term_of(course.rule) is None and not course.spans:
        return []
    return list(_explanation(course, home=home, here=here))


def _explanation(course: Course, *, home: Zone, here: Zone) -> Iterator[str]:
    def both(moment: datetime) -> str:
        return times.both(moment, home=home, here=here)

    if term_of(course.rule) is None:
        yield _("Set by hand: %(when)s.") % {"when": both(course.term_at)}
    else:
        yield _("Starts with %(what)s: %(when)s.") % {
            "what": _beginning(course.rule),
            "when": both(course.starts_at),
        }
        yield _basis(course)
    for interval in sorted(course.intervals, key=lambda each: each.starts_at):
        yield pause_in_words(interval, home=home, here=here)
    yield _in_all(course)
    if course.paused_since is None:
        yield _("Due: %(when)s.") % {"when": both(course.due_at)}
    elif course.expected_at is not None:
        yield _("Due, if that ends as expected: %(when)s.") % {"when": both(course.expected_at)}


def pause_in_words(interval: Interval, *, home: Zone, here: Zone) -> str:
    """One interval in one line."""
    words = {
        "why": str(IntervalKind(interval.kind).label),
        "start": times.both(interval.starts_at, home=home, here=here),
    }
    if interval.ends_at is None:
        return _("Stands still since %(start)s: %(why)s.") % words
    words["end"] = times.both(interval.ends_at, home=home, here=here)
    words["length"] = length_in_words(interval.ends_at - interval.starts_at)
    return _("Stood still from %(start)s to %(end)s: %(why)s, %(length)s.") % words


def _in_all(course: Course) -> str:
    if course.paused_since is not None:
        left = course.due_at - course.paused_since
        return _("It is not running; %(length)s are left.") % {"length": length_in_words(left)}
    if not course.intervals:
        return _("Not paused.")
    total = length_in_words(course.paused)
    recorded = [each.ends_at - each.starts_at for each in course.intervals if each.ends_at]
    if course.paused == sum(recorded, timedelta(0)):
        return _("Paused %(length)s in all.") % {"length": total}
    return _(
        "Paused %(length)s in all: what overlaps counts once, what came too late not at all."
    ) % {"length": total}


def _basis(course: Course) -> str:
    term = term_of(course.rule)
    length = _length(course)
    if term is not None and term.desks:
        return _("Rule of the desks: an urgent dossier is looked at within %(length)s.") % {
            "length": length
        }
    if term is None or not (term.article or term.treaty):
        return _("The time given: %(length)s.") % {"length": length}
    if term.treaty:
        return _("Benelux police treaty 2018, art. %(article)s: %(length)s.") % {
            "article": term.treaty,
            "length": length,
        }
    if term.months:
        sentence = _("Directive (EU) 2023/977, art. %(article)s: at the latest after %(length)s.")
    else:
        sentence = _("Directive (EU) 2023/977, art. %(article)s: %(length)s, in calendar time.")
    return sentence % {"article": term.article, "length": length}


def _source(rule: str) -> str:
    term = term_of(rule)
    if term is None:
        return ""
    if term.treaty:
        return _("Benelux treaty art. %(article)s") % {"article": term.treaty}
    if term.desks:
        return _("rule of the desks")
    return _("art. %(article)s") % {"article": term.article} if term.article else ""


def _beginning(rule: str) -> str:
    words = {
        Rule.DAY: _("the oral exchange"),
        Rule.TEN_DAYS_HOST: _("the question"),
        Rule.TWO_DAYS_OWNER: _("the question"),
        Rule.FIVE_DAYS_HOST: _("the reminder"),
        Rule.SIX_MONTHS: _("closing"),
        Rule.ONE_HOUR: _("the moment it became urgent"),
    }
    return words.get(Rule(rule), _("receipt"))


def _length(course: Course) -> str:
    term = term_of(course.rule)
    if term is None:
        return ""
    if term.working_days:
        country = str(countries.name(course.country)) or course.country
        return ngettext(
            "%(count)d working day of %(country)s",
            "%(count)d working days of %(country)s",
            term.working_days,
        ) % {"count": term.working_days, "country": country}
    if term.months:
        return ngettext("%(count)d month", "%(count)d months", term.months) % {"count": term.months}
    hours = (term.length or timedelta(0)) // timedelta(hours=1)
    if hours <= 24:
        return _("%(hours)d h") % {"hours": hours}
    return ngettext("%(count)d calendar day", "%(count)d calendar days", hours // 24) % {
        "count": hours // 24
    }


def length_in_words(length: timedelta) -> str:
    """ "25 min", "3 h 20", "2 days 3 h"."""
    minutes = int(length.total_seconds()) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        whole = ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
        return f"{whole} {_('%(hours)d h') % {'hours': hours}}" if hours else whole
    if hours:
        return _("%(hours)d h %(minutes)02d") % {"hours": hours, "minutes": rest}
    return _("%(minutes)d min") % {"minutes": rest}


def due_label(kind: str) -> str:
    """What stands over a due time: "Answer due"."""
    labels = {
        Kind.ANSWER: _("Answer due"),
        Kind.CONFIRMATION: _("Confirmation due"),
        Kind.HOST_AUTHORITY: _("Host authority due"),
        Kind.HEADQUARTERS: _("Headquarters due"),
        Kind.AUTHORISATION: _("Authorisation expected"),
        Kind.REVIEW: _("Review due"),
        Kind.FIRST_LOOK: _("First look due"),
        Kind.OWN: _("Deadline"),
    }
    return labels[Kind(kind)]
