"""Open, look at and change a dossier."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Desk, Person
from cases import notify, policy
from cases.models import Clock, Dossier, Mandate, Visit
from cases.models.dossiers import Urgency
from cases.selectors import mandates, steps
from cases.selectors.clocks import answer_clock
from cases.services import answering, first_look, grants
from cases.services.entries import add_note
from cases.services.journal import log
from cases.states import DOSSIER_STEPS, Step

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User


class StaleError(Exception):
    """Somebody else changed the dossier since it was read; nothing was overwritten."""


@transaction.atomic
def open_dossier(
    *, by: "User", owner: str, desk: Desk, handler: Person | None = None, **fields: Any
) -> Dossier:
    """Open a dossier for the own country, or for another under its standing mandate."""
    standing = mandates.standing(by, owner=owner, desk_id=desk.pk, kind=fields["kind"])
    decision = policy.may_open(by, owner=owner, desk_id=desk.pk, standing=standing is not None)
    if not decision:
        raise PermissionDenied(decision.reason)
    if owner != by.country and not policy.certified(by, owner):
        raise PermissionDenied(_("You need a valid certificate for the rules of this country."))
    rule, due_at = fields.pop("due_rule", ""), fields.pop("due_at", None)
    dossier = Dossier.objects.create(
        owner=owner, desk=desk, handler=handler, opened_by_id=by.pk, **fields
    )
    # First, not last as elsewhere: they only give, and under a standing mandate not even the
    # opener sees the dossier before them.
    grants.give_first(dossier)
    dossier.refresh_from_db(fields=["reference", "year", "number", "readers"])
    answering.answer_by(
        dossier=dossier, by=by, rule=rule, received_at=dossier.received_at, due_at=due_at
    )
    if dossier.urgency == Urgency.URGENT:
        first_look.ask(dossier=dossier, by=by)
    dossier.refresh_from_db(fields=["due_at", "due_rule"])
    _record_opening(dossier, by=by, standing=standing)
    return dossier


def _record_opening(dossier: Dossier, *, by: "User", standing: Mandate | None) -> None:
    number = standing.number if standing else ""
    log(
        by,
        "dossier.opened",
        dossier,
        mandate=number,
        kind=dossier.kind,
        confined=dossier.confined,
    )
    notify.opened(dossier, by=by, standing=number)


def consult(*, dossier: Dossier, by: "User") -> "datetime | None":
    """Log that a person read the dossier, and return when they last did before (art. 25).

    Of an urgent one it is the first look that was waited for, when it is the handler's.
    """
    log(by, "dossier.viewed", dossier)
    first_look.looked(dossier=dossier, by=by)
    now = timezone.now()
    seen = Visit.objects.filter(dossier=dossier, person=by.pk).first()
    if seen is None:
        Visit.objects.bulk_create(
            [Visit(dossier=dossier, person_id=by.pk, at=now)], ignore_conflicts=True
        )
        return None
    before = seen.at
    Visit.objects.filter(pk=seen.pk).update(at=now)
    return before


CHANGEABLE = (
    "title",
    "summary",
    "kind",
    "crime_area",
    "purpose",
    "legal_basis",
    "host_country",
    "requesting_authority",
    "foreign_references",
    "urgency",
    "urgency_ground",
    "facts",
    "reasons",
    "people_concerned",
    "use_restriction",
    "handling_codes",
    "handling_note",
    "marking",
    "language",
    "received_at",
    "next_step",
)
DUE = ("due_rule", "due_at")  # what the clock for the answer is made of, with the receipt


@transaction.atomic
def change_dossier(*, dossier: Dossier, by: "User", version: int, **fields: Any) -> Dossier:
    """Change fields of a dossier. Raises StaleError when it is no longer at `version`."""
    unknown = fields.keys() - {*CHANGEABLE, *DUE}
    if unknown:
        raise ValueError(f"these fields cannot be changed: {sorted(unknown)}")
    dossier = Dossier.objects.visible_to(by).get(pk=dossier.pk)
    policy.require(by, Step.CHANGE, dossier)
    fields, due = _without_due(dossier, fields)
    changed = sorted(name for name, value in fields.items() if getattr(dossier, name) != value)
    if not changed and not due:
        return dossier
    if "urgency" in changed:
        first_look.follow(dossier=dossier, by=by, urgency=fields["urgency"])
    if due:  # first the clock, then the dossier: in the order in which whoever settles locks them
        received = fields.get("received_at", dossier.received_at)
        answering.answer_by(dossier=dossier, by=by, received_at=received, **due)
    _update(dossier, version=version, **fields)
    log(by, "dossier.changed", dossier, fields=sorted([*changed, *(DUE[:1] if due else ())]))
    return dossier


def _without_due(dossier: Dossier, fields: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What stays on the dossier, and rule and due time of its clock where they change."""
    rest = {name: value for name, value in fields.items() if name not in DUE}
    if not fields.keys() & {*DUE, "received_at"}:
        return rest, {}
    before = answer_clock(dossier)
    stored = (before.rule, None if before.rule else before.term_at) if before else ("", None)
    wanted = _wanted(before, fields)
    received = rest.get("received_at", dossier.received_at)
    if wanted == stored and (before is None or before.starts_at == received):
        return rest, {}
    return rest, {"rule": wanted[0], "due_at": wanted[1]}


