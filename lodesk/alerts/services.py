"""What other rooms call: announce a change, and remember what was read."""

import logging
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID, uuid4

from celery import current_app
from django.db import connection, transaction
from kombu import Producer
from kombu.exceptions import OperationalError

from accounts.models import User
from lodesk.alerts import tasks, wording
from lodesk.alerts.models import Alert
from lodesk.alerts.subjects import Subject

logger = logging.getLogger(__name__)

FactValue = str | int | bool | datetime | None
AT_ONCE = {"max_retries": 0, "socket_connect_timeout": 1, "socket_timeout": 1}
_CODE = re.compile(r"[A-Za-z0-9._:+-]{0,40}")


class CaseContentError(ValueError):
    """A fact was given as prose. Mail carries codes, numbers and moments only."""


def announce(
    *,
    event: str,
    to: Iterable[int],
    subject: Subject,
    because: str | Mapping[int, str],
    actor: int | None,
    facts: Mapping[str, FactValue] | None = None,
    due_at: datetime | None = None,
    path: str = "",
    survives_access: bool = False,
    key: str = "",
) -> None:
    """Tell people of a change, in the transaction of the change (product.md section 5).

    Never the actor, nobody twice. `because` is the code of the reason, one for all or by person.
    With a `key` the same event is told once per person and key, however often this is called.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("announce with the change, in one transaction")
    if not wording.is_registered(event):
        raise LookupError(f"nobody has words for the event {event}")
    unique_key = f"{event}:{key or uuid4()}"
    codes = {name: _code(value) for name, value in (facts or {}).items()}
    people = sorted(set(to) - {actor})
    Alert.objects.bulk_create(
        [
            Alert(
                event=event,
                subject_id=subject.id,
                reference=subject.reference,
                owner=subject.owner,
                recipient_id=person,
                actor_id=actor,
                facts=codes,
                because=because if isinstance(because, str) else because[person],
                due_at=due_at,
                path=path,
                survives_access=survives_access,
                unique_key=unique_key,
            )
            for person in people
        ],
        ignore_conflicts=True,  # asks for no row back, which the recipient alone could read
    )
    if people:
        _wake_on_commit()


def mark_read(*, by: User, alert: UUID) -> None:
    """Mark one alert of the person's inbox as read."""
    Alert.objects.visible_to(by).filter(pk=alert).mark_read()


def mark_all_read(*, by: User) -> None:
    """Mark everything in the inbox as read."""
    Alert.objects.visible_to(by).mark_read()


def mark_read_about(*, by: User, subject_id: UUID) -> None:
    """Mark the alerts about one subject as read: the person has opened it."""
    Alert.objects.filter(recipient=by.pk, subject_id=subject_id).mark_read()


def _code(value: FactValue) -> str | int | bool | None:
    if isinstance(value, datetime):
        value = value.isoformat()
    if isinstance(value, str) and not _CODE.fullmatch(value):
        raise CaseContentError("a fact is a code, a number or a moment")
    return value


def _wake_on_commit() -> None:
    """Wake the worker once, however many alerts one change makes."""
    if not any(_wake in waiting for waiting in connection.run_on_commit):
        transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    """Ask for a run now. Without Redis the change stands all the same: the sweep sends it."""
    try:
        # A connection of its own, tried once: a request does not wait for a broker to come back.
        # (Set for the whole application, the worker and beat would not wait for it either.)
        with current_app.connection_for_write(transport_options=AT_ONCE) as broker:
            tasks.send_due.apply_async(producer=Producer(broker), retry=False, expires=60)
    except OperationalError:
        logger.warning("the worker could not be woken: alerts wait for the sweep")
