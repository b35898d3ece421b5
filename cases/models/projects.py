"""Projects: a joint operation by name, its members and its dossiers. It gives access to none."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from cases import policy
from cases.models.dossiers import Dossier
from cases.models.kept import NOT_ENDED, Kept, kept

if TYPE_CHECKING:
    from accounts.models import User


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects as a person may see them."""

    def visible_to(self, user: "User") -> "ProjectQuerySet":
        """Only those that name the person as a member now (product.md section 2, number 7)."""
        return policy.projects(self, user)


class Project(Kept):
    """A joint operation. Its name and members are seen by its members, nothing more."""

    name = models.CharField(_("name"), max_length=80)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = kept("project")


class ProjectMember(Kept):
    """A person named in a project, from joining to leaving."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            *kept("member"),
            models.UniqueConstraint(
                fields=["project", "person"], condition=NOT_ENDED, name="member_once"
            ),
        ]


class ProjectDossier(Kept):
    """A dossier in a project, from being put in to being taken out."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="dossiers")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            *kept("in_project"),
            models.UniqueConstraint(
                fields=["project", "dossier"], condition=NOT_ENDED, name="in_project_once"
            ),
        ]
