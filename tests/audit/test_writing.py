"""What the application may do to the log: add a row as oneself, and nothing else."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from lodesk import audit
from lodesk.audit.models import LogRow
from lodesk.audit.origin import coming_from
from lodesk.border.context import acting_as

pytestmark = pytest.mark.django_db


def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run raw SQL, as somebody who got past the Python code."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def view(by: int | None, chain: str = "BE", **more: Any) -> LogRow:
    """Log a look at a dossier and give the row back as the owner sees it."""
    with acting_as(by):
        audit.log(by=by, action="dossier.viewed", chain=chain, **more)
    return LogRow.objects.filter(chain=chain, actor=by).latest("at")


def test_a_row_says_who_when_what_and_why(cast):
    dossier = uuid.uuid4()
    row = view(
        cast.belgian_officer.pk,
        target="cases.dossier",
        target_id=dossier,
        reference="BE-BOG-2026-00042",
        why="asked by the magistrate",
        facts={"level": "view", "until": timezone.now()},
        personal="J. Modaal",
    )
    assert (row.actor, row.actor_country, row.action) == (
        cast.belgian_officer.pk,
        "BE",
        "dossier.viewed",
    )
    assert (row.target, row.target_id, row.reference) == (
        "cases.dossier",
        dossier,
        "BE-BOG-2026-00042",
    )
    assert (row.why, row.personal) == ("asked by the magistrate", "J. Modaal")
    assert row.facts["level"] == "view"
    assert abs(row.at - timezone.now()) < timedelta(seconds=30)
    assert len(row.digest) == 64
    assert len(bytes(row.salt)) == 16
    assert row.position is None


def test_two_rows_with_the_same_text_have_different_digests(cast):
    first = view(cast.belgian_officer.pk, personal="J. Modaal")
    second = view(cast.belgian_officer.pk, personal="J. Modaal")
    assert first.digest != second.digest


def test_a_row_without_text_has_no_digest(cast):
    assert view(cast.belgian_officer.pk).digest == ""


def test_the_system_acts_as_nobody(db):
    with acting_as(None):
        audit.log(by=None, action="mandate.ended", chain="BE")
    assert LogRow.objects.get().actor is None


def test_nobody_writes_as_somebody_else(cast):
    for other in (cast.belgian_officer.pk, None):
        with (
            acting_as(cast.dutch_officer.pk),
            pytest.raises(ProgrammingError, match="row-level security"),
            transaction.atomic(),
        ):
            audit.log(by=other, action="dossier.viewed", chain="BE")
    assert not LogRow.objects.exists()


def test_an_unknown_chain_is_refused(cast):
    with acting_as(cast.belgian_officer.pk), pytest.raises(DatabaseError), transaction.atomic():
        audit.log(by=cast.belgian_officer.pk, action="dossier.viewed", chain="DE")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", datetime(2020, 1, 1)),
        ("actor_country", "LU"),
        ("salt", b"x"),
        ("digest", "0" * 64),
        ("position", 1),
        ("previous", "0" * 64),
        ("hash", "0" * 64),
    ],
)
def test_the_application_cannot_choose(cast, column, value):
    """Moment, country, digest and seal are the database's: there is no right on the columns."""
    forged = (
        f"INSERT INTO audit_logrow (id, chain, actor, action, target, reference, mandate, agent,"
        f" facts, why, personal, {column})"
        f" VALUES (%s, 'BE', %s, 'a', '', '', '', '', '{{}}', '', '', %s)"
    )
    with (
        acting_as(cast.belgian_officer.pk),
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        run(forged, uuid.uuid4(), cast.belgian_officer.pk, value)


def test_not_even_the_owner_chooses_the_moment_or_the_seal(cast):
    LogRow.objects.create(
        chain="BE",
        actor=cast.belgian_officer.pk,
        actor_country="LU",
        action="a",
        at=timezone.now() - timedelta(days=3),
        position=7,
        previous="0" * 64,
        hash="0" * 64,
    )
    row = LogRow.objects.get()
    assert timezone.now() - row.at < timedelta(seconds=30)
    assert (row.actor_country, row.position, row.hash) == ("BE", None, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_logrow SET action = 'b'",
        "UPDATE audit_logrow SET personal = '', why = '', salt = ''",
        "UPDATE audit_logrow SET position = 1, previous = '', hash = ''",
        "DELETE FROM audit_logrow",
        "TRUNCATE audit_logrow",
        "UPDATE audit_chainhead SET position = 0",
        "INSERT INTO audit_chainhead VALUES ('BE', 0, '', now())",
        "SELECT * FROM audit_chainhead",
        "SELECT audit_erase(gen_random_uuid())",
        "ALTER TABLE audit_logrow DISABLE TRIGGER ALL",
    ],
)
def test_the_application_changes_nothing(cast, statement):
    view(cast.belgian_officer.pk, personal="text")
    for person in (cast.belgian_officer.pk, cast.belgian_auditor.pk, None):
        with acting_as(person), pytest.raises(ProgrammingError):
            run(statement)
    assert LogRow.objects.get().personal == "text"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_logrow SET action = 'b'",
        "UPDATE audit_logrow SET at = now()",
        "UPDATE audit_logrow SET actor = NULL",
        "UPDATE audit_logrow SET facts = '{\"a\": 1}'",
        "UPDATE audit_logrow SET digest = ''",
        "UPDATE audit_logrow SET personal = 'another'",
        "UPDATE audit_logrow SET personal = ''",
        "UPDATE audit_logrow SET position = 2, previous = repeat('0', 64), hash = repeat('0', 64)",
        "UPDATE audit_logrow SET position = NULL, previous = NULL, hash = NULL",
        "DELETE FROM audit_logrow",
    ],
)
def test_not_even_the_owner_changes_a_sealed_row(cast, statement):
    view(cast.belgian_officer.pk, personal="text")
    audit.seal()
    with pytest.raises(DatabaseError, match="append-only"):
        run(statement)


