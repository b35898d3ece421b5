"""How each event is worded in mail and inbox: plain, short, without any case content."""

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.zones import Zones
from cases import clocks
from lodesk.alerts import wording
from lodesk.alerts.models import Alert
from lodesk.alerts.wording import Fact, Wording
from lodesk.ui import times


def register_all() -> None:
    """Give the alerts room the words of every event of this app."""
    for event, words in EVENTS.items():
        wording.register(event, words)


def _because(alert: Alert) -> str:
    reasons = {
        "named": _("You get this because the dossier is offered to you by name."),
        "team": _("You get this because the dossier is offered to your team."),
        "giver": _("You get this because you offered the dossier."),
        "coordinator": _("You get this because you coordinate for %(country)s."),
        "asked": _("You get this because you asked for the mandate or gave the dossier."),
        "handler": _("You get this because you handle the dossier."),
        "opened": _("You get this because you opened the dossier."),
        "handled": _("You get this because you handled the dossier until now."),
        "headquarters": _("You get this because your headquarters owns the dossier."),
        "offered": _("You get this because the dossier was offered to you."),
        "steering": _("You get this because you answer for the dossier."),
        "stands_in": _("You get this because you stand in for somebody who is absent."),
        "stood_in": _("You get this because you stood in for somebody who was absent."),
        "absent": _("You get this because somebody stood in for you."),
        "head_of_desk": _("You get this because you lead the team."),
        "had_access": _("You get this because you could see the dossier until now."),
        "rotation_named": _("You get this because a colleague leaves and you are to take over."),
        "rotation_leaver": _("You get this because your dossiers are handed over as you leave."),
        "rotation_steering": _("You get this because you head the desk that somebody leaves."),
        "leaver": _("You get this because your posting ends."),
        "head": _("You get this because you head the desk that somebody leaves."),
        "keeper": _("You get this because you keep contacts of the desk."),
    }
    mandate = str(alert.facts.get("mandate") or "")
    sentence = reasons[alert.because] % {"country": alert.owner}
    if alert.because in {"named", "team"} and mandate:
        sentence = _("%(sentence)s Mandate %(number)s of %(country)s covers it.") % {
            "sentence": sentence,
            "number": mandate,
            "country": alert.owner,
        }
    if alert.survives_access:
        return sentence
    if alert.event == "dossier.opened":
        return f"{sentence} {_choice()}"
    if alert.event.startswith("clock."):
        floor = _("Mails about deadlines cannot be switched off.")
    else:
        floor = _("Mails about handovers and mandates cannot be switched off.")
    return f"{sentence} {floor}"


def _choice() -> str:
    """Of the kinds that `lodesk_kind_of_mail` in sql/88_alerts.sql lets a person choose about."""
    return _("Your profile says when you get such mails.")


def _moment(alert: Alert, name: str) -> datetime | None:
    value = alert.facts.get(name)
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None


def _when(alert: Alert, name: str, label: str, zones: Zones) -> list[Fact]:
    moment = _moment(alert, name)
    if moment is None:
        return []
    return [Fact(label, times.both(moment, here=zones.here, home=zones.home, named=True))]


def _number(alert: Alert) -> list[Fact]:
    number = alert.facts.get("mandate")
    return [Fact(_("Mandate"), str(number))] if number else []


def _by(alert: Alert) -> str:
    moment = _moment(alert, "answer_by")
    return times.absolute(moment, now=timezone.now()) if moment else ""


def _offered(line: Callable[[], tuple[str, str]]) -> wording.Words:
    """An offer to who is to answer it: until when, and what happens otherwise."""

    def words(alert: Alert, zones: Zones) -> Wording:
        headline, subject = line()
        lapses = _("After the time above the offer lapses; the giver and headquarters are told.")
        return Wording(
            headline=headline,
            subject=subject % {"when": _by(alert)},
            facts=[
                *_when(alert, "answer_by", _("Answer by"), zones),
                Fact(_("If you do nothing"), lapses),
            ],
            because=_because(alert),
        )

    return words


def _rotation_offered(alert: Alert, zones: Zones) -> Wording:
    count = _count(alert, "dossiers")
    subject = ngettext(
        "%(count)d dossier of a rotation offered to you, answer by %(when)s",
        "%(count)d dossiers of a rotation offered to you, answer by %(when)s",
        count,
    )
    return Wording(
        headline=_("A rotation is offered to you"),
        subject=subject % {"count": count, "when": _by(alert)},
        facts=[
            Fact(_("Dossiers"), str(count)),
            *_when(alert, "answer_by", _("Answer by"), zones),
        ],
        because=_because(alert),
    )


