"""What changes hands without an offer: taken from the queue, or given on by the head of desk."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Person
from cases import notify
from cases.models import Dossier
from cases.policy import Decision
from cases.selectors import handovers
from cases.selectors import taking as selectors
from cases.services import grants
from cases.services.journal import log

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def take(*, dossier: Dossier, by: "User") -> None:
    """Handle a dossier of the own team that nobody handles; of two at once one gets it."""
    dossier = _seen(dossier, by=by)
    _require(selectors.may_take(dossier, by, handovers.open_offer(dossier)))
    log(by, "handover.taken", dossier)
    notify.taken(dossier, by=by)
    grants.take_work(dossier)


@transaction.atomic
def reassign(*, dossier: Dossier, by: "User", to: Person, reason: str) -> None:
    """Let another of the own team handle a dossier, with the reason; the handler until now keeps
    what the team has.
    """
    dossier = _seen(dossier, by=by)
    _require(selectors.may_reassign(dossier, by, handovers.open_offer(dossier)))
    if to.pk not in {party.person for party in selectors.colleagues(dossier, by).parties}:
        raise PermissionDenied(
            _("Only another officer of the own team at the desk can be given it.")
        )
    log(by, "handover.reassigned", dossier, why=reason)
    notify.reassigned(dossier, by=by, to=to)
    grants.reassign_work(dossier, to=to, reason=reason)


def _seen(dossier: Dossier, *, by: "User") -> Dossier:
    # Who takes it may not yet lock it: the function of the database does.
    seen = Dossier.objects.visible_to(by).select_related("desk", "handler")
    found: Dossier = seen.get(pk=dossier.pk)
    return found


def _require(decision: Decision) -> None:
    if not decision:
        raise PermissionDenied(decision.reason)
