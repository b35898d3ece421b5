"""Whom the demo's people know at Bogotá: contacts of both countries, kept, shown and handed over."""

from collections.abc import Mapping
from typing import Any

from accounts.models import Desk, Person, User
from cases.models import Contact
from cases.services import contacts
from cases.states import Sight
from lodesk.border.context import acting_as

Users = Mapping[str, User]

# By who adds it: what it says. Numbers are of no one.
KNOWN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("nl-lo-bog", {
        "name": "Capt. R. Ejemplo", "authority": "Policía Nacional, Dirección Antinarcóticos",
        "function": "jefe de enlace", "kind": "host_police", "phones": ["+576015550101"],
        "email": "enlace@policia.example", "channel": "phone", "languages": ["es", "en"],
        "note": "Answers before eight in the morning; send the numbers of containers in writing.",
        "visibility": Sight.DESK,
    }),
    ("nl-lo-bog", {
        "authority": "DIAN, aduanas de Cartagena", "function": "sala de crisis",
        "kind": "customs", "phones": ["+576055550110", "555 01 11 ext. 4"], "languages": ["es"],
        "visibility": Sight.TEAM,
    }),
    ("nl-lo-bog", {
        "name": "M. Muestra", "authority": "Terminal de contenedores", "function": "seguridad",
        "kind": "partner", "phones": ["+573005550120"], "channel": "in_person",
        "languages": ["es"], "note": "Meets outside the terminal only.",
        "visibility": Sight.MINE,
    }),
    ("be-lo-bog", {
        "name": "Dra. L. Prueba", "authority": "Fiscalía General de la Nación",
        "function": "asistencia judicial internacional", "kind": "judiciary",
        "phones": ["+576015550130"], "email": "asistencia@fiscalia.example",
        "languages": ["es", "fr"], "visibility": Sight.DESK,
    }),
    ("be-lo-bog", {
        "name": "T. Beispiel", "authority": "BKA, Verbindungsbüro Bogotá", "function": "ILO",
        "kind": "liaison_officer", "phones": ["+576015550140"], "channel": "siena",
        "languages": ["de", "en"], "visibility": Sight.TEAM,
    }),
    ("be-lo-bog", {
        "authority": "OCN INTERPOL Bogotá", "kind": "bureau", "phones": ["+576015550150"],
        "channel": "interpol", "languages": ["es", "en"], "visibility": Sight.TEAM,
    }),
)  # fmt: skip


def play(users: Users) -> None:
    """Add them; one gets another number, one another keeper."""
    bogota = Desk.objects.get(code="BOG")
    made = [_made(users[key], bogota, said) for key, said in KNOWN]
    _changed(users["nl-lo2-bog"], made[0], phones=["+576015550102"])
    _handed_over(users["be-lo-bog"], made[-1], to=users["be-lo2-bog"])


def _made(by: User, desk: Desk, said: dict[str, Any]) -> Contact:
    with acting_as(by.pk):
        return contacts.make(desk=desk, by=by, host_country="CO", **said)


def _changed(by: User, contact: Contact, **said: Any) -> None:
    with acting_as(by.pk):
        contacts.change(contact=contact, by=by, **said)


def _handed_over(by: User, contact: Contact, *, to: User) -> None:
    with acting_as(by.pk):
        contacts.hand_over(contact=contact, to=Person.objects.get(pk=to.pk), by=by)
