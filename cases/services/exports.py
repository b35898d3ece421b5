"""Print and package: asked for with a reason, kept for a day, every download logged.

The row is the queue: the worker takes it up (services/export_making.py).
"""

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from accounts.models import User
from cases import policy
from cases.models import Dossier, Export
from cases.models.exports import ExportState
from cases.services.journal import log
from cases.states import Step
from lodesk.files import store
from lodesk.files.keys import keyring, new_key
from lodesk.files.sealing import SealedReader

BATCH = 500  # exports forgotten a turn


class NotReadyError(Exception):
    """The file is not there: not made yet, or it could not be made."""


@transaction.atomic
def ask(
    *, dossier: Dossier, by: User, form: str, use: str, reason: str, consent: str = ""
) -> Export:
    """Ask for a print or a package, with the reason why; the worker takes it up within seconds."""
    dossier = Dossier.objects.visible_to(by).get(pk=dossier.pk)
    decision = policy.may_export(by, dossier, use=use, consent=consent)
    if not decision:
        raise PermissionDenied(decision.reason)
    file = store.new_name()
    held = keyring().wrap(new_key(), country=dossier.owner, name=file)
    export = Export(
        dossier=dossier, person_id=by.pk, form=form, use=use, reason=reason, consent=consent,
        language=by.language, file=file, key_name=held.name, wrapped_key=held.wrapped,
    )  # fmt: skip
    Export.objects.bulk_create([export])
    why = f"{reason} ({consent})" if consent else reason
    log(by, "export.asked", dossier, why=why, export=export.pk, form=form, use=use)
    return export


@transaction.atomic
def open_file(*, export: Export, by: User) -> SealedReader:
    """Log the disclosure and give the content; read the rows now, stream afterwards."""
    export = Export.objects.visible_to(by).select_related("dossier").get(pk=export.pk)
    policy.require(by, Step.EXPORT, export.dossier)
    if export.state != ExportState.READY:
        raise NotReadyError
    key = keyring().unwrap(export.held_key, country=export.dossier.owner, name=export.file)
    reader = store.read(export.file, key=key)
    log(by, "export.opened", export.dossier, export=export.pk, digest=export.sha256)
    return reader


@transaction.atomic
def forget() -> int:
    """Forget the exports of yesterday; for beat, as nobody. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT file FROM cases_forget_exports(%s)", [BATCH])
        names = [name for (name,) in cursor.fetchall()]
    transaction.on_commit(lambda: store.remove(names), robust=True)
    return len(names)
