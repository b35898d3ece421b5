"""Lines of the worklist for what a person has to do: dossiers led by the person's own tasks."""

from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from cases.models import Dossier
from cases.selectors import rows, tasks
from cases.selectors.rows import Line, Row, by_due
from cases.selectors.tasks import Todo

if TYPE_CHECKING:
    from accounts.models import User


def with_tasks(found: list[Row], user: "User", *, most: int) -> tuple[list[Row], list[Row]]:
    """Rows led by the person's own task where that is due first, and the rows of other dossiers
    for which the person has a task.
    """
    todo = tasks.todo(user, most)
    if not todo:
        return found, []
    lines = Line.all(Dossier.objects.visible_to(user).filter(pk__in=todo), user)
    by_reference = {line.reference: todo[line.pk] for line in lines}
    shown = {row.reference for row in found}
    led = [_first(row, by_reference.get(row.reference)) for row in found]
    others = [
        _for_task(row, by_reference[row.reference])
        for row in rows.make(lines, user)
        if row.reference not in shown
    ]
    return sorted(led, key=by_due), sorted(others, key=by_due)


def _first(row: Row, task: Todo | None) -> Row:
    if task is None or (row.due_at is not None and row.due_at <= task.due_at):
        return row
    return _for_task(row, task)


def _for_task(row: Row, task: Todo) -> Row:
    words = _("Task: %(title)s") % {"title": task.title}
    return replace(row, next=words, due_at=task.due_at, waiting=False)
