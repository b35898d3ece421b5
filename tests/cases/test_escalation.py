"""An offer nobody answers reminds, then goes up, and never outside the owner country."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError
from django.utils import timezone

from accounts.models import NationalGroup, Posting, User
from accounts.zones import zones_of
from cases.models import Dossier, Handover
from cases.services import escalation
from lodesk.alerts.models import Alert
from lodesk.alerts.wording import wording_of
from tests import steps
from tests.factories import (
    Cast,
    DossierFactory,
    HandoverFactory,
    MandateFactory,
    as_person,
    without_rules,
)
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LASTS = timedelta(days=2)


def remind() -> int:
    """What beat does every half minute."""
    with as_person(None):
        return escalation.remind_of_offers()


def offered(dossier: Dossier, to: User | NationalGroup, gone: float, **values: Any) -> Handover:
    """An offer of two days of which so much has gone, and a minute: `now()` is the test's begin."""
    offered_at = timezone.now() - gone * LASTS - MINUTE
    made: Handover = HandoverFactory(
        dossier=dossier, to=to, offered_at=offered_at, answer_by=offered_at + LASTS, **values
    )
    return made


def told() -> dict[str, set[int]]:
    """Who was told what."""
    found: dict[str, set[int]] = {}
    for event, person in Alert.objects.values_list("event", "recipient"):
        found.setdefault(event, set()).add(person)
    return found


def keys(*people: User) -> set[int]:
    """The numbers of people."""
    return {person.pk for person in people}


def headquarters(cast: Cast) -> set[int]:
    """Everybody of the Belgian headquarters who reads dossiers."""
    return keys(
        cast.belgian_headquarters, cast.belgian_coordinator, cast.belgian_second_coordinator
    )


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer)


# Moments ------------------------------------------------------------------------------------


def test_before_half_of_the_time_nobody_is_reminded(cast: Cast, dossier: Dossier) -> None:
    offered(dossier, cast.belgian_colleague, 0.49)
    assert remind() == 0


def test_at_half_of_the_time_the_addressee_is_reminded(cast: Cast, dossier: Dossier) -> None:
    offered(dossier, cast.belgian_colleague, 0.5)
    assert remind() == 1
    assert told() == {"handover.waiting": keys(cast.belgian_colleague)}


def test_at_three_quarters_the_head_of_desk_is_told(cast: Cast, dossier: Dossier) -> None:
    offer = offered(dossier, cast.belgian_colleague, 0.5)
    remind()
    earlier = "UPDATE cases_handover SET offered_at = offered_at - %s, answer_by = answer_by - %s"
    as_owner(earlier, [LASTS * 0.24, LASTS * 0.24])
    assert remind() == 0
    as_owner(earlier, [LASTS * 0.01, LASTS * 0.01])
    assert remind() == 1
    assert told()["handover.unanswered"] == keys(cast.belgian_head)
    assert Handover.objects.get(pk=offer.pk).tell_at is None


def test_each_moment_is_told_once(cast: Cast, dossier: Dossier) -> None:
    offered(dossier, cast.belgian_colleague, 0.5)
    assert (remind(), remind()) == (1, 0)


def test_after_a_worker_was_away_each_is_told_of_the_own_moment(
    cast: Cast, dossier: Dossier
) -> None:
    offered(dossier, cast.belgian_colleague, 0.8)
    assert (remind(), remind()) == (2, 0)
    assert told() == {
        "handover.waiting": keys(cast.belgian_colleague),
        "handover.unanswered": keys(cast.belgian_head),
    }


def test_what_has_lapsed_is_left_to_the_end(cast: Cast, dossier: Dossier) -> None:
    offered(dossier, cast.belgian_colleague, 1)
    assert remind() == 0
    steps.tidy_up()
    assert set(told()) == {"handover.expired"}
    assert not Handover.objects.filter(tell_at__isnull=False).exists()


@pytest.mark.parametrize("answer", ["accept", "decline", "withdraw"])
def test_what_is_answered_or_taken_back_tells_nobody(
    cast: Cast, dossier: Dossier, answer: str
) -> None:
    offer = offered(dossier, cast.belgian_colleague, 0.8)
    by = cast.belgian_officer if answer == "withdraw" else cast.belgian_colleague
    getattr(steps, answer)(by, offer)
    assert remind() == 0


