"""Tasks: give one to somebody who may contribute, move it, finish it. Assigning grants nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from cases import notify, policy
from cases.models import Dossier, Task
from cases.selectors import tasks as selectors
from cases.services.journal import log
from cases.states import TASK_STEPS, Step
from lodesk.alerts.subjects import Subject

if TYPE_CHECKING:
    from accounts.models import User

BATCH = 200  # reminders a turn


@transaction.atomic
def make(
    *, dossier: Dossier, by: "User", title: str, note: str, assignee: Person, due_at: datetime
) -> Task:
    """Make a task for somebody who may contribute to the dossier now."""
    dossier = Dossier.objects.visible_to(by).get(pk=dossier.pk)
    policy.require(by, Step.CONTRIBUTE, dossier)
    _require_contributor(dossier, assignee, by=by)
    task = Task(
        dossier=dossier,
        title=title,
        note=note,
        assignee=assignee,
        due_at=due_at,
        made_by_id=by.pk,
    )
    Task.objects.bulk_create([task])
    log(by, "task.made", dossier, task=task.pk, due_at=due_at)
    notify.task_assigned(task, by=by)
    return task


@transaction.atomic
def move(*, task: Task, by: "User", assignee: Person, due_at: datetime) -> Task:
    """Give an open task to somebody else, or another due time; each is a recorded step."""
    task = _locked(task, by=by, step=Step.MOVE_TASK)
    before = task.assignee_id
    given, timed = before != assignee.pk, task.due_at != due_at
    if not given and not timed:
        return task
    if given:
        _require_contributor(task.dossier, assignee, by=by)
    task.assignee, task.due_at = assignee, due_at
    task.save(update_fields=["assignee", "due_at"])
    changed = [name for name, new in (("assignee", given), ("due_at", timed)) if new]
    log(by, "task.moved", task.dossier, task=task.pk, fields=changed, due_at=due_at)
    if given:
        notify.task_assigned(task, by=by)
        notify.task_given_on(task, by=by, before=before)
    else:
        notify.task_moved(task, by=by)
    return task


@transaction.atomic
def finish(*, task: Task, by: "User") -> Task:
    """Mark a task as done."""
    return _end(task, by=by, step=Step.FINISH_TASK)


@transaction.atomic
def drop(*, task: Task, by: "User", reason: str) -> Task:
    """Drop a task that need not be done any more, with a word why."""
    return _end(task, by=by, step=Step.DROP_TASK, reason=reason)


def _end(task: Task, *, by: "User", step: Step, reason: str = "") -> Task:
    task = _locked(task, by=by, step=step)
    task.state = TASK_STEPS[(task.state, step)]
    task.finished_by_id, task.finished_at, task.finish_reason = by.pk, timezone.now(), reason
    task.save(update_fields=["state", "finished_by", "finished_at", "finish_reason"])
    log(by, f"task.{task.state}", task.dossier, why=reason, task=task.pk)
    notify.task_ended(task, by=by)
    return task


def _locked(task: Task, *, by: "User", step: Step) -> Task:
    seen = Task.objects.select_related("dossier").get(pk=task.pk)
    policy.require(by, step, seen)  # before the lock: who may not change it could not take it
    locked = Task.objects.locked(seen)
    policy.require(by, step, locked)
    return locked


def _require_contributor(dossier: Dossier, assignee: Person, *, by: "User") -> None:
    if assignee.pk not in selectors.contributors(dossier, by):
        raise PermissionDenied(_("A task is for somebody who may add to the dossier now."))


# Reminders, by the system -----------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """A task that is due, as an alert may say it."""

    task: UUID
    dossier: UUID
    reference: str
    owner: str
    assignee: int
    due_at: datetime


@transaction.atomic
def remind() -> int:
    """Remind of what is due, each task once for each due time. Returns of how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_tasks_due(%s)", [BATCH])
        rows: list[Any] = cursor.fetchall()
    for due in (Due(*row) for row in rows):
        subject = Subject(id=due.dossier, reference=due.reference, owner=due.owner)
        notify.task_due(subject, task=due.task, assignee=due.assignee, due_at=due.due_at)
    return len(rows)
