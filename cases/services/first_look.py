"""The first look at an urgent dossier: due within the hour, settled by looking, by itself.

An urgent dossier nobody touches reminds and goes up like any clock (product.md sections 4 and 5).
"""

from typing import TYPE_CHECKING

from django.utils import timezone

from cases import policy
from cases.clocks import Kind, Rule, SettledAs
from cases.models import Clock, Dossier, Entry
from cases.models.dossiers import Urgency
from cases.selectors import people
from cases.services import clocks

if TYPE_CHECKING:
    from accounts.models import User


def ask(*, dossier: Dossier, by: "User") -> None:
    """It has become urgent for somebody else than who says so: from now on a look is due."""
    if dossier.handler_id == by.pk:
        return
    clocks.start(
        dossier=dossier,
        by=by,
        kind=Kind.FIRST_LOOK,
        rule=Rule.ONE_HOUR,
        starts_at=timezone.now(),
    )


def follow(*, dossier: Dossier, by: "User", urgency: str) -> None:
    """Another urgency asks for a first look, or for none any more."""
    if urgency == Urgency.URGENT:
        ask(dossier=dossier, by=by)
    else:
        _settle(dossier, by, settled_as=SettledAs.DROPPED)


def looked(*, dossier: Dossier, by: "User", entry: Entry | None = None) -> None:
    """Settle it when the handler opens the dossier or writes in it.

    While nobody handles it: when somebody of the owner's team at the desk writes in it.
    """
    if dossier.urgency != Urgency.URGENT:
        return
    if dossier.handler_id == by.pk or (
        dossier.handler_id is None and entry is not None and _is_of_the_team(by, dossier)
    ):
        _settle(dossier, by, entry=entry)


def not_needed(*, dossier: Dossier, by: "User", entry: Entry | None = None) -> None:
    """It is answered: whoever did that has looked."""
    if dossier.urgency == Urgency.URGENT:
        _settle(dossier, by, entry=entry, settled_as=SettledAs.DROPPED)


def _is_of_the_team(person: "User", dossier: Dossier) -> bool:
    team = people.team_of(dossier.owner, dossier.desk_id)
    return team is not None and team.pk in policy.principals(person).groups


def _settle(
    dossier: Dossier,
    by: "User",
    *,
    entry: Entry | None = None,
    settled_as: SettledAs = SettledAs.DONE,
) -> None:
    waiting = list(Clock.objects.filter(dossier=dossier, kind=Kind.FIRST_LOOK).unsettled())
    for clock in waiting:
        clocks.settle(clock=clock, by=by, entry=entry, settled_as=settled_as)
    if waiting:
        dossier.refresh_from_db(fields=["due_at", "due_rule"])
