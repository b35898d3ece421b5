"""The application's own login, as the site and the worker use it: no SET ROLE helps a test here."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from tests.border.attempts import scene
from tests.border.test_write_matrix import JOINT, readable_tables
from tests.factories import Cast, DossierFactory
from tests.looking import as_owner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def application(cast: Cast) -> Iterator[psycopg.Connection]:
    """A connection of lodesk_app to the test's database, with rows in every table."""
    scene(cast)
    login = os.environ["DATABASE_URL"]
    with psycopg.connect(login, dbname=connection.settings_dict["NAME"], autocommit=True) as opened:
        yield opened


def _count(opened: psycopg.Connection, table: str) -> int:
    ((count,),) = opened.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(count)


def test_who_has_not_entered_sees_nothing(application: psycopg.Connection) -> None:
    for table in set(readable_tables()) - JOINT:
        assert _count(application, table) == 0, table


def test_what_one_transaction_entered_the_next_does_not_inherit(
    application: psycopg.Connection, cast: Cast
) -> None:
    with application.transaction():
        application.execute("SELECT lodesk_enter(%s)", [cast.belgian_officer.pk])
        assert _count(application, "cases_dossier") > 0
    assert _count(application, "cases_dossier") == 0
    with application.transaction():
        assert _count(application, "cases_dossier") == 0


def test_entering_outside_a_transaction_ends_with_the_statement(
    application: psycopg.Connection, cast: Cast
) -> None:
    application.execute("SELECT lodesk_enter(%s)", [cast.belgian_officer.pk])
    assert _count(application, "cases_dossier") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE lodesk_owner",
        "SET SESSION AUTHORIZATION lodesk_owner",
        "ALTER ROLE lodesk_app BYPASSRLS",
        "SET row_security = off; SELECT * FROM cases_dossier",
        "ALTER TABLE cases_dossier NO FORCE ROW LEVEL SECURITY",
        "SET session_replication_role = replica",
        "CREATE SCHEMA mine",
        "CREATE TABLE public.mine (id integer)",
        "CREATE EXTENSION postgres_fdw",
        "COPY cases_dossier TO PROGRAM 'cat'",
        "SELECT lo_import('/etc/passwd')",
    ],
)
def test_the_login_climbs_no_higher(application: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute(statement)


def test_the_login_has_no_privilege_of_its_own(application: psycopg.Connection) -> None:
    row = application.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert row == (False,) * 5
    assert as_owner("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user") == [
        (False, False)
    ]


def test_foreign_keys_are_no_oracle_for_what_one_cannot_name(
    application: psycopg.Connection, cast: Cast
) -> None:
    # References to out-of-sight rows and to rows that do not exist are refused alike.
    hidden = DossierFactory(owner="NL", confined=True)
    answers = []
    for key in (hidden.pk, "00000000-0000-4000-8000-000000000000"):
        with application.transaction(force_rollback=True):
            application.execute("SELECT lodesk_enter(%s)", [cast.belgian_officer.pk])
            try:
                application.execute(
                    "INSERT INTO cases_visit (id, dossier_id, person_id, at)"
                    " VALUES (gen_random_uuid(), %s, %s, now())",
                    [key, cast.belgian_officer.pk],
                )
            except psycopg.Error as error:
                answers.append((error.sqlstate, error.diag.message_primary))
    assert len(answers) == 2
    assert answers[0] == answers[1]
