"""A first version of the handover note, written from the dossier (product.md section 4).

Only what the dossier says: what was promised nobody but the giver knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Dossier, Entry
from cases.models.entries import EntryKind
from cases.selectors import clocks, heads, places
from lodesk.ui import times

if TYPE_CHECKING:
    from accounts.zones import Zones

LAST = 3  # entries that say where it stands
WORDS = 140  # letters of each of them


@dataclass(frozen=True)
class Draft:
    """The text of one part, and where it comes from."""

    text: str
    source: str


def drafts(dossier: Dossier, zones: "Zones") -> dict[str, Draft]:
    """The five parts by field name."""
    notes = list(
        Entry.objects.filter(dossier=dossier, kind=EntryKind.NOTE)
        .select_related("author")
        .order_by("-at", "-id")[:LAST]
    )
    return {
        "note_state": _state(dossier, notes),
        "note_promises": Draft("", _("Only you know. Write “none” if there are none.")),
        "note_deadline": _deadline(dossier, zones),
        "note_contacts": _contacts(dossier),
        "note_risks": _risks(dossier),
    }


def _state(dossier: Dossier, notes: Sequence[Entry]) -> Draft:
    since = times.short_date(times.local_date(dossier.status_since))
    lines = [
        _("%(status)s since %(date)s.") % {"status": heads.status(dossier), "date": since},
        *(_line(note) for note in notes),
    ]
    if dossier.next_step:
        lines.append(_("Next: %(step)s.") % {"step": dossier.next_step})
    counted = ngettext("from %(count)d note", "from %(count)d notes", len(notes))
    source = counted % {"count": len(notes)} if notes else _("from the dossier")
    return Draft("\n".join(lines), source)


def _line(note: Entry) -> str:
    text = " ".join(note.text.split())
    short = text if len(text) <= WORDS else text[:WORDS].rsplit(" ", 1)[0] + " …"
    return _("%(date)s, %(who)s: %(text)s") % {
        "date": times.short_date(times.local_date(note.at)),
        "who": note.author.name if note.author else "",
        "text": short,
    }


def _deadline(dossier: Dossier, zones: "Zones") -> Draft:
    home = places.home_of(dossier.owner)
    found = [each for each in clocks.all_told(dossier, zones) if each.settled_at is None]
    if not found:
        return Draft(_("No due time is set."), _("from the dossier"))
    lines = [
        _("%(what)s: due %(when)s; %(rule)s.")
        % {
            "what": f"{each.kind} ({each.text})" if each.text else each.kind,
            "when": times.both(each.due_at, here=zones.here, home=home),
            "rule": each.rule,
        }
        for each in found
    ]
    return Draft("\n".join(lines), _("computed from the clocks"))


def _contacts(dossier: Dossier) -> Draft:
    own = places.headquarters()[dossier.owner]
    lines = [_("Headquarters: %(who)s, %(phone)s.") % {"who": own, "phone": own.phone}]
    if dossier.requesting_authority:
        lines.insert(0, _("Asked by: %(who)s.") % {"who": dossier.requesting_authority})
    if dossier.foreign_references:
        lines.append(_("References: %(numbers)s.") % {"numbers": dossier.foreign_references})
    return Draft("\n".join(lines), _("from the dossier"))


def _risks(dossier: Dossier) -> Draft:
    words = {
        "H1": _("H1: nothing as evidence without the consent of %(owner)s."),
        "H2": _("H2: nothing is passed on without the consent of %(owner)s."),
        "H3": _("H3: %(note)s"),
    }
    values = {"owner": dossier.owner, "note": dossier.handling_note}
    lines = [words[code] % values for code in sorted(dossier.handling_codes)]
    if dossier.confined:
        lines.append(_("Confined: the team does not know of this dossier."))
    source = _("from the handling code") if lines else _("Write “none” if there are none.")
    return Draft("\n".join(lines), source)
