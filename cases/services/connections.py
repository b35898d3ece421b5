"""Connect two parties of a dossier, and withdraw a connection."""

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from cases import policy
from cases.models import Connection, Dossier, Party
from cases.services.dossiers import StaleError
from cases.services.journal import log
from cases.states import Step

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def connect(*, one: Party, other: Party, kind: str, by: "User", note: str = "") -> Connection:
    """Say how two parties of one dossier are connected, read from the first to the second."""
    dossier = Dossier.objects.visible_to(by).get(pk=one.dossier_id)
    policy.require(by, Step.CONTRIBUTE, dossier)
    connection = Connection(
        dossier=dossier,
        kind=kind,
        one_id=one.origin_id or one.pk,
        other_id=other.origin_id or other.pk,
        note=note,
        added_by_id=by.pk,
    )
    Connection.objects.bulk_create([connection])
    log(by, "connection.added", dossier, kind=kind, party=str(one.origin_id))
    return connection


@transaction.atomic
def disconnect(*, connection: Connection, by: "User", reason: str) -> None:
    """Withdraw a connection: a second row says that and why."""
    dossier = Dossier.objects.visible_to(by).get(pk=connection.dossier_id)
    policy.require(by, Step.CONTRIBUTE, dossier)
    end = Connection(
        dossier=dossier,
        kind=connection.kind,
        one_id=connection.one_id,
        other_id=connection.other_id,
        replaces=connection,
        reason=reason,
        added_by_id=by.pk,
    )
    try:
        with transaction.atomic():
            Connection.objects.bulk_create([end])
    except IntegrityError as error:  # withdrawn already
        raise StaleError from error
    log(
        by,
        "connection.withdrawn",
        dossier,
        why=reason,
        kind=connection.kind,
        party=str(connection.one_id),
    )
