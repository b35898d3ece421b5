"""What a test touches: tables and functions of PostgreSQL, and functions of policy.py."""

import functools
import re
from collections.abc import Callable
from types import FunctionType
from typing import Any

import psycopg
from django.db import DatabaseError, connection

from cases import policy

# Counted since the transaction began, so what earlier tests did is not in it.
TOUCHED = (
    "SELECT funcname FROM pg_stat_xact_user_functions WHERE calls > 0 UNION"
    " SELECT relname FROM pg_stat_xact_user_tables"
    " WHERE seq_scan + COALESCE(idx_scan, 0) + n_tup_ins + n_tup_upd + n_tup_del > 0"
)
# What refuses is not counted: a function that raises never ends. PostgreSQL names it in its error.
NAMED = re.compile(r"\b(?:accounts|alerts|audit|cases|lodesk)_\w+")


class Touching:
    """Watches one test after the other."""

    def __init__(self) -> None:
        self._called: set[str] = set()
        self._refused: set[str] = set()
        connection.execute_wrappers.append(self._asked)
        for name, function in list(vars(policy).items()):
            if isinstance(function, FunctionType) and function.__module__ == policy.__name__:
                setattr(policy, name, self._watched(name, function))

    def begin(self) -> None:
        """Forget the test before."""
        self._called.clear()
        self._refused.clear()
        if not connection.in_atomic_block:  # else it is counted to the next one
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_stat_force_next_flush()")

    def touched(self) -> set[str] | None:
        """What the test touched so far; None when its transaction can no longer say."""
        called = {f"policy.{name}" for name in self._called} | self._refused
        if not connection.in_atomic_block:
            return called
        if connection.needs_rollback:
            return None
        with connection.cursor() as cursor:
            cursor.execute(TOUCHED)
            return {name for (name,) in cursor.fetchall()} | called

    def _asked(self, execute: Any, statement: str, values: Any, many: bool, context: Any) -> Any:
        try:
            return execute(statement, values, many, context)
        except DatabaseError as error:
            said = error.__cause__
            where = (said.diag.context or "") if isinstance(said, psycopg.Error) else ""
            self._refused.update(NAMED.findall(f"{statement} {error} {where}"))
            raise

    def _watched(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def calls(*values: Any, **named: Any) -> Any:
            self._called.add(name)
            return function(*values, **named)

        return calls
