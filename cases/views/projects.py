"""Projects: the list of one's own, one of them, and a new one."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Person, User
from cases import policy
from cases.forms.projects import EndForm, NameForm, ProjectForm, PutInForm, RenameForm
from cases.models import Dossier, Project
from cases.selectors import projects as selectors
from cases.services import projects
from cases.views.asking import user_of


@require_safe
def projects_page(request: HttpRequest) -> HttpResponse:
    """The projects that name one."""
    user = user_of(request)
    context = {"projects": selectors.mine(user), "may_make": policy.may_lead(user)}
    return render(request, "cases/projects.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def project_new(request: HttpRequest) -> HttpResponse:
    """Make a project, and name people in it."""
    user = user_of(request)
    decision = policy.may_lead(user)
    if not decision:
        raise PermissionDenied(decision.reason)
    form = ProjectForm(request.POST or None, people=selectors.choices(None, user))
    if form.is_valid():
        people = Person.objects.filter(public_id__in=form.cleaned_data["people"])
        made = projects.make(by=user, name=form.cleaned_data["name"], people=people)
        return redirect("project", made.pk)
    return render(request, "cases/project_new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def project_page(request: HttpRequest, project: UUID) -> HttpResponse:
    """One project: its people, and those of its dossiers one may see anyway."""
    user = user_of(request)
    found = get_object_or_404(Project.objects.visible_to(user), pk=project)
    forms = _Forms(request, found)
    if request.method == "POST":
        answered = _take_step(request, found, forms)
        if answered is not None:
            return answered
    projects.consult(project=found, by=user)
    dossiers = selectors.dossiers(found, user)
    context = {
        "project": found,
        "members": selectors.members(found, user),
        "dossiers": dossiers,
        "may_lead": policy.may_lead(user),
        "put_form": None if found.ended_at else forms.put,
        **forms.of_who_leads(user, found),
    }
    return render(request, "cases/project.html", context)


class _Forms:
    """The forms of a project; only the one that was sent is bound."""

    def __init__(self, request: HttpRequest, project: Project) -> None:
        action = request.POST.get("action")
        self.name = NameForm(
            request.POST if action == "name" else None,
            people=selectors.choices(project, user_of(request)),
        )
        self.put = PutInForm(request.POST if action == "put_in" else None, user=user_of(request))
        self.rename = RenameForm(
            request.POST if action == "rename" else None, initial={"name": project.name}
        )
        self.end = EndForm(request.POST if action == "end" else None)

    def of_who_leads(self, user: User, project: Project) -> dict[str, Form]:
        """What only who may change the project is shown."""
        if not policy.may_change_project(user, project):
            return {}
        return {"name_form": self.name, "rename_form": self.rename, "end_form": self.end}


Answer = HttpResponse | None


def _take_step(request: HttpRequest, project: Project, forms: _Forms) -> Answer:
    """Take the step that was asked for; None when a form comes back."""
    step = TAKEN.get(request.POST.get("action", ""))
    if step is None:
        raise SuspiciousOperation("a step the page does not offer")
    return step(request, project, forms)


def _name(request: HttpRequest, project: Project, forms: _Forms) -> Answer:
    if not forms.name.is_valid():
        return None
    person = Person.objects.get(public_id=forms.name.cleaned_data["person"])
    projects.name_person(project=project, person=person, by=user_of(request))
    return redirect("project", project.pk)


def _leave(request: HttpRequest, project: Project, _forms: _Forms) -> Answer:
    user = user_of(request)
    members = {str(each.person.public_id): each for each in selectors.members(project, user)}
    member = members.get(request.POST.get("person", ""))
    if member is None:
        raise SuspiciousOperation("nobody of this project")
    projects.leave(project=project, person=member.person, by=user)
    if member.is_you:
        messages.info(request, _("You are no longer in the project."))
        return redirect("projects")
    return redirect("project", project.pk)


def _put_in(request: HttpRequest, project: Project, forms: _Forms) -> Answer:
    if not forms.put.is_valid():
        return None
    dossier = forms.put.cleaned_data["dossier"]
    projects.put_in(project=project, dossier=dossier, by=user_of(request))
    return redirect("project", project.pk)


def _take_out(request: HttpRequest, project: Project, _forms: _Forms) -> Answer:
    user = user_of(request)
    visible = Dossier.objects.visible_to(user)
    dossier = get_object_or_404(visible, reference=request.POST.get("reference", ""))
    projects.take_out(project=project, dossier=dossier, by=user)
    return redirect("project", project.pk)


def _rename(request: HttpRequest, project: Project, forms: _Forms) -> Answer:
    if not forms.rename.is_valid():
        return None
    projects.rename(project=project, by=user_of(request), **forms.rename.cleaned_data)
    return redirect("project", project.pk)


def _end(request: HttpRequest, project: Project, forms: _Forms) -> Answer:
    if not forms.end.is_valid():
        return None
    projects.end(project=project, by=user_of(request), **forms.end.cleaned_data)
    messages.info(request, _("The project has ended."))
    return redirect("project", project.pk)


TAKEN: dict[str, Callable[[HttpRequest, Project, _Forms], Answer]] = {
    "name": _name,
    "leave": _leave,
    "put_in": _put_in,
    "take_out": _take_out,
    "rename": _rename,
    "end": _end,
}
