"""From what was drawn to all the rows of the tables, in bulk and with the border's triggers off.

What the triggers would have written (references, readers, history, counters) is written here from
the same rules; `verify_border` proves it afterwards, and the test of this module calls it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, fields
from datetime import datetime
from typing import Any

from django.db import connection

from cases.demo.scale.draw import Drawn

TABLES = ("cases_dossier", "cases_mandate", "cases_dossieruserpermission",
          "cases_dossiergrouppermission", "cases_granthistory", "cases_entry",
          "cases_clock", "cases_reader", "cases_referencecounter")  # fmt: skip
TYPES = {"key": "uuid", "mandate": "uuid", "title": "text", "urgent": "boolean"}
LEGAL_BASIS = "Benelux police treaty 2018, art. 28"
SUMMARY = "Invented, to measure with."


def load(drawn: Iterable[Drawn]) -> None:
    """Copy what was drawn into a table of this transaction."""
    names = [field.name for field in fields(Drawn)]
    columns = ", ".join(f"{name} {_type(name)}" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE drawn ({columns}) ON COMMIT DROP")
        with cursor.copy(f"COPY drawn ({', '.join(names)}) FROM STDIN") as copy:
            for each in drawn:
                copy.write_row(astuple(each))
        cursor.execute("ANALYZE drawn")


def _type(name: str) -> str:
    if name in TYPES:
        return TYPES[name]
    if name.endswith("_at"):
        return "timestamptz"
    return "integer" if name in NUMBERS else "varchar"


NUMBERS = ("desk", "opener", "handler", "receiver", "asker", "coordinator", "entries")


def expand(until: datetime) -> None:
    """Write every row that follows from what was drawn."""
    with _bare_tables(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute("SET LOCAL work_mem = '256MB'")
        for statement in STATEMENTS:
            cursor.execute(statement, {"until": until, "basis": LEGAL_BASIS, "summary": SUMMARY})


def settle() -> None:
    """Let the planner and the visibility map know what came in; not in a transaction."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"VACUUM (ANALYZE) {table}")


