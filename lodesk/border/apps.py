"""The border as a Django app: it brings commands and SQL, no tables of its own in Python."""

from django.apps import AppConfig


class BorderConfig(AppConfig):
    """Registers the commands `migrate` and `forget_sessions` and the platform's SQL."""

    name = "lodesk.border"
    label = "border"
