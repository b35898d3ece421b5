"""An urgent dossier is looked at within the hour, or it goes up; looking is all it asks for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from cases.clocks import Kind, SettledAs
from cases.models import Clock, Dossier
from cases.services import dossiers, time
from lodesk.alerts.models import Alert
from tests import steps
from tests.browsers import HouseClient
from tests.factories import (
    Cast,
    ClockFactory,
    DossierFactory,
    MandateFactory,
    as_person,
    grant,
)
from tests.pages import text_of

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def opened(cast: Cast, by: User, handler: User | None, **fields: Any) -> Dossier:
    """An urgent dossier at the desk in Bogotá."""
    person = handler.person_ptr if handler else None
    values = {"urgency": "urgent"} | fields
    return steps.open_dossier(by, cast.desks["BOG"], handler=person, **values)


def first_look(dossier: Dossier) -> Clock | None:
    """The clock that waits for a first look, or did."""
    return Clock.objects.filter(dossier=dossier, kind=Kind.FIRST_LOOK).first()


def settled_as(dossier: Dossier) -> str:
    """How the first look was settled; empty while it is due."""
    clock = first_look(dossier)
    assert clock is not None
    return clock.settled_as


@pytest.fixture
def urgent(cast: Cast) -> Dossier:
    """Opened by headquarters for the officer at the desk."""
    return opened(cast, cast.belgian_headquarters, cast.belgian_officer)


@pytest.fixture
def unhandled(cast: Cast) -> Dossier:
    """Opened by headquarters for a desk; nobody handles it yet."""
    return opened(cast, cast.belgian_headquarters, None)


# When it begins -----------------------------------------------------------------------------


def test_what_is_opened_for_somebody_else_is_to_be_looked_at_within_the_hour(
    urgent: Dossier,
) -> None:
    clock = first_look(urgent)
    assert clock is not None
    assert clock.due_at == clock.starts_at + HOUR
    assert (urgent.due_at, urgent.due_rule) == (clock.due_at, "1h")


def test_what_nobody_handles_yet_is_to_be_looked_at_too(unhandled: Dossier) -> None:
    assert settled_as(unhandled) == SettledAs.RUNNING


def test_who_opens_it_for_himself_has_looked(cast: Cast) -> None:
    assert first_look(opened(cast, cast.belgian_officer, cast.belgian_officer)) is None


def test_what_is_not_urgent_asks_for_no_first_look(cast: Cast) -> None:
    made = opened(cast, cast.belgian_headquarters, cast.belgian_officer, urgency="normal")
    assert first_look(made) is None


def test_what_becomes_urgent_for_somebody_else_is_to_be_looked_at(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    steps.change(cast.belgian_headquarters, dossier, urgency="urgent")
    assert settled_as(dossier) == SettledAs.RUNNING


def test_who_makes_the_own_dossier_urgent_has_looked(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    steps.change(cast.belgian_officer, dossier, urgency="urgent")
    assert first_look(dossier) is None


def test_another_change_of_an_urgent_dossier_asks_for_nothing(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer, urgency="urgent")
    steps.change(cast.belgian_headquarters, dossier, urgency="urgent", title="Another")
    assert first_look(dossier) is None


def test_what_is_no_longer_urgent_needs_no_first_look(cast: Cast, urgent: Dossier) -> None:
    steps.change(cast.belgian_headquarters, urgent, urgency="normal")
    assert settled_as(urgent) == SettledAs.DROPPED


# How it ends --------------------------------------------------------------------------------


def visit(by: User, dossier: Dossier) -> None:
    """Open the page."""
    with as_person(by):
        dossiers.consult(dossier=Dossier.objects.visible_to(by).get(pk=dossier.pk), by=by)


def test_the_handler_looks_by_opening_the_page(
    cast: Cast, urgent: Dossier, client_of: Callable[..., HouseClient]
) -> None:
    address = f"/d/{urgent.reference}/"
    assert "First look due" in text_of(client_of(cast.belgian_colleague).get(address))
    shown = text_of(client_of(cast.belgian_officer).get(address))
    assert "First look due" not in shown
    assert settled_as(urgent) == SettledAs.DONE
    clock = first_look(urgent)
    assert clock is not None
    assert clock.settled_by == cast.belgian_officer.person_ptr
    urgent.refresh_from_db()
    assert urgent.due_at is None


@pytest.mark.parametrize("person", ["belgian_colleague", "belgian_head", "belgian_headquarters"])
def test_that_others_look_changes_nothing(cast: Cast, urgent: Dossier, person: str) -> None:
    visit(getattr(cast, person), urgent)
    steps.write(getattr(cast, person), urgent, kind="note")
    assert settled_as(urgent) == SettledAs.RUNNING


def test_the_handler_looks_by_writing(cast: Cast, urgent: Dossier) -> None:
    entry = steps.write(cast.belgian_officer, urgent, kind="note")
    clock = first_look(urgent)
    assert clock is not None
    assert (clock.settled_as, clock.settling_entry_id) == (SettledAs.DONE, entry.pk)


def test_of_what_nobody_handles_a_look_alone_is_not_enough(cast: Cast, unhandled: Dossier) -> None:
    visit(cast.belgian_officer, unhandled)
    assert settled_as(unhandled) == SettledAs.RUNNING


def test_of_what_nobody_handles_somebody_of_the_team_writes(cast: Cast, unhandled: Dossier) -> None:
    steps.write(cast.belgian_officer, unhandled, kind="note")
    assert settled_as(unhandled) == SettledAs.DONE


def test_of_what_nobody_handles_headquarters_and_the_other_team_do_not_look(
    cast: Cast, unhandled: Dossier
) -> None:
    mandate = MandateFactory(dossier=unhandled, receiver=cast.dutch_officer, level="contribute")
    grant(unhandled, cast.dutch_officer, "contribute", mandate)
    for person in (cast.belgian_headquarters, cast.dutch_officer):
        steps.write(person, unhandled, kind="note")
    assert settled_as(unhandled) == SettledAs.RUNNING


def test_where_the_owner_has_no_team_at_the_desk_only_a_handler_looks(cast: Cast) -> None:
    dossier = opened(cast, cast.luxembourg_headquarters, None)
    steps.write(cast.luxembourg_coordinator, dossier, kind="note")
    assert settled_as(dossier) == SettledAs.RUNNING


def test_who_takes_it_over_looks_at_it_by_opening_it(cast: Cast, urgent: Dossier) -> None:
    offer = steps.offer(cast.belgian_headquarters, urgent, cast.belgian_colleague.person_ptr)
    steps.accept(cast.belgian_colleague, offer)
    visit(cast.belgian_officer, urgent)
    assert settled_as(urgent) == SettledAs.RUNNING
    visit(cast.belgian_colleague, urgent)
    assert settled_as(urgent) == SettledAs.DONE


def test_what_is_answered_needs_no_first_look(cast: Cast, urgent: Dossier) -> None:
    steps.write(
        cast.belgian_headquarters, urgent, kind="answer", direction="out", counterpart="Antwerp"
    )
    assert settled_as(urgent) == SettledAs.DROPPED


# Who is told --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "event", "people"),
    [
        (44, None, ()),
        (45, "clock.near", ("belgian_officer",)),
        (60, "clock.past", ("belgian_officer",)),
        (75, "clock.unanswered", ("belgian_head",)),
        (90, "clock.unanswered", ("belgian_headquarters", "belgian_coordinator",
                                  "belgian_second_coordinator")),
    ],
)  # fmt: skip
def test_what_nobody_looks_at_goes_up(
    cast: Cast, minutes: int, event: str | None, people: tuple[str, ...]
) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer, urgency="urgent")
    since = timezone.now() - minutes * MINUTE - MINUTE / 2
    ClockFactory(dossier=dossier, kind="first_look", rule="1h", starts_at=since)
    with as_person(None):
        time.remind()
    told = set(Alert.objects.values_list("event", "recipient"))
    assert told == {(event, getattr(cast, name).pk) for name in people}


# Words --------------------------------------------------------------------------------------


def test_the_page_explains_it(
    cast: Cast, urgent: Dossier, client_of: Callable[..., HouseClient]
) -> None:
    client = client_of(cast.belgian_colleague)
    shown = text_of(client.get(f"/d/{urgent.reference}/deadlines"))
    assert "1 h from the moment it became urgent" in shown
    assert "Rule of the desks: an urgent dossier is looked at within 1 h." in shown
