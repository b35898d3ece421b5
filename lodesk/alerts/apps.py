"""The alerts app."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from lodesk.alerts.checks import mail_goes_over_tls


class AlertsConfig(AppConfig):
    """Outbox, inbox and mail (product.md section 5)."""

    name = "lodesk.alerts"
    label = "alerts"

    def ready(self) -> None:
        """Have `manage.py check --deploy` ask how mail leaves."""
        register(mail_goes_over_tls, Tags.security, deploy=True)
