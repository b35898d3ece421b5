"""The sealer links every row once, in order, also when several run at once."""

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from django.db import ProgrammingError, connection

from lodesk import audit
from lodesk.audit import tasks
from lodesk.audit.models import Chain, LogRow
from lodesk.audit.verify import verify
from tests.audit.chains import tamper
from tests.factories import raw


def write(count: int, chain: str = "BE") -> None:
    for _ in range(count):
        audit.log(by=None, action="dossier.viewed", chain=chain)


@pytest.mark.django_db
def test_the_task_seals_every_chain_as_the_application():
    for chain in Chain.values:
        write(2, chain)
    tasks.seal()
    assert LogRow.objects.filter(position=None).count() == 0
    for chain in Chain.values:
        assert verify(chain).rows == 2
        assert verify(chain).sound


@pytest.mark.django_db
def test_sealing_again_changes_nothing():
    write(3)
    audit.seal()
    before = list(LogRow.objects.order_by("position").values())
    assert audit.seal() == 0
    assert list(LogRow.objects.order_by("position").values()) == before


@pytest.mark.django_db
def test_a_turn_takes_so_many_rows_and_the_next_one_goes_on():
    write(5)
    assert [audit.seal(max_rows=2) for _ in range(4)] == [2, 2, 1, 0]
    rows = LogRow.objects.order_by("position")
    assert [row.at for row in rows] == sorted(row.at for row in rows)
    assert verify("BE").sound


@pytest.mark.django_db
def test_a_row_that_was_committed_late_comes_after_those_sealed_before():
    write(3)
    late = LogRow.objects.earliest("at")
    tamper("DELETE FROM audit_logrow WHERE id = %s", late.id)
    audit.seal()
    write(1)
    newest = LogRow.objects.get(position=None)
    tamper("UPDATE audit_logrow SET at = %s WHERE id = %s", late.at, newest.id)
    audit.seal()
    newest.refresh_from_db()
    assert newest.position == 3
    assert verify("BE").sound


@pytest.mark.django_db
def test_the_first_row_follows_zeros():
    write(1)
    audit.seal()
    assert LogRow.objects.get().previous == "0" * 64


@pytest.fixture
def sessions(transactional_db: None) -> Iterator[list[psycopg.Connection]]:
    """Four more connections, as the workers have them: logged in and acting as the application."""
    audit.seal()  # makes the heads
    settings = connection.get_connection_params()
    opened = [psycopg.connect(**{**settings, "cursor_factory": psycopg.Cursor}) for _ in range(4)]
    for session in opened:
        session.execute("SELECT set_config('role', 'lodesk_app', false)")
        session.execute("SET lock_timeout = '20s'")  # a sealer that waits fails the test
        session.commit()
    yield opened
    for session in opened:
        session.close()


def test_two_sealers_at_once_do_not_fork_the_chain(sessions):
    write(300)
    first, second, *_ = sessions
    assert first.execute("SELECT audit_seal(200)").fetchone() == (200,)
    # The first has not committed yet: the second passes the chain by and does not wait.
    assert second.execute("SELECT audit_seal(200)").fetchone() == (0,)
    second.commit()
    first.commit()
    assert second.execute("SELECT audit_seal(200)").fetchone() == (100,)
    second.commit()
    report = verify("BE")
    assert report.sound
    assert report.rows == 300


def test_a_sealer_that_dies_leaves_nothing_behind(sessions):
    write(10)
    first, second, *_ = sessions
    first.execute("SELECT audit_seal(200)")
    first.close()
    sealed = 0
    deadline = time.monotonic() + 30
    while not sealed and time.monotonic() < deadline:  # the server notices the end a little later
        (sealed,) = second.execute("SELECT audit_seal(200)").fetchone()
        second.commit()
    assert sealed == 10
    assert verify("BE").sound


def test_many_sealers_and_writers_make_one_chain(sessions):
    """Writers keep their transactions open while four sealers race."""

    def work(session: psycopg.Connection) -> None:
        for number in range(40):
            session.execute(
                "INSERT INTO audit_logrow (id, chain, action, target, reference, mandate, agent,"
                " facts, why, personal)"
                " VALUES (gen_random_uuid(), %s, 'a', '', '', '', '', '{}', '', 'text')",
                [Chain.values[number % 2]],
            )
            if number % 3 == 0:
                session.commit()
            session.execute("SELECT audit_seal(5)")
            session.commit()

    threads = [threading.Thread(target=work, args=[session]) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while audit.seal():
        pass
    reports = [verify(chain) for chain in Chain.values[:2]]
    assert [report.rows for report in reports] == [80, 80]
    assert all(report.sound for report in reports)


@pytest.mark.django_db
def test_the_application_cannot_hold_a_chain():
    """Nobody but the sealer locks the head of a chain."""
    with pytest.raises(ProgrammingError, match="permission denied"):
        raw(None, "SELECT * FROM audit_chainhead FOR UPDATE")
