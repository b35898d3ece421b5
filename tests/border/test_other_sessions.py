"""One login serves everybody: no session of the application shows its statements to another."""

import os

import psycopg


def test_the_applications_login_does_not_publish_its_statements() -> None:
    server = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
    with psycopg.connect(f"{server}/template1") as session:
        found = session.execute("SELECT current_user, current_setting('track_activities')")
        assert found.fetchone() == ("lodesk_app", "off")


def test_the_application_ends_nobodys_session() -> None:
    server = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
    with psycopg.connect(f"{server}/template1") as session:
        found = session.execute(
            "SELECT has_function_privilege('pg_terminate_backend(integer, bigint)', 'EXECUTE'),"
            " has_function_privilege('pg_cancel_backend(integer)', 'EXECUTE')"
        )
        assert found.fetchone() == (False, False)
