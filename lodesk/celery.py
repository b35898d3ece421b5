"""The Celery application. A worker or beat that would see everything refuses to start.

So does one whose mail would go in clear.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lodesk.settings")

app = Celery("lodesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def refuse(**_kwargs: Any) -> None:
    """Stop before the first task when the login could look past the border, or mail be read.

    Celery logs whatever a handler of its signals raises and goes on, but for SystemExit.
    """
    from django.db import connection  # noqa: PLC0415  (Django is ready only now)

    from lodesk.alerts.checks import refuse_mail_in_clear  # noqa: PLC0415
    from lodesk.border.start import refuse_unsafe_start  # noqa: PLC0415

    connection.close()  # beat may run as a child of the worker: a connection does not survive that
    try:
        refuse_unsafe_start()
        refuse_mail_in_clear()
    except Exception as error:
        raise SystemExit(f"LO Desk does not start: {error}") from error
