"""Read every document to its end and compare its SHA-256; weekly, and after a restore."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.services import keeping
from lodesk.files import store


class Command(BaseCommand):
    """Names dossiers and random keys, never a title."""

    help = "Prove that every document can be read and is what was added (LODESK_AS_OWNER=1)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --remove-orphans."""
        parser.add_argument(
            "--remove-orphans", action="store_true", help="remove stored files no row names"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Say what is wrong; fail when anything is."""
        wrong = list(keeping.problems())
        for line in wrong:
            self.stderr.write(line)
        left = list(keeping.orphans())
        if options["remove_orphans"]:
            store.remove(left)
        done = "removed" if options["remove_orphans"] else "left behind"
        self.stdout.write(f"documents: {len(wrong)} cannot be read; {len(left)} files {done}")
        if wrong:
            raise CommandError("not every document can be read")
