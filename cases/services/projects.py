"""Projects: make one, name people in it, put dossiers in. None of it gives access to a dossier."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import DirectoryEntry, Person
from cases import policy
from cases.models import Dossier, Project, ProjectDossier, ProjectMember
from cases.models.kept import NOT_ENDED
from cases.services.journal import log
from lodesk import audit

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def make(*, by: "User", name: str, people: Iterable[Person]) -> Project:
    """Make a project and name people in it; who makes it is one of them."""
    _require(policy.may_lead(by))
    project = Project(name=name, made_by_id=by.pk)
    Project.objects.bulk_create([project])
    _log(by, "project.made", project)
    for person in people:
        _name(project, person, by=by)
    return project


@transaction.atomic
def name_person(*, project: Project, person: Person, by: "User") -> None:
    """Name one more person; nothing happens for who is named already."""
    project = Project.objects.visible_to(by).get(pk=project.pk)
    _require(policy.may_change_project(by, project))
    _name(project, person, by=by)


def _name(project: Project, person: Person, *, by: "User") -> None:
    works = DirectoryEntry.objects.filter(person_id=person.pk, group__isnull=False)
    if not works.exists():
        raise PermissionDenied(_("Only who works on dossiers now is named in a project."))
    if project.members.filter(NOT_ENDED, person_id=person.pk).exists():
        return
    member = ProjectMember(project=project, person_id=person.pk, made_by_id=by.pk)
    ProjectMember.objects.bulk_create([member], ignore_conflicts=True)
    _log(by, "project.joined", project, person=person.public_id)


@transaction.atomic
def leave(*, project: Project, person: Person, by: "User") -> None:
    """Take a person out of a project; everybody may take out himself, but not the last one."""
    project = Project.objects.visible_to(by).get(pk=project.pk)
    if person.pk != by.pk:
        _require(policy.may_lead(by))
    members = project.members.filter(NOT_ENDED)
    if not members.exclude(person_id=person.pk).exists():
        raise PermissionDenied(_("The last person stays: nobody else could see the project."))
    _log(by, "project.left", project, person=person.public_id)
    _end(members.filter(person_id=person.pk), by=by)  # last: who leaves sees nothing afterwards


@transaction.atomic
def put_in(*, project: Project, dossier: Dossier, by: "User") -> None:
    """Put a dossier into a project, which shows it to those of its readers who are members."""
    project, dossier = _both(project, dossier, by=by)
    if project.ended_at is not None:
        raise PermissionDenied(_("This project has ended: nothing is added to it."))
    if project.dossiers.filter(NOT_ENDED, dossier=dossier).exists():
        return
    row = ProjectDossier(project=project, dossier=dossier, made_by_id=by.pk)
    ProjectDossier.objects.bulk_create([row], ignore_conflicts=True)
    log(by, "project.put_in", dossier, project=project.pk)


@transaction.atomic
def take_out(*, project: Project, dossier: Dossier, by: "User") -> None:
    """Take a dossier out of a project."""
    project, dossier = _both(project, dossier, by=by)
    if _end(project.dossiers.filter(NOT_ENDED, dossier=dossier), by=by):
        log(by, "project.taken_out", dossier, project=project.pk)


@transaction.atomic
def rename(*, project: Project, by: "User", name: str) -> None:
    """Give a project another name; its dossiers and members stay what they are."""
    project = _locked(project, by=by)
    if project.name == name:
        return
    project.name = name
    project.save(update_fields=["name"])
    _log(by, "project.renamed", project)


@transaction.atomic
def end(*, project: Project, by: "User", reason: str = "") -> None:
    """End a project: it stays as it is for its members, and takes neither people nor dossiers."""
    project = _locked(project, by=by)
    project.ended_by_id, project.ended_at, project.ended_reason = by.pk, timezone.now(), reason
    project.save(update_fields=["ended_by", "ended_at", "ended_reason"])
    _log(by, "project.ended", project)


def _locked(project: Project, *, by: "User") -> Project:
    """The row for this transaction; who renames and who ends it at once wait for each other."""
    seen = Project.objects.visible_to(by).get(pk=project.pk)
    _require(policy.may_change_project(by, seen))
    locked = Project.objects.filter(NOT_ENDED, pk=seen.pk).select_for_update(of=("self",)).first()
    if locked is None:
        raise PermissionDenied(_("This step is no longer possible."))
    return locked


def consult(*, project: Project, by: "User") -> None:
    """Log that a person looked at a project."""
    _log(by, "project.viewed", project)


def _both(project: Project, dossier: Dossier, *, by: "User") -> tuple[Project, Dossier]:
    project = Project.objects.visible_to(by).get(pk=project.pk)
    dossier = Dossier.objects.visible_to(by).get(pk=dossier.pk)
    _require(policy.may_put_in(by, dossier))
    return project, dossier


def _end(rows: Any, *, by: "User") -> int:
    ended: int = rows.update(ended_by=by.pk, ended_at=timezone.now())
    return ended


def _require(decision: policy.Decision) -> None:
    if not decision:
        raise PermissionDenied(decision.reason)


def _log(by: "User", action: str, project: Project, **facts: Any) -> None:
    """In the own country's chain, by keys: neither name nor members are for others to read."""
    audit.log(
        by=by.pk,
        action=action,
        chain=audit.OWN_CHAIN,
        target="cases.project",
        target_id=project.pk,
        facts=facts,
    )
