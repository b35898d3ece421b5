"""What the timeline says of people and objects: its events name versions, read here at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Dossier, Entry, Party
from cases.models.entries import EntryKind
from cases.models.parties import PartyKind
from cases.selectors import parties

NAMED = 6  # by name in one line; more are counted


@dataclass(frozen=True)
class PartyEvents:
    """The versions and connections that some events name."""

    versions: dict[str, Party]
    connections: dict[str, str]

    def sentence(self, entry: Entry) -> str:
        """The event in one line; nothing when it is of another kind."""
        if entry.event.startswith("connection."):
            return self._connection(entry)
        if not entry.event.startswith("party."):
            return ""
        found = [self.versions[key] for key in _keys(entry) if key in self.versions]
        words = ", ".join(_named(self._face(each)) for each in found[:NAMED])
        more = len(found) - NAMED
        if more > 0:
            words += ngettext(" and %(count)s more", " and %(count)s more", more) % {"count": more}
        return _told(entry, found, words)

    def _face(self, version: Party) -> Party:
        """The version with name and numbers: a withdrawal has none of its own."""
        return (
            self.versions.get(str(version.replaces_id), version) if version.withdrawn else version
        )

    def _connection(self, entry: Entry) -> str:
        words = self.connections.get(str(entry.facts.get("connection")), "")
        if entry.event == "connection.withdrawn":
            return _("Connection withdrawn: %(what)s.") % {"what": words}
        return _("Connection added: %(what)s.") % {"what": words}


def read(dossier: Dossier, entries: Iterable[Entry]) -> PartyEvents:
    """Everything these entries name, in two questions at most."""
    events = [each for each in entries if each.kind == EntryKind.EVENT]
    of_parties = [each for each in events if each.event.startswith("party.")]
    of_connections = [each for each in events if each.event.startswith("connection.")]
    return PartyEvents(
        parties.told(dossier, [key for each in of_parties for key in _keys(each)]),
        parties.told_connections(
            dossier, [str(each.facts.get("connection")) for each in of_connections]
        ),
    )


def _keys(entry: Entry) -> list[str]:
    return [str(key) for key in entry.facts.get("parties", ())]


def _named(party: Party) -> str:
    """ "container CSQU 305438 3", "person J. Modelo, witness"."""
    name, kind = parties.label(party), parties.kind(party)
    words = [f"{kind} {name}" if name != parties.what(party) else kind, parties.part(party)]
    return ", ".join(each for each in words if each)


def _told(entry: Entry, found: Sequence[Party], words: str) -> str:
    told = {"what": words, "reason": found[0].reason if found else ""}
    if entry.event == "party.corrected":
        return _("Corrected: %(what)s; %(reason)s") % told
    if entry.event == "party.withdrawn":
        return _("Withdrawn: %(what)s; %(reason)s") % told
    count = len(found)
    if count == 1:
        return _("Added: %(what)s.") % told
    if all(each.kind == PartyKind.ITEM for each in found):
        sentence = ngettext(
            "%(count)s object added: %(what)s.", "%(count)s objects added: %(what)s.", count
        )
    else:
        sentence = ngettext(
            "%(count)s person or object added: %(what)s.",
            "%(count)s people and objects added: %(what)s.",
            count,
        )
    return sentence % (told | {"count": count})
