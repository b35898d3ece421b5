"""Sending: real SMTP, access looked at again, retries, and what goes wrong on the way."""

import smtplib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from accounts.models import User
from lodesk.alerts import selectors, sending, wording
from lodesk.alerts.models import Alert, Delivery, DeliveryState
from lodesk.alerts.sending import send_due
from lodesk.alerts.subjects import Subject
from lodesk.audit.models import LogRow
from lodesk.border.context import acting_as
from lodesk.embedded.mail import MailCatcher
from tests.alerts import events
from tests.alerts.lines import age, make_due, only_line
from tests.alerts.people import Three

Tell = Callable[..., None]


def test_a_mail_arrives_and_the_line_says_sent(
    tell: Tell, catcher: MailCatcher, people: Three, subject: Subject
) -> None:
    tell()
    send_due()
    (caught,) = catcher.messages
    assert caught.recipients == (people.jan.email,)
    assert caught.message["Subject"] == f"[LO Desk] {subject.reference}: offered to you"
    line = only_line()
    assert (line.state, line.attempts, line.last_error) == (DeliveryState.SENT, 1, "")
    send_due()
    assert len(catcher.messages) == 1


def test_who_lost_sight_of_the_dossier_gets_no_mail(
    tell: Tell, hide: Callable[[], None], catcher: MailCatcher, people: Three, subject: Subject
) -> None:
    tell()
    hide()
    send_due()
    assert catcher.messages == []
    assert only_line().state == DeliveryState.DROPPED
    row = LogRow.objects.get(action="alert.dropped")
    assert (row.chain, row.actor, row.reference) == ("BE", None, subject.reference)
    assert row.facts == {
        "event": events.OFFERED,
        "reason": "no_access",
        "recipient": str(people.jan.public_id),
    }


def test_the_notice_that_access_ended_is_sent_with_the_reference_only(
    tell: Tell, hide: Callable[[], None], catcher: MailCatcher, subject: Subject
) -> None:
    tell(event=events.ENDED, survives_access=True, path="")
    hide()
    send_due()
    (caught,) = catcher.messages
    text = caught.message.get_body(("plain",)).get_content()
    assert subject.reference in text
    assert "http" not in text
    assert "Secret" not in text


def test_a_closed_account_gets_no_mail(tell: Tell, catcher: MailCatcher, people: Three) -> None:
    tell(event=events.ENDED, survives_access=True, path="")
    User.objects.filter(pk=people.jan.pk).update(is_active=False)
    send_due()
    assert catcher.messages == []
    assert only_line().last_error == "account_closed"


def test_the_address_is_the_one_of_today(tell: Tell, catcher: MailCatcher, people: Three) -> None:
    tell()
    User.objects.filter(pk=people.jan.pk).update(email="jan@new.example")
    send_due()
    assert catcher.messages[0].recipients == ("jan@new.example",)


def test_a_refusing_server_is_tried_again_with_the_same_mail(
    tell: Tell, catcher: MailCatcher
) -> None:
    tell()
    catcher.refuse(on=True)
    send_due()
    line = only_line()
    assert (line.state, line.last_error) == (DeliveryState.DEFERRED, "SMTPRecipientsRefused 451")
    assert timedelta(0) < line.next_try_at - timezone.now() <= timedelta(seconds=10)
    catcher.refuse(on=False)
    send_due()
    assert catcher.messages == []
    make_due()
    send_due()
    assert only_line().state == DeliveryState.SENT


def test_one_refused_address_keeps_nobody_else_back(
    tell: Tell, catcher: MailCatcher, people: Three
) -> None:
    tell(to=[people.jan.pk, people.chris.pk])
    catcher.refuse(on=True, code=550, to=frozenset([people.jan.email]))
    send_due()
    assert [each.recipients for each in catcher.messages] == [(people.chris.email,)]
    states = dict(Delivery.objects.values_list("alert__recipient", "state"))
    assert states == {people.jan.pk: "failed", people.chris.pk: "sent"}


