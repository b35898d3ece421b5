"""The timeline of a dossier: entries and events, newest first, a piece at a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.clocks import Kind, SettledAs
from cases.models import Document, Dossier, Entry, Translation
from cases.models.entries import EntryKind
from cases.selectors import documents, entries, party_events
from cases.selectors.documents import Papers
from cases.selectors.entries import Foot, Item
from cases.selectors.party_events import PartyEvents
from cases.states import Status, WaitingFor
from lodesk.ui import times
from lodesk.ui.shapes import Choice

if TYPE_CHECKING:
    from accounts.models import User

PIECE = 20
NOTES = (EntryKind.NOTE, EntryKind.PHONE_NOTE)
OTHERS = (*NOTES, EntryKind.INSTRUCTION, EntryKind.EVENT)
SHOWN = {
    "": Q(),
    "messages": ~Q(kind__in=OTHERS),
    "notes": Q(kind__in=NOTES),
    "instructions": Q(kind=EntryKind.INSTRUCTION),
    "events": Q(kind=EntryKind.EVENT),
}


@dataclass(frozen=True)
class Day:
    """What happened on a day where the reader sits."""

    date: date
    items: list[Item]


@dataclass(frozen=True)
class Timeline:
    """A piece of the timeline."""

    days: list[Day]
    total: int
    new: int
    counts: Mapping[str, int] = field(default_factory=dict)  # by the names of SHOWN
    older_than: UUID | None = None
    older_url: str = ""
    filters: Sequence[Choice] = field(default_factory=tuple)

    def linked(self, *, older_url: str, filters: Sequence[Choice]) -> "Timeline":
        """Give the same piece with its links, which the page knows."""
        return replace(self, older_url=older_url, filters=filters)


def timeline(
    dossier: Dossier,
    user: "User",
    *,
    last_visit: datetime | None,
    may_write: bool = False,
    show: str = "",
    before: UUID | None = None,
) -> Timeline:
    """The newest piece, or the one before an entry. An unknown `show` gives nothing."""
    every = entries.current(dossier)
    shown = every.filter(SHOWN[show]) if show in SHOWN else every.none()
    fresh = Q(recorded_at__gt=last_visit) & ~Q(author=user.pk) if last_visit else Q(pk__in=())
    counts = {f"of_{name}": Count("pk", filter=kinds) for name, kinds in SHOWN.items() if name}
    counted = every.aggregate(total=Count("pk"), new=Count("pk", filter=fresh), **counts)
    found = list(_older(shown, before).order_by("-at", "-id")[: PIECE + 1])
    more, found = len(found) > PIECE, found[:PIECE]
    translations, papers = entries.translations(found), documents.named_in(found)
    parties = party_events.read(dossier, found)
    confirmed = entries.confirmations(found)
    seen = _Seen(user, last_visit, may_write, parties, papers, confirmed)
    items = [_item(entry, seen, translations.get(entry.pk, ())) for entry in found]
    return Timeline(
        days=_days(items, None if before else last_visit),
        total=counted["total"],
        new=counted["new"],
        counts={name: counted[f"of_{name}"] for name in SHOWN if name},
        older_than=found[-1].pk if more else None,
    )


def _older(rows: QuerySet[Entry], before: UUID | None) -> QuerySet[Entry]:
    rows = rows.select_related("author", "on_behalf_of")
    if before is None:
        return rows
    place = rows.filter(pk=before).first()
    if place is None:
        return rows.none()
    return rows.filter(Q(at__lt=place.at) | Q(at=place.at, id__lt=place.pk))


@dataclass(frozen=True)
class _Seen:
    """By whom the timeline is read, and what of it he knows."""

    user: "User"
    last_visit: datetime | None
    may_write: bool
    parties: PartyEvents
    papers: Papers
    confirmations: Mapping[UUID, Foot]

    def is_new(self, entry: Entry) -> bool:
        """Whether somebody else wrote it since the last visit."""
        if self.last_visit is None or entry.author_id == self.user.pk:
            return False
        return entry.recorded_at > self.last_visit


def _item(entry: Entry, seen: _Seen, translations: Sequence[Translation]) -> Item:
    new = seen.is_new(entry)
    if entry.kind == EntryKind.EVENT:
        text = seen.parties.sentence(entry) or sentence(entry, seen.papers.named_by(entry))
        text = with_behalf(text, entry)
        return Item("event", entry.at, id=str(entry.pk), new=new, text=text)
    found = entries.item(
        entry, new=new, may_write=seen.may_write, linked=True, translations=translations
    )
    papers = [_paper(each) for each in seen.papers.of_entries.get(entry.pk, ())]
    confirmed = [seen.confirmations[entry.pk]] if entry.pk in seen.confirmations else []
    return replace(found, foot=[*papers, *confirmed, *found.foot])


def _paper(document: Document) -> Foot:
    """A document of an entry, under it."""
    name, state = documents.name_of(document), documents.state(document)
    url = reverse("document", args=[document.pk])
    return Foot(f"{name} ({state})" if state else name, url)


def _days(items: Iterable[Item], last_visit: datetime | None) -> list[Day]:
    """Items by day, newest first, with the last visit after what came since."""
    days: list[Day] = []
    marked = last_visit is None
    for item in items:
        if last_visit and not marked and item.at <= last_visit:
            marked = True
            if days:  # nothing is new when the newest item is older than the visit
                days[-1].items.append(Item("visit", last_visit))
        on = times.local_date(item.at)
        if not days or days[-1].date != on:
            days.append(Day(on, []))
        days[-1].items.append(item)
    return days


# Events in words --------------------------------------------------------------------------

Facts = Mapping[str, Any]


def sentence(entry: Entry, named: Sequence[Document] = ()) -> str:
    """An event in one line; a name that no list here knows stands for itself."""
    if entry.event in OF_DOCUMENTS:
        return OF_DOCUMENTS[entry.event](entry, named)
    words = EVENTS.get(entry.event)
    if words is None:
        return entry.event
    line = words(entry)
    reason = entry.text or str(entry.facts.get("reason") or "")
    return f"{line}: {reason}" if reason else f"{line}."


def with_behalf(text: str, entry: Entry) -> str:
    """An event in one line, and on whose behalf it was done."""
    behalf = entries.on_behalf(entry)
    return f"{text} {behalf}." if behalf else text


def _stands_in(entry: Entry) -> str:
    until = entry.facts.get("until")
    return _("%(stand_in)s stands in for %(absent)s until %(date)s") % {
        "stand_in": entry.facts.get("stand_in", ""),
        "absent": entry.facts.get("absent", ""),
        "date": _date(until) if until else "",
    }


def _stood_in(entry: Entry) -> str:
    return _("%(stand_in)s no longer stands in for %(absent)s") % {
        "stand_in": entry.facts.get("stand_in", ""),
        "absent": entry.facts.get("absent", ""),
    }


def _offered(entry: Entry) -> str:
    return _("Handover offered: %(giver)s to %(receiver)s%(mandate)s") % _parties(entry.facts)


def _awaiting(entry: Entry) -> str:
    return _("Handover waits for the mandate: %(giver)s to %(receiver)s%(mandate)s") % _parties(
        entry.facts
    )


def _accepted(entry: Entry) -> str:
    return _("Handover accepted: %(giver)s to %(receiver)s%(until)s%(mandate)s") % _parties(
        entry.facts
    )


def _taken(entry: Entry) -> str:
    return _("Taken from the queue: %(receiver)s") % _parties(entry.facts)


def _reassigned(entry: Entry) -> str:
    before = str(entry.facts.get("before") or "")
    words = _parties(entry.facts) | {"before": before}
    if before:
        return _("Re-assigned by %(giver)s: %(before)s to %(receiver)s") % words
    return _("Re-assigned by %(giver)s: from the queue to %(receiver)s") % words


def _declined(entry: Entry) -> str:
    return _("Handover declined by %(receiver)s") % _parties(entry.facts)


def _withdrawn(entry: Entry) -> str:
    return _("Handover withdrawn, offered to %(receiver)s") % {
        "receiver": entry.facts.get("receiver", "")
    }


def _expired(entry: Entry) -> str:
    return _("Handover lapsed without an answer, offered to %(receiver)s") % _parties(entry.facts)


def _refused(entry: Entry) -> str:
    return _("Mandate %(number)s refused: no handover to %(receiver)s") % {
        "number": entry.facts.get("mandate", ""),
        "receiver": entry.facts.get("receiver", ""),
    }


def _mandate_ended(entry: Entry) -> str:
    return _("Mandate %(number)s has ended, and the access under it") % {
        "number": entry.facts.get("mandate", "")
    }


def _handler_left(entry: Entry) -> str:
    return _("The posting of %(giver)s has ended: nobody handles the dossier") % {
        "giver": entry.facts.get("giver", "")
    }


def _waiting(entry: Entry) -> str:
    code = str(entry.facts.get("waiting_for", ""))
    whom = WaitingFor(code).label if code in WaitingFor.values else code
    return _("Waiting for: %(whom)s%(by)s") % {"whom": whom, "by": _by(entry)}


def _open(entry: Entry) -> str:
    words = {
        Status.DRAFT: _("The draft is opened"),
        Status.WAITING: _("Work goes on"),
        Status.ANSWERED: _("Opened again"),
    }
    return words.get(entry.facts.get("before", ""), _("Open")) + _by(entry)


def _clock_kind(entry: Entry) -> str:
    code = str(entry.facts.get("kind", ""))
    return str(Kind(code).label) if code in Kind else code


def _clock_started(entry: Entry) -> str:
    return _("Deadline set: %(what)s, due %(when)s%(by)s") % {
        "what": _clock_kind(entry),
        "when": _moment(entry, "due"),
        "by": _by(entry),
    }


def _clock_settled(entry: Entry) -> str:
    how = str(entry.facts.get("as", ""))
    return _("%(what)s: %(how)s%(by)s") % {
        "what": _clock_kind(entry),
        "how": SettledAs(how).label if how in SettledAs else how,
        "by": _by(entry),
    }


def _clock_paused(entry: Entry) -> str:
    words = {
        "since": _moment(entry, "since"),
        "expected": _moment(entry, "expected"),
        "told": _moment(entry, "asker_told"),
        "by": _by(entry),
    }
    if words["expected"]:
        return (
            _(
                "The clock stands still since %(since)s for a judicial authorisation, expected"
                " until %(expected)s; the asker was told %(told)s%(by)s"
            )
            % words
        )
    return _("The clock stands still since %(since)s for a clarification%(by)s") % words


def _clock_resumed(entry: Entry) -> str:
    return _("The clock runs again since %(until)s, due %(due)s%(by)s") % {
        "until": _moment(entry, "until"),
        "due": _moment(entry, "due"),
        "by": _by(entry),
    }


def _moment(entry: Entry, name: str) -> str:
    value = entry.facts.get(name)
    if not isinstance(value, str) or not value:
        return ""
    return times.day_and_time(timezone.localtime(datetime.fromisoformat(value)))


def _status(word: Callable[[], str]) -> Callable[[Entry], str]:
    return lambda entry: word() + _by(entry)


def _added(entry: Entry, named: Sequence[Document]) -> str:
    return documents.added(named) + "."


def _replaced(entry: Entry, named: Sequence[Document]) -> str:
    return _("Document replaced by version %(number)s: %(title)s.") % {
        "number": entry.facts.get("number", ""),
        "title": documents.titles(named),
    }


def _taken_back(entry: Entry, named: Sequence[Document]) -> str:
    return _("Document withdrawn: %(title)s. Reason: %(reason)s") % {
        "title": documents.titles(named),
        "reason": ", ".join(each.withdrawn_reason for each in named),
    }


OF_DOCUMENTS: dict[str, Callable[[Entry, Sequence[Document]], str]] = {
    "documents.added": _added,
    "document.replaced": _replaced,
    "document.withdrawn": _taken_back,
}


def _parties(facts: Facts) -> dict[str, str]:
    number, until = str(facts.get("mandate") or ""), str(facts.get("until") or "")
    return {
        "giver": str(facts.get("giver") or ""),
        "receiver": str(facts.get("receiver") or ""),
        "mandate": _(", mandate %(number)s") % {"number": number} if number else "",
        "until": _(", until %(date)s") % {"date": _date(until)} if number and until else "",
    }


def _task_made(entry: Entry) -> str:
    return _("Task for %(receiver)s, due %(due)s: %(title)s") % _of_task(entry.facts)


def _task_moved(entry: Entry) -> str:
    words = {
        (True, True): _("Task given to %(receiver)s, due %(due)s: %(title)s"),
        (True, False): _("Task given to %(receiver)s: %(title)s"),
        (False, True): _("Task now due %(due)s: %(title)s"),
    }
    changed = ("receiver" in entry.facts, "due" in entry.facts)
    return words.get(changed, "%(title)s") % _of_task(entry.facts) + _by(entry)


def _task_done(entry: Entry) -> str:
    return _("Task done: %(title)s") % _of_task(entry.facts) + _by(entry)


def _task_dropped(entry: Entry) -> str:
    return _("Task dropped: %(title)s") % _of_task(entry.facts) + _by(entry)


def _of_task(facts: Facts) -> dict[str, str]:
    due = facts.get("due")
    return {
        "receiver": str(facts.get("receiver") or ""),
        "title": str(facts.get("title") or ""),
        "due": times.day_and_time(timezone.localtime(datetime.fromisoformat(due))) if due else "",
    }


def _date(moment: str) -> str:
    return times.full_date(times.local_date(datetime.fromisoformat(moment)))


def _by(entry: Entry) -> str:
    return f", {entry.author}" if entry.author else ""


EVENTS: dict[str, Callable[[Entry], str]] = {
    "handover.offered": _offered,
    "handover.awaiting_mandate": _awaiting,
    "handover.accepted": _accepted,
    "handover.taken": _taken,
    "handover.reassigned": _reassigned,
    "handover.declined": _declined,
    "handover.withdrawn": _withdrawn,
    "handover.expired": _expired,
    "handover.refused": _refused,
    "mandate.ended": _mandate_ended,
    "handler.left": _handler_left,
    "standin.begun": _stands_in,
    "standin.ended": _stood_in,
    "clock.started": _clock_started,
    "clock.settled": _clock_settled,
    "clock.paused": _clock_paused,
    "clock.resumed": _clock_resumed,
    "task.made": _task_made,
    "task.moved": _task_moved,
    "task.done": _task_done,
    "task.dropped": _task_dropped,
    "status.open": _open,
    "status.waiting": _waiting,
    "status.answered": _status(lambda: _("Answered")),
    "status.closed": _status(lambda: _("Closed")),
}