def _rotation_answered(alert: Alert, _zones: Zones) -> Wording:
    counts = {name: _count(alert, name) for name in ("accepted", "declined")}
    return Wording(
        headline=_("A rotation is answered"),
        subject=_("rotation answered: %(accepted)d accepted, %(declined)d declined") % counts,
        facts=[
            Fact(_("Accepted"), str(counts["accepted"])),
            Fact(_("Declined"), str(counts["declined"])),
        ],
        because=_because(alert),
    )


def _posting_ends(alert: Alert, zones: Zones) -> Wording:
    count = _count(alert, "dossiers")
    moment = _moment(alert, "until")
    subject = ngettext(
        "a posting ends on %(when)s, %(count)d dossier is still held",
        "a posting ends on %(when)s, %(count)d dossiers are still held",
        count,
    )
    day = times.full_date(times.local_date(moment)) if moment else ""
    return Wording(
        headline=_("A posting ends while dossiers are held"),
        subject=subject % {"when": day, "count": count},
        facts=[
            Fact(_("Dossiers"), str(count)),
            *_when(alert, "until", _("Posting ends"), zones),
            Fact(_("If you do nothing"), _("Then whatever is still held falls to the team.")),
        ],
        because=_because(alert),
    )


def _count(alert: Alert, name: str) -> int:
    value = alert.facts.get(name)
    return value if isinstance(value, int) else 0


def _lapses(line: Callable[[], tuple[str, str]]) -> wording.Words:
    """An offer to who decides on its mandate, or answers for the dossier: when it lapses."""

    def words(alert: Alert, zones: Zones) -> Wording:
        headline, subject = line()
        return Wording(
            headline=headline,
            subject=subject % {"number": alert.facts.get("mandate", ""), "when": _by(alert)},
            facts=[*_number(alert), *_when(alert, "answer_by", _("The offer lapses"), zones)],
            because=_because(alert),
        )

    return words


def _mandate_given(alert: Alert, zones: Zones) -> Wording:
    return Wording(
        headline=_("The mandate is given"),
        subject=_("mandate %(number)s given") % {"number": alert.facts.get("mandate", "")},
        facts=[*_number(alert), *_when(alert, "until", _("Until"), zones)],
        because=_because(alert),
    )


def _due(line: Callable[[], tuple[str, str]]) -> wording.Words:
    """A clock at one of its moments: what is due, and when, in both zones."""

    def words(alert: Alert, zones: Zones) -> Wording:
        headline, subject = line()
        code = str(alert.facts.get("kind", ""))
        facts = [Fact(_("What"), str(clocks.Kind(code).label))] if code in clocks.Kind else []
        if alert.due_at is not None:
            both = times.both(alert.due_at, here=zones.here, home=zones.home, named=True)
            facts.append(Fact(_("Due"), both))
        when = times.absolute(alert.due_at, now=timezone.now()) if alert.due_at else ""
        return Wording(headline, subject % {"when": when}, because=_because(alert), facts=facts)

    return words


Headline = Callable[[], str]


def _task(headline: Headline, subject: Headline) -> wording.Words:
    """A task: that there is one and by when, not what it is."""

    def words(alert: Alert, zones: Zones) -> Wording:
        moment = _moment(alert, "due_at")
        when = times.absolute(moment, now=timezone.now()) if moment else ""
        return Wording(
            headline=headline(),
            subject=subject() % {"when": when},
            facts=_when(alert, "due_at", _("Due"), zones),
            because=_why_of_task(alert),
        )

    return words


def _why_of_task(alert: Alert) -> str:
    reasons = {
        "task_made": _("You get this because you made the task."),
        "task_was_yours": _("You get this because the task was yours until now."),
    }
    reason = reasons.get(alert.because) or _("You get this because the task is yours.")
    return f"{reason} {_choice()}"


def _stands_in(alert: Alert, _zones: Zones) -> Wording:
    """How many dossiers, and none by name: one mail for all of them."""
    number = alert.facts.get("dossiers")
    return Wording(
        headline=_("You stand in for a colleague"),
        subject=_("you stand in for a colleague"),
        facts=[Fact(_("Dossiers"), str(number))] if number else [],
        because=_because(alert),
    )


def _extended(alert: Alert, zones: Zones) -> Wording:
    return Wording(
        headline=_("The answer needs a judicial authorisation"),
        subject=_("a judicial authorisation is asked for"),
        facts=_when(alert, "until", _("Expected until"), zones),
        because=_because(alert),
    )


def _taken(alert: Alert, _zones: Zones) -> Wording:
    return Wording(
        headline=_("Somebody has taken the dossier from the queue"),
        subject=_("taken from the queue"),
        because=_because(alert),
    )


