"""Entries as a page shows them: what happened, with whom and how, and what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import codes, evaluation
from cases.clocks import Kind
from cases.models import Clock, Dossier, Draft, Entry, Translation
from cases.models.entries import Channel, Direction, EntryKind, Nature
from cases.selectors import heads, languages
from lodesk.ui import times

if TYPE_CHECKING:
    from accounts.models import User

LATE = timedelta(minutes=1)  # written so much later than it happened is said


@dataclass(frozen=True)
class Foot:
    """A remark under an entry."""

    text: str
    url: str = ""
    signal: str = ""


@dataclass(frozen=True)
class Translated:
    """A working translation under the original."""

    head: str
    text: str
    language: str


@dataclass(frozen=True)
class Item:
    """An entry, an event, or the place of the last visit."""

    shape: str
    at: datetime
    id: str = ""
    new: bool = False
    title: str = ""
    by: str = ""
    codes: str = ""
    text: str = ""
    language: str = ""
    foot: Sequence[Foot] = ()
    translations: Sequence[Translated] = ()
    anchor: str = ""


def current(dossier: Dossier) -> QuerySet[Entry]:
    """The last version of every entry of a dossier."""
    return dossier.entries.filter(replaced_by__isnull=True)


def item(
    entry: Entry,
    *,
    new: bool = False,
    may_write: bool = False,
    linked: bool = False,
    translations: Sequence[Translation] = (),
) -> Item:
    """An entry as a page shows it; `linked` with the way to its versions and to correct it."""
    return Item(
        "entry",
        entry.at,
        id=str(entry.pk),
        new=new,
        title=str(EntryKind(entry.kind).label),
        by=_by(entry),
        codes=heads.codes(entry.handling_codes),
        text=entry.text,
        language=entry.language,
        foot=[*foot(entry), *(links(entry, may_write=may_write) if linked else ())],
        translations=[translated(each) for each in translations],
        anchor=f"entry-{entry.pk}",
    )


def _by(entry: Entry) -> str:
    """ "Policía Antinarcóticos (Capt. R. Ejemplo), e-mail, Spanish"; of a note who wrote it."""
    author = entry.author.name if entry.author else ""
    parts = (
        _counterpart(entry) or author,
        str(Channel(entry.channel).label) if entry.channel else "",
        entry.channel_reference,
        languages.name(entry.language),
    )
    return ", ".join(part for part in parts if part)


def _counterpart(entry: Entry) -> str:
    if not entry.counterpart:
        return ""
    name = entry.counterpart
    if entry.counterpart_person:
        name = f"{name} ({entry.counterpart_person})"
    # An incoming message is from somebody by its name; only what goes out says "to".
    return f"{Direction.OUT.label} {name}" if entry.direction == Direction.OUT else name


def foot(entry: Entry) -> list[Foot]:
    """What stands under an entry, each remark by itself."""
    remarks = (
        on_behalf(entry),
        _evaluated(entry),
        codes.words(codes.REFUSAL_GROUNDS, entry.ground) if entry.ground else "",
        _reason(entry),
        entry.handling_note,
        _recorded(entry),
        _version(entry),
    )
    return [Foot(text) for text in remarks if text]


def on_behalf(entry: Entry) -> str:
    """ "On behalf of A. Voorbeeld (BE)": for whom the author stood in when it was written."""
    if entry.on_behalf_of is None:
        return ""
    return _("On behalf of %(who)s") % {"who": entry.on_behalf_of}


def links(entry: Entry, *, may_write: bool) -> list[Foot]:
    """The way to the page of an entry, where there is something to see or to do."""
    where = reverse("entry", args=[entry.dossier.reference, entry.pk])
    if entry.version > 1:
        return [Foot(_("Show earlier versions"), where)]
    return [Foot(_("Correct or translate"), where)] if may_write else []


def _evaluated(entry: Entry) -> str:
    """ "fact, evaluated B2 (4×4)"."""
    nature = str(Nature(entry.nature).label) if entry.nature else ""
    if not entry.evaluation:
        return nature
    code = _("evaluated %(code)s") % {"code": evaluation.shown(entry.evaluation)}
    return f"{nature}, {code}" if nature else code


def _reason(entry: Entry) -> str:
    if not entry.channel_reason:
        return ""
    words = codes.words(codes.CHANNEL_REASONS, entry.channel_reason)
    return _("channel: %(reason)s") % {"reason": words}


def _recorded(entry: Entry) -> str:
    """Who wrote it when that is not the head, and when if that was later than it happened."""
    author = entry.author.name if entry.author else ""
    late = entry.version == 1 and entry.recorded_at - entry.at > LATE
    if late:
        values = {"who": author, "when": times.day_and_time(timezone.localtime(entry.recorded_at))}
        return _("recorded by %(who)s, %(when)s") % values
    return _("recorded by %(who)s") % {"who": author} if entry.counterpart else ""


def _version(entry: Entry) -> str:
    """ "version 2, corrected 21 Nov, 11:10: consignee"."""
    if entry.version == 1:
        return ""
    return _("version %(number)d, corrected %(when)s by %(who)s: %(what)s") % {
        "number": entry.version,
        "when": times.short_stamp(timezone.localtime(entry.recorded_at)),
        "who": entry.author.name if entry.author else "",
        "what": entry.correction,
    }


def translated(each: Translation) -> Translated:
    """A working translation with its head: language, translator, date."""
    head = _("Working translation, %(language)s, by %(translator)s, %(date)s") % {
        "language": languages.name(each.language),
        "translator": each.translator,
        "date": times.short_date(times.local_date(each.at)),
    }
    return Translated(head, each.text, each.language)


def translations(entries: Iterable[Entry]) -> dict[UUID, list[Translation]]:
    """Working translations by entry, the newest first."""
    found: dict[UUID, list[Translation]] = {}
    for each in Translation.objects.filter(entry__in=[entry.pk for entry in entries]).order_by(
        "-at"
    ):
        found.setdefault(each.entry_id, []).append(each)
    return found


def confirmations(entries: Iterable[Entry]) -> dict[UUID, Foot]:
    """Of calls: that they were confirmed in writing, or by when they are to be."""
    calls = [entry.pk for entry in entries if entry.kind == EntryKind.PHONE_NOTE]
    found = Clock.objects.filter(entry__in=calls, kind=Kind.CONFIRMATION) if calls else ()
    return {clock.entry_id: _confirmation(clock) for clock in found if clock.entry_id}


def _confirmation(clock: Clock) -> Foot:
    if clock.settled_at:
        when = times.day_and_time(timezone.localtime(clock.settled_at))
        return Foot(_("confirmed in writing %(when)s") % {"when": when}, signal="done")
    due, now = clock.due_at or clock.term_at, timezone.now()
    words = _("written confirmation due %(when)s") % {"when": times.absolute(due, now=now)}
    return Foot(words, signal=times.signal(due, now=now))


# One entry --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Version:
    """One version on the page of an entry."""

    number: int
    item: Item
    is_last: bool


def versions(dossier: Dossier, key: UUID) -> list[Version]:
    """All versions of an entry, the last first; empty when it does not exist here."""
    entry = dossier.entries.filter(pk=key).exclude(kind=EntryKind.EVENT).first()
    if entry is None:
        return []
    place = dossier.entries.filter(at=entry.at, kind=entry.kind)
    chain = _chain(entry, list(place.select_related("author", "on_behalf_of")))
    said = translations(chain)
    return [
        Version(each.version, item(each, translations=said.get(each.pk, ())), each is chain[0])
        for each in chain
    ]


def _chain(entry: Entry, rows: Sequence[Entry]) -> list[Entry]:
    """The versions of one entry among the rows that stand in its place."""
    by_key = {row.pk: row for row in rows}
    next_of = {row.replaces_id: row for row in rows if row.replaces_id}
    first = by_key[entry.pk]
    while first.replaces_id:
        first = by_key[first.replaces_id]
    found = [first]
    while found[-1].pk in next_of:
        found.append(next_of[found[-1].pk])
    return found[::-1]


def last_version(dossier: Dossier, key: UUID) -> Entry | None:
    """The entry, if it is the last version of something a person wrote here."""
    rows = current(dossier).exclude(kind=EntryKind.EVENT).select_related("dossier", "author")
    return rows.filter(pk=key).first()


# What is asked while one writes -----------------------------------------------------------


def draft(dossier: Dossier, user: "User") -> Draft | None:
    """What this person has begun to write here."""
    return Draft.objects.filter(dossier=dossier, person=user.pk).exclude(values={}).first()


def counterparts(dossier: Dossier) -> list[str]:
    """Authorities this dossier has had to do with, to choose from: its own entries only."""
    named = current(dossier).exclude(counterpart="").values_list("counterpart", flat=True)
    asked = [dossier.requesting_authority] if dossier.requesting_authority else []
    return list(dict.fromkeys([*asked, *named.order_by("-at")[:50]]))[:12]


def as_initial(values: dict[str, Any]) -> dict[str, Any]:
    """A kept draft as what the composer begins with."""
    return {name: value for name, value in values.items() if isinstance(value, str | list)}
