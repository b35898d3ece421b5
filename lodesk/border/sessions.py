"""Sessions in PostgreSQL, reachable by their key only.

The application's role has no right on the table: it calls three functions that take the key.
What is stored is a hash of it, so neither a listing nor a backup opens anybody's session.
"""

import hashlib
from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import connection


class SessionStore(SessionBase):
    """Django's session interface on `lodesk_session_read`, `_write` and `_forget`."""

    # Set where a page asks by itself: the time without activity then runs on (SESSION_COOKIE_AGE).
    at_rest = False

    def load(self) -> dict[str, Any]:
        """Content of the session, or an empty one when it is unknown or has expired."""
        stored = self._call("SELECT lodesk_session_read(%s)", self._hashed(self.session_key))
        if stored is None:
            self._session_key: str | None = None
            return {}
        content: dict[str, Any] = self.decode(stored)
        return content

    def exists(self, session_key: str) -> bool:
        """Whether a session with this key is stored."""
        return self._call("SELECT lodesk_session_read(%s)", self._hashed(session_key)) is not None

    def create(self) -> None:
        """Begin a new session under a fresh key."""
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  (Django's signature)
        """Store the session. Raises UpdateError when it was ended in another request."""
        if self.session_key is None:
            self.create()
            return
        if self.at_rest and not must_create:
            return
        content = self.encode(self._get_session(no_load=must_create))  # type: ignore[attr-defined]
        expires: datetime = self.get_expiry_date()
        done = self._call(
            "SELECT lodesk_session_write(%s, %s, %s, %s)",
            self._hashed(self.session_key),
            content,
            expires,
            must_create,
        )
        if not done:
            raise CreateError if must_create else UpdateError

    def delete(self, session_key: str | None = None) -> None:
        """Forget the session."""
        key = session_key or self.session_key
        if key is not None:
            self._call("SELECT lodesk_session_forget(%s)", self._hashed(key))

    @classmethod
    def clear_expired(cls) -> None:
        """Forget every session that has expired."""
        cls._call("SELECT lodesk_sessions_forget()")

    @staticmethod
    def _hashed(key: str | None) -> str:
        return hashlib.sha256((key or "").encode()).hexdigest()[:40]

    @staticmethod
    def _call(statement: str, *values: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            row = cursor.fetchone()
        return row[0] if row else None
