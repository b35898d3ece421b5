"""Housekeeping of the border room."""

from celery import shared_task
from django.db import connection


@shared_task
def forget_sessions() -> None:
    """Delete the sessions that have expired."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT lodesk_sessions_forget()")
