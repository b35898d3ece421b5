"""Looking at the border: who sees, holds and may what, as the tables say and as each wall says."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from accounts.models import User
from cases import policy
from cases.models import Dossier, DossierGroupPermission, DossierUserPermission
from cases.states import LADDER, Level
from lodesk.border import context
from tests.factories import as_person, raw

ORDER = [Level.VIEW, Level.CONTRIBUTE, Level.HANDLE, Level.OVERSEE]


def sees(user: User | None, dossier: Dossier) -> bool:
    """Whether PostgreSQL shows the dossier to this person."""
    return bool(raw(user, "SELECT 1 FROM cases_dossier WHERE id = %s", [dossier.pk]))


def levels(user: User, dossier: Dossier) -> set[str]:
    """What this person holds on a dossier now, as policy says."""
    with as_person(user):
        return {str(level) for level in policy.levels(user, dossier)}


def held(user: User | None, dossier: Dossier) -> set[str]:
    """What this person holds on a dossier now, as PostgreSQL says."""
    rows = raw(
        user,
        "SELECT level FROM unnest(%s::text[]) AS level WHERE lodesk_holds(%s, level)",
        [[str(level) for level in ORDER], dossier.pk],
    )
    return {level for (level,) in rows}


def grants_of(dossier: Dossier) -> dict[str, str]:
    """Who holds what, by name: the highest level of each holder; fails where a ladder has gaps."""
    found: dict[str, set[str]] = {}
    people = DossierUserPermission.objects.filter(content_object=dossier)
    for grant in people.select_related("user", "permission"):
        found.setdefault(grant.user.name, set()).add(_level(grant))
    groups = DossierGroupPermission.objects.filter(content_object=dossier)
    for grant in groups.select_related("group", "permission"):
        found.setdefault(grant.group.name, set()).add(_level(grant))
    return {name: _highest(names) for name, names in found.items()}


def _level(grant: Any) -> str:
    return str(grant.permission.codename.removesuffix(policy.SUFFIX))


def _highest(names: set[str]) -> str:
    highest = max(names, key=ORDER.index)
    assert names == {str(level) for level in LADDER[highest]}
    return highest


def readers_of(dossier: Dossier) -> set[int]:
    """The derived column, from the table."""
    return set(Dossier.objects.values_list("readers", flat=True).get(pk=dossier.pk))


def principals_of_grants(dossier: Dossier) -> set[int]:
    """What `readers` must be: groups as positive, people as negative numbers."""
    here = {"content_object": dossier, "permission__codename": "view_dossier"}
    people = DossierUserPermission.objects.filter(**here).values_list("user_id", flat=True)
    groups = DossierGroupPermission.objects.filter(**here).values_list("group_id", flat=True)
    return {-number for number in people} | set(groups)


def as_owner(statement: str, values: Any = None) -> Any:
    """Run SQL as the owner of the tables."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else cursor.rowcount


@contextmanager
def remembering() -> Iterator[None]:
    """Ask policy as the owner, past PostgreSQL's wall, with its memory of one request."""
    token = context._memory.set({})
    try:
        yield
    finally:
        context._memory.reset(token)
