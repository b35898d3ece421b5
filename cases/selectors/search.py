"""Find dossiers by reference or by words of the title."""

import re
from typing import TYPE_CHECKING

from django.db import connection

from cases.models import Dossier
from cases.selectors.rows import Line

if TYPE_CHECKING:
    from accounts.models import User

SHORTEST = 3
MOST = 25
REFERENCE = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}-\d{4}-\d+")


def as_reference(words: str) -> str:
    """The words as a reference, when they are one: spaces and small letters do not matter."""
    tidy = "".join(words.split()).upper()
    return tidy if REFERENCE.fullmatch(tidy) else ""


def by_reference(user: "User", reference: str) -> Dossier | None:
    """The dossier of this reference, when the person may see it."""
    return Dossier.objects.visible_to(user).filter(reference=reference).first()


def by_words(user: "User", words: str) -> tuple[list[Line], bool]:
    """The newest dossiers in sight that hold the words, and whether there are more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_search(%s, %s)", [words, MOST + 1])
        keys = [key for (key,) in cursor.fetchall()]
    lines = Line.all(Dossier.objects.visible_to(user).filter(pk__in=keys), user)
    seen = {line.pk: line for line in lines}
    found = [seen[key] for key in keys if key in seen]
    return found[:MOST], len(keys) > MOST
