"""From commit to SMTP: how long a person far away waits for the mail of an act.

Twenty acts a second for a minute, each announced to one person, while a real Celery worker with
beat sends them to a real SMTP server: all on this machine. Runs in a database of its own.
"""

import json
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402

from cases.models import Dossier  # noqa: E402
from cases.services import tasks  # noqa: E402
from lodesk.alerts.models import Alert  # noqa: E402
from lodesk.border.context import acting_as  # noqa: E402
from lodesk.embedded.mail import Caught, MailCatcher  # noqa: E402
from tests.alerts.workers import Worker  # noqa: E402
from tests.factories import Cast, DossierFactory, make_cast  # noqa: E402

A_SECOND = 20
SECONDS = 60
BEFORE = 40  # acts before the measuring: the worker has then loaded everything
LONGEST = 120.0


def main() -> dict[str, float]:
    """Seconds between the commit of an act and the arrival of its mail."""
    cast = make_cast()
    dossier = DossierFactory(handler=cast.belgian_officer)
    database = str(connection.settings_dict["NAME"])
    with (
        tempfile.TemporaryDirectory() as folder,
        MailCatcher() as catcher,
        Worker(database=database, mail=catcher.url, folder=Path(folder)),
    ):
        _act(cast, dossier, BEFORE)
        if len(catcher.wait_for(BEFORE, seconds=LONGEST)) < BEFORE:
            raise SystemExit("the worker does not send")
        catcher.clear()
        begun = time.monotonic()
        committed = _act(cast, dossier, A_SECOND * SECONDS)
        took = time.monotonic() - begun
        caught = catcher.wait_for(len(committed), seconds=LONGEST)
    waited = _waited(committed, caught)
    connection.close()
    return {
        "acts": len(committed),
        "a second": len(committed) / took,
        "mails": len(caught),
        "median": statistics.median(waited),
        "late": statistics.quantiles(waited, n=100)[-1],
        "longest": max(waited),
    }


def _act(cast: Cast, dossier: Dossier, count: int) -> list[datetime]:
    """Give a colleague so many tasks at an even pace; the moments right after each commit."""
    committed = []
    begun = time.monotonic()
    giver, receiver = cast.belgian_officer, cast.belgian_colleague.person_ptr
    due_at = datetime.now(UTC) + timedelta(days=2)
    for number in range(count):
        time.sleep(max(0.0, begun + number / A_SECOND - time.monotonic()))
        with acting_as(giver.pk):
            tasks.make(
                dossier=dossier, by=giver, assignee=receiver, title="Call", note="", due_at=due_at
            )
        committed.append(datetime.now(UTC))
    return committed


def _waited(committed: list[datetime], caught: list[Caught]) -> list[float]:
    """Seconds each mail took. Raises SystemExit when one is missing or came twice."""
    arrived = {
        str(each.message["Message-ID"]).strip("<").partition(".")[0]: each.at for each in caught
    }
    alerts = Alert.objects.order_by("-created_at").values_list("pk", flat=True)[: len(committed)]
    keys = [str(key) for key in reversed(alerts)]
    if set(keys) != set(arrived) or len(caught) != len(committed):
        raise SystemExit(f"{len(committed)} acts, {len(caught)} mails, {len(arrived)} different")
    return [
        (arrived[key] - moment).total_seconds() for key, moment in zip(keys, committed, strict=True)
    ]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
