"""What changes hands without an offer: who may take or give a dossier now, and to whom."""

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import Person
from cases import policy
from cases.models import Dossier, Handover
from cases.policy import Decision
from cases.selectors import hand_over, places
from cases.selectors.hand_over import Choices
from cases.states import Status, Step

if TYPE_CHECKING:
    from accounts.models import User


def may_take(dossier: Dossier, user: "User", offer: Handover | None) -> Decision:
    """Whether a person may take a dossier from the queue; `offer` is the open one, if any."""
    decision = policy.may(user, Step.TAKE, dossier)
    if decision and offer is not None:
        return policy.no(_("It is offered to somebody: it can be taken once that offer has ended."))
    return decision


def may_reassign(dossier: Dossier, user: "User", offer: Handover | None) -> Decision:
    """Whether a person may give a dossier to another of the team; `offer` is the open one."""
    decision = policy.may(user, Step.REASSIGN, dossier)
    if decision and offer is not None:
        return policy.no(_("It is offered already: withdraw that offer first."))
    return decision


def colleagues(dossier: Dossier, user: "User", *, chosen: str = "") -> Choices:
    """The owner's people at the desk but the handler, with their load: who can be given it."""
    found = hand_over.choices(dossier, user, chosen=chosen)
    own = [each for each in found.parties if isinstance(each.to, Person) and not each.foreign]
    values = {each.value for each in own}
    return replace(
        found,
        parties=own,
        receivers=[each for each in found.receivers if each.value in values],
        cannot=[],
    )


def takeable(user: "User", dossiers: Collection[UUID]) -> frozenset[UUID]:
    """Which of these dossiers the person's team has in its queue: for a list, in one question.

    Whether it may be taken the act asks again.
    """
    desks = [desk for desk in places.desks_of(user) if desk is not None]
    if not desks or not dossiers:
        return frozenset()
    offers = Handover.objects.open().filter(dossier=OuterRef("pk"))
    queue = Dossier.objects.visible_to(user).filter(
        ~Exists(offers),
        pk__in=dossiers,
        owner=user.country,
        desk__in=desks,
        handler__isnull=True,
        confined=False,
    )
    return frozenset(queue.exclude(status=Status.CLOSED).values_list("pk", flat=True))
