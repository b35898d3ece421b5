"""Links of a dossier as its reader may see them: only those whose far end is in sight, too."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse

from cases.models import Dossier, Link
from cases.models.kept import NOT_ENDED
from cases.models.links import SEEN_FROM_THE_TARGET, LinkKind

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

    from accounts.models import User


@dataclass(frozen=True)
class Linked:
    """The far end of a link, and what it has to do with this dossier."""

    key: UUID
    kind: "StrOrPromise"
    owner: str
    reference: str
    title: str
    url: str
    made_by: str
    made_at: datetime
    ended_by: str = ""
    ended_at: datetime | None = None
    ended_reason: str = ""


def present(dossier: Dossier, user: "User") -> list[Linked]:
    """The links of a dossier that stand."""
    return _linked(dossier, user, ended=False)


def removed(dossier: Dossier, user: "User") -> list[Linked]:
    """The links of a dossier that were removed, the newest first."""
    return sorted(
        _linked(dossier, user, ended=True), key=lambda each: str(each.ended_at), reverse=True
    )


def _linked(dossier: Dossier, user: "User", *, ended: bool) -> list[Linked]:
    """Both ends are asked for: the row is seen by who sees both, the far end by its readers.

    By their keys, not by a condition over everything in sight.
    """
    rows = Link.objects.of(dossier).select_related("made_by", "ended_by")
    rows = rows.exclude(NOT_ENDED) if ended else rows.filter(NOT_ENDED)
    by_far_end = [(_far(link, dossier), link) for link in rows.order_by("made_at", "pk")]
    if not by_far_end:
        return []
    in_sight = Dossier.objects.visible_to(user).in_bulk([far for far, _link in by_far_end])
    return [_line(link, dossier, in_sight[far]) for far, link in by_far_end if far in in_sight]


def _far(link: Link, dossier: Dossier) -> UUID:
    far: UUID = link.target_id if link.source_id == dossier.pk else link.source_id
    return far


def _line(link: Link, dossier: Dossier, far: Dossier) -> Linked:
    kind = LinkKind(link.kind)
    from_source = link.source_id == dossier.pk
    return Linked(
        key=link.pk,
        kind=kind.label if from_source else SEEN_FROM_THE_TARGET.get(kind, kind.label),
        owner=far.owner,
        reference=far.reference,
        title=far.title,
        url=reverse("dossier", args=[far.reference]),
        made_by=str(link.made_by),
        made_at=link.made_at,
        ended_by=str(link.ended_by or ""),
        ended_at=link.ended_at,
        ended_reason=link.ended_reason,
    )