def _reassigned(alert: Alert, _zones: Zones) -> Wording:
    """To who handles it now it says something else than to the others."""
    if alert.because == "handler":
        headline, subject = _("You handle this dossier now"), _("given to you")
    else:
        headline, subject = _("Somebody else handles the dossier now"), _("given to somebody else")
    return Wording(headline=headline, subject=subject, because=_because(alert))


def _contacts(alert: Alert, _zones: Zones) -> Wording:
    number = int(alert.facts.get("number") or 1)
    values = {"number": number}
    return Wording(
        headline=ngettext(
            "A contact is yours to keep", "%(number)d contacts are yours to keep", number
        )
        % values,
        subject=ngettext(
            "a contact is yours to keep", "%(number)d contacts are yours to keep", number
        )
        % values,
        because=_because(alert),
    )


Line = Callable[[], tuple[str, str]]


def _plain(line: Line) -> wording.Words:
    def words(alert: Alert, _zones: Zones) -> Wording:
        headline, subject = line()
        return Wording(
            headline=headline, subject=subject, facts=_number(alert), because=_because(alert)
        )

    return words


EVENTS: dict[str, wording.Words] = {
    "handover.offered": _offered(
        lambda: (_("Offered to you"), _("offered to you, answer by %(when)s"))
    ),
    "handover.waiting": _offered(
        lambda: (
            _("The offer waits for your answer"),
            _("still offered to you, answer by %(when)s"),
        )
    ),
    "handover.unanswered": _lapses(
        lambda: (_("Nobody has answered the offer"), _("offer not answered, lapses %(when)s"))
    ),
    "handover.accepted": _plain(lambda: (_("The handover is accepted"), _("handover accepted"))),
    "handover.taken": _taken,
    "handover.reassigned": _reassigned,
    "handover.declined": _plain(lambda: (_("The offer is declined"), _("offer declined"))),
    "handover.withdrawn": _plain(lambda: (_("The offer is withdrawn"), _("offer withdrawn"))),
    "handover.expired": _plain(lambda: (_("The offer has lapsed"), _("offer lapsed, no answer"))),
    "rotation.offered": _rotation_offered,
    "rotation.answered": _rotation_answered,
    "posting.ends": _posting_ends,
    "mandate.asked": _lapses(
        lambda: (_("A mandate is asked of you"), _("mandate %(number)s asked"))
    ),
    "mandate.waiting": _lapses(
        lambda: (
            _("The mandate waits for your decision"),
            _("mandate %(number)s not decided, the offer lapses %(when)s"),
        )
    ),
    "mandate.given": _mandate_given,
    "mandate.refused": _plain(lambda: (_("The mandate is refused"), _("mandate refused"))),
    "mandate.ended": _plain(lambda: (_("The mandate has ended"), _("mandate ended"))),
    "clock.half": _due(lambda: (_("Half of the time has gone"), _("due %(when)s, half-time"))),
    "clock.near": _due(lambda: (_("The end of the time is near"), _("due %(when)s"))),
    "clock.past": _due(lambda: (_("The time is over"), _("was due %(when)s"))),
    "clock.unanswered": _due(
        lambda: (_("Overdue, and nothing has been settled"), _("overdue since %(when)s"))
    ),
    "clock.extended": _extended,
    "access.ended": _plain(lambda: (_("Your access has ended"), _("your access has ended"))),
    "handler.left": _plain(
        lambda: (_("Nobody handles this dossier"), _("nobody handles it, please assign"))
    ),
    "standin.begun": _stands_in,
    "standin.ended": _plain(lambda: (_("Standing in is over"), _("standing in is over"))),
    "standin.nobody": _plain(
        lambda: (_("Nobody stands in for an absent colleague"), _("nobody stands in"))
    ),
    "task.assigned": _task(
        lambda: _("A task is yours"), lambda: _("a task is yours, due %(when)s")
    ),
    "task.moved": _task(
        lambda: _("Your task has another due time"),
        lambda: _("your task is now due %(when)s"),
    ),
    "task.given_on": _task(
        lambda: _("A task is given to somebody else"),
        lambda: _("a task is given to somebody else"),
    ),
    "task.done": _task(lambda: _("A task is done"), lambda: _("a task is done")),
    "task.dropped": _task(
        lambda: _("A task need not be done any more"), lambda: _("a task need not be done any more")
    ),
    "task.due": _task(lambda: _("Your task is due"), lambda: _("your task is due, %(when)s")),
    "contact.handed_over": _contacts,
    "dossier.opened": _plain(lambda: (_("Opened for you"), _("opened for you"))),
    "dossier.opened_for_you": _plain(
        lambda: (_("Opened on your country's behalf"), _("opened on your country's behalf"))
    ),
}
