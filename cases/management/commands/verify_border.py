"""Prove that the border in the database is whole; run nightly, and whenever in doubt."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from lodesk.border.start import refuse_unsafe_role

# Each question returns the references or names of what is wrong; nothing is the right answer.
QUESTIONS = {
    "readers are not what the grants say": (
        "SELECT reference FROM cases_dossier WHERE readers <> cases_readers_of(id)"
    ),
    "the list index is not what the dossiers say": (
        "WITH wanted AS (SELECT l.* FROM cases_dossier d CROSS JOIN LATERAL cases_lines_of(d) l),"
        " wrong AS ((TABLE wanted EXCEPT TABLE cases_reader)"
        " UNION (TABLE cases_reader EXCEPT TABLE wanted))"
        " SELECT DISTINCT d.reference FROM wrong JOIN cases_dossier d ON d.id = wrong.dossier_id"
    ),
    "a grant crosses the border without a mandate of the owner": (
        "SELECT d.reference FROM cases_dossier d"
        " JOIN cases_dossieruserpermission g ON g.content_object_id = d.id"
        " JOIN accounts_person p ON p.id = g.user_id"
        " LEFT JOIN cases_mandate m ON m.id = g.mandate_id AND m.owner = d.owner"
        "   AND m.state = 'given'"
        " WHERE p.country <> d.owner AND m.id IS NULL"
        " UNION SELECT d.reference FROM cases_dossier d"
        " JOIN cases_dossiergrouppermission g ON g.content_object_id = d.id"
        " JOIN accounts_nationalgroup n ON n.group_id = g.group_id"
        " LEFT JOIN cases_mandate m ON m.id = g.mandate_id AND m.owner = d.owner"
        "   AND m.state = 'given'"
        " WHERE n.country <> d.owner AND m.id IS NULL"
    ),
    "a dossier is out of sight of its owner's headquarters": (
        "SELECT d.reference FROM cases_dossier d JOIN accounts_nationalgroup n"
        " ON n.country = d.owner AND n.desk_id IS NULL WHERE NOT d.readers @> ARRAY[n.group_id]"
    ),
    "the handler does not hold the dossier": (
        "SELECT d.reference FROM cases_dossier d WHERE d.handler_id IS NOT NULL AND NOT EXISTS ("
        " SELECT FROM cases_dossieruserpermission g JOIN auth_permission p"
        " ON p.id = g.permission_id AND p.codename = 'handle_dossier'"
        " WHERE g.content_object_id = d.id AND g.user_id = d.handler_id)"
    ),
    "a grant is missing from the history": (
        "SELECT d.reference FROM cases_dossier d JOIN ("
        " SELECT id, content_object_id FROM cases_dossieruserpermission UNION ALL"
        " SELECT id, content_object_id FROM cases_dossiergrouppermission) g"
        " ON g.content_object_id = d.id"
        ' LEFT JOIN cases_granthistory h ON h."grant" = g.id AND h.ended_at IS NULL'
        " WHERE h.id IS NULL"
    ),
    "a due time is not that of the earliest running clock": (
        "SELECT d.reference FROM cases_dossier d LEFT JOIN LATERAL ("
        " SELECT min(c.due_at) AS due_at FROM cases_clock c WHERE c.dossier_id = d.id"
        " AND c.settled_at IS NULL AND c.paused_since IS NULL) c ON true"
        " WHERE d.due_at IS DISTINCT FROM c.due_at"
    ),
    "a clock is not due when its rule and its intervals say": (
        "SELECT c.id::text FROM cases_clock c CROSS JOIN LATERAL cases_reckon(c.id) r"
        " WHERE (c.due_at, c.paused_since) IS DISTINCT FROM (r.due, r.since)"
    ),
    "a model-level permission was given": (
        "SELECT permission_id::text FROM auth_group_permissions"
    ),
    "a table lies open without row-level security": (
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
        " AND c.relkind = 'r' AND NOT c.relrowsecurity"
        " AND has_table_privilege('lodesk_app', c.oid, 'SELECT,INSERT,UPDATE,DELETE')"
        " AND c.relname <> ALL (%s)"
    ),
}
OPEN_TABLES = [
    # names of kinds, permissions and places: no data of a case or an account
    "accounts_desk",
    "accounts_headquarters",
    "accounts_nationalgroup",
    "auth_group",
    "auth_permission",
    "django_content_type",
]
SHOWN = 20


class Command(BaseCommand):
    """Compare what is derived with what it is derived from, and say what disagrees."""

    help = "Prove that readers = grants, that no grant crosses without a mandate, and more."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Ask every question. Raises CommandError, so exits with 1, when an answer is wrong."""
        refuse_unsafe_role()
        wrong = 0
        for question, statement in QUESTIONS.items():
            found = _answers(statement)
            wrong += len(found)
            if found:
                shown = ", ".join(found[:SHOWN]) + (" ..." if len(found) > SHOWN else "")
                self.stderr.write(f"{question}: {shown}")
        if wrong:
            raise CommandError(f"the border is not whole: {wrong} findings")
        self.stdout.write(f"the border is whole: {len(QUESTIONS)} questions, no finding")


def _answers(statement: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [OPEN_TABLES] if "%s" in statement else None)
        return [str(row[0]) for row in cursor.fetchall()]
