"""Who one can be on the sign-in page of the demo; imported only where LODESK_DEMO is set."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from cases.demo import people


@dataclass(frozen=True)
class DemoPerson:
    """A person to sign in as, in the words of the page."""

    email: str
    name: str
    country: str
    place: str
    role: str | Promise


def sign_in_context() -> dict[str, Any]:
    """The demo's people and the one password they share."""
    desks = {code: city for code, city, *_rest in people.DESKS}
    headquarters = {country: name for country, name, *_rest in people.HEADQUARTERS}
    return {
        "demo_password": people.PASSWORD,
        "demo_people": [
            DemoPerson(
                email=each.email,
                name=each.name,
                country=each.country,
                place=desks.get(each.place) or headquarters[each.country],
                role=each.role.label,
            )
            for each in people.PEOPLE
        ],
    }
