"""Who is asking: every read and write happens as somebody, or as nobody and sees nothing."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import connection, transaction

APPLICATION_ROLE = "lodesk_app"

_acting: ContextVar[int | None] = ContextVar("lodesk_acting", default=None)
_memory: ContextVar[dict[Hashable, Any] | None] = ContextVar("lodesk_memory", default=None)
Answer = TypeVar("Answer")


def acting_person() -> int | None:
    """Number of the person in whose name the current code runs, or None for nobody."""
    return _acting.get()


def remembered(key: Hashable, ask: Callable[[], Answer]) -> Answer:
    """The answer to a question of permission, asked once while the same person acts.

    Outside `acting_as` nothing is remembered, so nothing can be stale.
    """
    memory = _memory.get()
    if memory is None:
        return ask()
    if key not in memory:
        memory[key] = ask()
    answer: Answer = memory[key]
    return answer


def forget_answers() -> None:
    """Ask again from here on: grants, postings or mandates have just changed."""
    memory = _memory.get()
    if memory is not None:
        memory.clear()


@contextmanager
def acting_as(person_id: int | None) -> Iterator[None]:
    """Run the block in one transaction as this person, under the unprivileged role.

    The application says who; `lodesk_enter` in PostgreSQL says what that means: country and
    principals, from the postings valid now. Nobody (None) sees nothing. Contexts nest: the
    outer person is put back, also when a savepoint was released (house.md section 2, trap 5).
    """
    nested = connection.in_atomic_block
    with transaction.atomic():
        before = _read_settings() if nested else ()
        _enter(person_id)
        token, memory = _acting.set(person_id), _memory.set({})
        try:
            yield
        finally:
            _acting.reset(token)
            _memory.reset(memory)
        # After an error the rollback puts the settings back, and no statement would run here;
        # at the outermost level the end of the transaction does it.
        if nested and not connection.needs_rollback:
            _restore(before)


def _read_settings() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('role', true), current_setting('lodesk.user_id', true),"
            " current_setting('lodesk.country', true), current_setting('lodesk.principals', true)"
        )
        row = cursor.fetchone()
    return tuple(value or "" for value in row)


def _enter(person_id: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', %s, true), lodesk_enter(%s)",
            [APPLICATION_ROLE, person_id],
        )


def _restore(before: tuple[str, ...]) -> None:
    role, *values = before
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lodesk.user_id', %s, true), set_config('lodesk.country', %s, true),"
            " set_config('lodesk.principals', %s, true), set_config('role', %s, true)",
            [*values, role or "none"],
        )
