"""Tasks of a dossier, tasks of a person, and who can be given one."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import DirectoryEntry, Person
from cases import policy
from cases.models import Dossier, Entry, Task
from cases.models.entries import EntryKind
from cases.models.tasks import TaskQuerySet
from cases.selectors import timeline
from cases.states import Level, Status, TaskState
from lodesk.ui import times
from lodesk.ui.shapes import Fact

if TYPE_CHECKING:
    from accounts.models import User

FINISHED = 20  # of the finished ones the newest are shown beside the timeline
RELATED = ("assignee", "made_by", "finished_by")


@dataclass(frozen=True)
class TaskLine:
    """A task as one item beside the timeline."""

    url: str
    title: str
    assignee: str
    due_at: datetime
    is_done: bool
    finished: str = ""  # by whom, when it is finished
    out_of_sight: bool = False  # who is to do it may no longer add to the dossier
    may_finish: bool = False


@dataclass(frozen=True)
class TaskPanel:
    """The tasks of a dossier: what is to be done first, then the newest of what was."""

    open: list[TaskLine]
    finished: list[TaskLine]


def of(dossier: Dossier) -> TaskQuerySet:
    """Tasks of a dossier the caller has found visible."""
    return Task.objects.filter(dossier=dossier.pk).select_related(*RELATED)


def panel(dossier: Dossier, user: "User", *, may_finish: bool) -> TaskPanel:
    """What is shown beside the timeline."""
    todo = list(of(dossier).open().order_by("due_at", "pk"))
    over = of(dossier).exclude(state=TaskState.OPEN).order_by("-finished_at", "pk")[:FINISHED]
    able = contributors(dossier, user) if todo else {}
    return TaskPanel(
        [_line(task, dossier, able=able, may_finish=may_finish) for task in todo],
        [_line(task, dossier) for task in over],
    )


def _line(
    task: Task, dossier: Dossier, *, able: dict[int, Person] | None = None, may_finish: bool = False
) -> TaskLine:
    finished = ""
    if task.state != TaskState.OPEN:
        words = {
            TaskState.DONE: _("done by %(who)s"),
            TaskState.DROPPED: _("dropped by %(who)s: %(why)s"),
        }[TaskState(task.state)]
        finished = words % {"who": task.finished_by, "why": task.finish_reason}
    return TaskLine(
        url=reverse("task", args=[dossier.reference, task.pk]),
        title=task.title,
        assignee=str(task.assignee),
        due_at=task.due_at,
        is_done=task.state == TaskState.DONE,
        finished=finished,
        out_of_sight=able is not None and task.assignee_id not in able,
        may_finish=may_finish,
    )


# Who can be given one ---------------------------------------------------------------------


def contributors(dossier: Dossier, user: "User") -> dict[int, Person]:
    """People who may add to the dossier now, by number, those of the reader's country first: only
    they can be given a task. From the grants in force and the postings valid now, as the joint
    directory tells them.
    """
    named, groups = policy.in_force(dossier, Level.CONTRIBUTE)
    entries = DirectoryEntry.objects.filter(
        Q(group__in=groups) | Q(person__in=[person for person, _under in named]),
        group__isnull=False,
    )
    holds = {(person, under) for person, under in named}
    people = {
        entry.person_id: entry.person
        for entry in entries.select_related("person")
        if entry.group_id in groups
        or {(entry.person_id, None), (entry.person_id, entry.group_id)} & holds
    }
    in_order = sorted(
        people.values(),
        key=lambda person: (person.country != user.country, person.country, person.name, person.pk),
    )
    return {person.pk: person for person in in_order}


def choices(dossier: Dossier, user: "User") -> list[tuple[str, str]]:
    """Whom a task can be given, oneself first."""
    able = contributors(dossier, user).values()
    you = _("%(who)s, you")
    return [
        (str(person.public_id), you % {"who": person} if person.pk == user.pk else str(person))
        for person in sorted(able, key=lambda each: each.pk != user.pk)
    ]


# What a person has to do ------------------------------------------------------------------


@dataclass(frozen=True)
class Todo:
    """What a person is to do first for a dossier."""

    title: str
    due_at: datetime


def todo(user: "User", most: int) -> dict[UUID, Todo]:
    """The first open task of this person for each dossier that is not closed; which of these are
    in sight is asked with the dossiers themselves.

    Read from the person's own index, no further than `most` tasks.
    """
    mine = Task.objects.filter(assignee=user.pk).open().exclude(dossier__status=Status.CLOSED)
    mine = mine.order_by("due_at", "pk")
    found: dict[UUID, Todo] = {}
    for dossier, title, due_at in mine.values_list("dossier", "title", "due_at")[:most]:
        found.setdefault(dossier, Todo(title, due_at))
    return found


def dossiers_of(user: "User", *, most: int) -> set[UUID]:
    """Keys of the dossiers in sight for which this person has a task."""
    keys = todo(user, most)
    if not keys:
        return set()
    return set(Dossier.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))


# What became of it ------------------------------------------------------------------------


def facts(task: Task) -> list[Fact]:
    """Who made it, who is to do it, who finished it."""
    found = [
        Fact(_("Who"), str(task.assignee)),
        Fact(_("Made by"), _by(task.made_by, task.made_at)),
        Fact(
            TaskState(task.state).label.capitalize(),
            _by(task.finished_by, task.finished_at) if task.finished_at else "",
        ),
        Fact(_("Reason"), task.finish_reason),
    ]
    return [fact for fact in found if fact.value]


def _by(person: Person | None, moment: datetime) -> str:
    return f"{person}, {times.day_and_time(timezone.localtime(moment))}"


@dataclass(frozen=True)
class TaskStep:
    """One recorded step of a task."""

    at: datetime
    who: str
    what: str


def steps(task: Task) -> list[TaskStep]:
    """Every step of a task, as the database recorded it in the timeline."""
    entries = Entry.objects.filter(
        dossier=task.dossier_id, kind=EntryKind.EVENT, facts__task=str(task.pk)
    )
    return [
        TaskStep(entry.at, str(entry.author or ""), timeline.sentence(entry))
        for entry in entries.select_related("author").order_by("at", "pk")
    ]
