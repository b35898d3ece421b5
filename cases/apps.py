"""The cases app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Dossiers, their entries, mandates and handovers, behind the border."""

    name = "cases"

    def ready(self) -> None:
        """Tell the alerts room how the events of this app are worded."""
        from cases import notify  # noqa: PLC0415  (models are loaded only now)

        notify.register_wordings()
