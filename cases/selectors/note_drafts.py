"""A first version of the handover note, written from the dossier (product.md section 4).

Only what the dossier says: what was promised nobody but the giver knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Clock, Dossier, Entry, Handover, Task
from cases.models.entries import EntryKind
from cases.selectors import clocks, heads, places
from cases.selectors.clocks import Told
from cases.states import HandoverState
from lodesk.ui import times

if TYPE_CHECKING:
    from accounts.zones import Zones

LAST = 5  # entries that say where it stands
MOST = 6  # of those one was in touch with, and of tasks
WORDS = 140  # letters of each entry
NAMING = 50  # entries that are looked through for whom one was in touch with
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Draft:
    """The text of one part, and where it comes from."""

    text: str
    source: str


Drafts = dict[str, Draft]  # the five parts by field name


def drafts(dossier: Dossier, zones: "Zones") -> Drafts:
    """The first version of one note."""
    return drafts_of([dossier], zones)[dossier.pk]


def drafts_of(dossiers: Sequence[Dossier], zones: "Zones") -> dict[UUID, Drafts]:
    """The notes of several dossiers, by their keys; everything is read once for all of them."""
    found = clocks.of_dossiers(dossiers)
    sources = _sources([each.pk for each in dossiers])
    return {each.pk: _drafts(each, found[each.pk], sources[each.pk], zones) for each in dossiers}


@dataclass
class _Source:
    """What the entries, tasks and handovers of a dossier give to its note."""

    moved: bool = False  # it has changed hands before
    said: list[Entry] = field(default_factory=list)  # the last since then
    touched: list[str] = field(default_factory=list)  # whom the entries name, the latest first
    tasks: list[Task] = field(default_factory=list)


def _sources(keys: Sequence[UUID]) -> dict[UUID, _Source]:
    found = {key: _Source() for key in keys}
    moved = Handover.objects.filter(dossier__in=keys, state=HandoverState.ACCEPTED)
    for key in moved.values_list("dossier", flat=True).distinct():
        found[key].moved = True
    for entry in _last_said(keys):
        found[entry.dossier_id].said.append(entry)
    for key, authority, person in _last_named(keys):
        found[key].touched.append(f"{authority} ({person})" if person else authority)
    todo = Task.objects.filter(dossier__in=keys).open().select_related("assignee")
    for task in _first(todo, MOST, "due_at", "pk"):
        found[task.dossier_id].tasks.append(task)
    return found


def _last_said(keys: Sequence[UUID]) -> QuerySet[Entry]:
    """The last entries of each dossier since it changed hands."""
    since = Handover.objects.filter(
        dossier=OuterRef("dossier"),
        state=HandoverState.ACCEPTED,
        answered_at__gte=OuterRef("recorded_at"),
    )
    every = _current(keys).exclude(kind=EntryKind.EVENT).filter(~Exists(since))
    return _first(every.select_related("author"), LAST, "-at", "-pk")


def _last_named(keys: Sequence[UUID]) -> QuerySet[Entry, tuple[UUID, str, str]]:
    """Whom the last entries of each dossier name."""
    naming = _first(_current(keys).exclude(counterpart=""), NAMING, "-at", "-pk")
    return naming.values_list("dossier", "counterpart", "counterpart_person")


def _current(keys: Sequence[UUID]) -> QuerySet[Entry]:
    return Entry.objects.filter(dossier__in=keys, replaced_by__isnull=True)


def _first(rows: QuerySet[Row], most: int, *order: str) -> QuerySet[Row]:
    """The first rows of each dossier, in this order."""
    place = Window(RowNumber(), partition_by="dossier", order_by=order)
    found: QuerySet[Row] = rows.annotate(place=place).filter(place__lte=most).order_by(*order)
    return found


def _drafts(dossier: Dossier, found: Sequence[Clock], source: _Source, zones: "Zones") -> Drafts:
    running = [clocks.told(each, dossier, zones) for each in found if each.settled_at is None]
    return {
        "note_state": _state(dossier, source),
        "note_promises": _promises(dossier, running, source, zones),
        "note_deadline": _deadline(dossier, running, zones),
        "note_contacts": _contacts(dossier, source),
        "note_risks": _risks(dossier, running),
    }


def _state(dossier: Dossier, source: _Source) -> Draft:
    since = times.short_date(times.local_date(dossier.status_since))
    lines = [
        _("%(status)s since %(date)s.") % {"status": heads.status(dossier), "date": since},
        *(_line(entry) for entry in source.said),
    ]
    if dossier.next_step:
        lines.append(_("Next: %(step)s.") % {"step": dossier.next_step})
    return Draft("\n".join(lines), _counted(source))


def _counted(source: _Source) -> str:
    """How the page calls the entries that say where it stands."""
    count = len(source.said)
    if not count:
        return _("from the dossier")
    words = ngettext("from %(count)d entry", "from %(count)d entries", count)
    if source.moved:
        words = ngettext(
            "from %(count)d entry since the last handover",
            "from %(count)d entries since the last handover",
            count,
        )
    return words % {"count": count}


def _line(entry: Entry) -> str:
    text = " ".join(entry.text.split())
    short = text if len(text) <= WORDS else text[:WORDS].rsplit(" ", 1)[0] + " …"
    who = entry.author.name if entry.author else ""
    if entry.kind != EntryKind.NOTE:
        who = f"{EntryKind(entry.kind).label}, {entry.counterpart or who}"
    codes = f" ({heads.codes(entry.handling_codes)})" if entry.handling_codes else ""
    return _("%(date)s, %(who)s: %(text)s") % {
        "date": times.short_date(times.local_date(entry.at)),
        "who": who,
        "text": short + codes,
    }


def _promises(dossier: Dossier, running: Sequence[Told], source: _Source, zones: "Zones") -> Draft:
    """What is asked and not answered, and what somebody is to do; the rest only the giver knows."""
    home = places.home_of(dossier.owner)

    def due(moment: datetime) -> str:
        return times.both(moment, here=zones.here, home=home)

    lines = [
        _("Not answered yet: %(what)s, due %(when)s.")
        % {"what": _what(each), "when": due(each.due_at)}
        for each in running
        if each.waits
    ]
    lines += [
        _("To do: %(title)s, %(who)s, due %(when)s.")
        % {"title": task.title, "who": task.assignee, "when": due(task.due_at)}
        for task in source.tasks
    ]
    if not lines:
        return Draft("", _("Only you know. Write “none” if there are none."))
    return Draft("\n".join(lines), _("from questions and tasks; add what you promised"))


def _what(clock: Told) -> str:
    return f"{clock.kind} ({clock.text})" if clock.text else clock.kind


def _deadline(dossier: Dossier, running: Sequence[Told], zones: "Zones") -> Draft:
    home = places.home_of(dossier.owner)
    if not running:
        return Draft(_("No due time is set."), _("from the dossier"))
    lines = [
        _("%(what)s: due %(when)s; %(rule)s.")
        % {
            "what": _what(each),
            "when": times.both(each.due_at, here=zones.here, home=home),
            "rule": each.rule,
        }
        for each in running
    ]
    return Draft("\n".join(lines), _("computed from the clocks"))


def _contacts(dossier: Dossier, source: _Source) -> Draft:
    own = places.headquarters()[dossier.owner]
    lines = [_("Headquarters: %(who)s, %(phone)s.") % {"who": own, "phone": own.phone}]
    if dossier.requesting_authority:
        lines.insert(0, _("Asked by: %(who)s.") % {"who": dossier.requesting_authority})
    named = list(dict.fromkeys(source.touched))[:MOST]
    if named:
        lines.append(_("In touch with: %(who)s.") % {"who": "; ".join(named)})
    if dossier.foreign_references:
        lines.append(_("References: %(numbers)s.") % {"numbers": dossier.foreign_references})
    return Draft("\n".join(lines), _("from the dossier"))


def _risks(dossier: Dossier, running: Sequence[Told]) -> Draft:
    words = {
        "H1": _("H1: nothing as evidence without the consent of %(owner)s."),
        "H2": _("H2: nothing is passed on without the consent of %(owner)s."),
        "H3": _("H3: %(note)s"),
    }
    values = {"owner": dossier.owner, "note": dossier.handling_note}
    lines = [words[code] % values for code in sorted(dossier.handling_codes)]
    if dossier.confined:
        lines.append(_("Confined: the team does not know of this dossier."))
    if dossier.use_restriction:
        lines.append(_("Use restriction: %(text)s") % {"text": dossier.use_restriction})
    now = timezone.now()
    lines += [
        _("Overdue: %(what)s.") % {"what": _what(each)}
        for each in running
        if each.due_at < now and each.paused_since is None
    ]
    source = _("from the dossier") if lines else _("Write “none” if there are none.")
    return Draft("\n".join(lines), source)
