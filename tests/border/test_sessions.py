"""Sessions: reachable by their key, by nothing else."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from lodesk.border.context import acting_as
from lodesk.border.sessions import SessionStore
from lodesk.border.tasks import forget_sessions
from tests.looking import as_owner

pytestmark = pytest.mark.django_db


def _stored(**content: str) -> SessionStore:
    session = SessionStore()
    for name, value in content.items():
        session[name] = value
    with acting_as(None):
        session.save()
    return session


def test_a_session_is_found_by_its_key() -> None:
    key = _stored(colour="green").session_key
    with acting_as(None):
        assert SessionStore(key)["colour"] == "green"
        assert SessionStore(key).exists(key)


def test_only_a_hash_of_the_key_is_stored() -> None:
    key = _stored(colour="green").session_key
    ((stored,),) = as_owner("SELECT session_key FROM django_session")
    assert key is not None
    assert key not in stored


def test_what_is_stored_opens_no_session() -> None:
    _stored(colour="green")
    ((stored,),) = as_owner("SELECT session_key FROM django_session")
    with acting_as(None):
        assert SessionStore(stored).load() == {}


def test_an_unknown_key_is_an_empty_session_under_another_key() -> None:
    with acting_as(None):
        session = SessionStore("x" * 32)
        assert session.load() == {}
        assert session.session_key is None


def test_a_session_that_expired_is_empty() -> None:
    session = _stored(colour="green")
    as_owner("UPDATE django_session SET expire_date = %s", [timezone.now() - timedelta(hours=1)])
    with acting_as(None):
        assert SessionStore(session.session_key).load() == {}


def test_a_session_that_was_ended_elsewhere_is_not_brought_back() -> None:
    session = _stored(colour="green")
    with acting_as(None):
        SessionStore(session.session_key).delete()
        session["colour"] = "red"
        with pytest.raises(UpdateError):
            session.save()
    assert as_owner("SELECT count(*) FROM django_session") == [(0,)]


def test_changes_are_kept() -> None:
    session = _stored(colour="green")
    session["colour"] = "red"
    with acting_as(None):
        session.save()
        assert SessionStore(session.session_key)["colour"] == "red"


def test_only_what_expired_is_forgotten() -> None:
    old, new = _stored(colour="green"), _stored(colour="red")
    past = timezone.now() - timedelta(hours=1)
    as_owner(
        "UPDATE django_session SET expire_date = %s WHERE session_key = %s",
        [past, SessionStore._hashed(old.session_key)],
    )
    forget_sessions()
    with acting_as(None):
        assert SessionStore(new.session_key)["colour"] == "red"
    assert as_owner("SELECT count(*) FROM django_session") == [(1,)]


@pytest.mark.parametrize(
    "statement",
    ["SELECT * FROM django_session", "DELETE FROM django_session",
     "UPDATE django_session SET session_data = ''"],
)  # fmt: skip
def test_the_application_cannot_touch_the_table(statement: str) -> None:
    _stored(colour="green")
    with (
        acting_as(None),
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
