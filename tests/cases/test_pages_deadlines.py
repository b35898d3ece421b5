"""The pages of what is due: explained in two zones, and every act with its form."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from cases.models import Clock, ClockInterval, Dossier
from lodesk.audit.models import LogRow
from tests.browsers import HouseClient
from tests.factories import Cast, ClockFactory, DossierFactory, IntervalFactory
from tests.pages import filled, local, text_of

pytestmark = pytest.mark.django_db
Browse = Callable[[User | None], HouseClient]
HOUR = timedelta(hours=1)


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier, received four hours ago."""
    return DossierFactory(handler=cast.belgian_officer, received_at=timezone.now() - 4 * HOUR)


@pytest.fixture
def clock(dossier: Dossier) -> Clock:
    """Eight hours for its answer."""
    return ClockFactory(dossier=dossier, rule="8h")


def page_of(dossier: Dossier, clock: Clock | None = None) -> str:
    """The address of the deadlines, or of one of them."""
    path = f"/d/{dossier.reference}/deadlines"
    return f"{path}/{clock.pk}" if clock else path


def send(client: HouseClient, clock: Clock, action: str, **changes: Any) -> Any:
    """Send one of the forms of a clock's page."""
    path = page_of(clock.dossier, clock)
    values = filled(client.get(path), f"{action}_form", **changes)
    return client.post(path, values | {"action": action})


