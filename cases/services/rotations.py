"""Rotations: plan the portfolio of who leaves, offer it, answer it, and certify what came of it.

The plan moves nothing. Each dossier is offered and answered by itself, whole or not at all.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from cases import notify, policy
from cases.models import Handover, Rotation, RotationLine
from cases.models.handovers import HandoverKind
from cases.selectors import note_drafts, rotation_certificates, rotations
from cases.selectors.rotations import Leaver
from cases.services import handovers
from cases.services.handovers import Note, Terms
from cases.states import RotationState, Step
from lodesk import audit
from lodesk.alerts import services as alerts
from lodesk.prints import typesetting

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.zones import Zones

Receivers = Mapping[UUID, Person | None]  # by the key of the dossier
TEMPLATE: Final = Path(settings.BASE_DIR) / "templates" / "prints" / "rotation.typ"


@transaction.atomic
def begin(*, leaver: Leaver, by: "User") -> Rotation:
    """Begin the rotation of an officer at a desk; the one that goes on, if there is one."""
    found = rotations.open_of(leaver, by)
    if found is not None:
        return found
    rotation = Rotation(
        leaver=leaver.person,
        country=leaver.person.country,
        desk=leaver.desk,
        begun_by_id=by.pk,
        leaves_at=rotations.leaves_at(leaver),
    )
    _require(policy.may_steer(by, rotation))
    try:
        with transaction.atomic():
            Rotation.objects.bulk_create([rotation])
    except IntegrityError as error:  # somebody else began it at the same time
        raise PermissionDenied(_("Somebody began this rotation a moment ago.")) from error
    _log(by, "rotation.begun", rotation, person=leaver.person.public_id)
    return rotation


@transaction.atomic
def plan(*, rotation: Rotation, by: "User", receivers: Receivers) -> None:
    """Save to whom each dossier is to go, nobody included; it may be changed until it is offered.

    What the leaver no longer handles is passed by, and so is what is offered already.
    """
    _plan(_locked(rotation, by=by), by=by, receivers=receivers)


def _plan(rotation: Rotation, *, by: "User", receivers: Receivers) -> None:
    held = {each.pk: each for each in rotations.portfolio(rotation, by).held}
    lines = {line.dossier_id: line for line in rotations.lines(rotation, by)}
    wanted = {key: person for key, person in receivers.items() if key in held}
    team = {each.person.pk for each in rotations.colleagues(rotation, by)}
    if not {person.pk for person in wanted.values() if person} <= team:
        raise PermissionDenied(_("Only somebody of the own team at this desk takes over."))
    added = [
        RotationLine(rotation=rotation, dossier=held[key], receiver=person)
        for key, person in wanted.items()
        if key not in lines
    ]
    changed = [
        line for key, line in lines.items() if key in wanted and _replanned(line, wanted[key])
    ]
    RotationLine.objects.bulk_create(added)
    RotationLine.objects.bulk_update(changed, ["receiver", "handover"])
    _log(by, "rotation.planned", rotation, dossiers=len(added) + len(changed))


def _replanned(line: RotationLine, receiver: Person | None) -> bool:
    """Give a line another receiver; of one declined or lapsed, nobody chosen changes nothing."""
    if line.is_offered or line.is_accepted or (line.handover_id and receiver is None):
        return False
    same = line.handover_id is None and line.receiver_id == (receiver.pk if receiver else None)
    line.receiver, line.handover = receiver, None
    return not same


@dataclass(frozen=True)
class Offered:
    """What came of offering everything: how many dossiers, and which not, with the reason."""

    dossiers: int
    refused: dict[str, str]  # reference -> reason


@transaction.atomic
def offer_all(
    *,
    rotation: Rotation,
    by: "User",
    answer_by: datetime,
    zones: "Zones",
    receivers: Receivers | None = None,
) -> Offered:
    """Offer every dossier that is planned and not offered; each receiver is told once.

    `receivers` is saved first, as by `plan`. A dossier that cannot be offered stays with its
    leaver; the others go on.
    """
    rotation = _locked(rotation, by=by)
    if receivers is not None:
        _plan(rotation, by=by, receivers=receivers)
    ready, refused = _ready(rotation, by)
    notes = note_drafts.drafts_of([line.dossier for line in ready], zones)
    terms = Terms(answer_by=answer_by, kind=HandoverKind.ROTATION)
    told: Counter[int] = Counter()
    for line in ready:
        note = _note(notes[line.dossier_id], rotation)
        try:
            _offer(line, by=by, note=note, terms=terms)
        except PermissionDenied as refusal:
            refused[line.dossier.reference] = str(refusal)
        else:
            told[line.receiver_id or 0] += 1
    offered = [line for line in ready if line.handover_id is not None]
    RotationLine.objects.bulk_update(offered, ["handover"])
    if offered:
        _go_on(rotation, RotationState.OFFERED)
    _log(by, "rotation.offered", rotation, dossiers=len(offered), refused=len(refused))
    for receiver, dossiers in told.items():
        notify.rotation_offered(
            rotation, by=by, to=receiver, dossiers=dossiers, answer_by=answer_by
        )
    return Offered(len(offered), refused)


def _ready(rotation: Rotation, by: "User") -> tuple[list[RotationLine], dict[str, str]]:
    """The lines that can be offered now, and why others that are planned cannot, by reference."""
    lines = rotations.lines(rotation, by)
    planned = [line for line in lines if line.receiver_id and line.handover_id is None]
    offers = rotations.open_offers(line.dossier for line in planned)
    team = {each.person.pk for each in rotations.colleagues(rotation, by)}
    refused = {}
    for line in planned:
        why = policy.may_offer_in(by, rotation, line.dossier).reason
        if line.receiver_id not in team:
            why = _("This person has no posting at the desk of the dossier.")
        elif line.dossier_id in offers:
            why = _("This dossier is already offered to somebody.")
        if why:
            refused[line.dossier.reference] = str(why)
    return [line for line in planned if line.dossier.reference not in refused], refused


def _offer(line: RotationLine, *, by: "User", note: Note, terms: Terms) -> None:
    assert line.receiver is not None  # noqa: S101  (it is ready)
    line.handover = handovers.offer_one_of_many(
        dossier=line.dossier, by=by, to=line.receiver, note=note, terms=terms
    )


def _note(drafts: note_drafts.Drafts, rotation: Rotation) -> Note:
    """The generated draft, for nobody writes two hundred notes; what is not known says so."""
    ask = _("Nothing is written down: ask %(who)s.") % {"who": rotation.leaver}
    return Note(
        note_state=drafts["note_state"].text,
        note_promises=drafts["note_promises"].text or ask,
        note_deadline=drafts["note_deadline"].text,
        note_contacts=drafts["note_contacts"].text,
        note_risks=drafts["note_risks"].text or _("none"),
    )


@dataclass(frozen=True)
class Answered:
    """What came of an answer: how many dossiers, and which not, with the reason."""

    dossiers: int
    refused: dict[str, str]


@transaction.atomic
def answer(
    *, rotation: Rotation, by: "User", step: Step, lines: Collection[UUID], reason: str = ""
) -> Answered:
    """Accept or decline what a rotation offers, each by itself; those concerned are told once."""
    rotation = _visible(rotation, by=by)
    chosen = [line for line in rotations.offered_to(rotation, by) if line.pk in lines]
    locked = Handover.objects.all_locked(line.handover_id for line in chosen if line.handover_id)
    number = 0
    refused: dict[str, str] = {}
    for handover in locked.values():
        try:
            handovers.answer_one_of_many(handover=handover, by=by, step=step, reason=reason)
        except PermissionDenied as refusal:
            refused[handover.dossier.reference] = str(refusal)
        else:
            number += 1
    if number:
        counts = {"accepted": 0, "declined": 0}
        counts["accepted" if step == Step.ACCEPT else "declined"] = number
        _log(by, "rotation.answered", rotation, **counts)
        notify.rotation_answered(rotation, by=by, **counts)
    return Answered(number, refused)


@transaction.atomic
def finish(*, rotation: Rotation, by: "User") -> None:
    """Say that a rotation is done; what did not move stays. Then it can be certified."""
    _end(rotation, RotationState.DONE, by=by)


@transaction.atomic
def give_up(*, rotation: Rotation, by: "User") -> None:
    """Give a rotation up; what was accepted has moved all the same."""
    _end(rotation, RotationState.GIVEN_UP, by=by)


def _end(rotation: Rotation, state: RotationState, *, by: "User") -> None:
    rotation = _locked(rotation, by=by)
    if any(line.is_offered for line in rotations.lines(rotation, by)):
        raise PermissionDenied(_("Some offers wait for an answer: withdraw them, or wait."))
    _log(by, f"rotation.{state}", rotation)
    _go_on(rotation, state)


@dataclass(frozen=True)
class Print:
    """A certificate as a file: PDF/A, and what it is called."""

    content: bytes
    name: str


@transaction.atomic
def certify(*, rotation: Rotation, by: "User", zones: "Zones") -> Print:
    """Set the certificate of a rotation that is done, for one reader; its digest is logged."""
    rotation = _visible(rotation, by=by)
    _require(policy.may_certify(by, rotation))
    at = timezone.now()
    found = rotation_certificates.certificate(rotation, by, zones)
    said = rotation_certificates.words(found, by=by.name, at=at, zones=zones)
    content = typesetting.typeset(TEMPLATE, typesetting.printable(said), at=at)
    digest = hashlib.sha256(content).hexdigest()
    _log(by, "rotation.certified", rotation, digest=digest, dossiers=len(found.moved))
    return Print(content, f"rotation-{said['reference']}-{rotation.ended_at:%Y%m%d}.pdf")


def consult(*, rotation: Rotation, by: "User") -> None:
    """Log that a person looked at a rotation; its alerts are read."""
    _log(by, "rotation.viewed", rotation)
    alerts.mark_read_about(by=by, subject_id=rotation.pk)


def _visible(rotation: Rotation, *, by: "User") -> Rotation:
    related = Rotation.objects.visible_to(by).select_related("leaver", "desk")
    return related.get(pk=rotation.pk)


def _locked(rotation: Rotation, *, by: "User") -> Rotation:
    """The row for this transaction, of an open rotation; raises PermissionDenied."""
    _require(policy.may_steer(by, _visible(rotation, by=by)))
    locked = Rotation.objects.open().filter(pk=rotation.pk).select_related("leaver", "desk")
    found = locked.select_for_update(of=("self",)).first()
    if found is None:
        raise PermissionDenied(_("This rotation has ended."))
    return found


def _go_on(rotation: Rotation, state: RotationState) -> None:
    """Move a rotation to another state; the database sets the moment of its end."""
    Rotation.objects.filter(pk=rotation.pk).update(state=state)


def _require(decision: policy.Decision) -> None:
    if not decision:
        raise PermissionDenied(decision.reason)


def _log(by: "User", action: str, rotation: Rotation, **facts: Any) -> None:
    """In the chain of the country whose dossiers move, by numbers and keys."""
    audit.log(
        by=by.pk,
        action=action,
        chain=rotation.country,
        target="cases.rotation",
        target_id=rotation.pk,
        facts=facts,
    )
