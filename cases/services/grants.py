"""Grants change in PostgreSQL's own functions, which check everything again.

In every step this comes last: whoever loses sight can write nothing afterwards.
"""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Person
from cases.models import Dossier, Handover, StandIn
from lodesk.border.context import forget_answers

INSUFFICIENT_PRIVILEGE = "42501"


def give_first(dossier: Dossier) -> None:
    """Give the grants that follow from opening (product.md section 2, number 2)."""
    _call("SELECT cases_first_grants(%s)", dossier.pk)


def move_work(handover: Handover, *, step: str, reason: str = "") -> None:
    """Take the step on the offer, its grants and the handler. Raises PermissionDenied."""
    _call("SELECT cases_move_work(%s, %s, %s)", handover.pk, step, reason)


def take_work(dossier: Dossier) -> None:
    """Make the acting person handler of a dossier nobody handles. Raises PermissionDenied."""
    faster = _("Somebody was faster: this dossier has just been taken or offered.")
    _call("SELECT cases_take_work(%s)", dossier.pk, refusal=faster)


def reassign_work(dossier: Dossier, *, to: Person, reason: str) -> None:
    """Make another of the team handler. Raises PermissionDenied."""
    _call("SELECT cases_reassign_work(%s, %s, %s)", dossier.pk, to.pk, reason)


def follow_standin(standin: StandIn) -> None:
    """Let a stand-in that was made or ended take effect. Raises PermissionDenied."""
    _call("SELECT cases_follow_standin(%s)", standin.pk)


def _call(statement: str, *values: UUID | str | int, refusal: str = "") -> None:
    # The savepoint keeps the transaction usable, so that the refusal itself can be logged.
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", "") != INSUFFICIENT_PRIVILEGE:
            raise
        raise PermissionDenied(refusal or _("This step is no longer possible.")) from error
    forget_answers()
