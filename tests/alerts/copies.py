"""A copy of the test database that other processes can see (house.md section 2, trap 13)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from django.db import connection


def url_of(name: str, *, owner: bool = False) -> str:
    """Address of a database on the test server, as the application or as the owner."""
    address = os.environ["LODESK_OWNER_DATABASE_URL" if owner else "DATABASE_URL"]
    return urlsplit(address)._replace(path=f"/{name}").geturl()


@contextmanager
def copied_database() -> Iterator[str]:
    """Copy the test database, let Django's connection point to the copy, and drop it after."""
    original = connection.settings_dict["NAME"]
    copy = f"{original}_alerts"
    connection.close()
    with psycopg.connect(url_of("postgres", owner=True), autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        # A connection that an earlier test's thread has left open would be in the way.
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND backend_type = 'client backend'",
            [original],
        )
        server.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"')
        connection.settings_dict["NAME"] = copy
        try:
            yield copy
        finally:
            connection.close()
            connection.settings_dict["NAME"] = original
            server.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')
