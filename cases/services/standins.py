"""Stand-ins: say who does the work of somebody absent, end it early, and let time do the rest."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Desk, Person
from cases import notify, policy
from cases.models import Dossier, StandIn
from cases.selectors import standins as selectors
from cases.services import grants
from cases.services.journal import log
from lodesk import audit

if TYPE_CHECKING:
    from accounts.models import User


class OverlapError(Exception):
    """Somebody stands in for the same work at that time already."""


@transaction.atomic
def make(
    *,
    absent: Person,
    stand_in: Person,
    desk: Desk,
    starts_at: datetime,
    ends_at: datetime,
    by: "User",
    dossier: Dossier | None = None,
) -> StandIn:
    """Say who stands in at a desk, for one dossier or for all; it takes effect when it begins.

    `starts_at`: the database puts its own time in the place of one that is past. Who stands in is
    told by beat, which sees how many dossiers it is in the end. Raises OverlapError when somebody
    stands in for the same work at that time.
    """
    _require(by, absent, desk.pk)
    if absent.country != stand_in.country or not selectors.work_at([absent, stand_in], desk):
        raise PermissionDenied(_("Both work at this desk now, for the same country."))
    if dossier is not None:
        dossier = Dossier.objects.visible_to(by).get(pk=dossier.pk)
        _check_dossier(dossier, absent, by)
    standin = StandIn(
        absent_id=absent.pk,
        stand_in_id=stand_in.pk,
        country=absent.country,
        desk=desk,
        dossier=dossier,
        starts_at=starts_at,
        ends_at=ends_at,
        made_by_id=by.pk,
    )
    if selectors.overlaps(standin):
        raise OverlapError
    _insert(standin)
    _log(by, "standin.made", standin)
    grants.follow_standin(standin)
    standin.refresh_from_db()
    return standin


def _insert(standin: StandIn) -> None:
    try:
        with transaction.atomic():
            StandIn.objects.bulk_create([standin])
    except ProgrammingError as error:  # another page was faster, or somebody has just left
        raise _too_late() from error


def _check_dossier(dossier: Dossier, absent: Person, by: "User") -> None:
    if dossier.handler_id != absent.pk:
        raise PermissionDenied(_("Who is absent does not handle this dossier."))
    if dossier.confined and absent.pk != by.pk:
        raise PermissionDenied(_("For a confined dossier only its handler says who stands in."))


@transaction.atomic
def end(*, standin: StandIn, by: "User") -> StandIn:
    """End a stand-in before its time; the rights go in the same transaction."""
    locked = _locked(standin, by)
    _require(by, locked.absent, locked.desk_id)
    if not StandIn.objects.filter(pk=locked.pk, ended_at__isnull=True).update(
        ended_at=timezone.now(), ended_by=by.pk
    ):
        raise _too_late()
    _log(by, "standin.stopped", locked)
    grants.follow_standin(locked)
    return locked


def _locked(standin: StandIn, by: "User") -> StandIn:
    visible = StandIn.objects.visible_to(by).filter(pk=standin.pk)
    seen = visible.select_related("absent", "stand_in", "dossier").first()
    if seen is None:
        raise _too_late()
    _require(by, seen.absent, seen.desk_id)  # before the lock: who may not end it could not take it
    if not StandIn.objects.planned().select_for_update(no_key=True).filter(pk=seen.pk):
        raise _too_late()
    return seen


def _too_late() -> PermissionDenied:
    return PermissionDenied(_("This step is no longer possible."))


def _require(by: "User", absent: Person, desk_id: int) -> None:
    decision = policy.may_arrange(by, absent, desk_id)
    if not decision:
        raise PermissionDenied(decision.reason)


def _log(by: "User", action: str, standin: StandIn) -> None:
    facts: dict[str, Any] = {
        "person": str(standin.absent.public_id),
        "stand_in": str(standin.stand_in.public_id),
        "starts_at": standin.starts_at,
        "ends_at": standin.ends_at,
    }
    if standin.dossier is not None:
        log(by, action, standin.dossier, **facts)
        return
    audit.log(by=by.pk, action=action, chain=audit.OWN_CHAIN, facts=facts)


@dataclass(frozen=True)
class Turn:
    """What time did to a stand-in, and who is told why; `dossiers`: on how many it gives rights."""

    event: str
    standin: UUID
    country: str
    because: str
    told: list[int]
    dossiers: int


@transaction.atomic
def tidy_up() -> int:
    """Begin and end stand-ins, follow who handles what, and tell. Returns how many tellings."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_tidy_standins()")
        rows = [Turn(*row) for row in cursor.fetchall()]
    for row in rows:
        if row.because != "stood_in":  # told of the same end as who was absent
            audit.log(
                by=None,
                action=row.event,
                chain=row.country,
                target="cases.standin",
                target_id=row.standin,
                facts={"dossiers": row.dossiers} if row.dossiers else {},
            )
        notify.stand_in(
            row.event,
            standin=row.standin,
            because=row.because,
            told=row.told,
            dossiers=row.dossiers,
        )
    return len(rows)
