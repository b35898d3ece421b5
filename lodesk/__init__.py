"""LO Desk: the platform. Assembly on top, four rooms below: border, audit, alerts, ui."""

from lodesk.celery import app as celery_app  # every process knows the broker, also manage.py

__all__ = ["celery_app"]
