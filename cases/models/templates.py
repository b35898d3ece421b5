"""Templates: what a country's new dossiers of a kind usually say. Kept by its coordinators."""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Country
from cases import policy
from cases.models.checks import one_of
from cases.models.dossiers import Kind, Purpose
from cases.models.kept import NOT_ENDED, Kept, kept

if TYPE_CHECKING:
    from accounts.models import User

# What a template fills in; `kind` says for which dossiers it is.
FILLED = ("title", "summary", "purpose", "legal_basis", "language", "next_step")


class TemplateQuerySet(models.QuerySet["Template"]):
    """Templates as a person may see them."""

    def visible_to(self, user: "User") -> "TemplateQuerySet":
        """Those of the own country."""
        return policy.templates(self, user)

    def in_use(self) -> "TemplateQuerySet":
        """The newest version of each that is not retired."""
        return self.filter(NOT_ENDED)


class Template(Kept):
    """One version of a template: it is never changed, a newer version takes its place."""

    owner = models.CharField(max_length=2, choices=Country.choices)
    series = models.UUIDField(default=uuid.uuid4, editable=False)  # the same for all versions
    version = models.PositiveIntegerField(default=1)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=60)
    title = models.CharField(_("title"), max_length=120, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    legal_basis = models.CharField(_("legal basis"), max_length=160)
    language = models.CharField(_("language"), max_length=2)
    next_step = models.CharField(_("next step"), max_length=80, blank=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            *kept("template"),
            one_of("kind", Kind.values, name="template_kind"),
            one_of("purpose", Purpose.values, name="template_purpose"),
            models.UniqueConstraint(
                fields=["owner", "series", "version"], name="template_version_once"
            ),
            models.UniqueConstraint(
                fields=["owner", "series"], condition=NOT_ENDED, name="template_in_use_once"
            ),
        ]
