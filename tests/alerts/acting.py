"""People who hand dossiers over while everything around them fails.

A process of its own, `python -m tests.alerts.acting N`. Says "ready" when there is something to
hand over, then hands over N dossiers, begins some acts that are rolled back, and prints what those
would have announced. When the database goes away in the middle of an act it looks whether the act
was kept, and does it again if not.
"""

import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import django

django.setup()

from django.db import InterfaceError, OperationalError, connection  # noqa: E402

from accounts.models import NationalGroup, Person, User  # noqa: E402
from cases.models import Dossier, Handover  # noqa: E402
from lodesk.alerts.models import Alert  # noqa: E402
from lodesk.border.context import acting_as  # noqa: E402
from tests import steps  # noqa: E402
from tests.factories import Cast, DossierFactory, make_cast  # noqa: E402

PAUSE = 0.5  # seconds, while the database is away
TO_A_TEAM = 3  # every third is offered to the team
ROLLED_BACK = 5  # of every fifth another offer was begun before, and came to nothing


class ComesToNothingError(Exception):
    """Ends an act before it is kept."""


def main(count: int) -> dict[str, list[str]]:
    """Hand over; returns the numbers of alerts that must never be sent."""
    cast = make_cast()
    dossiers = [DossierFactory(handler=cast.belgian_officer) for _number in range(count)]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    never: list[str] = []
    for number, dossier in enumerate(dossiers):
        if number % ROLLED_BACK == 0:
            _insisting(lambda dossier=dossier: never.extend(_begun(cast, dossier)))
        _insisting(lambda dossier=dossier, number=number: _offered(cast, dossier, number))
        _insisting(lambda dossier=dossier: _accepted(cast, dossier))
    return {"never": never}


def _insisting(act: Callable[[], object]) -> None:
    """Do it, and do it again while the database is away. The acts look first whether it is done."""
    while True:
        try:
            act()
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(PAUSE)
        else:
            return


def _offered(cast: Cast, dossier: Dossier, number: int) -> None:
    if not Handover.objects.filter(dossier=dossier).exists():
        to = cast.team("BE") if number % TO_A_TEAM == 0 else cast.belgian_colleague.person_ptr
        _offer(cast.belgian_officer, dossier, to)


def _offer(by: User, dossier: Dossier, to: Person | NationalGroup) -> None:
    steps.offer(by, dossier, to)


def _accepted(cast: Cast, dossier: Dossier) -> None:
    offer = Handover.objects.get(dossier=dossier)
    if offer.state == "offered":
        steps.accept(cast.belgian_colleague, offer)


def _begun(cast: Cast, dossier: Dossier) -> list[str]:
    """The alerts of an offer that is rolled back after everything of it was written."""
    begun: list[str] = []
    with suppress(ComesToNothingError):
        _begin(cast, dossier, begun)
    if not begun or Alert.objects.filter(pk__in=begun).exists():
        raise SystemExit("nothing was begun, or it was kept")
    return begun


def _begin(cast: Cast, dossier: Dossier, begun: list[str]) -> None:
    with acting_as(cast.belgian_officer.pk):
        _offer(cast.belgian_officer, dossier, cast.belgian_colleague.person_ptr)
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("SELECT id FROM alerts_alert WHERE subject_id = %s", [dossier.pk])
            begun += [str(key) for (key,) in cursor.fetchall()]
        raise ComesToNothingError


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]))))
