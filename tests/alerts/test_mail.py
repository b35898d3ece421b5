"""The mail: the recipient's language and clocks, headers that stay, and no case content."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone, translation

from accounts.models import Posting
from lodesk.alerts.mail import compose
from lodesk.alerts.models import Alert
from lodesk.alerts.subjects import Subject
from tests.alerts import events
from tests.alerts.people import Three

Tell = Callable[..., None]
ANSWER_BY = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


@pytest.fixture
def mail_of(tell: Tell, people: Three, settings: Any) -> Callable[..., EmailMultiAlternatives]:
    """The mail that one person gets."""
    settings.BASE_URL = "https://lodesk.example"
    settings.DEFAULT_FROM_EMAIL = "LO Desk <alerts@lodesk.example>"

    def composed(person: str, **changes: Any) -> EmailMultiAlternatives:
        recipient = getattr(people, person)
        tell(**({"to": [recipient.pk], "actor": None} | changes))
        return compose(Alert.objects.get(), recipient)

    return composed


def test_times_are_said_at_the_desk_and_at_home(mail_of: Callable[..., Any]) -> None:
    mail = mail_of("jan", due_at=ANSWER_BY)
    assert "08:00 (Bogotá) · 14:00 (Amsterdam)" in mail.alternatives[0][0]


def test_headquarters_has_one_clock(mail_of: Callable[..., Any]) -> None:
    page = mail_of("chris", due_at=ANSWER_BY).alternatives[0][0]
    assert "14:00 (Brussels)" in page
    assert "Bogotá" not in page


def test_a_posting_that_ended_takes_the_clock_of_the_desk_along(
    mail_of: Callable[..., Any], people: Three
) -> None:
    Posting.objects.filter(person=people.jan).update(ends_at=timezone.now() - timedelta(days=1))
    assert "Bogotá" not in mail_of("jan", due_at=ANSWER_BY).body


def test_the_subject_has_reference_and_time_at_the_desk(
    mail_of: Callable[..., Any], subject: Subject
) -> None:
    due_at = timezone.now() + timedelta(days=2)
    here = due_at.astimezone(ZoneInfo("America/Bogota"))
    head, _, tail = mail_of("jan", due_at=due_at).subject.partition(", answer by ")
    assert head == f"[LO Desk] {subject.reference}: offered to you"
    assert tail.endswith(f"{here:%H:%M}")


@pytest.mark.parametrize(
    ("person", "word"), [("jan", "maandag"), ("an", "lundi"), ("chris", "Monday")]
)
def test_it_speaks_the_language_of_its_reader(
    mail_of: Callable[..., Any], person: str, word: str
) -> None:
    with translation.override("de"):
        assert word.lower() in mail_of(person).body.lower()


def test_both_parts_hold_the_link_and_nothing_else_to_open(
    mail_of: Callable[..., Any], subject: Subject
) -> None:
    mail = mail_of("jan")
    for part in (mail.body, mail.alternatives[0][0]):
        assert f"https://lodesk.example/d/{subject.reference}/" in part
    assert mail.body.count("http") == 1


def test_headers_are_the_same_however_often_it_is_made(
    mail_of: Callable[..., Any], people: Three
) -> None:
    first = mail_of("jan").message()
    again = compose(Alert.objects.get(), people.jan).message()
    alert = Alert.objects.get()
    assert first["Message-ID"] == again["Message-ID"] == f"<{alert.pk}.mail@lodesk.example>"
    assert first["Date"] == again["Date"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["List-Id"] == "LO Desk <alerts.lodesk.example>"


def test_the_mails_about_one_dossier_stand_together_and_name_it_by_no_key(
    mail_of: Callable[..., Any], tell: Tell, people: Three, subject: Subject
) -> None:
    def thread(mail: Any) -> tuple[str, str]:
        message = mail.message()
        return message["References"], message["In-Reply-To"]

    first = mail_of("jan")
    tell(to=[people.chris.pk], event=events.ENDED, survives_access=True, path="")
    other = compose(Alert.objects.get(recipient=people.chris.pk), people.chris)
    assert thread(first) == thread(other)
    (name, again) = thread(first)
    assert name == again
    assert re.fullmatch(r"<[0-9a-f-]{36}\.dossier@lodesk\.example>", name)
    for part in (str(subject.id), subject.reference, subject.reference[-5:]):
        assert part not in name
    elsewhere = Alert(subject_id=uuid4(), event="test.offered", created_at=timezone.now())
    assert thread(compose(elsewhere, people.chris)) != thread(first)


def test_a_mail_about_no_dossier_belongs_to_no_thread(mail_of: Callable[..., Any]) -> None:
    message = mail_of("jan", subject=Subject(id=None, reference="", owner=""), path="").message()
    assert message["References"] is message["In-Reply-To"] is None


def test_it_carries_no_number_shared_between_countries(
    mail_of: Callable[..., Any], people: Three
) -> None:
    raw = mail_of("jan").message().as_string()
    assert people.an.name not in raw
    assert people.jan.name not in raw.replace(people.jan.email, "")


def test_without_a_reference_the_subject_has_none(mail_of: Callable[..., Any]) -> None:
    mail = mail_of("jan", subject=Subject(id=None, reference="", owner=""), path="")
    assert mail.subject == "[LO Desk] offered to you"
    assert "http" not in mail.body
