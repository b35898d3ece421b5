"""The border's SQL: every app brings `sql/*.sql`, applied in one piece after each migrate.

The files are the single, current definition of roles' rights, policies, predicates and triggers:
what an auditor reads is what is installed. They can be applied again and again.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db import connection, transaction


def files() -> Iterator[Path]:
    """SQL files of the installed apps: the border first, then app by app in order."""
    for config in apps.get_app_configs():
        yield from sorted((Path(config.path) / "sql").glob("*.sql"))


def text() -> str:
    """The whole border as one text."""
    return "\n".join(path.read_text(encoding="utf-8") for path in files())


def digest() -> str:
    """SHA-256 of the border's text, kept in the database when it is applied."""
    return hashlib.sha256(text().encode()).hexdigest()


# What an earlier version installed is removed first, so that nothing old lingers: a rule that
# is in no file is not in the database. Extensions keep what is theirs.
REMOVE = """
DO $$
DECLARE
  statement text;
BEGIN
  FOR statement IN
    SELECT format('DROP POLICY %I ON %I.%I', p.polname, n.nspname, c.relname)
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'
    UNION ALL
    SELECT format('DROP TRIGGER %I ON %I.%I', t.tgname, n.nspname, c.relname)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND NOT t.tgisinternal
    UNION ALL
    SELECT format('DROP VIEW %I.%I', n.nspname, c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind = 'v' AND NOT EXISTS (
      SELECT FROM pg_depend e WHERE e.objid = c.oid AND e.deptype = 'e')
  LOOP
    EXECUTE statement;
  END LOOP;
  FOR statement IN
    SELECT format('DROP FUNCTION IF EXISTS %s CASCADE', f.oid::regprocedure)
    FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
    WHERE n.nspname = 'public' AND NOT EXISTS (
      SELECT FROM pg_depend e WHERE e.objid = f.oid AND e.deptype = 'e')
  LOOP
    EXECUTE statement;
  END LOOP;
END $$
"""


def apply() -> None:
    """Install the border in one transaction: either all of today's rules, or all of before."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL check_function_bodies = off")
        cursor.execute(REMOVE)
        for path in files():
            cursor.execute(path.read_text(encoding="utf-8"))
        cursor.execute("DELETE FROM lodesk_border")
        cursor.execute("INSERT INTO lodesk_border (digest) VALUES (%s)", [digest()])
