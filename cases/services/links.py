"""Link two dossiers, and remove the link. It is there for who may see both ends only."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases import policy
from cases.models import Dossier, Link
from cases.models.kept import NOT_ENDED
from cases.services.journal import log
from lodesk import audit

if TYPE_CHECKING:
    from accounts.models import User


class LinkedAlreadyError(Exception):
    """The two dossiers have a link of this kind."""


@transaction.atomic
def make(*, source: Dossier, target: Dossier, kind: str, by: "User") -> Link:
    """Link a dossier to another. Raises LinkedAlreadyError when such a link is there.

    Nothing of it stands in a timeline, which people read who see one end only; each owner's log
    names the own end.
    """
    visible = Dossier.objects.visible_to(by).in_bulk([source.pk, target.pk])
    if len(visible) < 2:
        raise Dossier.DoesNotExist
    source, target = visible[source.pk], visible[target.pk]
    _require(policy.may_link(by, source, target))
    same = Link.objects.of(source).filter(NOT_ENDED, kind=kind)
    if same.of(target).exists():
        raise LinkedAlreadyError
    link = Link(source=source, target=target, kind=kind, made_by_id=by.pk)
    try:
        with transaction.atomic():
            Link.objects.bulk_create([link])
    except IntegrityError as error:  # somebody else made it at the same moment
        raise LinkedAlreadyError from error
    _log(by, "link.made", link)
    return link


@transaction.atomic
def remove(*, link: Link, by: "User", reason: str) -> Link:
    """Remove a link: it stays on record, as removed."""
    found = Link.objects.visible_to(by).select_related("source", "target").get(pk=link.pk)
    _require(policy.may_unlink(by, found.source, found.target))
    done = Link.objects.filter(NOT_ENDED, pk=found.pk).update(
        ended_by=by.pk, ended_at=timezone.now(), ended_reason=reason
    )
    if done:
        _log(by, "link.removed", found, why=reason)
    return found


def _require(decision: policy.Decision) -> None:
    if not decision:
        raise PermissionDenied(decision.reason)


def _log(by: "User", action: str, link: Link, *, why: str = "") -> None:
    """Each end in the chain of its owner, which names nothing of another country's."""
    for dossier in (link.source, link.target):
        told = audit.without_references(why, keep=dossier.owner)
        log(by, action, dossier, why=told, link=link.kind)
