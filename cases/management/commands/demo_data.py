"""Fill an empty database with the demo's people and story; for a person to try LO Desk with."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import User
from cases.demo import people, scale, story
from cases.models import Dossier


class Command(BaseCommand):
    """Does nothing where there are people already; refuses outside a demo."""

    help = "Fill an empty database with the demo's people and dossiers."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --people: only print whom to sign in as; --dossiers: a network of that size."""
        parser.add_argument("--people", action="store_true", help="print the demo people")
        parser.add_argument("--dossiers", type=int, default=0, help="add so many drawn dossiers")
        parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same")
        parser.add_argument(
            "--until", type=_midnight, default=_midnight(""), help="the day they end at; today"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make the demo, once."""
        if not settings.DEMO:
            raise CommandError("demo data are for a demo: set LODESK_DEMO=1")
        if options["people"]:
            self._print_people()
            return
        if User.objects.exists():
            self.stdout.write("demo data: there are people already, nothing done")
        else:
            self._tell()
        if options["dossiers"]:
            self._draw(options["dossiers"], options["seed"], options["until"])

    def _tell(self) -> None:
        with transaction.atomic():
            people.make_places()
            users = people.make_people()
            dossiers = story.tell(users)
        self.stdout.write(f"demo data: {len(users)} people, {dossiers} dossiers")

    def _draw(self, count: int, seed: int, until: datetime) -> None:
        if Dossier.objects.filter(summary=scale.SUMMARY).exists():
            raise CommandError("there are drawn dossiers already: begin with an empty database")
        try:
            scale.make(count, seed=seed, until=until)
        except ValueError as error:
            raise CommandError(f"--dossiers: {error}") from error
        self.stdout.write(f"demo data: {count} drawn dossiers, seed {seed}")

    def _print_people(self) -> None:
        for person in people.PEOPLE:
            place = person.place or "headquarters"
            self.stdout.write(f"  {person.email:32} {person.role.label}, {person.country}, {place}")
        self.stdout.write(f"  password for all: {people.PASSWORD}")


def _midnight(day: str) -> datetime:
    moment = datetime.fromisoformat(day) if day else datetime.now(UTC)
    return moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
