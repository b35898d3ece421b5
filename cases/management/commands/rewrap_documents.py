"""After a new document key of a country: wrap the keys of its files by the new one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.services import keeping
from lodesk.files.keys import COUNTRIES, KeyProblemError


class Command(BaseCommand):
    """Reads no file: only the small wrapped keys change. May be stopped and run again."""

    help = "Wrap the keys of a country's documents by its current key (LODESK_AS_OWNER=1)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the country."""
        parser.add_argument("country", choices=COUNTRIES)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Wrap again; say how many."""
        try:
            count = keeping.rewrap(options["country"])
        except KeyProblemError as problem:
            raise CommandError(f"{problem}; nothing of this batch was changed") from problem
        self.stdout.write(f"{options['country']}: {count} keys wrapped again")
