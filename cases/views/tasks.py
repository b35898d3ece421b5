"""Make a task for a dossier; one task, with what became of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Person
from cases import policy
from cases.forms.tasks import DropForm, MoveForm, TaskForm
from cases.models import Dossier, Task
from cases.selectors import heads
from cases.selectors import tasks as selectors
from cases.services import tasks
from cases.states import Step
from cases.views.asking import dossier_of, user_of

Answer = HttpResponse | None


@require_http_methods(["GET", "HEAD", "POST"])
def task_new(request: HttpRequest, reference: str) -> HttpResponse:
    """Make a task for somebody who may add to the dossier."""
    dossier, user = dossier_of(request, reference), user_of(request)
    policy.require(user, Step.CONTRIBUTE, dossier)
    form = TaskForm(
        request.POST or None,
        people=selectors.choices(dossier, user),
        initial={"assignee": str(user.public_id), "due_at": _tomorrow_at_noon()},
    )
    if form.is_valid():
        made = tasks.make(dossier=dossier, by=user, **_assigned(form.cleaned_data))
        told = _("The task is with %(who)s.") % {"who": made.assignee}
        messages.info(request, told)
        return redirect(_beside(dossier))
    context = {
        "head": heads.head(dossier),
        "form": form,
        "back_url": reverse("dossier", args=[reference]),
    }
    return render(request, "cases/task_new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def task_page(request: HttpRequest, reference: str, task: UUID) -> HttpResponse:
    """One task: who made it and when, every step; finish it, move it, drop it."""
    dossier = dossier_of(request, reference)
    found = get_object_or_404(selectors.of(dossier).select_related("dossier"), pk=task)
    forms = _Forms(request, dossier, found)
    if request.method == "POST":
        answered = _take_step(request, found, forms)
        if answered is not None:
            return answered
    return render(request, "cases/task.html", _context(request, dossier, found, forms))


class _Forms:
    """The forms of a task; only the one that was sent is bound."""

    def __init__(self, request: HttpRequest, dossier: Dossier, task: Task) -> None:
        action = request.POST.get("action")
        self.move = MoveForm(
            request.POST if action == "move" else None,
            people=selectors.choices(dossier, user_of(request)),
            initial={"assignee": str(task.assignee.public_id), "due_at": task.due_at},
        )
        self.drop = DropForm(request.POST if action == "drop" else None)


def _take_step(request: HttpRequest, task: Task, forms: _Forms) -> Answer:
    """Take the step that was asked for; None when a form comes back."""
    step = STEPS.get(request.POST.get("action", ""))
    decision = policy.may(user_of(request), step or Step.FINISH_TASK, task)
    if not decision:
        raise PermissionDenied(decision.reason)
    if step is None:
        raise SuspiciousOperation("a step the page does not offer")
    return TAKEN[step](request, task, forms)


def _finish(request: HttpRequest, task: Task, _forms: _Forms) -> Answer:
    tasks.finish(task=task, by=user_of(request))
    messages.info(request, _("The task is done."))
    return redirect(_beside(task.dossier))


def _move(request: HttpRequest, task: Task, forms: _Forms) -> Answer:
    if not forms.move.is_valid():
        return None
    tasks.move(task=task, by=user_of(request), **_assigned(forms.move.cleaned_data))
    messages.info(request, _("The task is changed."))
    return redirect("task", task.dossier.reference, task.pk)


def _drop(request: HttpRequest, task: Task, forms: _Forms) -> Answer:
    if not forms.drop.is_valid():
        return None
    tasks.drop(task=task, by=user_of(request), **forms.drop.cleaned_data)
    messages.info(request, _("The task is dropped."))
    return redirect(_beside(task.dossier))


STEPS = {"done": Step.FINISH_TASK, "move": Step.MOVE_TASK, "drop": Step.DROP_TASK}
TAKEN: dict[Step, Callable[[HttpRequest, Task, _Forms], Answer]] = {
    Step.FINISH_TASK: _finish,
    Step.MOVE_TASK: _move,
    Step.DROP_TASK: _drop,
}


def _context(
    request: HttpRequest, dossier: Dossier, task: Task, forms: _Forms
) -> dict[str, object]:
    may_move = policy.may(user_of(request), Step.MOVE_TASK, task)
    return {
        "head": heads.head(dossier),
        "back_url": reverse("dossier", args=[dossier.reference]),
        "task": task,
        "facts": selectors.facts(task),
        "steps": selectors.steps(task),
        "reason": may_move.reason,
        "move_form": forms.move if may_move else None,
        "drop_form": forms.drop if may_move else None,
    }


def _assigned(values: dict[str, Any]) -> dict[str, Any]:
    """What was typed, with the person instead of the key: one of the choices of the form."""
    return values | {"assignee": Person.objects.get(public_id=values["assignee"])}


def _beside(dossier: Dossier) -> str:
    """Where the tasks stand on the page of the dossier."""
    return f"{reverse('dossier', args=[dossier.reference])}#tasks"


def _tomorrow_at_noon() -> datetime:
    noon: datetime = timezone.localtime() + timedelta(days=1)
    return noon.replace(hour=12, minute=0, second=0, microsecond=0)