@contextmanager
def _bare_tables() -> Iterator[None]:
    """Without triggers, foreign keys and secondary indexes; all are back at the end.

    A foreign key that comes back checks every row, so nothing gets in that should not.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table with checks to come is altered
        indexes = _definitions(cursor, INDEXES)
        constraints = _definitions(cursor, CONSTRAINTS)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for table, name, _definition in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for _table, name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _table, _name, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _definitions(cursor: Any, question: str) -> list[tuple[str, str, str]]:
    cursor.execute(question, [list(TABLES)])
    found: list[tuple[str, str, str]] = cursor.fetchall()
    return found


INDEXES = """
SELECT i.indrelid::regclass::text, c.relname, pg_get_indexdef(i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = ANY(%s::regclass[]) AND NOT EXISTS (
  SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'u')
ORDER BY contype DESC, conname
"""

DOSSIERS = """
INSERT INTO cases_dossier (
  id, reference, owner, desk_id, year, number, title, summary, kind, crime_area, purpose,
  legal_basis, host_country, requesting_authority, foreign_references, urgency, handling_codes,
  handling_note, marking, language, confined, status, waiting_for, status_since, received_at,
  next_step, due_at, due_rule, handler_id, opened_by_id, opened_at, changed_at, version, readers,
  urgency_ground, facts, reasons, people_concerned, use_restriction, result)
SELECT key, format('%%s-%%s-%%s-%%s', owner, code, year, cases_padded(number::integer, 5)), owner, desk,
  year, number, title, %(summary)s, kind, crime_area, purpose, %(basis)s,
  host_country, '', '', CASE WHEN urgent THEN 'urgent' ELSE 'normal' END, '{}', '', '', 'en',
  false, status, waiting_for, changed_at, opened_at, '', due_at, '', handler, opener, opened_at,
  changed_at, 1, CASE WHEN handler IS NULL THEN teams ELSE -handler || teams END,
  CASE WHEN urgent THEN 'relevance' ELSE '' END, '', '', '', '',
  CASE WHEN status = 'closed' THEN 'answered' ELSE '' END
FROM (
  SELECT n.*, k.code, g.teams, COALESCE(c.last, 0) + row_number() OVER (
    PARTITION BY n.owner, n.desk, n.year ORDER BY n.opened_at, n.key) AS number
  FROM (
    SELECT d.*, extract(year FROM d.opened_at AT TIME ZONE t.time_zone)::integer AS year
    FROM drawn d JOIN accounts_desk t ON t.id = d.desk) n
  JOIN accounts_desk k ON k.id = n.desk
  JOIN (
    SELECT k.id AS desk, g.country AS owner, array_agg(g.group_id ORDER BY g.group_id) AS teams
    FROM accounts_desk k JOIN accounts_nationalgroup g ON g.desk_id IS NULL OR g.desk_id = k.id
    GROUP BY 1, 2) g ON g.desk = n.desk AND g.owner = n.owner
  LEFT JOIN cases_referencecounter c ON c.kind = 'dossier' AND c.owner = n.owner
    AND c.desk_id = n.desk AND c.year = n.year) AS numbered
"""

COUNTERS = """
MERGE INTO cases_referencecounter c USING (
  SELECT d.owner, d.desk_id, d.year, max(d.number) AS last FROM cases_dossier d
  GROUP BY d.owner, d.desk_id, d.year) n
ON c.kind = 'dossier' AND c.owner = n.owner AND c.desk_id = n.desk_id AND c.year = n.year
WHEN MATCHED THEN UPDATE SET last = greatest(c.last, n.last)
WHEN NOT MATCHED THEN INSERT (kind, owner, desk_id, year, last)
  VALUES ('dossier', n.owner, n.desk_id, n.year, n.last)
"""

# Mandates of what is closed ended with it; those of what is open run for two months more.
MANDATES = """
INSERT INTO cases_mandate (
  id, number, owner, dossier_id, kinds, receiver_country, receiver_person_id, level, purpose,
  purpose_text, legal_basis, conditions, starts_at, ends_at, state, asked_by_id, asked_at,
  decided_by_id, decided_at, decision_reason, ended_by_id, ended_at)
SELECT d.mandate, format('%%s-M-%%s-%%s', d.owner, d.year, cases_padded((COALESCE(c.last, 0)
    + row_number() OVER (PARTITION BY d.owner, d.year ORDER BY d.opened_at, d.key))::integer, 3)),
  d.owner, d.key, '{}', p.country, d.receiver, 'handle', d.purpose, '', %(basis)s, '', d.opened_at,
  CASE WHEN d.status = 'closed' THEN d.changed_at + interval '1 day'
       ELSE %(until)s + interval '60 days' END,
  CASE WHEN d.status = 'closed' THEN 'ended' ELSE 'given' END, d.asker, d.opened_at, d.coordinator,
  d.opened_at, '', CASE WHEN d.status = 'closed' THEN d.coordinator END,
  CASE WHEN d.status = 'closed' THEN d.changed_at END
FROM (SELECT *, extract(year FROM opened_at)::integer AS year FROM drawn) d
JOIN accounts_person p ON p.id = d.receiver
LEFT JOIN cases_referencecounter c ON c.kind = 'mandate' AND c.owner = d.owner AND c.year = d.year
WHERE d.mandate IS NOT NULL
"""

MANDATE_COUNTERS = """
MERGE INTO cases_referencecounter c USING (
  SELECT owner, substr(number, 6, 4)::integer AS year, max(substr(number, 11)::integer) AS last
  FROM cases_mandate GROUP BY 1, 2) n
ON c.kind = 'mandate' AND c.owner = n.owner AND c.desk_id IS NULL AND c.year = n.year
WHEN MATCHED THEN UPDATE SET last = greatest(c.last, n.last)
WHEN NOT MATCHED THEN INSERT (kind, owner, desk_id, year, last)
  VALUES ('mandate', n.owner, NULL, n.year, n.last)
"""

PEOPLES_GRANTS = """
INSERT INTO cases_dossieruserpermission (
  id, content_object_id, user_id, permission_id, granted_at, granted_by_id, mandate_id)
SELECT md5(d.key::text || p.codename || 'person')::uuid, d.key, d.handler, p.id, d.opened_at,
  d.opener, d.mandate
FROM drawn d CROSS JOIN auth_permission p
WHERE d.handler IS NOT NULL
  AND p.codename IN ('view_dossier', 'contribute_dossier', 'handle_dossier')
"""
GROUPS_GRANTS = """
INSERT INTO cases_dossiergrouppermission (
  id, content_object_id, group_id, permission_id, granted_at, granted_by_id)
SELECT md5(d.key::text || p.codename || g.group_id)::uuid, d.key, g.group_id, p.id, d.opened_at,
  d.opener
FROM drawn d JOIN accounts_nationalgroup g ON g.country = d.owner
  AND (g.desk_id IS NULL OR g.desk_id = d.desk)
CROSS JOIN auth_permission p
WHERE p.codename IN ('view_dossier', 'contribute_dossier')
  OR p.codename = 'oversee_dossier' AND g.desk_id IS NULL
"""
HISTORY = """
INSERT INTO cases_granthistory (
  id, "grant", dossier_id, person_id, group_id, level, granted_at, granted_by_id, mandate_id,
  ended_at, ended_by)
SELECT md5('history' || g.id)::uuid, g.id, g.content_object_id, g.person, g.team,
  replace(p.codename, '_dossier', ''), g.granted_at, g.granted_by_id, g.mandate_id, NULL, NULL
FROM (
  SELECT id, content_object_id, user_id AS person, NULL::integer AS team, permission_id,
    granted_at, granted_by_id, mandate_id FROM cases_dossieruserpermission
  UNION ALL
  SELECT id, content_object_id, NULL, group_id, permission_id, granted_at, granted_by_id,
    mandate_id FROM cases_dossiergrouppermission) g
JOIN auth_permission p ON p.id = g.permission_id
WHERE g.content_object_id IN (SELECT key FROM drawn)
UNION ALL
SELECT md5(d.key::text || level || 'ended')::uuid, md5(d.key::text || level || 'gone')::uuid,
  d.key, d.receiver, NULL, level, d.opened_at, d.opener, d.mandate, d.changed_at, d.coordinator
FROM drawn d CROSS JOIN unnest('{view,contribute,handle}'::text[]) level
WHERE d.mandate IS NOT NULL AND d.status = 'closed'
"""

READERS = """
INSERT INTO cases_reader SELECT l.* FROM cases_dossier d CROSS JOIN LATERAL cases_lines_of(d) l
WHERE d.id IN (SELECT key FROM drawn)
"""

ENTRIES = """
INSERT INTO cases_entry (
  id, dossier_id, kind, author_id, at, text, language, handling_codes, event, facts)
SELECT md5(d.key::text || n)::uuid, d.key, 'note', d.opener,
  d.opened_at + (d.changed_at - d.opened_at) * n / d.entries,
  'The authority was asked and answered; the answer is with headquarters.', 'en', '{}', '', '{}'
FROM drawn d CROSS JOIN generate_series(1, d.entries) n
"""

# Set by hand, and nobody is reminded of them: they are there to measure with.
CLOCKS = """
INSERT INTO cases_clock (
  id, dossier_id, kind, rule, text, starts_at, term_at, due_at, started_by_id, settled_as, told)
SELECT md5('clock' || d.key)::uuid, d.key, 'answer', '', '', d.opened_at, d.due_at, d.due_at,
  d.opener, '', 5
FROM drawn d WHERE d.due_at IS NOT NULL
"""

STATEMENTS = (
    DOSSIERS, COUNTERS, MANDATES, MANDATE_COUNTERS, PEOPLES_GRANTS, GROUPS_GRANTS,
    HISTORY, READERS, ENTRIES, CLOCKS,
)  # fmt: skip
