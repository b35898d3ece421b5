"""What the worker does by itself: every five seconds, and when a change was committed."""

from celery import shared_task

from lodesk.alerts import digests, sending


@shared_task
def send_due() -> None:
    """Send the mails that are due. May run twice, and at the same time."""
    digests.send_due()
    sending.send_due()
