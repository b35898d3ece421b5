"""What an alert may be about, and who may see it now: told by the room above, asked here.

Alerts know people, not dossiers or contacts. PostgreSQL asks the same through
`lodesk_subject_visible`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Exists, F, Q, QuerySet

from accounts.models import User


@dataclass(frozen=True)
class Subject:
    """What is announced, and nothing else of it: the key of a dossier, a rotation or a contact, its
    reference, if it has one, and its owner country.
    """

    id: UUID | None
    reference: str
    owner: str


VisibleTo = Callable[[User], QuerySet[Any]]


@dataclass(frozen=True)
class Kind:
    """One sort of subject: those a person may see, and the field that alerts name them by."""

    visible_to: VisibleTo
    key: str = "pk"


_known: list[Kind] = []


def register(*kinds: Kind) -> None:
    """Say how to find the subjects a person may see; called once, when the apps are ready."""
    _known[:] = kinds


def is_visible(user: User, subject: F) -> Q:
    """Condition that this person may see a subject now, which a field of the outer query names.

    Loud when nobody said how: nothing is lost meanwhile.
    """
    if not _known:
        raise ImproperlyConfigured("no app has registered the subjects of alerts")
    found = Q()
    for kind in _known:
        found |= Q(Exists(kind.visible_to(user).filter(**{kind.key: subject})))
    return found
