"""Compile the translations; run by set-up and by a deployment, without system gettext."""

from typing import Any

from django.core.management.base import BaseCommand

from lodesk.ui import catalogues


class Command(BaseCommand):
    """Write the .mo files that are missing or out of date."""

    help = "Compile the translation catalogues."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Compile and say what was written."""
        for path in catalogues.compile_all():
            self.stdout.write(f"compiled {path.parent.parent.name}")
