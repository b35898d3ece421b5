"""A first version of the handover note, written from the dossier (product.md section 4).

Only what the dossier says: what was promised nobody but the giver knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Clock, Dossier, Entry
from cases.models.entries import EntryKind
from cases.selectors import clocks, entries, handovers, heads, places, tasks
from cases.selectors.clocks import Told
from lodesk.ui import times

if TYPE_CHECKING:
    from accounts.zones import Zones

LAST = 5  # entries that say where it stands
MOST = 6  # of those one was in touch with, and of tasks
WORDS = 140  # letters of each entry


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
    """The notes of several dossiers, by their keys; their clocks are read once for all."""
    found = clocks.of_dossiers(dossiers)
    return {each.pk: _drafts(each, found[each.pk], zones) for each in dossiers}


def _drafts(dossier: Dossier, found: Sequence[Clock], zones: "Zones") -> Drafts:
    running = [clocks.told(each, dossier, zones) for each in found if each.settled_at is None]
    return {
        "note_state": _state(dossier),
        "note_promises": _promises(dossier, running, zones),
        "note_deadline": _deadline(dossier, running, zones),
        "note_contacts": _contacts(dossier),
        "note_risks": _risks(dossier, running),
    }


def _state(dossier: Dossier) -> Draft:
    since = times.short_date(times.local_date(dossier.status_since))
    said, source = _said(dossier)
    lines = [
        _("%(status)s since %(date)s.") % {"status": heads.status(dossier), "date": since},
        *(_line(entry) for entry in said),
    ]
    if dossier.next_step:
        lines.append(_("Next: %(step)s.") % {"step": dossier.next_step})
    return Draft("\n".join(lines), source)


def _said(dossier: Dossier) -> tuple[list[Entry], str]:
    """The last entries since the dossier changed hands, and how the page calls them."""
    every = entries.current(dossier).exclude(kind=EntryKind.EVENT).select_related("author")
    before = handovers.last_accepted(dossier)
    if before is not None and before.answered_at is not None:
        every = every.filter(recorded_at__gt=before.answered_at)
    found = list(every.order_by("-at", "-id")[:LAST])
    if not found:
        return [], _("from the dossier")
    counted = ngettext("from %(count)d entry", "from %(count)d entries", len(found))
    if before is not None:
        counted = ngettext(
            "from %(count)d entry since the last handover",
            "from %(count)d entries since the last handover",
            len(found),
        )
    return found, counted % {"count": len(found)}


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


def _promises(dossier: Dossier, running: Sequence[Told], zones: "Zones") -> Draft:
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
        for task in tasks.of(dossier).open().order_by("due_at", "pk")[:MOST]
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


def _contacts(dossier: Dossier) -> Draft:
    own = places.headquarters()[dossier.owner]
    lines = [_("Headquarters: %(who)s, %(phone)s.") % {"who": own, "phone": own.phone}]
    if dossier.requesting_authority:
        lines.insert(0, _("Asked by: %(who)s.") % {"who": dossier.requesting_authority})
    named = _in_touch_with(dossier)
    if named:
        lines.append(_("In touch with: %(who)s.") % {"who": "; ".join(named)})
    if dossier.foreign_references:
        lines.append(_("References: %(numbers)s.") % {"numbers": dossier.foreign_references})
    return Draft("\n".join(lines), _("from the dossier"))


def _in_touch_with(dossier: Dossier) -> list[str]:
    """Whom the entries name, the latest first."""
    rows = entries.current(dossier).exclude(counterpart="").order_by("-at", "-id")
    named = [
        f"{authority} ({person})" if person else authority
        for authority, person in rows.values_list("counterpart", "counterpart_person")[:50]
    ]
    return list(dict.fromkeys(named))[:MOST]


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