def _wanted(before: Clock | None, fields: dict[str, Any]) -> "tuple[str, datetime | None]":
    """The rule, or else the time set by hand; a time that is given alone is set by hand."""
    rule = before.rule if before and not fields.get("due_at") else ""
    rule = fields.get("due_rule", rule)
    by_hand = fields.get("due_at", before.term_at if before else None)
    return rule, None if rule else by_hand


@dataclass(frozen=True)
class Demands:
    """What a step asks for besides: for whom and until when one waits, how a dossier ended."""

    waiting_for: str = ""
    waiting_until: "datetime | None" = None
    result: str = ""


@transaction.atomic
def change_status(
    *,
    dossier: Dossier,
    by: "User",
    step: Step,
    version: int,
    demands: Demands = Demands(),
    why: str = "",
) -> Dossier:
    """Take a step in the life of a dossier; the table of states says which are possible.

    Raises PermissionDenied when the step asks for what is not there, such as an answer.
    """
    dossier = Dossier.objects.visible_to(by).get(pk=dossier.pk)
    policy.require(by, step, dossier)
    _require(demands, step, dossier)
    before = dossier.status
    if why:  # before the change: a closed dossier takes no entry
        add_note(dossier=dossier, by=by, text=why, language=by.language)
    if step == Step.ANSWER:
        answering.answered(dossier=dossier, by=by)
    elif step == Step.CLOSE:
        answering.close(dossier=dossier, by=by)
    _update(
        dossier,
        version=version,
        status=DOSSIER_STEPS[(before, step)],
        waiting_for=demands.waiting_for if step == Step.WAIT else "",
        waiting_until=demands.waiting_until if step == Step.WAIT else None,
        result=demands.result if step == Step.CLOSE else "",
        status_since=timezone.now(),
    )
    log(
        by,
        f"dossier.{step}",
        dossier,
        why=why,
        before=before,
        after=dossier.status,
        **({"result": dossier.result} if dossier.result else {}),
    )
    return dossier


def _require(demands: Demands, step: Step, dossier: Dossier) -> None:
    decision = steps.ready(dossier, step)
    if not decision:
        raise PermissionDenied(decision.reason)
    if step == Step.WAIT and not (demands.waiting_for and demands.waiting_until):
        raise PermissionDenied(_("Say for whom the dossier waits, and until when."))
    if step == Step.CLOSE and not demands.result:
        raise PermissionDenied(_("Say how the dossier ended."))


def _update(dossier: Dossier, *, version: int, **fields: Any) -> None:
    done = Dossier.objects.filter(pk=dossier.pk, version=version).update(
        version=F("version") + 1, **fields
    )
    if not done:
        raise StaleError
    dossier.refresh_from_db()
