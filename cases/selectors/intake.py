"""Before a dossier is opened: what is open already on the same matter, among what one may see."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cases import identifiers
from cases.identifiers import Identifier as Number
from cases.selectors import known
from cases.selectors.known import Same

if TYPE_CHECKING:
    from accounts.models import User


def asked(fields: Mapping[str, Any]) -> str:
    """What is looked up, for the log; nothing when there is no reference and no number."""
    numbers = [each.shown for each in _numbers(fields)]
    return ", ".join(each for each in (_references(fields), *numbers) if each)


def same_matter(user: "User", fields: Mapping[str, Any]) -> list[Same]:
    """Dossiers in sight with the same foreign reference, or with a number of title or summary."""
    by_reference = known.same_references(user, _references(fields))
    by_number = known.same_numbers(user, _numbers(fields))
    found: dict[str, Same] = {}
    for each in (*by_reference, *by_number):
        known_so_far = found.get(each.reference)
        what = f"{known_so_far.what}, {each.what}" if known_so_far else each.what
        found[each.reference] = replace(each, what=what)
    return list(found.values())


def _references(fields: Mapping[str, Any]) -> str:
    return str(fields.get("foreign_references") or "")


def _numbers(fields: Mapping[str, Any]) -> list[Number]:
    text = f"{fields.get('title', '')}\n{fields.get('summary', '')}"
    return list(identifiers.found_in(text, region=str(fields.get("host_country") or "")))
