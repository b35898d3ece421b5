"""The mail of the morning: one for all that waited, looked at again, the same however often."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from cases.models import Dossier
from lodesk.alerts import digests, outbox, sending
from lodesk.alerts.models import Alert, Delivery, DeliveryState, Digest, MailPreference
from lodesk.alerts.subjects import Subject
from lodesk.audit.models import LogRow
from lodesk.embedded.mail import MailCatcher
from tests.alerts.lines import make_due, only_line
from tests.alerts.people import Three
from tests.factories import AlertFactory, DossierFactory, grant, raw

Tell = Callable[..., None]


@pytest.fixture
def task(tell: Tell, people: Three) -> Tell:
    """An gives Jan a task; Jan wants to hear of tasks in the morning."""
    MailPreference.objects.create(person_id=people.jan.pk, tasks="digest")

    def told(**changes: Any) -> None:
        tell(**({"event": "task.assigned", "because": "task"} | changes))

    return told


def states() -> set[tuple[str, str]]:
    return set(Delivery.objects.values_list("state", "last_error"))


def body_of(catcher: MailCatcher) -> str:
    (caught,) = catcher.messages
    text: str = caught.message.get_body(("plain",)).get_content()
    return text


def test_it_waits_for_half_past_seven_at_the_desk(task: Tell, catcher: MailCatcher) -> None:
    task()
    line = only_line()
    there = line.next_try_at.astimezone(ZoneInfo("America/Bogota"))
    assert (line.channel, f"{there:%H:%M:%S}") == ("digest", "07:30:00")
    assert timedelta(0) < line.next_try_at - timezone.now() <= timedelta(days=1)
    assert line.held_until == line.next_try_at
    sending.send_due()
    digests.send_due()
    assert catcher.messages == []
    assert not Digest.objects.exists()


def test_all_that_waited_is_one_mail(
    task: Tell, catcher: MailCatcher, people: Three, subject: Subject
) -> None:
    for _number in range(3):
        task()
    make_due()
    sending.send_due()
    assert catcher.messages == []
    digests.send_due()
    (caught,) = catcher.messages
    assert caught.recipients == (people.jan.email,)
    assert caught.message["Message-ID"].startswith(f"<{Digest.objects.get().pk}.digest@")
    text = body_of(catcher)
    assert text.count(subject.reference) == 3
    assert text.count("http") == 1
    assert "/alerts/" in text
    assert states() == {("sent", "")}
    assert not Delivery.objects.filter(sent_at=None).exists()
    digests.send_due()
    assert len(catcher.messages) == 1


def test_it_speaks_the_language_of_its_reader(
    task: Tell, catcher: MailCatcher, people: Three
) -> None:
    User.objects.filter(pk=people.jan.pk).update(language="en")
    task(facts={"due_at": timezone.now() + timedelta(days=2)})
    make_due()
    digests.send_due()
    (caught,) = catcher.messages
    assert caught.message["Subject"] == "[LO Desk] Your morning digest: 1 alert"
    text = body_of(catcher)
    assert "A task is yours." in text
    assert "(Bogotá)" in text
    assert people.an.name not in caught.message.as_string()


def test_everybody_gets_only_what_waited_for_him(
    task: Tell, catcher: MailCatcher, people: Three
) -> None:
    MailPreference.objects.create(person_id=people.chris.pk, tasks="digest")
    task(to=[people.jan.pk, people.chris.pk])
    task(to=[people.chris.pk])
    make_due()
    digests.send_due()
    lines = {each.recipients[0]: each.message["Subject"] for each in catcher.messages}
    assert lines.keys() == {people.jan.email, people.chris.email}
    assert lines[people.chris.email].endswith("2 alerts")
    assert "1 " in lines[people.jan.email]


def test_what_is_out_of_sight_by_then_is_left_out(
    task: Tell, hide: Callable[[], None], catcher: MailCatcher, people: Three, subject: Subject
) -> None:
    task()
    other = DossierFactory(owner="NL", handler=people.jan)
    kept = AlertFactory(
        dossier=other, recipient=people.jan, event="task.assigned", because="task", facts={}
    )
    hide()
    make_due()
    digests.send_due()
    text = body_of(catcher)
    assert other.reference in text
    assert subject.reference not in text
    found = dict(Delivery.objects.values_list("alert__reference", "state"))
    assert found == {other.reference: "sent", subject.reference: "dropped"}
    row = LogRow.objects.get(action="alert.dropped")
    assert (row.chain, row.reference, row.actor) == ("BE", subject.reference, None)
    assert row.facts == {
        "event": "task.assigned",
        "reason": "no_access",
        "recipient": str(people.jan.public_id),
    }
    assert Alert.objects.get(pk=kept.pk).read_at is None


def test_when_nothing_is_left_in_sight_no_mail_goes_out(
    task: Tell, hide: Callable[[], None], catcher: MailCatcher
) -> None:
    task()
    hide()
    make_due()
    digests.send_due()
    assert catcher.messages == []
    assert states() == {("dropped", "no_access")}
    assert Digest.objects.get().state == DeliveryState.DROPPED


def test_a_closed_account_gets_none(task: Tell, catcher: MailCatcher, people: Three) -> None:
    task()
    User.objects.filter(pk=people.jan.pk).update(is_active=False)
    make_due()
    digests.send_due()
    assert catcher.messages == []
    assert states() == {("dropped", "account_closed")}


def test_killed_between_claim_and_settling_it_is_the_same_mail_that_comes_later(
    task: Tell, catcher: MailCatcher
) -> None:
    task()
    task()
    make_due()
    (claimed,) = outbox.claim_digests()  # and then the worker is gone
    digests.send_due()
    assert catcher.messages == []  # until the lease ends
    make_due()
    digests.send_due()
    (caught,) = catcher.messages
    assert caught.message["Message-ID"].startswith(f"<{claimed.digest}.digest@")
    assert states() == {("sent", "")}


def test_a_server_that_hangs_up_after_the_mail_gets_the_same_mail_again(
    task: Tell, catcher: MailCatcher
) -> None:
    task()
    make_due()
    catcher.drop_after_data(on=True)
    digests.send_due()
    assert {state for state, _error in states()} == {"deferred"}
    catcher.drop_after_data(on=False)
    make_due()
    digests.send_due()
    first, second = catcher.messages
    for name in ("Message-ID", "Date", "Subject"):
        assert first.message[name] == second.message[name]
    assert states() == {("sent", "")}


def test_a_server_that_is_away_is_tried_again(task: Tell, catcher: MailCatcher) -> None:
    task()
    make_due()
    catcher.stop()
    digests.send_due()
    assert states() == {("deferred", "ConnectionRefusedError")}
    digest = Digest.objects.get()
    assert digest.state == DeliveryState.DEFERRED
    assert timedelta(0) < digest.next_try_at - timezone.now() <= timedelta(seconds=10)


def test_an_address_refused_for_good_fails_every_line_and_counts_as_one_mail(
    task: Tell, catcher: MailCatcher, people: Three, cast: Any
) -> None:
    task()
    task()
    make_due()
    catcher.refuse(on=True, code=550)
    digests.send_due()
    assert states() == {("failed", "SMTPRecipientsRefused 550")}
    assert LogRow.objects.filter(action="alert.failed", chain="BE").count() == 2
    question = "SELECT person, failures FROM alerts_failures()"
    assert raw(cast.dutch_administrator, question) == [(people.jan.pk, 1)]


def test_after_a_day_it_is_given_up(task: Tell, catcher: MailCatcher) -> None:
    task()
    make_due()
    outbox.claim_digests()
    Digest.objects.update(made_at=timezone.now() - timedelta(hours=25))
    make_due()
    catcher.refuse(on=True)
    digests.send_due()
    assert states() == {("failed", "SMTPRecipientsRefused 451")}


def test_what_comes_while_a_digest_is_on_its_way_waits_for_the_next(
    task: Tell, catcher: MailCatcher
) -> None:
    task()
    make_due()
    (first,) = outbox.claim_digests()
    task()
    assert outbox.claim_digests() == []
    Delivery.objects.filter(digest=None).update(next_try_at=timezone.now() - timedelta(hours=1))
    (second,) = outbox.claim_digests()
    assert first.digest != second.digest
    assert set(Delivery.objects.values_list("digest", flat=True)) == {first.digest, second.digest}


def test_settled_it_does_not_come_back_and_a_lost_lease_changes_nothing(task: Tell) -> None:
    task()
    make_due()
    (slow,) = outbox.claim_digests()
    make_due()
    (quick,) = outbox.claim_digests()
    assert (slow.digest, slow.attempt, quick.attempt) == (quick.digest, 1, 2)
    assert outbox.settle_digest(slow, DeliveryState.FAILED) == []
    (line,) = outbox.settle_digest(quick, DeliveryState.SENT)
    assert (line.state, line.event, line.owner) == ("sent", "task.assigned", "BE")
    assert outbox.settle_digest(quick, DeliveryState.SENT) == []
    make_due()
    assert outbox.claim_digests() == []


def test_a_digest_that_did_leave_is_written_down_even_late(task: Tell) -> None:
    task()
    make_due()
    (slow,) = outbox.claim_digests()
    make_due()
    outbox.claim_digests()
    assert len(outbox.settle_digest(slow, DeliveryState.SENT)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_neither_gather_twice_nor_wait(task: Tell) -> None:
    task()
    make_due()
    login = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}
    with psycopg.connect(**login) as first, psycopg.connect(**login) as second:
        for session in (first, second):
            session.execute("SET ROLE lodesk_app")
            session.execute("SET lock_timeout = '5s'")
        taken = first.execute("SELECT digest FROM alerts_claim_digests(9, 60)").fetchall()
        left = second.execute("SELECT digest FROM alerts_claim_digests(9, 60)").fetchall()
    assert (len(taken), left) == (1, [])


def test_lines_settled_one_way_are_not_settled_another(
    task: Tell, people: Three, dossier: Dossier
) -> None:
    """What was dropped when it was first tried stays so, although it is in sight again."""
    task()
    task()
    make_due()
    (claimed,) = outbox.claim_digests()
    one, other = Alert.objects.order_by("pk")
    outbox.settle_digest(claimed, DeliveryState.DEFERRED, told=[one.pk])
    found = dict(Delivery.objects.values_list("alert", "state"))
    assert found == {one.pk: "deferred", other.pk: "dropped"}
    make_due()
    (again,) = outbox.claim_digests()
    (line,) = outbox.settle_digest(again, DeliveryState.SENT, told=[one.pk])
    assert (line.alert, line.state) == (one.pk, "sent")


def test_no_person_works_the_digests_and_no_outcome_is_invented(task: Tell, people: Three) -> None:
    task()
    make_due()
    settle = "SELECT alerts_settle_digest(%s, 1, 'pending', '', NULL, NULL)"
    (claimed,) = outbox.claim_digests()
    for person, statement in (
        (people.jan, "SELECT alerts_claim_digests(9, 9)"),
        (people.jan, settle.replace("pending", "sent")),
        (None, settle),
        (people.jan, "SELECT * FROM alerts_digest"),
        (None, "SELECT * FROM alerts_digest"),
    ):
        values = [claimed.digest] if "%s" in statement else None
        with pytest.raises(Exception, match=r"denied|outbox|outcome"):
            raw(person, statement, values)
    assert Digest.objects.get().state == DeliveryState.PENDING


def test_nobody_reads_another_countrys_lines_out_of_a_digest(
    task: Tell, people: Three, dossier: Dossier
) -> None:
    task()
    grant(dossier, people.chris, "view")
    make_due()
    outbox.claim_digests()
    assert raw(people.chris, "SELECT count(*) FROM alerts_delivery") == [(0,)]
    assert raw(people.jan, "SELECT count(*) FROM alerts_delivery") == [(1,)]


# One event, many dossiers -------------------------------------------------------------------------


def _offer_many(tell: Tell, count: int) -> None:
    for _number in range(count):
        tell(event="handover.offered", because="named")


def test_what_happens_to_many_at_once_is_one_mail(
    tell: Tell, catcher: MailCatcher, people: Three, subject: Subject
) -> None:
    User.objects.filter(pk=people.jan.pk).update(language="en")
    _offer_many(tell, 5)
    sending.send_due()
    assert catcher.messages == []
    digests.send_due()
    (caught,) = catcher.messages
    assert caught.message["Subject"] == "[LO Desk] Offered to you: 5 dossiers"
    text = body_of(catcher)
    assert text.count(subject.reference) == 5
    assert "the dossier is offered to you by name" in " ".join(text.split())
    assert "morning" not in text
    assert states() == {("sent", "")}


def test_a_few_are_mails_of_their_own(tell: Tell, catcher: MailCatcher) -> None:
    _offer_many(tell, 4)
    tell(event="handover.withdrawn", because="offered")
    digests.send_due()
    assert catcher.messages == []
    sending.send_due()
    assert len(catcher.messages) == 5


def test_what_was_queued_at_another_moment_or_for_another_is_no_part_of_it(
    tell: Tell, people: Three
) -> None:
    _offer_many(tell, 4)
    tell(event="handover.offered", because="named", to=[people.chris.pk])
    tell(event="handover.offered", because="named")
    last = Alert.objects.filter(recipient=people.jan.pk).latest("created_at")
    Delivery.objects.filter(alert=last).update(next_try_at=timezone.now() - timedelta(hours=1))
    assert outbox.claim_digests() == []
    assert len(outbox.claim()) == 6


def test_what_a_worker_has_in_hand_is_not_gathered(tell: Tell) -> None:
    _offer_many(tell, 4)
    assert len(outbox.claim()) == 4
    _offer_many(tell, 1)
    Delivery.objects.update(next_try_at=timezone.now() - timedelta(hours=1))
    assert outbox.claim_digests() == []


@pytest.mark.django_db(transaction=True)
def test_gathering_waits_for_nobody(tell: Tell) -> None:
    _offer_many(tell, 6)
    moment = timezone.now() - timedelta(hours=1)
    Delivery.objects.update(next_try_at=moment)
    login = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}
    with psycopg.connect(**login) as busy, psycopg.connect(**login) as worker:
        busy.execute("SELECT FROM alerts_delivery ORDER BY id LIMIT 1 FOR UPDATE")
        worker.execute("SET ROLE lodesk_app")
        worker.execute("SET lock_timeout = '5s'")
        taken = worker.execute("SELECT digest FROM alerts_claim_digests(9, 60)").fetchall()
        worker.commit()
    assert len(taken) == 1
    assert Delivery.objects.filter(digest=None).count() == 1
