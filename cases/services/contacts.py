"""Contacts: add one, change it, hand it over, retire it; each is a new version."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Desk, DirectoryEntry, Person
from cases import notify, policy
from cases.models import Contact
from cases.models.contacts import SAID
from cases.services.dossiers import StaleError
from cases.states import ContactAct, Sight
from lodesk import audit

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def make(*, desk: Desk, by: "User", visibility: str, **said: Any) -> Contact:
    """Add a contact of the own country at a desk; who adds it keeps it."""
    _require(policy.may_keep_contacts(by, desk.pk))
    contact = Contact(
        owner=by.country,
        desk=desk,
        keeper_id=by.pk,
        made_by_id=by.pk,
        visibility=visibility,
        **_checked(said),
    )
    contact.origin_id = contact.pk
    _log(by, "contact.made", contact, visibility=visibility)
    Contact.objects.bulk_create([contact])
    return contact


@transaction.atomic
def change(*, contact: Contact, by: "User", visibility: str = "", **said: Any) -> Contact:
    """Write a new version over the present one; no `visibility` leaves who sees it.

    Raises StaleError when somebody was faster.
    """
    contact = _present(contact, by=by)
    _require(policy.may_change_contact(by, contact))
    if visibility not in ("", contact.visibility):
        _require(policy.may_say_who_sees(by, contact))
    values = _checked(said) | ({"visibility": visibility} if visibility else {})
    changed = sorted(name for name, value in values.items() if getattr(contact, name) != value)
    if not changed:
        return contact
    version = _version(contact, ContactAct.CHANGED, by=by, **values)
    _log(by, "contact.changed", version, fields=changed, visibility=version.visibility)
    _write([version])
    return version


@transaction.atomic
def hand_over(*, contact: Contact, to: Person, by: "User") -> Contact:
    """Give a contact to somebody to keep, oneself included where nobody keeps it any more.

    Raises StaleError when somebody was faster.
    """
    contact = _present(contact, by=by)
    (version,) = _hand_over([contact], to=to, by=by)
    return version


@transaction.atomic
def hand_over_all(*, desk: Desk, to: Person, by: "User") -> int:
    """Give everything one keeps at a desk to one colleague. Returns how many contacts that is.

    Raises StaleError when one of them was changed at the same moment: nothing is handed over then.
    """
    mine = Contact.objects.visible_to(by).in_use().filter(desk=desk, keeper=by.pk)
    contacts = list(mine.order_by("origin"))
    if contacts:
        _hand_over(contacts, to=to, by=by)
    return len(contacts)


def _hand_over(contacts: Sequence[Contact], *, to: Person, by: "User") -> list[Contact]:
    """All of one country at one desk. The versions come last: who hands over what few may see sees
    it no longer afterwards.
    """
    for contact in contacts:
        _require(policy.may_give_contact(by, contact, to=to.pk))
    _require_keeper(contacts, to)
    versions = [
        _version(contact, ContactAct.HANDED_OVER, by=by, keeper_id=to.pk) for contact in contacts
    ]
    for version in versions:
        _log(by, "contact.handed_over", version, person=to.public_id)
    notify.contacts_handed_over(contacts, to=to.pk, by=by)
    _write(versions)
    return versions


@transaction.atomic
def retire(*, contact: Contact, by: "User", reason: str) -> Contact:
    """Use a contact no longer, with a reason; its versions stay on record.

    Raises StaleError when somebody was faster.
    """
    contact = _present(contact, by=by)
    _require(policy.may_change_contact(by, contact))
    version = _version(contact, ContactAct.RETIRED, by=by, reason=reason)
    _log(by, "contact.retired", version, why=reason)
    _write([version])
    return version


def consult(*, contact: Contact, by: "User") -> None:
    """Log that a person read what somebody else keeps for himself."""
    if contact.visibility == Sight.MINE and contact.keeper_id != by.pk:
        _log(by, "contact.viewed", contact)


def _present(contact: Contact, *, by: "User") -> Contact:
    """The version as it is now, if it is still the present one and in sight."""
    found = Contact.objects.visible_to(by).filter(pk=contact.pk).first()
    if found is None:
        raise StaleError
    return found


def _checked(said: dict[str, Any]) -> dict[str, Any]:
    unknown = said.keys() - set(SAID)
    if unknown:
        raise ValueError(f"a contact has no such fields: {sorted(unknown)}")
    return said


def _version(contact: Contact, act: ContactAct, *, by: "User", **changes: Any) -> Contact:
    """A row to be written. Origin and number are as the database will set them."""
    same = {name: getattr(contact, name) for name in SAID}
    same |= {"keeper_id": contact.keeper_id, "visibility": contact.visibility}
    return Contact(
        owner=contact.owner,
        desk_id=contact.desk_id,
        origin_id=contact.origin_id,
        number=contact.number + 1,
        replaces=contact,
        act=act,
        made_by_id=by.pk,
        **same | changes,
    )


def _write(versions: list[Contact]) -> None:
    try:
        with transaction.atomic():
            Contact.objects.bulk_create(versions)
    except IntegrityError as error:  # somebody replaced the same version at the same moment
        raise StaleError from error


def _require_keeper(contacts: Sequence[Contact], person: Person) -> None:
    group = policy.keepers(contacts[0].owner, contacts[0].desk_id)
    if not DirectoryEntry.objects.filter(group=group, person=person.pk).exists():
        raise PermissionDenied(_("A contact is kept by somebody who is posted there now."))
    if any(person.pk == contact.keeper_id for contact in contacts):
        raise PermissionDenied(_("This person keeps the contact already."))


def _require(decision: policy.Decision) -> None:
    if not decision:
        raise PermissionDenied(decision.reason)


def _log(by: "User", action: str, contact: Contact, *, why: str = "", **facts: Any) -> None:
    """In the chain of the contact's country, by its key: nothing of what it says."""
    audit.log(
        by=by.pk,
        action=action,
        chain=contact.owner,
        target="cases.contact",
        target_id=contact.origin_id,
        why=why,
        facts={"version": contact.number} | facts,
    )