def here(moment: Any) -> str:
    """A moment as somebody at Bogotá types it."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    return local(moment.astimezone(ZoneInfo("America/Bogota")))


def test_every_clock_is_explained_in_both_zones(
    cast: Cast, client_of: Browse, dossier: Dossier, clock: Clock
) -> None:
    start = timezone.now() - 2 * HOUR
    IntervalFactory(clock=clock, starts_at=start, ends_at=start + HOUR / 2)
    text = text_of(client_of(cast.belgian_officer).get(page_of(dossier)))
    assert "8 h from receipt" in text
    assert "art. 5(1)(a), paused 30 min" in text
    assert "Stood still from" in text
    assert "(Brussels)" in text
    assert "here" in text


def test_the_head_shows_the_earliest_and_next_steps_every_clock(
    cast: Cast, client_of: Browse, dossier: Dossier, clock: Clock
) -> None:
    now = timezone.now()
    ClockFactory(
        dossier=dossier, kind="own", rule="", text="Ring the port", starts_at=now,
        term_at=now + HOUR,
    )  # fmt: skip
    page = client_of(cast.belgian_officer).get(f"/d/{dossier.reference}/")
    assert page.context["head"].clock.text == "Ring the port"
    assert [step.text for step in page.context["next_steps"]] == ["Ring the port", "Answer"]


def test_a_clock_that_stands_still_says_so_in_the_head(
    cast: Cast, client_of: Browse, dossier: Dossier, clock: Clock
) -> None:
    IntervalFactory(clock=clock)
    page = client_of(cast.belgian_officer).get(f"/d/{dossier.reference}/")
    assert "stands still since" in text_of(page)
    assert "not running" in text_of(page)


def test_a_deadline_is_set(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    client = client_of(cast.belgian_officer)
    path = page_of(dossier)
    due = (timezone.now() + 9 * HOUR).replace(second=0, microsecond=0)
    sent = filled(client.get(path), text="Ring the port", due_at=here(due))
    assert client.post(path, sent).status_code == 302
    made = Clock.objects.get(dossier=dossier)
    assert (made.kind, made.text, made.due_at) == ("own", "Ring the port", due)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "SECRET UE matter"}, "text"),
        ({"due_at": "2020-01-01T10:00"}, "due_at"),
        ({"due_at": "9999-01-01T10:00"}, "due_at"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_nothing_typed_is_lost(
    cast: Cast, client_of: Browse, dossier: Dossier, changes: dict[str, str], field: str
) -> None:
    client, path = client_of(cast.belgian_officer), page_of(dossier)
    values = {"text": "Ring the port", "due_at": here(timezone.now() + HOUR)} | changes
    page = client.post(path, filled(client.get(path), **values))
    assert list(page.context["form"].errors) == [field]
    assert page.context["form"]["text"].value() == values["text"]


def test_a_clock_is_paused_and_runs_again(cast: Cast, client_of: Browse, clock: Clock) -> None:
    client = client_of(cast.belgian_colleague)
    since = timezone.now() - HOUR
    assert send(client, clock, "pause", starts_at=here(since)).status_code == 302
    interval = ClockInterval.objects.get(clock=clock)
    assert interval.kind == "clarification"
    assert "pause_form" not in client.get(page_of(clock.dossier, clock)).context
    assert send(client, clock, "resume").status_code == 302
    interval.refresh_from_db()
    assert interval.ended_by_id == cast.belgian_colleague.pk


def test_an_authorisation_asks_for_how_long_and_why(
    cast: Cast, client_of: Browse, clock: Clock
) -> None:
    client = client_of(cast.belgian_officer)
    page = send(client, clock, "pause", kind="authorisation")
    assert set(page.context["pause_form"].errors) == {"reason", "expected_until"}
    until = here(timezone.now() + 48 * HOUR)
    sent = send(
        client,
        clock,
        "pause",
        kind="authorisation",
        expected_until=until,
        reason="A judge decides.",
    )
    assert sent.status_code == 302
    assert ClockInterval.objects.get(clock=clock).asker_told_at is not None


@pytest.mark.parametrize(("action", "field"), [("pause", "starts_at"), ("settle", "at")])
def test_nothing_that_happened_lies_in_the_future(
    cast: Cast, client_of: Browse, clock: Clock, action: str, field: str
) -> None:
    client = client_of(cast.belgian_officer)
    page = send(client, clock, action, **{field: here(timezone.now() + 2 * HOUR)})
    assert list(page.context[f"{action}_form"].errors) == [field]


def test_a_pause_does_not_end_before_it_began(cast: Cast, client_of: Browse, clock: Clock) -> None:
    IntervalFactory(clock=clock)
    client = client_of(cast.belgian_officer)
    page = send(client, clock, "resume", ends_at=here(timezone.now() - 9 * HOUR))
    assert list(page.context["resume_form"].errors) == ["ends_at"]


def test_a_clock_is_settled_once(cast: Cast, client_of: Browse, clock: Clock) -> None:
    client, path = client_of(cast.belgian_officer), page_of(clock.dossier, clock)
    values = filled(client.get(path), "settle_form") | {"action": "settle"}
    assert client.post(path, values).status_code == 302
    clock.refresh_from_db()
    assert clock.settled_by_id == cast.belgian_officer.pk
    assert client.post(path, values).status_code == 403
    page = client.get(path)
    assert "settled already" in text_of(page)
    assert "settle_form" not in page.context


def test_a_host_authority_is_reminded(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    now = timezone.now()
    question = ClockFactory(
        dossier=dossier, kind="host_authority", rule="10wd_host", starts_at=now - 200 * HOUR,
        term_at=now,
    )  # fmt: skip
    assert send(client_of(cast.belgian_officer), question, "chase").status_code == 302
    assert Clock.objects.get(dossier=dossier, settled_at=None).rule == "5wd_host"


def test_a_clock_of_another_dossier_is_not_found(
    cast: Cast, client_of: Browse, dossier: Dossier, clock: Clock
) -> None:
    other = DossierFactory(handler=cast.belgian_officer)
    assert client_of(cast.belgian_officer).get(page_of(other, clock)).status_code == 404


def test_a_closed_dossier_takes_no_deadline(cast: Cast, client_of: Browse) -> None:
    closed = DossierFactory(handler=cast.belgian_officer, status="closed")
    client = client_of(cast.belgian_officer)
    page = client.get(page_of(closed))
    assert page.context["form"] is None
    assert "The dossier is closed." in text_of(page)
    assert client.post(page_of(closed), {}).status_code == 403


def test_the_form_of_the_dossier_shows_the_clock_for_the_answer_not_the_earliest(
    cast: Cast, client_of: Browse, dossier: Dossier, clock: Clock
) -> None:
    # A confirmation is due first; saving another title leaves both clocks as they are.
    ClockFactory(
        dossier=dossier, kind="confirmation", rule="24h", starts_at=timezone.now() - 22 * HOUR
    )
    client, path = client_of(cast.belgian_officer), f"/d/{dossier.reference}/change"
    page = client.get(path)
    assert page.context["form"]["due_rule"].value() == "8h"
    assert client.post(path, filled(page, title="Pineapples")).status_code == 302
    clock.refresh_from_db()
    assert clock.settled_at is None
    assert Dossier.objects.get(pk=dossier.pk).title == "Pineapples"


def test_that_deadlines_were_looked_at_is_logged(
    cast: Cast, client_of: Browse, dossier: Dossier, clock: Clock
) -> None:
    client = client_of(cast.belgian_officer)
    for path in (page_of(dossier), page_of(dossier, clock)):
        client.get(path)
    rows = LogRow.objects.filter(action="clocks.viewed", reference=dossier.reference)
    assert rows.count() == 2
