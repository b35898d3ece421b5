"""The log as a Django app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Two tables, the sealer, the middleware for refusals and the command `verify_log`."""

    name = "lodesk.audit"
    label = "audit"
