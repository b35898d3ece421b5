"""What the page of a dossier shows beside the timeline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _
from django_countries import countries

from cases import codes
from cases.models import Dossier, Handover
from cases.selectors import access, handovers, languages
from cases.selectors.access import Holder
from cases.selectors.clocks import Told
from cases.states import Level, Status
from lodesk.ui import times
from lodesk.ui.shapes import Fact


@dataclass(frozen=True)
class NextStep:
    """What is to be done, and by when."""

    text: str
    due_at: datetime | None = None
    waiting: bool = False
    note: str = ""


@dataclass(frozen=True)
class AccessLine:
    """Who can see the dossier, in one line."""

    who: str
    level: str
    note: str = ""


def next_steps(dossier: Dossier, offer: Handover | None, clocks: Sequence[Told]) -> list[NextStep]:
    """What is written down, what is due, whom the dossier waits for, and the offer that is open."""
    waits = dossier.status == Status.WAITING
    steps = []
    open_ones = [clock for clock in clocks if clock.settled_at is None]
    answer = next((clock for clock in open_ones if clock.is_answer), None)
    if dossier.next_step:
        steps.append(_written(dossier.next_step, answer))
        open_ones = [clock for clock in open_ones if clock is not answer]
    steps += [_due(clock) for clock in open_ones]
    if waits:
        whom = _("Waiting for: %(whom)s") % {"whom": dossier.get_waiting_for_display()}
        since = _since(dossier.status_since)
        steps.append(NextStep(whom, dossier.waiting_until, waiting=True, note=since))
    if offer is not None:
        steps.append(
            NextStep(
                _("Answer to the offer: %(who)s") % {"who": handovers.addressee_name(offer)},
                offer.answer_by,
                waiting=True,
                note=str(offer.get_state_display()),
            )
        )
    return steps


def _written(text: str, answer: Told | None) -> NextStep:
    """The next step somebody wrote down, which the answer waits for."""
    if answer is None:
        return NextStep(text)
    return replace(_due(answer), text=text, note=_due(answer).note or answer.kind)


def _due(clock: Told) -> NextStep:
    """A clock that runs, or since when it stands still."""
    text, note = clock.text or clock.kind, clock.kind if clock.text else ""
    if clock.paused_since is not None:
        since = times.short_date(times.local_date(clock.paused_since))
        note = _("stands still since %(date)s") % {"date": since}
        return NextStep(text, waiting=True, note=note)
    return NextStep(text, clock.due_at, waiting=clock.waits, note=note)


def _since(moment: datetime) -> str:
    return _("since %(date)s") % {"date": times.short_date(times.local_date(moment))}


def access_lines(dossier: Dossier, holders: Sequence[Holder]) -> list[AccessLine]:
    """The handler first, then people, then teams, then headquarters."""

    def place(holder: Holder) -> tuple[bool, bool, bool, str]:
        person = holder.person.pk if holder.person else None
        team = holder.group is not None and holder.group.desk_id is not None
        return (
            person is None or person != dossier.handler_id,
            person is None,
            not team,
            holder.who,
        )

    return [
        AccessLine(holder.who, _levels(holder), _because(holder))
        for holder in sorted(holders, key=place)
    ]


def _levels(holder: Holder) -> str:
    if Level.OVERSEE in holder.levels:
        return f"{Level.CONTRIBUTE.label}, {Level.OVERSEE.label}"
    return access.highest(holder.levels)


def _because(holder: Holder) -> str:
    if holder.until is None:
        return ""
    date = times.full_date(times.local_date(holder.until))
    if holder.mandate is None:
        return _("until %(date)s") % {"date": date}
    return _("until %(date)s, mandate %(number)s") % {
        "date": date,
        "number": holder.mandate.number,
    }


def about(dossier: Dossier) -> list[Fact]:
    """The facts of a dossier, without those nobody filled in."""
    facts = [
        Fact(_("Asked by"), dossier.requesting_authority),
        Fact(_("Host country"), _host(dossier)),
        Fact(_("Result"), codes.words(codes.RESULTS, dossier.result)),
        Fact(_("Ground of urgency"), codes.words(codes.URGENCY_GROUNDS, dossier.urgency_ground)),
        Fact(_("Facts and offence"), dossier.facts),
        Fact(_("Why the other side has it"), dossier.reasons),
        Fact(_("People concerned"), dossier.people_concerned),
        Fact(_("Use restriction"), dossier.use_restriction),
        Fact(_("Purpose"), str(dossier.get_purpose_display())),
        Fact(_("Legal basis"), dossier.legal_basis),
        Fact(_("Crime area"), str(dossier.get_crime_area_display()) if dossier.crime_area else ""),
        Fact(_("References"), dossier.foreign_references),
        Fact(_("Language"), languages.name(dossier.language)),
        Fact(_("Confined"), _("handler and headquarters only") if dossier.confined else ""),
        Fact(_("Opened by"), str(dossier.opened_by)),
    ]
    return [fact for fact in facts if fact.value]


def _host(dossier: Dossier) -> str:
    name = str(countries.name(dossier.host_country))
    if dossier.host_country == dossier.desk.host_country:
        return name
    return _("%(country)s, accredited from %(city)s") % {
        "country": name,
        "city": dossier.desk.city,
    }
