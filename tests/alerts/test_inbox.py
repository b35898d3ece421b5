"""The inbox: own alerts, newest first, only while what they are about is visible."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.zones import zones_of
from cases.models import Dossier, Mandate
from lodesk.alerts import selectors, services
from lodesk.alerts.models import Alert
from lodesk.alerts.subjects import Subject
from lodesk.border.context import acting_as
from tests.alerts import events
from tests.alerts.people import Three
from tests.browsers import HouseClient
from tests.factories import grant

Tell = Callable[..., None]


@pytest.fixture
def jan(client_of: Callable[..., HouseClient], people: Three) -> HouseClient:
    """Jan's browser."""
    return client_of(people.jan)


def _inbox(people: Three, **place: Any) -> selectors.InboxPage:
    with acting_as(people.jan.pk):
        return selectors.inbox(user=people.jan, zones=zones_of(people.jan), **place)


def _unread(people: Three, **options: Any) -> int:
    with acting_as(people.jan.pk):
        return selectors.unread_count(user=people.jan, **options)


def test_a_line_says_what_happened_and_where_to_go(
    tell: Tell, people: Three, subject: Subject
) -> None:
    tell()
    (row,) = _inbox(people).rows
    assert (row.owner, row.reference, row.unread) == ("BE", subject.reference, True)
    assert (row.headline, row.url) == ("Offered to you", f"/d/{subject.reference}/")


def test_only_ones_own_alerts_are_there(tell: Tell, people: Three) -> None:
    tell(to=[people.chris.pk])
    assert _inbox(people).rows == []
    assert _unread(people) == 0


def test_an_alert_goes_with_the_sight_of_its_dossier_and_comes_back_with_it(
    tell: Tell, hide: Callable[[], None], people: Three, dossier: Dossier
) -> None:
    tell()
    hide()
    assert _inbox(people).rows == []
    assert _unread(people) == 0
    grant(dossier, people.jan, "view", Mandate.objects.get())
    assert _unread(people) == 1


def test_the_notice_that_access_ended_stays_without_a_link(
    tell: Tell, hide: Callable[[], None], people: Three, subject: Subject
) -> None:
    tell(event=events.ENDED, survives_access=True, path="")
    hide()
    (row,) = _inbox(people).rows
    assert (row.reference, row.url, row.detail) == (subject.reference, "", "")


def test_pages_go_back_and_forth(tell: Tell, people: Three) -> None:
    for number in range(60):
        tell(key=str(number))
        Alert.objects.filter(unique_key__endswith=f":{number}").update(
            created_at=timezone.now() - timedelta(minutes=number // 2)  # two at a time
        )
    first = _inbox(people)
    second = _inbox(people, start=first.older_than)
    third = _inbox(people, start=second.older_than)
    seen = [row.id for page in (first, second, third) for row in page.rows]
    assert [len(page.rows) for page in (first, second, third)] == [25, 25, 10]
    assert len(set(seen)) == 60
    assert (first.newer_than, third.older_than) == (None, None)
    assert _inbox(people, start=third.newer_than, way="newer") == second
    assert _inbox(people, start=second.newer_than, way="newer") == first


def test_an_unknown_place_is_the_first_page(tell: Tell, people: Three) -> None:
    tell()
    assert len(_inbox(people, start=uuid4()).rows) == 1


def test_counting_stops_one_after_the_cap(tell: Tell, people: Three) -> None:
    for _ in range(5):
        tell()
    assert _unread(people, cap=3) == 4


def test_opening_a_dossier_marks_its_alerts_read(
    tell: Tell, people: Three, subject: Subject
) -> None:
    tell()
    tell(subject=Subject(id=None, reference="", owner="NL"), path="/me/", actor=None)
    with acting_as(people.jan.pk):
        services.mark_read_about(by=people.jan, subject_id=subject.id)
    assert _unread(people) == 1


def test_the_list_asks_as_many_queries_for_two_as_for_twenty(tell: Tell, people: Three) -> None:
    asked = []
    for count in (2, 18):
        for _ in range(count):
            tell()
        with CaptureQueriesContext(connection) as queries:
            _inbox(people)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_the_page_shows_them(tell: Tell, jan: HouseClient, subject: Subject) -> None:
    tell()
    answer = jan.get("/alerts/")
    assert answer.status_code == 200
    assert subject.reference in answer.content.decode()


def test_one_is_marked_read(tell: Tell, jan: HouseClient, people: Three) -> None:
    tell()
    tell()
    alert = Alert.objects.first()
    for _ in range(2):  # and again does no harm
        answer = jan.post("/alerts/read", {"alert": str(alert.pk)})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/alerts/")
    assert _unread(people) == 1


def test_all_are_marked_read(tell: Tell, jan: HouseClient, people: Three) -> None:
    tell()
    tell(to=[people.jan.pk, people.chris.pk])
    jan.post("/alerts/read")
    assert _unread(people) == 0
    assert Alert.objects.filter(recipient=people.chris, read_at=None).count() == 1


def test_anothers_alert_does_not_exist(tell: Tell, jan: HouseClient, people: Three) -> None:
    tell(to=[people.chris.pk])
    answer = jan.post("/alerts/read", {"alert": str(Alert.objects.get().pk)})
    assert answer.status_code == 404
    assert jan.post("/alerts/read", {"alert": "1"}).status_code == 404
    assert Alert.objects.get().read_at is None


def test_verbs_are_declared(jan: HouseClient) -> None:
    assert jan.post("/alerts/").status_code == 405
    assert jan.get("/alerts/read").status_code == 405
