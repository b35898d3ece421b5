"""Tasks of the cases app: as nobody, one call."""

from celery import shared_task

from cases.services import escalation, export_making, exports, standins, tasks, time, uploads
from lodesk.border.context import acting_as


@shared_task
def tidy_up() -> None:
    """Close what has ended and tell; may run twice."""
    with acting_as(None):
        time.tidy_up()
    with acting_as(None):  # a transaction of its own: neither waits for what the other holds
        standins.tidy_up()


@shared_task
def forget_uploads() -> None:
    """Forget files nobody finished within a day; may run twice."""
    with acting_as(None):
        uploads.forget_stale()


@shared_task
def remind() -> None:
    """Tell of what is nearly due, due and overdue; may run twice."""
    with acting_as(None):
        time.remind()


@shared_task
def tell_of_leaving() -> None:
    """Tell of postings that end while work is held; may run twice."""
    with acting_as(None):
        time.tell_of_leaving()


@shared_task
def remind_of_offers() -> None:
    """Remind of the offers nobody answers, then tell who answers for them; may run twice."""
    with acting_as(None):
        escalation.remind_of_offers()


@shared_task
def remind_of_tasks() -> None:
    """Remind of the tasks that are due; may run twice."""
    with acting_as(None):
        tasks.remind()


@shared_task
def make_exports() -> None:
    """Make the prints and packages asked for, each as who asked; may run twice."""
    export_making.make_waiting()


@shared_task
def forget_exports() -> None:
    """Forget the prints and packages of yesterday; may run twice."""
    with acting_as(None):
        exports.forget()
