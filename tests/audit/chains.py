"""A sealed chain to tamper with."""

from typing import Any

from django.db import connection

from lodesk import audit
from lodesk.audit.models import LogRow


def sealed_chain(length: int = 8, chain: str = "BE") -> list[LogRow]:
    """Rows of the system, sealed."""
    for number in range(length):
        audit.log(
            by=None, action="dossier.viewed", chain=chain,
            reference=f"{chain}-BOG-2026-{number:05}", personal=f"text {number}",
        )  # fmt: skip
    audit.seal()
    return list(LogRow.objects.filter(chain=chain).order_by("position"))


def tamper(statement: str, *values: Any) -> None:
    """Change the table as somebody who has the owner's login and knows how to switch off rules."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_logrow DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE audit_logrow DROP CONSTRAINT IF EXISTS log_position_once")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE audit_logrow ENABLE TRIGGER USER")


def write_many(count: int) -> None:
    """So many rows at once, not sealed yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_logrow (id, chain, actor, action, target, target_id, reference,"
            " mandate, ip, agent, facts, why, personal)"
            " SELECT gen_random_uuid(), 'BE', NULL, 'dossier.viewed', 'cases.dossier',"
            " gen_random_uuid(), 'BE-BOG-2026-' || lpad(each::text, 5, '0'), '', '192.0.2.7',"
            " 'Firefox 140, Windows', jsonb_build_object('level', 'view', 'number', each),"
            " 'asked by the magistrate', 'Name ' || each FROM generate_series(1, %s) AS each",
            [count],
        )
        cursor.execute("ANALYZE audit_logrow")
