"""One dossier, small and large: its pages as whole requests, and the making of its exports.

The large one has what product.md calls a large matter: 2,000 entries, 300 documents, 500 parties.
"""

import json
import sys
import time
from dataclasses import asdict, dataclass, field

import django

django.setup()

from django.test import Client  # noqa: E402

from accounts.models import User  # noqa: E402
from cases.models import Dossier  # noqa: E402
from cases.services import export_making  # noqa: E402
from lodesk.border.context import acting_as  # noqa: E402
from tests import factories, steps  # noqa: E402
from tests.bench.clock import Times, medians  # noqa: E402

BACKEND = "accounts.backends.EmailBackend"
TURNS = 40
SIZES = {"small": (20, 3, 5), "large": (2_000, 300, 500)}  # entries, documents, parties
PAGES = {
    "dossier": "",
    "its messages": "?show=messages",
    "documents": "documents",
    "people and objects": "parties/",
    "deadlines": "deadlines",
    "who can see this": "access",
    "print or export": "exports",
}


@dataclass
class Measured:
    """What each costs: pages in milliseconds, exports in seconds."""

    sizes: dict[str, tuple[int, int, int]]
    pages: dict[str, Times] = field(default_factory=dict)  # page -> size
    exports: dict[str, dict[str, float]] = field(default_factory=dict)  # form -> size


def main() -> Measured:
    """Make both, and measure them in turns."""
    cast = factories.make_cast()
    found = {name: _make(cast.belgian_officer, *size) for name, size in SIZES.items()}
    client, measured = _client(cast.belgian_officer), Measured(SIZES)
    for page, path in PAGES.items():
        work = {
            name: lambda path=f"/d/{dossier.reference}/{path}": _get(client, path)
            for name, dossier in found.items()
        }
        measured.pages[page] = medians(work, turns=TURNS)
    for form in ("print", "package"):
        measured.exports[form] = {
            name: _exported(cast.belgian_officer, dossier, form) for name, dossier in found.items()
        }
    return measured


def _make(officer: User, entries: int, documents: int, parties: int) -> Dossier:
    dossier: Dossier = factories.DossierFactory(handler=officer, title=f"Of {entries} entries")
    kinds = ("note", "incoming_message", "phone_note", "outgoing_message")
    for number in range(entries):
        text = f"Entry {number}. " + "What was said of the container at the port. " * 4
        factories.EntryFactory(dossier=dossier, kind=kinds[number % len(kinds)], text=text)
    for number in range(documents):
        factories.DocumentFactory(dossier=dossier, title=f"Document {number}", content=b"x" * 9_000)
    for number in range(parties):
        factories.PartyFactory(
            dossier=dossier, name=f"Ship {number}", numbers=[f"passport B{number:06}"]
        )
    return dossier


def _client(user: User) -> Client:
    client = Client()
    with acting_as(user.pk):
        client.force_login(user, backend=BACKEND)
    return client


def _get(client: Client, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")


def _exported(officer: User, dossier: Dossier, form: str) -> float:
    export = steps.ask_export(officer, dossier, form=form)
    begun = time.perf_counter()
    export_making.make_waiting()
    seconds = time.perf_counter() - begun
    export.refresh_from_db()
    if export.state != "ready":
        raise SystemExit(f"the {form} could not be made")
    return seconds


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(main())))