def test_what_could_not_be_written_is_told_the_next_time(
    cast: Cast, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered(dossier, cast.belgian_colleague, 0.5)
    with monkeypatch.context() as broken:
        broken.setattr("cases.notify.unanswered", lambda *_args, **_named: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            remind()
    assert remind() == 1


def test_an_offer_that_was_open_before_there_were_reminders_is_looked_at_once(
    cast: Cast, dossier: Dossier
) -> None:
    offer = offered(dossier, cast.belgian_colleague, 0.1)
    due = offer.tell_at
    with without_rules("cases_handover"):
        as_owner("UPDATE cases_handover SET tell_at = now()")  # as the migration leaves it
    assert remind() == 0
    offer.refresh_from_db()
    assert (offer.told, offer.tell_at) == (0, due)


def test_only_the_system_reminds(cast: Cast) -> None:
    with as_person(cast.belgian_officer), pytest.raises(ProgrammingError, match="only the system"):
        escalation.remind_of_offers()


# Who ----------------------------------------------------------------------------------------


def test_of_an_offer_to_a_team_everybody_in_it_is_reminded_but_the_giver(
    cast: Cast, dossier: Dossier
) -> None:
    offered(dossier, cast.team("BE"), 0.5)
    remind()
    assert told() == {"handover.waiting": keys(cast.belgian_colleague, cast.belgian_head)}
    assert set(Alert.objects.values_list("because", flat=True)) == {"team"}


def test_a_confined_dossier_skips_the_head_of_desk(cast: Cast) -> None:
    confined = DossierFactory(handler=cast.belgian_officer, confined=True)
    offered(confined, cast.belgian_colleague, 0.8)
    remind()
    assert told()["handover.unanswered"] == headquarters(cast)


def test_where_there_is_no_head_of_desk_headquarters_are_told(cast: Cast, dossier: Dossier) -> None:
    Posting.objects.filter(person=cast.belgian_head.pk).update(ends_at=timezone.now() - HOUR)
    offered(dossier, cast.belgian_colleague, 0.8)
    remind()
    assert told()["handover.unanswered"] == headquarters(cast)


def test_of_a_head_of_desk_who_does_not_answer_headquarters_are_told(
    cast: Cast, dossier: Dossier
) -> None:
    offered(dossier, cast.belgian_head, 0.8)
    remind()
    assert told() == {
        "handover.waiting": keys(cast.belgian_head),
        "handover.unanswered": headquarters(cast),
    }


def test_nobody_of_another_country_is_told_but_the_addressee(cast: Cast, dossier: Dossier) -> None:
    mandate = MandateFactory(
        dossier=dossier, receiver=cast.dutch_officer, decided_at=timezone.now() - 9 * LASTS
    )
    offered(dossier, cast.dutch_officer, 0.8, mandate=mandate)
    remind()
    assert told() == {
        "handover.waiting": keys(cast.dutch_officer),
        "handover.unanswered": keys(cast.belgian_head),
    }


# Mandates that are waited for ---------------------------------------------------------------


def awaiting(cast: Cast, dossier: Dossier, gone: float, **values: Any) -> Handover:
    """An offer across the border whose mandate is asked for."""
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, state="asked")
    return offered(dossier, cast.dutch_officer, gone, mandate=mandate, **values)


def test_of_a_mandate_that_is_waited_for_the_coordinators_are_reminded(
    cast: Cast, dossier: Dossier
) -> None:
    offer = awaiting(cast, dossier, 0.8)
    assert (remind(), remind()) == (1, 0)
    assert told() == {
        "mandate.waiting": keys(cast.belgian_coordinator, cast.belgian_second_coordinator)
    }
    alert = Alert.objects.all()[0]
    assert alert.path == f"/mandates/{offer.mandate_id}/"


def test_who_asks_for_a_mandate_is_not_reminded_to_give_it(cast: Cast, dossier: Dossier) -> None:
    awaiting(cast, dossier, 0.5, giver=cast.belgian_coordinator)
    remind()
    assert told() == {"mandate.waiting": keys(cast.belgian_second_coordinator)}


def test_once_the_mandate_is_given_the_addressee_has_the_time_that_is_left(
    cast: Cast, dossier: Dossier
) -> None:
    offer = awaiting(cast, dossier, 0.6)
    remind()
    steps.give(cast.belgian_coordinator, steps.mandate_of(offer))
    assert remind() == 0
    offer.refresh_from_db()
    assert offer.told == 0
    assert offer.tell_at is not None
    left = offer.answer_by - timezone.now()
    assert abs(offer.answer_by - offer.tell_at - left / 2) < MINUTE


# Words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "person", "subject"),
    [
        ("handover.waiting", "belgian_colleague", "still offered to you, answer by"),
        ("handover.unanswered", "belgian_head", "offer not answered, lapses"),
    ],
)
def test_a_reminder_says_until_when_and_nothing_of_the_case(
    cast: Cast, event: str, person: str, subject: str
) -> None:
    secret = DossierFactory(handler=cast.belgian_officer, title="Mr Secret")
    offer = offered(secret, cast.belgian_colleague, 0.8)
    remind()
    alert = Alert.objects.get(event=event)
    assert alert.path == f"/handovers/{offer.pk}/"
    reader = getattr(cast, person)
    with as_person(reader):
        words = wording_of(alert, zones_of(reader))
    assert words.subject.startswith(subject)
    assert "cannot be switched off" in words.because
    assert "Secret" not in str(words) + str(alert.facts)
