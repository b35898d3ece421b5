"""Who may write what with raw SQL as the application: table × level × verb (house.md 6, no. 8).

Nothing here goes through Python's services: PostgreSQL alone says no.
"""

from contextlib import suppress
from copy import copy
from typing import Any

import pytest
import pytest_django
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from cases.models import Dossier, Mandate
from tests.border.attempts import (
    ATTEMPTS,
    HANDLER,
    MOVERS,
    NOBODY,
    READERS,
    STRANGER,
    WHO,
    Scene,
    scene,
)
from tests.factories import Cast, as_person, raw, refused, shared_cast
from tests.looking import as_owner, grants_of, readers_of

pytestmark = pytest.mark.django_db


cast = pytest.fixture(shared_cast, scope="module")


@pytest.fixture(scope="module")
def stage(cast: Cast, django_db_blocker: pytest_django.DjangoDbBlocker) -> Scene:
    """A Belgian dossier with everything on it."""
    with django_db_blocker.unblock():
        return scene(cast)


@pytest.mark.parametrize("about", sorted({attempt.about for attempt in ATTEMPTS}))
def test_postgresql_lets_through_what_the_matrix_says_and_nothing_else(
    stage: Scene, about: str
) -> None:
    wrong = []
    for attempt in (each for each in ATTEMPTS if each.about == about):
        for who in WHO:
            done = not refused(stage.people[who], attempt.statement, stage.of(who))
            if done != (who in attempt.allowed):
                wrong.append(f"{attempt.name} as {who}: {'done' if done else 'refused'}")
    assert not wrong, wrong


def test_names_of_attempts_are_different() -> None:
    pairs = {(attempt.name, attempt.statement) for attempt in ATTEMPTS}
    assert len(pairs) == len(ATTEMPTS)


def _forged(
    user: User | None, settings: dict[str, str], statement: str, values: object = None
) -> Any:
    """Run SQL by hand after having lied about oneself in the same transaction."""
    with as_person(user), transaction.atomic(), connection.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [f"lodesk.{name}", value])
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def test_forged_principals_and_country_open_no_door_for_writing(stage: Scene, cast: Cast) -> None:
    # The settings of the handler, forged by a stranger: what he now sees he still cannot write.
    liar = stage.people[STRANGER]
    numbers = (cast.team("BE").pk, cast.headquarters("BE").pk, -cast.belgian_officer.pk)
    lie = {"principals": "{%s}" % ",".join(map(str, numbers)), "country": "BE"}  # noqa: UP031
    seen = _forged(liar, lie, "SELECT count(*) FROM cases_dossier")
    assert seen[0][0] > 0  # the forgery is real; reading falls for it, as threat-model.md says
    passed = []
    for attempt in ATTEMPTS:
        if attempt.allowed & MOVERS and STRANGER not in attempt.allowed:
            with suppress(DatabaseError), transaction.atomic():
                done = _forged(liar, lie, attempt.statement, stage.of(STRANGER))
                passed += [attempt.name] if done else []
                transaction.set_rollback(True)
    # A row of one's own that nobody else reads, and a line that holds no case content.
    assert passed == ["note a visit", "tell of what one sees"]


# What the database sets itself, whatever was written -------------------------------------------


def test_a_new_dossier_is_numbered_and_read_by_its_opener_only(stage: Scene, cast: Cast) -> None:
    me = cast.belgian_officer
    forged = next(attempt for attempt in ATTEMPTS if attempt.name == "open a dossier of BE")
    statement = forged.statement.replace("''", "'NL-BOG-2019-00001'", 1)
    statement = statement.replace("'{}')", "'{-1,1,2,3}')")
    raw(me, statement, stage.of(HANDLER))
    dossier = Dossier.objects.get(title="x")
    assert dossier.reference.startswith("BE-BOG-")
    assert readers_of(dossier) == {-me.pk}
    assert grants_of(dossier) == {}


def test_a_mandate_is_numbered_by_the_database(stage: Scene, cast: Cast) -> None:
    ask = next(attempt for attempt in ATTEMPTS if attempt.name == "ask for a mandate")
    statement = ask.statement.replace("''", "'NL-M-2019-001'", 1)
    raw(cast.belgian_officer, statement, stage.of(HANDLER))
    assert not Mandate.objects.filter(number="NL-M-2019-001").exists()


def test_who_decides_is_who_acts(stage: Scene, cast: Cast) -> None:
    me = cast.belgian_coordinator
    raw(
        me,
        "UPDATE cases_mandate SET state = 'given', decided_by_id = %(other)s,"
        " decided_at = '2001-01-01' WHERE id = %(asked)s",
        stage.values | {"other": cast.belgian_second_coordinator.pk},
    )
    mandate = Mandate.objects.get(pk=stage.values["asked"])
    assert mandate.decided_by_id == me.pk
    assert mandate.decided_at is not None
    assert mandate.decided_at.year > 2001


# Nobody ---------------------------------------------------------------------------------------

JOINT = {  # where desks are, names of groups and kinds of permission: no secret, no case
    "accounts_desk", "accounts_headquarters", "accounts_nationalgroup", "auth_group",
    "auth_permission", "django_content_type",
}  # fmt: skip


def readable_tables() -> list[str]:
    """Tables and views on which the application may SELECT at all."""
    rows = as_owner(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'v', 'm', 'p', 'f') AND has_table_privilege('lodesk_app', oid,"
        " 'SELECT') ORDER BY 1"
    )
    return [name for (name,) in rows]


def test_nobody_reads_nothing(stage: Scene, cast: Cast) -> None:
    for table in set(readable_tables()) - JOINT:
        assert raw(None, f"SELECT count(*) FROM {table}") == [(0,)], table
        for who in ("belgian_closed", "belgian_leaver"):
            rows = raw(getattr(cast, who), f"SELECT count(*) FROM {table}")
            own = table in ("accounts_person", "accounts_user", "accounts_posting")
            assert rows[0][0] <= int(own), (table, who)


@pytest.mark.parametrize("who", ["belgian_auditor", "belgian_administrator"])
def test_who_must_never_read_dossiers_reads_none(stage: Scene, cast: Cast, who: str) -> None:
    for table in readable_tables():
        if table.startswith(("cases_", "alerts_")):
            assert raw(getattr(cast, who), f"SELECT count(*) FROM {table}") == [(0,)], table


def test_without_principals_there_is_no_dossier_whatever_country_is_forged(stage: Scene) -> None:
    for table in ("cases_dossier", "cases_entry", "cases_mandate", "cases_handover",
                  "cases_party", "cases_identifier", "cases_connection", "cases_document",
                  "cases_documentversion"):  # fmt: skip
        assert _forged(None, {"country": "BE"}, f"SELECT count(*) FROM {table}") == [(0,)], table


def test_an_unknown_person_is_nobody(cast: Cast, stage: Scene) -> None:
    stranger = copy(cast.belgian_officer)
    stranger.pk = 987_654
    assert raw(stranger, "SELECT count(*) FROM cases_dossier") == [(0,)]
    assert raw(stranger, "SELECT lodesk_me()") == [(None,)]


@pytest.mark.parametrize("who", WHO)
def test_the_scene_is_what_it_says(stage: Scene, who: str) -> None:
    seen = raw(
        stage.people[who], "SELECT 1 FROM cases_dossier WHERE id = %(dossier)s", stage.of(who)
    )
    assert bool(seen) == (who in READERS)
    assert who == NOBODY or stage.people[who] is not None
