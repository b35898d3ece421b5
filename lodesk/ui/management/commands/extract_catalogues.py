"""Bring the translation catalogues up to the sources (make messages)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lodesk.ui import catalogues


class Command(BaseCommand):
    """Collect the messages of Python and templates into locale/*/LC_MESSAGES/django.po."""

    help = "Collect messages into the translation catalogues."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --language, to bring up one catalogue only."""
        parser.add_argument("--language", choices=catalogues.LANGUAGES)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Merge each language and say what is missing."""
        chosen = options["language"]
        for language in [chosen] if chosen else catalogues.LANGUAGES:
            total, missing = catalogues.merge(language)
            self.stdout.write(f"{language}: {total} messages, {missing} without translation")
