"""Who was told of a dossier, of what, and what became of it: as much as its reader may know.

`cases_told_of` in sql/70_pages.sql leaves out what is told to people of another country; the first
condition below says the same of readers of another country.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Person, User
from cases.models import Dossier
from lodesk.alerts.models import DeliveryState
from lodesk.ui.keyset import Cursor, Slice

PAGE = 25
Words = str | Promise

# What happened, for somebody who was not meant by it; `cases/wordings.py` speaks to who was.
EVENTS: Mapping[str, Words] = {
    "handover.offered": _("The dossier is offered"),
    "handover.waiting": _("The offer waits for an answer"),
    "handover.unanswered": _("Nobody has answered the offer"),
    "handover.accepted": _("The handover is accepted"),
    "handover.taken": _("Somebody has taken the dossier from the queue"),
    "handover.reassigned": _("Somebody else handles the dossier now"),
    "handover.declined": _("The offer is declined"),
    "handover.withdrawn": _("The offer is withdrawn"),
    "handover.expired": _("The offer has lapsed"),
    "mandate.asked": _("A mandate is asked for"),
    "mandate.waiting": _("The mandate waits for a decision"),
    "mandate.given": _("The mandate is given"),
    "mandate.refused": _("The mandate is refused"),
    "mandate.ended": _("The mandate has ended"),
    "clock.half": _("Half of the time has gone"),
    "clock.near": _("The end of the time is near"),
    "clock.past": _("The time is over"),
    "clock.unanswered": _("Overdue, and nothing has been settled"),
    "clock.extended": _("The answer needs a judicial authorisation"),
    "access.ended": _("Access has ended"),
    "handler.left": _("Nobody handles this dossier"),
    "task.assigned": _("A task is assigned"),
    "task.moved": _("A task has another due time"),
    "task.given_on": _("A task is given to somebody else"),
    "task.done": _("A task is done"),
    "task.dropped": _("A task need not be done any more"),
    "task.due": _("A task is due"),
    "dossier.opened": _("The dossier is opened"),
    "dossier.opened_for_you": _("The dossier is opened on the owner's behalf"),
}
# The words of a state, and its sign.
STATES: Mapping[str, tuple[Words, str]] = {
    "read": (pgettext_lazy("state of an alert", "read"), "done"),
    "told": (pgettext_lazy("state of an alert", "told"), ""),
    "inbox": (pgettext_lazy("state of an alert", "in the inbox only"), ""),
    "pending": (DeliveryState.PENDING.label, "wait"),
    "sent": (DeliveryState.SENT.label, ""),
    "deferred": (DeliveryState.DEFERRED.label, "wait"),
    "failed": (DeliveryState.FAILED.label, "late"),
    "dropped": (DeliveryState.DROPPED.label, ""),
}


@dataclass(frozen=True)
class ToldRow:
    """One person told of one event."""

    key: UUID
    at: datetime
    event: Words
    person: str
    state: Words
    sign: str


def told_of(
    dossier: Dossier, user: User, *, after: Cursor | None = None, before: Cursor | None = None
) -> Slice[ToldRow]:
    """A page of those who were told, the newest first."""
    found = _rows(dossier, user, after=after, before=before)
    more, found = len(found) > PAGE, found[:PAGE]
    if before is not None:
        found.reverse()
    people = Person.objects.in_bulk({person for _key, _event, _at, person, _state in found})
    rows = [
        ToldRow(key, at, EVENTS.get(event, _("Something changed")), str(people[person]),
             *STATES[state])
        for key, event, at, person, state in found
    ]  # fmt: skip
    older, newer = (True, more) if before is not None else (more, after is not None)
    return Slice(
        rows,
        next=Cursor(rows[-1].at, rows[-1].key) if rows and older else None,
        previous=Cursor(rows[0].at, rows[0].key) if rows and newer else None,
    )


def _rows(
    dossier: Dossier, user: User, *, after: Cursor | None, before: Cursor | None
) -> list[tuple[UUID, str, datetime, int, str]]:
    """One row more than a page, from a place on, in the direction one turns the pages."""
    start = before or after
    way, order = (">", "ASC") if before is not None else ("<", "DESC")
    beyond = f"AND (at, alert) {way} (%s, %s)" if start is not None else ""
    place = [start.moment, start.key] if start is not None else []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT alert, event, at, person, state FROM cases_told_of(%s)"  # noqa: S608
            f" WHERE (%s OR person = %s) {beyond} ORDER BY at {order}, alert {order} LIMIT %s",
            [dossier.pk, user.country == dossier.owner, user.pk, *place, PAGE + 1],
        )
        return list(cursor.fetchall())