def test_only_the_owner_may_erase(db):
    """Definer functions to come will call it: a right on it would be a right to erase."""
    ((allowed,),) = run(
        "SELECT has_function_privilege('lodesk_app', 'audit_erase(uuid)', 'execute')"
    )
    assert not allowed


def test_the_table_is_emptied_in_tests_only(db):
    ((definition,),) = run(
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'audit_keep_table'"
    )
    assert "BEFORE TRUNCATE" in definition
    assert r"(current_database() !~~ 'test\_%'" in definition


def test_of_a_joint_act_the_own_country_learns_person_time_kind_and_mandate_only(cast):
    with coming_from(RequestFactory(headers={"user-agent": "Firefox/140.0"}).get("/")):
        row = view(
            cast.dutch_officer.pk,
            target="cases.dossier",
            target_id=uuid.uuid4(),
            reference="BE-BOG-2026-00042",
            mandate="BE-M-2026-031",
            why="standing in",
            facts={"level": "view"},
            personal="J. Modaal",
        )
    assert (row.ip, row.agent) == ("127.0.0.1", "Firefox 140")
    own = LogRow.objects.get(chain="NL")
    told = {"id", "at", "chain", "actor", "actor_country", "action", "mandate"}
    rest = {f.attname: getattr(own, f.attname) for f in LogRow._meta.fields if f.name not in told}
    assert {name for name, value in rest.items() if value} == set()
    assert (own.actor, own.actor_country, own.action, own.mandate) == (
        cast.dutch_officer.pk,
        "NL",
        "dossier.viewed",
        "BE-M-2026-031",
    )
    assert abs(own.at - row.at) < timedelta(seconds=5)
    assert LogRow.objects.count() == 2


def test_an_act_on_own_data_is_one_row(cast):
    view(cast.belgian_officer.pk)
    assert LogRow.objects.count() == 1


def test_what_concerns_no_dossier_goes_to_the_own_country(cast):
    with acting_as(cast.dutch_officer.pk):
        audit.log(by=cast.dutch_officer.pk, action="sign_in", chain=audit.OWN_CHAIN)
    with acting_as(cast.belgian_leaver.pk):
        audit.log(by=cast.belgian_leaver.pk, action="sign_in", chain=audit.OWN_CHAIN)
    with acting_as(None):
        audit.log(by=None, action="sign_in_failed", chain=audit.OWN_CHAIN)
    chains = LogRow.objects.order_by("at").values_list("chain", flat=True)
    assert list(chains) == ["NL", "BE", "OPS"]


def test_only_the_auditor_of_the_country_reads_its_chain(cast):
    view(cast.belgian_officer.pk)
    view(cast.dutch_officer.pk, chain="NL")
    with acting_as(None):
        audit.log(by=None, action="sign_in_failed", chain=audit.OPERATIONS)
    seen = {}
    for name, person in cast.people.items():
        with acting_as(person.pk):
            seen[name] = [chain for (chain,) in run("SELECT chain FROM audit_logrow")]
    assert {name: chains for name, chains in seen.items() if chains} == {
        "belgian_auditor": ["BE"],
        "dutch_auditor": ["NL"],
    }
    with acting_as(None):
        assert run("SELECT chain FROM audit_logrow") == []


def test_an_auditor_gains_nothing_by_claiming_another_country(cast):
    view(cast.dutch_officer.pk, chain="NL")
    with acting_as(cast.belgian_auditor.pk):
        run("SELECT set_config('lodesk.country', 'NL', true)")
        assert run("SELECT chain FROM audit_logrow") == []


def test_the_end_of_a_chain_is_told_to_the_own_country_and_the_system(cast):
    view(cast.belgian_officer.pk)
    audit.seal()
    with acting_as(cast.dutch_officer.pk):
        assert audit.anchor("BE").position == 0
    with acting_as(cast.belgian_auditor.pk):
        assert audit.anchor("BE").position == 1
    with acting_as(None):
        told = audit.anchor("BE")
    assert (told.position, told.hash) == LogRow.objects.values_list("position", "hash").get()
