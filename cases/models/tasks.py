"""Tasks: what somebody is to do for a dossier, and by when. Assigning grants nothing."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from cases.models.checks import in_our_time, one_of
from cases.models.dossiers import Dossier
from cases.states import TaskState


class TaskQuerySet(models.QuerySet["Task"]):
    """Tasks by state."""

    def open(self) -> "TaskQuerySet":
        """Tasks that are still to be done."""
        return self.filter(state=TaskState.OPEN)

    def locked(self, task: "Task") -> "Task":
        """The same row, locked for this transaction; DoesNotExist for who may not change it."""
        return (
            self.select_for_update(of=("self",))
            .select_related("dossier", "assignee")
            .get(pk=task.pk)
        )


class Task(models.Model):
    """One thing to do. It is finished once; every step stands in the timeline, by the database."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="tasks")
    title = models.CharField(_("what"), max_length=120)
    note = models.TextField(_("note"), blank=True)
    assignee = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(default=timezone.now)
    finished_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    finished_at = models.DateTimeField(null=True)
    finish_reason = models.CharField(_("reason"), max_length=300, blank=True)
    reminded_at = models.DateTimeField(null=True, editable=False)  # set by the database

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state=TaskState.OPEN,
                    finished_by__isnull=True,
                    finished_at__isnull=True,
                    finish_reason="",
                )
                | ~Q(state=TaskState.OPEN)
                & Q(finished_by__isnull=False, finished_at__isnull=False),
                name="task_finished_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=TaskState.DROPPED, finish_reason=""),
                name="task_dropped_with_a_reason",
            ),
            one_of("state", TaskState.values, name="task_state"),
            in_our_time("due_at", "made_at", "finished_at", name="task_in_our_time"),
        ]
        indexes = [
            # Of one person, and of all persons: what is due, never a look through all tasks.
            models.Index(
                fields=["assignee", "due_at"],
                name="task_of_assignee",
                condition=Q(state=TaskState.OPEN),
            ),
            models.Index(
                fields=["due_at"],
                name="task_to_remind_of",
                condition=Q(state=TaskState.OPEN, reminded_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.state}"
