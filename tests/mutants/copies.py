"""Copies of the test database: one for each mutant, gone afterwards."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.db import connection, connections


def use(name: str) -> None:
    """Have Django's connections of this process go to another database."""
    connections.close_all()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


@contextmanager
def copy_of(template: str, name: str) -> Iterator[str]:
    """A database like another one, to which nobody may be connected meanwhile."""
    _drop(name)
    _run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield name
    finally:
        _drop(name)


def _drop(name: str) -> None:
    for pause in (0.1, 0.5, 2.0, 5.0):
        try:
            return _run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        except psycopg.errors.InsufficientPrivilege:  # autovacuum is at work in it
            time.sleep(pause)
    return _run(f'DROP DATABASE IF EXISTS "{name}"')


def _run(command: str) -> None:
    values = connection.get_connection_params() | {"dbname": "postgres"}
    values.pop("cursor_factory", None)
    values.pop("context", None)
    with psycopg.connect(**values, autocommit=True) as opened:
        opened.execute(command)
