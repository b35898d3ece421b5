"""What is known already among the dossiers in sight: by number, by name, by foreign reference.

Every question here goes to a function of PostgreSQL that applies the read condition inside
(cases/sql/45_parties.sql): there is nothing to filter afterwards.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.urls import reverse

from accounts.models import Desk
from cases import identifiers
from cases.identifiers import Identifier as Number
from cases.models import Dossier, Identifier, Party
from cases.selectors import places
from lodesk.border.context import remembered

if TYPE_CHECKING:
    from accounts.models import User

MOST = 10


@dataclass(frozen=True)
class Same:
    """A dossier in sight that has the same number or reference."""

    what: str
    reference: str
    owner: str
    title: str
    url: str


def _ask(question: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def regions(user: "User") -> list[str]:
    """Countries whose telephone numbers a person may write without a country code."""
    return remembered(("regions", user.pk), lambda: _regions(user))


def _regions(user: "User") -> list[str]:
    keys = [key for key in places.desks_of(user) if key is not None]
    served = Desk.objects.filter(pk__in=keys).values_list("accredited_countries", flat=True)
    return sorted({user.country, *(country for row in served for country in row)})


def holding(user: "User", written: str, *, most: int) -> list[UUID]:
    """Dossiers in sight that hold this number, however it is written; the newest first."""
    return list(dict.fromkeys(holding_rows(user, written, most=most)))


def holding_rows(user: "User", written: str, *, most: int) -> list[UUID]:
    """The same, each dossier as often as it holds the number."""
    wanted = identifiers.normals(written, regions(user))
    if not wanted:
        return []
    rows = _ask("SELECT dossier_id FROM cases_holding(%s, %s)", [wanted, most])
    return [key for (key,) in rows]


def elsewhere(numbers: Iterable[str], *, than: Dossier) -> dict[str, int]:
    """In how many other dossiers in sight each of these numbers stands."""
    wanted = sorted(set(numbers))
    if not wanted:
        return {}
    return dict(_ask("SELECT * FROM cases_elsewhere(%s, %s)", [wanted, than.pk]))


def same_numbers(
    user: "User", numbers: Sequence[Number], *, but: Dossier | None = None
) -> list[Same]:
    """Dossiers in sight that hold one of these numbers, to be looked at before one saves."""
    shown = {each.normal: each.shown for each in numbers}
    if not shown:
        return []
    rows = _ask("SELECT dossier_id, number FROM cases_holding(%s, %s)", [sorted(shown), 5 * MOST])
    found = list(dict.fromkeys((key, shown[number]) for key, number in rows))
    return _same([(key, what) for key, what in found if but is None or key != but.pk], user)


def same_references(user: "User", written: str) -> list[Same]:
    """Dossiers in sight that name one of these references of other systems."""
    if not written:
        return []
    rows = _ask("SELECT cases_same_references(%s, %s)", [written, MOST])
    return _same([(key, "") for (key,) in rows], user)


def _same(found: Sequence[tuple[UUID, str]], user: "User") -> list[Same]:
    """Each dossier once, with everything in it that is the same."""
    alike: dict[UUID, list[str]] = {}
    for key, what in found:
        alike.setdefault(key, []).append(what)
    visible = Dossier.objects.visible_to(user).in_bulk(alike)
    return [
        Same(
            what=", ".join(whats).strip() or dossier.foreign_references,
            reference=dossier.reference,
            owner=dossier.owner,
            title=dossier.title,
            url=reverse("dossier", args=[dossier.reference]),
        )
        for key, whats in alike.items()
        if (dossier := visible.get(key)) is not None
    ][:MOST]


def named(words: str, *, most: int) -> list[UUID]:
    """Dossiers in sight with a party whose name holds the words."""
    return dossiers_of(parties_named(words, most=most))


def parties_named(words: str, *, most: int) -> list[UUID]:
    """Parties in sight whose name holds the words, the newest first."""
    rows = _ask("SELECT party_id FROM cases_known(%s, '', %s)", [words, most])
    return [key for (key,) in rows]


def dossiers_of(parties: Sequence[UUID]) -> list[UUID]:
    """The dossiers of parties in sight, each once, in the same order."""
    dossiers = dict(Party.objects.filter(pk__in=parties).values_list("pk", "dossier"))
    return list(dict.fromkeys(dossiers[key] for key in parties if key in dossiers))


def suggestions(words: str) -> list[str]:
    """Names and numbers in sight that begin or go on like this, each once."""
    begins = identifiers.compact(words) if any(each.isdigit() for each in words) else ""
    if begins and words.strip().startswith("+"):
        begins = f"+{begins}"
    rows = _ask("SELECT party_id FROM cases_known(%s, %s, %s)", [words, begins, MOST])
    keys = [key for (key,) in rows]
    parties = Party.objects.in_bulk(keys)
    numbers: dict[UUID, str] = {}
    if begins:
        alike = Identifier.objects.filter(party__in=keys, normal__startswith=begins)
        for each in alike.order_by("place"):
            number = identifiers.stored(each.kind, each.value, each.normal)
            numbers.setdefault(each.party_id, number.shown)
    found = [numbers.get(key) or parties[key].name for key in keys if key in parties]
    return list(dict.fromkeys(each for each in found if each))
