"""Django's migrate, followed by the border: a table is closed until a SQL file opens it."""

from typing import Any

from django.core.management.commands import migrate

from lodesk.border import sql


class Command(migrate.Command):
    """Apply the migrations, then the policies, predicates, triggers and rights."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run migrate and, unless it only shows a plan or one app, apply the border."""
        super().handle(*args, **options)
        partial = options["app_label"] or options["plan"] or options["check_unapplied"]
        if not partial:
            sql.apply()
