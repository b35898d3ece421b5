"""Offer a dossier, and answer the offer. The owner country never changes by it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import NationalGroup, Person
from cases import notify, policy
from cases.models import Dossier, Handover, Mandate
from cases.models.handovers import HandoverKind, Keeps
from cases.selectors import access_diff
from cases.selectors import handovers as selectors
from cases.selectors import mandates as mandate_selectors
from cases.services import grants, mandates
from cases.services.journal import log
from cases.states import HandoverState, Level, Step

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, kw_only=True)
class Note:
    """What the giver writes down; frozen with the offer (product.md section 4)."""

    note_state: str
    note_promises: str
    note_deadline: str
    note_contacts: str
    note_risks: str
    checklist: Mapping[str, str] = field(
        default_factory=dict
    )  # by code: "" is ticked, else why not


@dataclass(frozen=True, kw_only=True)
class MandateAsked:
    """What is asked of the owner's coordinator when an offer crosses the border."""

    purpose: str
    purpose_text: str
    legal_basis: str
    conditions: str
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Until when an answer is asked, and what the giver keeps."""

    answer_by: datetime
    giver_keeps: str = Keeps.NOTHING
    giver_keeps_until: datetime | None = None
    kind: str = HandoverKind.HANDOVER


@transaction.atomic
def offer(
    *,
    dossier: Dossier,
    by: "User",
    to: Person | NationalGroup,
    note: Note,
    terms: Terms,
    asked: MandateAsked | None = None,
) -> Handover:
    """Offer a dossier. Across the border it waits for a mandate, if no standing one covers it."""
    dossier = Dossier.objects.visible_to(by).select_related("desk").get(pk=dossier.pk)
    policy.require(by, Step.OFFER, dossier)
    _check_addressee(dossier, to)
    _check_kept(dossier, terms)
    mandate = _mandate_for(dossier, by=by, to=to, asked=asked)
    waits = mandate is not None and mandate.state != "given"
    handover = Handover(
        dossier=dossier,
        giver_id=by.pk,
        **{"to_person" if isinstance(to, Person) else "to_group": to},
        state=HandoverState.AWAITING_MANDATE if waits else HandoverState.OFFERED,
        mandate=mandate,
        **asdict(note),
        **asdict(terms),
    )
    _insert(handover)
    number = mandate.number if mandate else ""
    log(by, "handover.offered", dossier, mandate=number, state=handover.state)
    notify.mandate_asked(handover, by=by) if waits else notify.offered(handover, by=by)
    grants.move_work(handover, step=Step.OFFER)
    return handover


def offer_one_of_many(
    *, dossier: Dossier, by: "User", to: Person, note: Note, terms: Terms
) -> Handover:
    """Offer a dossier as a rotation plans it; its service has asked policy, and tells who receives.

    PostgreSQL checks each again. Whole or not at all: raises PermissionDenied.
    """
    handover = Handover(
        dossier=dossier, giver_id=by.pk, to_person=to, state=HandoverState.OFFERED,
        **asdict(note), **asdict(terms),
    )  # fmt: skip
    try:
        with transaction.atomic():
            Handover.objects.bulk_create([handover])
            log(by, "handover.offered", dossier, state=handover.state)
            grants.move_work(handover, step=Step.OFFER)
    except IntegrityError as error:  # somebody else offered it at the same time
        raise _offered_already() from error
    return handover


def _offered_already() -> PermissionDenied:
    return PermissionDenied(_("This dossier is already offered to somebody."))


def _insert(handover: Handover) -> None:
    try:
        with transaction.atomic():
            Handover.objects.bulk_create([handover])
    except IntegrityError as error:  # somebody else offered it at the same time
        raise _offered_already() from error


def _check_addressee(dossier: Dossier, to: Person | NationalGroup) -> None:
    if Handover.objects.filter(dossier=dossier).open().exists():
        raise _offered_already()
    if isinstance(to, Person):
        refusal = selectors.why_not(dossier, person_id=to.pk)
        if refusal:
            raise PermissionDenied(refusal)
    elif to not in selectors.teams(dossier):
        raise PermissionDenied(_("This team cannot be offered the dossier."))


def _check_kept(dossier: Dossier, terms: Terms) -> None:
    end = access_diff.kept_at_most(dossier)
    if terms.giver_keeps_until is not None and end is not None and terms.giver_keeps_until > end:
        raise PermissionDenied(_("Nothing is kept longer than the mandate of the handler."))


def _mandate_for(
    dossier: Dossier, *, by: "User", to: Person | NationalGroup, asked: MandateAsked | None
) -> Mandate | None:
    if to.country == dossier.owner:
        return None
    standing = mandate_selectors.covering(dossier, to)
    if standing is not None:
        return standing
    if asked is None:
        raise PermissionDenied(_("Across the border a mandate must be asked for."))
    return mandates.ask(dossier=dossier, by=by, to=to, level=Level.HANDLE, **asdict(asked))


@transaction.atomic
def accept(*, handover: Handover, by: "User") -> Handover:
    """Take the dossier over; the giver keeps what the offer said, until it said."""
    handover = _locked(handover)  # the addressee may not yet lock the dossier
    policy.require(by, Step.ACCEPT, handover)
    _answer(handover, by=by, step=Step.ACCEPT)
    return handover


@transaction.atomic
def decline(*, handover: Handover, by: "User", reason: str) -> Handover:
    """Say no to an offer, with the reason; the addressee loses sight of the dossier."""
    handover = _locked(handover)
    policy.require(by, Step.DECLINE, handover)
    _answer(handover, by=by, step=Step.DECLINE, reason=reason)
    return handover


@transaction.atomic
def withdraw(*, handover: Handover, by: "User", reason: str = "") -> Handover:
    """Take an offer back before it is answered."""
    handover = _locked(handover)
    policy.require(by, Step.WITHDRAW, handover)
    _answer(handover, by=by, step=Step.WITHDRAW, reason=reason)
    return handover


@transaction.atomic
def answer_one_of_many(*, handover: Handover, by: "User", step: Step, reason: str = "") -> None:
    """Accept or decline an offer that the caller has locked; he tells those concerned once."""
    policy.require(by, step, handover)
    number = handover.mandate.number if handover.mandate else ""
    log(by, f"handover.{ACTIONS[step]}", handover.dossier, mandate=number, why=reason)
    notify.answered_in_rotation(handover, by=by, step=step)
    grants.move_work(handover, step=step, reason=reason)


def _locked(handover: Handover) -> Handover:
    try:
        return Handover.objects.locked(handover)
    except Handover.DoesNotExist as error:  # out of sight since the page was shown
        raise PermissionDenied(_("This step is no longer possible.")) from error


ACTIONS = {Step.ACCEPT: "accepted", Step.DECLINE: "declined", Step.WITHDRAW: "withdrawn"}


def _answer(handover: Handover, *, by: "User", step: Step, reason: str = "") -> None:
    number = handover.mandate.number if handover.mandate else ""
    log(by, f"handover.{ACTIONS[step]}", handover.dossier, mandate=number, why=reason)
    notify.answered(handover, by=by, step=step)
    grants.move_work(handover, step=step, reason=reason)
