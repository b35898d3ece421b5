"""Django app, so that its template tags are found."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """The page kit; it knows nothing of dossiers."""

    name = "lodesk.ui"
    label = "lodesk_ui"
