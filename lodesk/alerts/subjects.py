"""What an alert may be about, and who may see it now: told by the room above, asked here.

Alerts know people, not dossiers. PostgreSQL asks the same through `lodesk_subject_visible`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet

from accounts.models import User


@dataclass(frozen=True)
class Subject:
    """What is announced, a dossier or a rotation: its key, reference and owner country."""

    id: UUID | None
    reference: str
    owner: str


VisibleTo = Callable[[User], QuerySet[Any]]
_known: list[VisibleTo] = []


def register(*visible: VisibleTo) -> None:
    """Say how to find the subjects a person may see; called once, when the apps are ready."""
    _known[:] = visible


def visible_to(user: User) -> list[QuerySet[Any]]:
    """Subjects this person may see now, sort by sort.

    Loud when nobody said how: nothing is lost meanwhile.
    """
    if not _known:
        raise ImproperlyConfigured("no app has registered the subjects of alerts")
    return [visible(user) for visible in _known]
