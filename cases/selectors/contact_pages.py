"""The page of one contact: how it is reached, who keeps it, who sees it, and what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django_countries import countries

from cases import policy
from cases.models import Contact
from cases.models.contacts import SAID
from cases.selectors import contacts, languages
from cases.states import ContactAct
from lodesk.ui.shapes import Fact

if TYPE_CHECKING:
    from accounts.models import User

SHOWN_APART = ("name", "phones", "note")


@dataclass(frozen=True)
class PhoneLine:
    """A telephone number, and what is wrong with it."""

    shown: str
    warning: str


@dataclass(frozen=True)
class VersionLine:
    """A version: when, what was done by whom, and what it said then."""

    number: int
    at: datetime
    what: str
    facts: Sequence[Fact]


@dataclass(frozen=True)
class ContactPage:
    """Everything about one contact that its reader may know."""

    owner: str
    label: str
    what: str
    place: str
    facts: Sequence[Fact]
    phones: Sequence[PhoneLine]
    note: str
    kept: Sequence[Fact]
    nobody_keeps_it: bool
    retired: str  # the reason
    versions: Sequence[VersionLine]


def page(contact: Contact, user: "User") -> ContactPage:
    """A contact in sight."""
    is_kept = policy.is_kept(contact)
    phones = contacts.telephones(contact)
    return ContactPage(
        owner=contact.owner,
        label=contact.label,
        what=str(contact.get_kind_display()),
        place=contact.desk.city,
        facts=_facts(contact, (name for name in SAID if name not in SHOWN_APART)),
        phones=[PhoneLine(contacts.as_shown(each), each.warning) for each in phones],
        note=contact.note,
        kept=[
            Fact(_("Kept by"), str(contact.keeper)),
            Fact(_("Who sees it"), str(capfirst(contact.get_visibility_display()))),
        ],
        nobody_keeps_it=not is_kept and not contact.is_retired,
        retired=contact.reason if contact.is_retired else "",
        versions=_versions(contact, user),
    )


def _facts(contact: Contact, names: Iterable[str]) -> list[Fact]:
    said = [Fact(str(capfirst(_title(name))), _value(contact, name)) for name in names]
    return [fact for fact in said if fact.value]


def _title(name: str) -> str:
    return str(Contact._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _value(contact: Contact, name: str) -> str:
    if name == "kind":
        return str(contact.get_kind_display())
    if name == "visibility":
        return str(contact.get_visibility_display())
    if name == "host_country":
        return str(countries.name(contact.host_country))
    if name == "channel":
        return str(contact.get_channel_display()) if contact.channel else ""
    if name == "languages":
        return ", ".join(languages.name(code) for code in contact.languages)
    if name == "phones":
        return ", ".join(map(contacts.as_shown, contacts.telephones(contact)))
    return str(getattr(contact, name))


def _versions(contact: Contact, user: "User") -> list[VersionLine]:
    rows = Contact.objects.versions_of(contact, user).select_related("made_by", "keeper")
    found = list(rows.order_by("number"))
    earlier = {each.number + 1: each for each in found}
    lines = [
        VersionLine(
            number=each.number,
            at=each.made_at,
            what=_done(each, earlier.get(each.number)),
            facts=_facts(each, (*SAID, "visibility")),
        )
        for each in found
    ]
    return lines[::-1]


def _done(version: Contact, before: Contact | None) -> str:
    """ "changed by A. Voorbeeld: telephones, note"."""
    words = {"who": version.made_by, "to": version.keeper, "why": version.reason}
    if version.act == ContactAct.MADE:
        return _("added by %(who)s") % words
    if version.act == ContactAct.HANDED_OVER:
        if version.made_by_id == version.keeper_id:
            return _("taken by %(who)s: nobody kept it") % words
        return _("handed over to %(to)s by %(who)s") % words
    if version.act == ContactAct.RETIRED:
        return _("retired by %(who)s: %(why)s") % words
    if before is None:
        return _("changed by %(who)s") % words
    names = (*SAID, "visibility")
    changed = [_title(name) for name in names if getattr(version, name) != getattr(before, name)]
    return _("changed by %(who)s: %(what)s") % (words | {"what": ", ".join(changed)})
