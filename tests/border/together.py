"""Two people at the same time, each on a connection of their own, step by step."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

from django.db import connection, transaction

from accounts.models import User
from tests.factories import as_person

SECONDS = 20  # until a test gives up


class At:
    """Somebody at work: every call runs in one transaction of the own connection.

    with At(jan) as one, At(an) as other:
        one.does(handovers.accept, handover=offer, by=jan)
        waiting = other.starts(handovers.withdraw, handover=offer, by=an)
        one.commits()
        waiting.result()
    """

    def __init__(self, person: User | None) -> None:
        self.person = person
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._acting: AbstractContextManager[Any] | None = None

    def __enter__(self) -> "At":
        self._thread.submit(self._begin).result(SECONDS)
        return self

    def __exit__(self, *_error: object) -> None:
        self._thread.submit(self._close).result(SECONDS)
        self._thread.shutdown()

    def starts(self, call: Callable[..., Any], *values: Any, **named: Any) -> Future[Any]:
        """Begin a call that may have to wait for the other."""
        return self._thread.submit(call, *values, **named)

    def does(self, call: Callable[..., Any], *values: Any, **named: Any) -> Any:
        """Finish a call."""
        return self.starts(call, *values, **named).result(SECONDS)

    def runs(self, statement: str, values: Any = None) -> Any:
        """Finish a statement."""
        return self.does(execute, statement, values)

    def commits(self) -> None:
        """Keep what was done."""
        self._thread.submit(self._leave).result(SECONDS)

    def _begin(self) -> None:
        self._acting = as_person(self.person)
        self._acting.__enter__()

    def _leave(self) -> None:
        if self._acting is not None:
            acting, self._acting = self._acting, None
            acting.__exit__(None, None, None)

    def _close(self) -> None:
        if self._acting is not None:
            transaction.set_rollback(True)
        self._leave()
        connection.close()


class Owner(At):
    """The owner of the tables at work."""

    def __init__(self) -> None:
        super().__init__(None)

    def _begin(self) -> None:
        self._acting = transaction.atomic()
        self._acting.__enter__()


def execute(statement: str, values: Any = None) -> Any:
    """Run SQL on the connection of this thread."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def waits(future: Future[Any]) -> bool:
    """Whether a call is still waiting for a lock of the other."""
    try:
        future.exception(timeout=0.3)
    except TimeoutError:
        return True
    return False


def free(table: str) -> set[Any]:
    """The rows that somebody else could change now."""
    with transaction.atomic():
        rows = execute(f"SELECT id FROM {table} FOR NO KEY UPDATE SKIP LOCKED")
        return {key for (key,) in rows}
