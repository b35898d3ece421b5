"""The bell: asked by an open page, cheap when nothing changed, and no sign of life."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.alerts.people import Three
from tests.browsers import HouseClient
from tests.looking import as_owner
from tests.pages import text_of

Browse = Callable[..., HouseClient]
Tell = Callable[..., None]


@pytest.fixture
def jan(client_of: Browse, people: Three) -> HouseClient:
    """Jan's browser."""
    return client_of(people.jan)


def test_what_has_not_changed_is_answered_with_nothing(jan: HouseClient, tell: Tell) -> None:
    first = jan.get("/alerts/unread")
    assert (first.status_code, first["ETag"]) == (200, '"0"')
    same = jan.get("/alerts/unread", headers={"If-None-Match": '"0"'})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", '"0"')
    tell()
    fresh = jan.get("/alerts/unread", headers={"If-None-Match": '"0"'})
    assert (fresh.status_code, fresh["ETag"]) == (200, '"1"')
    assert 'data-tag="1"' in fresh.content.decode()
    assert text_of(fresh).strip() == "1"
    assert fresh["Cache-Control"] == "private, no-store"


def test_the_page_says_what_the_answer_says(jan: HouseClient, tell: Tell) -> None:
    tell()
    bell = jan.get("/alerts/unread").content.decode()
    link = bell[bell.index("<a ") : bell.index("</a>")]
    page = jan.get("/help/").content.decode()
    assert "".join(link.split()) in "".join(page.split())


def test_an_alert_out_of_sight_is_not_counted(
    jan: HouseClient, tell: Tell, hide: Callable[[], None]
) -> None:
    tell()
    hide()
    assert jan.get("/alerts/unread")["ETag"] == '"0"'


def test_asking_keeps_no_session_alive(jan: HouseClient) -> None:
    def ends() -> timedelta:
        ((moment,),) = as_owner("SELECT expire_date FROM django_session")
        left: timedelta = moment - timezone.now()
        return left

    soon = timezone.now() + timedelta(minutes=1)
    as_owner("UPDATE django_session SET expire_date = %s", [soon])
    assert jan.get("/alerts/unread").status_code == 200
    assert ends() < timedelta(minutes=2)
    assert jan.get("/help/").status_code == 200
    assert ends() > timedelta(minutes=2)
    as_owner("UPDATE django_session SET expire_date = %s", [timezone.now() - timedelta(minutes=1)])
    assert jan.get("/alerts/unread").status_code == 302
