"""PostgreSQL alone: what raw SQL under the application's role can do to alerts. Nothing much."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from lodesk.alerts.models import Alert, Delivery
from lodesk.alerts.subjects import Subject
from lodesk.border.context import acting_as
from tests.alerts.people import Three

Tell = Callable[..., None]
INSERT = (
    "INSERT INTO alerts_alert (id, event, subject_id, reference, owner, recipient_id, actor_id,"
    " facts, because, path, survives_access, unique_key, created_at, read_at) VALUES"
    " (%(id)s, 'test.offered', %(subject)s, %(reference)s, 'BE', %(recipient)s, %(actor)s,"
    " %(facts)s, %(because)s, %(path)s, %(survives)s, %(key)s, now(), NULL)"
)


def _run(person: int | None, statement: str, values: Any = None) -> list[Any]:
    with transaction.atomic(), acting_as(person), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else [cursor.rowcount]


def _refused(person: int | None, statement: str, values: Any = None) -> None:
    with pytest.raises(DatabaseError):
        _run(person, statement, values)


@pytest.fixture
def forged(people: Three, subject: Subject) -> Callable[..., dict[str, Any]]:
    """Values of an alert that An writes to Jan by hand; fine as they are."""

    def values(**changes: Any) -> dict[str, Any]:
        return {
            "id": uuid.uuid4(),
            "subject": subject.id,
            "reference": subject.reference,
            "recipient": people.jan.pk,
            "actor": people.an.pk,
            "facts": "{}",
            "because": "x",
            "path": "",
            "survives": False,
            "key": f"test.offered:{uuid.uuid4()}",
        } | changes

    return values


def test_a_proper_row_passes(people: Three, forged: Callable[..., Any]) -> None:
    assert _run(people.an.pk, INSERT, forged()) == [1]


@pytest.mark.parametrize("who", ["jan", "chris", None])
def test_nobody_announces_in_anothers_name(
    people: Three, forged: Callable[..., Any], who: str | None
) -> None:
    actor = getattr(people, who).pk if who else None
    _refused(people.an.pk, INSERT, forged(actor=actor))


def test_nobody_announces_what_he_does_not_see(
    people: Three, forged: Callable[..., Any], hide: Callable[[], None]
) -> None:
    of_jan = {"actor": people.jan.pk, "recipient": people.an.pk}
    assert _run(people.jan.pk, INSERT, forged(**of_jan)) == [1]
    hide()
    _refused(people.jan.pk, INSERT, forged(**of_jan))
    _refused(people.jan.pk, INSERT, forged(survives=True, **of_jan))


def test_nobody_announces_what_is_not_true_of_the_subject(
    people: Three, forged: Callable[..., Any]
) -> None:
    _refused(people.an.pk, INSERT, forged(reference="NL-BOG-2026-00001"))
    _refused(people.an.pk, INSERT, forged(subject=None))
    _refused(people.an.pk, INSERT, forged(key="access.ended:to-swallow-the-real-notice"))
    _refused(people.an.pk, INSERT, forged(survives=True))


def test_nobody_announces_to_himself(people: Three, forged: Callable[..., Any]) -> None:
    _refused(people.an.pk, INSERT, forged(recipient=people.an.pk))


@pytest.mark.parametrize(
    "changes",
    [
        {"facts": '{"title": "Jan Modaal was seen"}'},
        {"facts": '{"a": ["x"]}'},
        {"facts": '{"a": {"b": "x"}}'},
        {"facts": '["x"]'},
        {"because": "Call me"},
        {"reference": "Jan Modaal"},
        {"path": "//evil.example"},
        {"path": "@evil.example/"},
        {"path": "/d/../../x"},
    ],
)
def test_no_prose_and_no_other_site_gets_into_a_mail(
    people: Three, forged: Callable[..., Any], changes: dict[str, str]
) -> None:
    _refused(people.an.pk, INSERT, forged(**changes))


def test_a_person_cannot_work_the_outbox(tell: Tell, people: Three) -> None:
    tell()
    line = Delivery.objects.get().pk
    for person in (people.jan.pk, people.an.pk):
        _refused(person, "SELECT * FROM alerts_claim(10, 30)")
        _refused(person, "SELECT alerts_settle(%s, 0, 'sent', '', NULL)", [line])
    assert Delivery.objects.get().attempts == 0


def test_no_outcome_can_be_invented(tell: Tell) -> None:
    tell()
    line = Delivery.objects.get().pk
    _refused(None, "SELECT alerts_settle(%s, 0, 'pending', '', NULL)", [line])


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO alerts_delivery (id, alert_id, channel, state, attempts, next_try_at,"
        " last_error) SELECT gen_random_uuid(), id, 'sms', 'pending', 0, now(), ''"
        " FROM alerts_alert",
        "UPDATE alerts_delivery SET state = 'sent'",
        "DELETE FROM alerts_delivery",
        "UPDATE alerts_alert SET path = '/elsewhere/'",
        "UPDATE alerts_alert SET recipient_id = actor_id",
        "DELETE FROM alerts_alert",
        "SELECT alerts_queue_mail()",
        "TRUNCATE alerts_alert CASCADE",
    ],
)
def test_the_tables_are_closed(tell: Tell, people: Three, statement: str) -> None:
    tell()
    for person in (people.jan.pk, people.an.pk, None):
        _refused(person, statement)


def test_only_the_recipient_reads_and_marks(tell: Tell, people: Three) -> None:
    tell()
    for person in (people.an.pk, people.chris.pk, None):
        assert _run(person, "SELECT count(*) FROM alerts_alert") == [(0,)]
        assert _run(person, "SELECT count(*) FROM alerts_delivery") == [(0,)]
        assert _run(person, "UPDATE alerts_alert SET read_at = now()") == [0]
    assert _run(people.jan.pk, "SELECT count(*) FROM alerts_delivery") == [(1,)]
    assert _run(people.jan.pk, "UPDATE alerts_alert SET read_at = now()") == [1]


def test_the_wall_of_postgresql_holds_alone(
    tell: Tell, people: Three, hide: Callable[[], None]
) -> None:
    tell()
    hide()
    with acting_as(people.jan.pk):
        assert not Alert.objects.exists()
        assert not Delivery.objects.exists()


def test_the_wall_of_python_holds_alone(
    tell: Tell, people: Three, hide: Callable[[], None]
) -> None:
    tell()
    tell(to=[people.chris.pk])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE alerts_alert DISABLE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE cases_dossier DISABLE ROW LEVEL SECURITY")
    with acting_as(people.jan.pk):
        assert Alert.objects.visible_to(people.jan).count() == 1
    hide()
    with acting_as(people.jan.pk):
        assert not Alert.objects.visible_to(people.jan).exists()
