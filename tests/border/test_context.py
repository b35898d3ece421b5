"""Who is asking: what `acting_as` sets, what it puts back, and that nobody sees nothing."""

from contextlib import suppress
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from lodesk.border import context
from lodesk.border.context import acting_as, acting_person, forget_answers, remembered
from tests.factories import Cast, DossierFactory
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
SETTINGS = (
    "SELECT current_user, current_setting('lodesk.user_id', true),"
    " current_setting('lodesk.country', true), current_setting('lodesk.principals', true)"
)


def _now() -> tuple[Any, ...]:
    row: tuple[Any, ...] = as_owner(SETTINGS)[0]
    return tuple(value or "" for value in row)


def test_inside_one_is_the_unprivileged_role_with_what_the_postings_say(cast: Cast) -> None:
    me = cast.dutch_officer
    with acting_as(me.pk):
        role, number, country, principals = _now()
    assert (role, number, country) == ("lodesk_app", str(me.pk), "NL")
    assert principals == f"{{{cast.team('NL').pk},-{me.pk}}}"


def test_afterwards_everything_is_as_before(cast: Cast) -> None:
    before = _now()
    with acting_as(cast.dutch_officer.pk):
        pass
    assert _now() == before
    assert acting_person() is None


def test_contexts_nest_and_put_the_outer_person_back(cast: Cast) -> None:
    with acting_as(cast.dutch_officer.pk):
        outer = _now()
        with acting_as(cast.belgian_officer.pk):
            assert _now()[2] == "BE"
            assert acting_person() == cast.belgian_officer.pk
        assert _now() == outer
        assert acting_person() == cast.dutch_officer.pk


def test_after_an_error_the_outer_person_is_back(cast: Cast) -> None:
    with acting_as(cast.dutch_officer.pk):
        outer = _now()
        with pytest.raises(ZeroDivisionError), acting_as(cast.belgian_officer.pk):
            raise ZeroDivisionError
        assert _now() == outer


def test_an_error_of_the_database_stays_what_it_is_and_the_outer_person_is_back(
    cast: Cast,
) -> None:
    with acting_as(cast.dutch_officer.pk):
        outer = _now()
        with (
            pytest.raises(ProgrammingError, match="does not exist"),
            acting_as(cast.belgian_officer.pk),
        ):
            as_owner("SELECT * FROM not_a_table")
        assert _now() == outer


def test_what_fails_inside_is_undone(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    with suppress(ZeroDivisionError), acting_as(cast.belgian_officer.pk):
        as_owner("UPDATE cases_dossier SET title = 'changed' WHERE id = %s", [dossier.pk])
        raise ZeroDivisionError
    dossier.refresh_from_db()
    assert dossier.title != "changed"


def test_a_rollback_inside_puts_the_outer_person_back(cast: Cast) -> None:
    with acting_as(cast.dutch_officer.pk):
        outer = _now()
        with acting_as(cast.belgian_officer.pk):
            transaction.set_rollback(True)
        assert _now() == outer


def test_nobody_is_the_unprivileged_role_without_anything(cast: Cast) -> None:
    with acting_as(None):
        assert _now() == ("lodesk_app", "", "", "{}")


@pytest.mark.parametrize("who", ["belgian_leaver", "belgian_newcomer"])
def test_without_a_posting_now_one_is_oneself_and_nothing_else(cast: Cast, who: str) -> None:
    me = getattr(cast, who)
    with acting_as(me.pk):
        assert _now() == ("lodesk_app", str(me.pk), "", "{}")


def test_a_closed_account_is_nobody(cast: Cast) -> None:
    with acting_as(cast.belgian_closed.pk):
        assert _now() == ("lodesk_app", "", "", "{}")


@pytest.mark.parametrize("who", ["belgian_auditor", "belgian_administrator"])
def test_who_must_never_read_dossiers_has_a_country_and_no_principals(cast: Cast, who: str) -> None:
    with acting_as(getattr(cast, who).pk):
        assert _now()[2:] == ("BE", "{}")


def test_entering_an_unknown_number_is_nobody(db: None) -> None:
    with acting_as(-5):
        assert _now() == ("lodesk_app", "", "", "{}")


def test_the_settings_end_with_their_transaction(cast: Cast) -> None:
    # After a transaction the setting is empty text, not NULL: policies must bear both.
    as_owner("SELECT set_config('lodesk.principals', '', true)")
    as_owner("SELECT set_config('lodesk.user_id', '', true)")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE lodesk_app")
        cursor.execute("SELECT count(*) FROM cases_dossier")
        assert cursor.fetchone() == (0,)
        cursor.execute("RESET ROLE")


# What is remembered ---------------------------------------------------------------------------


def test_an_answer_is_remembered_while_one_acts(cast: Cast) -> None:
    asked: list[int] = []
    with acting_as(cast.belgian_officer.pk):
        for _turn in range(2):
            remembered("question", lambda: asked.append(1))
    assert asked == [1]


def test_answers_are_forgotten_when_something_changed(cast: Cast) -> None:
    with acting_as(cast.belgian_officer.pk):
        assert remembered("question", lambda: 1) == 1
        forget_answers()
        assert remembered("question", lambda: 2) == 2


def test_nobody_inherits_the_answers_of_another(cast: Cast) -> None:
    with acting_as(cast.belgian_officer.pk):
        assert remembered("question", lambda: "Belgian") == "Belgian"
        with acting_as(cast.dutch_officer.pk):
            assert remembered("question", lambda: "Dutch") == "Dutch"
        assert remembered("question", lambda: "again") == "Belgian"


def test_outside_nothing_is_remembered(db: None) -> None:
    assert remembered("question", lambda: 1) == 1
    assert remembered("question", lambda: 2) == 2
    assert context._memory.get() is None