def test_an_address_refused_for_good_is_not_tried_again_and_the_inbox_still_says_it(
    tell: Tell, catcher: MailCatcher, people: Three
) -> None:
    tell()
    catcher.refuse(on=True, code=550)
    send_due()
    line = only_line()
    assert (line.state, line.attempts) == (DeliveryState.FAILED, 1)
    assert line.last_error == "SMTPRecipientsRefused 550"
    assert line.failed_at is not None
    assert LogRow.objects.filter(action="alert.failed", chain="BE").count() == 1
    catcher.refuse(on=False)
    make_due()
    send_due()
    assert catcher.messages == []
    with acting_as(people.jan.pk):
        assert selectors.unread_count(user=people.jan) == 1


def test_only_a_refusal_of_the_address_is_for_good() -> None:
    def refused(*codes: int) -> smtplib.SMTPRecipientsRefused:
        return smtplib.SMTPRecipientsRefused({str(code): (code, b"no") for code in codes})

    assert sending.refused_for_good(refused(550))
    assert sending.refused_for_good(refused(550, 553))
    assert not sending.refused_for_good(refused(450))
    assert not sending.refused_for_good(refused(550, 450))
    assert not sending.refused_for_good(smtplib.SMTPSenderRefused(550, b"no", "us@x.example"))
    assert not sending.refused_for_good(smtplib.SMTPDataError(554, b"no"))
    assert not sending.refused_for_good(OSError())


def test_a_server_that_is_away_is_asked_once_for_the_whole_batch(
    tell: Tell, catcher: MailCatcher, people: Three, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(to=[people.jan.pk, people.chris.pk])
    catcher.stop()
    asked: list[None] = []
    send = sending.Postman.send
    monkeypatch.setattr(
        sending.Postman, "send", lambda self, mail: (asked.append(None), send(self, mail))
    )
    send_due()
    assert len(asked) == 1
    assert set(Delivery.objects.values_list("state", "last_error")) == {
        ("deferred", "ConnectionRefusedError")
    }


def test_a_server_that_hangs_up_after_the_mail_gets_the_same_mail_again(
    tell: Tell, catcher: MailCatcher
) -> None:
    tell()
    catcher.drop_after_data(on=True)
    send_due()
    catcher.drop_after_data(on=False)
    make_due()
    send_due()
    first, second = catcher.messages
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert first.message["Date"] == second.message["Date"]
    assert only_line().state == DeliveryState.SENT


def test_after_a_day_it_is_given_up_and_logged(tell: Tell, catcher: MailCatcher) -> None:
    tell()
    age(hours=25)
    catcher.refuse(on=True)
    send_due()
    assert only_line().state == DeliveryState.FAILED
    assert LogRow.objects.filter(action="alert.failed", chain="BE").count() == 1


def test_words_that_fail_keep_no_other_alert_back(
    tell: Tell, catcher: MailCatcher, people: Three
) -> None:
    def broken(alert: Alert, _zones: Any) -> Any:
        raise ZeroDivisionError(alert.reference)

    wording.register("test.broken", broken)
    tell(event="test.broken")
    tell(to=[people.chris.pk])
    send_due()
    assert len(catcher.messages) == 1
    assert Delivery.objects.get(state="deferred").last_error == "ZeroDivisionError"


def test_a_lost_database_ends_the_run_and_the_line_comes_back(
    tell: Tell, catcher: MailCatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_claimed: Any) -> None:
        raise OperationalError

    tell()
    with monkeypatch.context() as broken:
        broken.setattr(sending, "_prepare", lost)
        with pytest.raises(OperationalError):
            send_due()
    assert only_line().state == DeliveryState.PENDING
    make_due()
    send_due()
    assert only_line().state == DeliveryState.SENT


def test_no_mail_is_begun_when_the_lease_is_about_to_end(
    tell: Tell, catcher: MailCatcher, people: Three, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(to=[people.jan.pk, people.chris.pk])
    catcher.delay(0.3)
    monkeypatch.setattr(sending, "LONGEST_HOLD", 0.2)
    send_due()
    assert len(catcher.messages) == 1
    assert Delivery.objects.filter(state="pending").count() == 1


def test_a_run_ends_in_time_when_the_server_is_slow(
    tell: Tell, catcher: MailCatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending.outbox, "BATCH", 1)
    monkeypatch.setattr(sending, "LONGEST_RUN", 0.2)
    catcher.delay(0.3)
    for _ in range(3):
        tell()
    send_due()
    assert len(catcher.messages) == 1
