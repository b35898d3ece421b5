"""Projects as their members may see them: a member sees of the dossiers those he sees anyway."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import DirectoryEntry, Person
from cases.models import Dossier, Project, ProjectDossier
from cases.models.kept import NOT_ENDED
from cases.selectors import places, rows
from cases.selectors.rows import Line, Row

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class ProjectRow:
    """A project in the list of one's projects."""

    name: str
    url: str
    members: int
    dossiers: int  # those in the reader's sight
    ended_at: datetime | None = None


@dataclass(frozen=True)
class InProject:
    """A dossier in a project, and whether the reader may take it out."""

    row: Row
    may_take_out: bool


@dataclass(frozen=True)
class Member:
    """A person named in a project, as the joint directory tells of him."""

    person: Person
    place: str
    is_you: bool


def mine(user: "User") -> list[ProjectRow]:
    """The projects of a person by name, ended ones last, with what the person may see of them."""
    found = list(Project.objects.visible_to(user).order_by("name", "pk"))
    found.sort(key=lambda each: each.ended_at is not None)
    keys = [project.pk for project in found]
    members = _members_of(Project.objects.filter(pk__in=keys))
    in_sight = _in_sight(keys, user)
    return [
        ProjectRow(
            name=project.name,
            url=reverse("project", args=[project.pk]),
            members=members.get(project.pk, 0),
            dossiers=len(in_sight.get(project.pk, ())),
            ended_at=project.ended_at,
        )
        for project in found
    ]


def _members_of(projects: QuerySet[Project]) -> dict[UUID, int]:
    number = Count("members", filter=Q(members__ended_at__isnull=True))
    return dict(projects.order_by().annotate(number=number).values_list("pk", "number"))


def _in_sight(projects: Iterable[UUID], user: "User") -> dict[UUID, set[UUID]]:
    """Keys of the dossiers in each of these projects that the person may see."""
    pairs = list(
        ProjectDossier.objects.filter(NOT_ENDED, project__in=projects).values_list(
            "project", "dossier"
        )
    )
    if not pairs:
        return {}
    keys = {dossier for _project, dossier in pairs}
    seen = set(Dossier.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
    found: dict[UUID, set[UUID]] = {}
    for project, dossier in pairs:
        if dossier in seen:
            found.setdefault(project, set()).add(dossier)
    return found


def dossiers(project: Project, user: "User") -> list[InProject]:
    """The dossiers of a project in the person's sight, as lines of a list.

    Who handles or oversees one is read from the line itself, not asked for each; the step asks.
    """
    keys = _in_sight([project.pk], user).get(project.pk, set())
    if not keys:
        return []
    found = Dossier.objects.visible_to(user).filter(pk__in=keys).order_by("owner", "reference")
    oversees = None in places.desks_of(user)
    return [
        InProject(row, row.handled_by_you or (oversees and row.owner == user.country))
        for row in rows.make(Line.all(found, user), user)
    ]


def of_dossier(dossier: Dossier, user: "User") -> list[ProjectRow]:
    """The person's own projects that hold this dossier."""
    holding = ProjectDossier.objects.filter(NOT_ENDED, dossier=dossier.pk)
    found = Project.objects.visible_to(user).filter(pk__in=holding.values("project"))
    return [
        ProjectRow(project.name, reverse("project", args=[project.pk]), 0, 0, project.ended_at)
        for project in found.order_by("name", "pk")
    ]


def members(project: Project, user: "User") -> list[Member]:
    """The people named in a project, by country and name."""
    named = project.members.filter(NOT_ENDED).select_related("person")
    people = sorted(
        (member.person for member in named),
        key=lambda person: (person.country, person.name, person.pk),
    )
    where = _places([person.pk for person in people])
    gone = _("has no posting now")
    return [
        Member(person, where.get(person.pk, gone), is_you=person.pk == user.pk) for person in people
    ]


def can_be_named(project: Project | None, user: "User") -> list[Person]:
    """Everybody else who works on dossiers and is not named yet, from the joint directory."""
    entries = DirectoryEntry.objects.filter(group__isnull=False).exclude(person=user.pk)
    entries = entries.select_related("person")
    if project is not None:
        named = project.members.filter(NOT_ENDED).values_list("person", flat=True)
        entries = entries.exclude(person_id__in=list(named))
    people = {entry.person_id: entry.person for entry in entries}
    return sorted(people.values(), key=lambda person: (person.country, person.name, person.pk))


def choices(project: Project | None, user: "User") -> list[tuple[str, str]]:
    """The same, as choices of a form: country by country."""
    return [(str(person.public_id), str(person)) for person in can_be_named(project, user)]


def _places(persons: list[int]) -> dict[int, str]:
    """What somebody is and where: "liaison officer, Bogotá"."""
    entries = DirectoryEntry.objects.filter(person__in=persons, group__isnull=False)
    found: dict[int, str] = {}
    for entry in entries.select_related("desk").order_by("posting"):
        own = places.headquarters()[entry.country]
        where = entry.desk.city if entry.desk else own.short_name
        found.setdefault(entry.person_id, f"{entry.get_role_display()}, {where}")
    return found
