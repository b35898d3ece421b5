"""Add people and objects to a dossier, correct them, withdraw them: each a new version."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from cases import policy
from cases.identifiers import Identifier as Number
from cases.models import Dossier, Identifier, Party
from cases.models.parties import ALL_DETAILS
from cases.services.dossiers import StaleError
from cases.services.journal import log
from cases.states import Step

if TYPE_CHECKING:
    from accounts.models import User

SPECIAL = ("special_categories", "special_data", "special_reason")
WRITTEN = ("kind", "role", "name", "part", "note", *ALL_DETAILS, *SPECIAL)


@dataclass(frozen=True)
class New:
    """What is to be written of a party: its fields and its numbers."""

    values: dict[str, Any]
    numbers: Sequence[Number] = field(default=())


@transaction.atomic
def add(*, dossier: Dossier, by: "User", parties: Sequence[New]) -> list[Party]:
    """Add people and objects, all or none; the timeline shows them as one event."""
    dossier = _open_to(by, dossier)
    versions = [_version(dossier, by, new.values, place=place) for place, new in enumerate(parties)]
    _write(versions, [new.numbers for new in parties])
    for version, new in zip(versions, parties, strict=True):
        log(by, "party.added", dossier, **_facts(version), digest=_digest(version, new.numbers))
    return versions


@transaction.atomic
def correct(*, party: Party, by: "User", new: New, reason: str) -> Party:
    """Write a new version over the present one. Raises StaleError when there is a newer one."""
    dossier = _open_to(by, party.dossier)
    _require_present(party)
    version = _version(dossier, by, new.values, replaces=party, reason=reason)
    _write([version], [new.numbers])
    changed = [name for name in WRITTEN if getattr(version, name) != getattr(party, name)]
    log(
        by,
        "party.corrected",
        dossier,
        why=reason,
        fields=sorted(changed),
        party=str(party.origin_id),
        digest=_digest(version, new.numbers),
    )
    return version


@transaction.atomic
def withdraw(*, party: Party, by: "User", reason: str) -> Party:
    """Take a party out of the dossier: a last version says that and why; the others stay."""
    dossier = _open_to(by, party.dossier)
    _require_present(party)
    same = {name: getattr(party, name) for name in WRITTEN}
    version = _version(dossier, by, same, replaces=party, reason=reason, withdrawn=True)
    _write([version], [()])
    log(by, "party.withdrawn", dossier, why=reason, party=str(party.origin_id))
    return version


def consult(*, party: Party, by: "User") -> None:
    """Log that a person read everything about a party (art. 25)."""
    log(by, "party.viewed", party.dossier, party=str(party.origin_id))


def _open_to(by: "User", dossier: Dossier) -> Dossier:
    """The dossier as it is now, open to this person for adding."""
    found = Dossier.objects.visible_to(by).get(pk=dossier.pk)
    policy.require(by, Step.CONTRIBUTE, found)
    return found


def _require_present(party: Party) -> None:
    if not Party.objects.filter(pk=party.pk, current=True).exists():
        raise StaleError


def _version(
    dossier: Dossier,
    by: "User",
    values: dict[str, Any],
    *,
    replaces: Party | None = None,
    **how: Any,
) -> Party:
    """A row to be written. Origin and number are as the database will set them."""
    unknown = values.keys() - set(WRITTEN)
    if unknown:
        raise ValueError(f"a party has no such fields: {sorted(unknown)}")
    version = Party(dossier=dossier, added_by_id=by.pk, replaces=replaces, **values, **how)
    version.origin_id = replaces.origin_id if replaces else version.pk
    version.number = replaces.number + 1 if replaces else 1
    return version


def _write(versions: list[Party], numbers: Sequence[Sequence[Number]]) -> None:
    """One statement each, so that what is added together is told together."""
    try:
        with transaction.atomic():
            Party.objects.bulk_create(versions)
    except IntegrityError as error:
        if versions[0].replaces_id is None:
            raise
        raise StaleError from error  # somebody replaced the same version at the same moment
    Identifier.objects.bulk_create(
        Identifier(
            party=version,
            dossier_id=version.dossier_id,
            place=place,
            kind=number.kind,
            value=number.value,
            normal=number.normal,
        )
        for version, written in zip(versions, numbers, strict=True)
        for place, number in enumerate(written)
    )


def _facts(version: Party) -> dict[str, Any]:
    """What the log may say: codes, and the key by which the party is known."""
    facts = {"kind": version.kind, "party": str(version.origin_id)}
    return facts | ({"role": version.role} if version.role else {})


def _digest(version: Party, numbers: Sequence[Number]) -> str:
    """SHA-256 that proves a version unchanged and tells nothing of it; its key is the salt."""
    written = [str(getattr(version, name) or "") for name in WRITTEN]
    written += [f"{number.kind} {number.value}" for number in numbers]
    return hashlib.sha256(version.pk.bytes + "\n".join(written).encode()).hexdigest()
