"""Templates of new dossiers: add one, put a newer version in its place, retire it."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases import policy
from cases.models import Template
from cases.models.kept import NOT_ENDED
from cases.services.dossiers import StaleError
from lodesk import audit

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def add(*, by: "User", **fields: Any) -> Template:
    """Add a template for the own country."""
    _require(by)
    template = Template(owner=by.country, made_by_id=by.pk, **fields)
    Template.objects.bulk_create([template])
    _log(by, "template.added", template)
    return template


@transaction.atomic
def change(*, template: Template, by: "User", **fields: Any) -> Template:
    """Put a new version in the place of this one. Raises StaleError when it is not the newest."""
    _require(by)
    _end(template, by=by)
    newer = Template(
        owner=template.owner,
        series=template.series,
        version=template.version + 1,
        made_by_id=by.pk,
        **fields,
    )
    Template.objects.bulk_create([newer])
    _log(by, "template.changed", newer)
    return newer


@transaction.atomic
def retire(*, template: Template, by: "User") -> None:
    """Offer a template no longer; its versions stay on record."""
    _require(by)
    _end(template, by=by)
    _log(by, "template.retired", template)


def _end(template: Template, *, by: "User") -> None:
    in_use = Template.objects.visible_to(by).filter(NOT_ENDED, pk=template.pk)
    if not in_use.update(ended_by=by.pk, ended_at=timezone.now()):
        raise StaleError


def _require(by: "User") -> None:
    decision = policy.may_keep_templates(by)
    if not decision:
        raise PermissionDenied(decision.reason)


def _log(by: "User", action: str, template: Template) -> None:
    audit.log(
        by=by.pk,
        action=action,
        chain=template.owner,
        target="cases.template",
        target_id=template.pk,
        facts={"kind": template.kind, "version": template.version},
    )
