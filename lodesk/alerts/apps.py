"""The alerts app."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """Outbox, inbox and mail (product.md section 5)."""

    name = "lodesk.alerts"
    label = "alerts"
