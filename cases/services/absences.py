"""Absences: enter the days on which somebody is away, and take them back."""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Absence, DirectoryEntry, Person
from cases import policy
from cases.models import Dossier
from cases.selectors import absences as selectors
from cases.selectors import standins as planned
from cases.services import standins
from lodesk import audit

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def enter(*, person: Person, starts_on: date, ends_on: date, by: "User") -> Absence:
    """Enter days of absence, both included; the same days are entered once."""
    _require(by, person)
    days = {"person_id": person.pk, "starts_on": starts_on, "ends_on": ends_on}
    there = Absence.objects.standing().filter(**days).first()
    if there is not None:
        return there
    absence = Absence(made_by_id=by.pk, **days)
    Absence.objects.bulk_create([absence])
    _log(by, "absence.entered", absence, person)
    return absence


@transaction.atomic
def enter_with_standin(
    *,
    person: Person,
    starts_on: date,
    ends_on: date,
    by: "User",
    entry: DirectoryEntry | None,
    dossier: Dossier | None = None,
) -> None:
    """Enter days of absence, and who stands in from the first to the last; both or neither.

    `entry` says who and at which desk; None: nobody. Raises OverlapError as standins.make does.
    """
    enter(person=person, starts_on=starts_on, ends_on=ends_on, by=by)
    if entry is None or entry.desk is None:
        return
    starts_at, ends_at = selectors.span(starts_on, ends_on, entry.desk)
    standins.make(
        absent=person,
        stand_in=entry.person,
        desk=entry.desk,
        dossier=dossier,
        starts_at=starts_at,
        ends_at=ends_at,
        by=by,
    )


@transaction.atomic
def take_back(*, absence: Absence, by: "User") -> None:
    """Take an absence back, and end the stand-ins that were for these days alone."""
    _require(by, absence.person)
    standing = Absence.objects.standing().filter(pk=absence.pk)
    if not standing.update(taken_back_by=by.pk, taken_back_at=timezone.now()):
        raise PermissionDenied(_("This step is no longer possible."))
    _log(by, "absence.taken_back", absence, absence.person)
    for standin in planned.within(absence, by):
        standins.end(standin=standin, by=by)


def _require(by: "User", person: Person) -> None:
    decision = policy.may_enter_absence(by, person, selectors.desks_of(person))
    if not decision:
        raise PermissionDenied(decision.reason)


def _log(by: "User", action: str, absence: Absence, person: Person) -> None:
    audit.log(
        by=by.pk,
        action=action,
        chain=audit.OWN_CHAIN,
        facts={
            "person": str(person.public_id),
            "starts_on": absence.starts_on,
            "ends_on": absence.ends_on,
        },
    )
