"""Ask for, give, refuse and end a mandate."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.functions import TransactionNow
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Desk, NationalGroup, Person
from cases import notify, policy
from cases.models import Dossier, Handover, Mandate
from cases.services import grants
from cases.services.journal import log
from cases.states import HandoverState, MandateState, Step
from lodesk import audit
from lodesk.border.context import forget_answers

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def ask(*, dossier: Dossier, by: "User", to: Person | NationalGroup, **fields: Any) -> Mandate:
    """Ask the owner country for a mandate for one dossier. It gives nothing yet."""
    policy.require(by, Step.OFFER, dossier)
    mandate = Mandate(
        owner=dossier.owner,
        dossier=dossier,
        asked_by_id=by.pk,
        starts_at=TransactionNow(),
        **_receiver(to),
        **fields,
    )
    Mandate.objects.bulk_create([mandate])
    mandate.refresh_from_db(fields=["number", "starts_at"])
    log(by, "mandate.asked", dossier, mandate=mandate.number, level=mandate.level)
    return mandate


@transaction.atomic
def ask_standing(
    *, owner: str, desk: Desk, by: "User", to: Person | NationalGroup, **fields: Any
) -> Mandate:
    """Ask for a standing mandate: a desk, kinds of dossier (none named: all) and a period."""
    mandate = Mandate(owner=owner, desk=desk, asked_by_id=by.pk, **_receiver(to), **fields)
    Mandate.objects.bulk_create([mandate])
    mandate.refresh_from_db(fields=["number"])
    audit.log(by=by.pk, action="mandate.asked", chain=owner, mandate=mandate.number)
    return mandate


def _receiver(to: Person | NationalGroup) -> dict[str, Any]:
    key = "receiver_person" if isinstance(to, Person) else "receiver_group"
    return {key: to, "receiver_country": to.country}


@transaction.atomic
def give(*, mandate: Mandate, by: "User", ends_at: datetime, **terms: Any) -> Mandate:
    """Give a mandate, with its mandatory end. The offer that waited for it goes out."""
    mandate = _locked(mandate, by=by, step=Step.GIVE_MANDATE)
    terms = {"starts_at": TransactionNow()} | terms  # the database's clock decides at every read
    _decide(mandate, state=MandateState.GIVEN, ends_at=ends_at, **terms)
    _log(by, "mandate.given", mandate, level=mandate.level, ends_at=mandate.ends_at)
    handover = _waiting(mandate)
    if handover is not None:
        notify.offered(handover, by=by)
        notify.mandate_decided(handover, mandate, by=by)
        grants.move_work(handover, step=Step.GIVE_MANDATE)
    return mandate


@transaction.atomic
def refuse(*, mandate: Mandate, by: "User", reason: str) -> Mandate:
    """Refuse a mandate, with the reason. The offer that waited for it ends."""
    mandate = _locked(mandate, by=by, step=Step.REFUSE_MANDATE)
    _decide(mandate, state=MandateState.REFUSED, decision_reason=reason)
    _log(by, "mandate.refused", mandate, why=reason)
    handover = _waiting(mandate)
    if handover is not None:
        notify.mandate_decided(handover, mandate, by=by)
        grants.move_work(handover, step=Step.REFUSE_MANDATE, reason=reason)
    return mandate


@transaction.atomic
def end(*, mandate: Mandate, by: "User") -> Mandate:
    """Revoke a mandate before its end; its grants end with it, in the same statement."""
    mandate = _locked(mandate, by=by, step=Step.END_MANDATE)
    _log(by, "mandate.ended", mandate)
    notify.mandate_ended_by(mandate, by=by)
    Mandate.objects.filter(pk=mandate.pk).update(
        state=MandateState.ENDED, ended_by=by.pk, ended_at=timezone.now()
    )
    mandate.refresh_from_db()
    forget_answers()
    return mandate


def _locked(mandate: Mandate, *, by: "User", step: Step) -> Mandate:
    seen = Mandate.objects.get(pk=mandate.pk)
    policy.require(by, step, seen)  # before the lock: who may not decide could not take it
    _lock_offers(seen)
    locked = Mandate.objects.select_for_update(of=("self",)).filter(pk=mandate.pk).first()
    if locked is None:  # ended meanwhile
        raise PermissionDenied(_("This step is no longer possible."))
    policy.require(by, step, locked)
    return locked


def _lock_offers(mandate: Mandate) -> None:
    # Offers before mandates, as in answering one: otherwise two steps wait for each other.
    offers = Handover.objects.filter(mandate=mandate).open().order_by("pk")
    list(offers.select_for_update(of=("self",)).values_list("pk"))


def _decide(mandate: Mandate, **values: Any) -> None:
    Mandate.objects.filter(pk=mandate.pk).update(**values)
    mandate.refresh_from_db()
    forget_answers()


def _waiting(mandate: Mandate) -> Handover | None:
    waiting = Handover.objects.filter(mandate=mandate, state=HandoverState.AWAITING_MANDATE)
    return waiting.select_related("dossier", "dossier__desk", "to_person").first()


def _log(by: "User", action: str, mandate: Mandate, *, why: str = "", **facts: Any) -> None:
    if mandate.dossier is None:
        audit.log(
            by=by.pk,
            action=action,
            chain=mandate.owner,
            mandate=mandate.number,
            facts=facts,
            why=why,
        )
        return
    log(by, action, mandate.dossier, mandate=mandate.number, why=why, **facts)
