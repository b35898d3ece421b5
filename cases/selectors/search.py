"""Find dossiers by reference, by a number or a name they hold, or by words of the title."""

import re
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection

from cases.models import Dossier
from cases.selectors import known
from cases.selectors.rows import Line

if TYPE_CHECKING:
    from accounts.models import User

SHORTEST = 3
MOST = 25
FOUND_AT_MOST = 100  # the functions of the database find no more
REFERENCE = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}-\d{4}-\d+")


def as_reference(words: str) -> str:
    """The words as a reference, when they are one: spaces and small letters do not matter."""
    tidy = "".join(words.split()).upper()
    return tidy if REFERENCE.fullmatch(tidy) else ""


def by_reference(user: "User", reference: str) -> Dossier | None:
    """The dossier of this reference, when the person may see it."""
    return Dossier.objects.visible_to(user).filter(reference=reference).first()


def by_number(user: "User", words: str) -> Dossier | None:
    """The one dossier in sight that holds this number, however it is written."""
    keys = known.holding(user, words, most=2)
    if len(keys) != 1:
        return None
    return Dossier.objects.visible_to(user).filter(pk=keys[0]).first()


def keys_of(user: "User", words: str) -> tuple[list[UUID], bool]:
    """Dossiers in sight that hold the number, the words or the name, and whether these are all.

    Each way finds the newest hundred and no more.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_search(%s, %s)", [words, FOUND_AT_MOST])
        titled = [key for (key,) in cursor.fetchall()]
    held = known.holding_rows(user, words, most=FOUND_AT_MOST)
    parties = known.parties_named(words, most=FOUND_AT_MOST)
    named = known.dossiers_of(parties)
    all_found = max(len(titled), len(held), len(parties)) < FOUND_AT_MOST
    return list(dict.fromkeys([*held, *titled, *named])), all_found


def by_words(user: "User", words: str) -> tuple[list[Line], bool]:
    """The newest dossiers in sight that hold the number, the words or the name; and whether there
    are more.
    """
    most = MOST + 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_search(%s, %s)", [words, most])
        titled = [key for (key,) in cursor.fetchall()]
    every = [*known.holding(user, words, most=most), *titled, *known.named(words, most=most)]
    keys = list(dict.fromkeys(every))
    lines = Line.all(Dossier.objects.visible_to(user).filter(pk__in=keys), user)
    seen = {line.pk: line for line in lines}
    found = [seen[key] for key in keys if key in seen]
    return found[:MOST], len(keys) > MOST
