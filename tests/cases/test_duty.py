"""The duty roster: who keeps it, who reads it, and whom an escalation reaches by it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Duty, Posting, User
from cases import policy
from cases.models import Dossier
from cases.selectors import duty as selectors
from cases.services import duty, escalation, time
from lodesk.alerts.models import Alert
from lodesk.audit.models import LogRow
from tests.browsers import HouseClient
from tests.factories import (
    Absence,
    Cast,
    ClockFactory,
    DossierFactory,
    HandoverFactory,
    MandateFactory,
    add_posting,
    as_person,
    on_duty,
    raw,
    refused,
)
from tests.looking import as_owner
from tests.pages import text_of

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ClientOf = Callable[[User | None], HouseClient]


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


# Whom an escalation reaches -----------------------------------------------------------------


def overdue(dossier: Dossier, quarters: int) -> set[int]:
    """Who is told of eight hours so many quarters after their end."""
    since = timezone.now() - 8 * HOUR - quarters * 2 * HOUR - MINUTE
    ClockFactory(dossier=dossier, rule="8h", starts_at=since)
    with as_person(None):
        time.remind()
    return set(Alert.objects.values_list("recipient", flat=True))


def test_at_headquarters_who_is_on_duty_is_told_and_nobody_else(
    cast: Cast, dossier: Dossier
) -> None:
    on_duty(cast, cast.belgian_headquarters)
    assert overdue(dossier, 2) == keys(cast.belgian_headquarters)


def test_at_a_desk_who_is_on_duty_is_told_beside_the_head(cast: Cast, dossier: Dossier) -> None:
    Absence.objects.create(
        person=cast.belgian_head.person_ptr,
        starts_on=timezone.now().date() - DAY,
        ends_on=timezone.now().date() + DAY,
    )
    on_duty(cast, cast.belgian_colleague, "BOG")
    assert overdue(dossier, 1) == keys(cast.belgian_head, cast.belgian_colleague)


def test_where_there_is_no_head_who_is_on_duty_is_told(cast: Cast, dossier: Dossier) -> None:
    Posting.objects.filter(person=cast.belgian_head.pk).update(ends_at=timezone.now() - HOUR)
    on_duty(cast, cast.belgian_colleague, "BOG")
    assert overdue(dossier, 1) == keys(cast.belgian_colleague)


def test_the_handler_who_is_on_duty_is_not_who_stands_above_him(
    cast: Cast, dossier: Dossier
) -> None:
    on_duty(cast, cast.belgian_officer, "BOG")
    assert overdue(dossier, 1) == keys(cast.belgian_head)


def test_above_a_head_who_handles_it_himself_stands_headquarters(cast: Cast) -> None:
    assert overdue(DossierFactory(handler=cast.belgian_head), 1) == headquarters(cast)


def test_of_a_confined_dossier_nobody_on_duty_at_the_desk_is_told(cast: Cast) -> None:
    confined = DossierFactory(handler=cast.belgian_officer, confined=True)
    on_duty(cast, cast.belgian_colleague, "BOG")
    assert overdue(confined, 1) == headquarters(cast)


@pytest.mark.parametrize(
    "times",
    [
        {"starts_at": HOUR, "ends_at": 2 * HOUR},
        {"starts_at": -2 * HOUR, "ends_at": -HOUR},
        {"taken_off_at": -MINUTE},
    ],
)
def test_when_nobody_is_on_duty_now_everybody_is_told(
    cast: Cast, dossier: Dossier, times: dict[str, timedelta]
) -> None:
    moments: dict[str, Any] = {name: timezone.now() + span for name, span in times.items()}
    if "taken_off_at" in times:
        moments["taken_off_by"] = cast.belgian_coordinator.person_ptr
    on_duty(cast, cast.belgian_headquarters, **moments)
    assert overdue(dossier, 2) == headquarters(cast)


def test_whose_posting_has_ended_is_not_on_duty(cast: Cast, dossier: Dossier) -> None:
    on_duty(cast, cast.belgian_headquarters)
    Posting.objects.filter(person=cast.belgian_headquarters.pk).update(
        ends_at=timezone.now() - HOUR
    )
    assert overdue(dossier, 2) == headquarters(cast) - keys(cast.belgian_headquarters)


def test_whose_posting_has_not_begun_is_not_on_duty(cast: Cast, dossier: Dossier) -> None:
    on_duty(cast, cast.belgian_headquarters)
    Posting.objects.filter(person=cast.belgian_headquarters.pk).update(
        starts_at=timezone.now() + HOUR
    )
    assert overdue(dossier, 2) == headquarters(cast) - keys(cast.belgian_headquarters)


def test_whose_account_is_closed_is_not_on_duty(cast: Cast, dossier: Dossier) -> None:
    on_duty(cast, cast.belgian_headquarters)
    User.objects.filter(pk=cast.belgian_headquarters.pk).update(is_active=False)
    assert overdue(dossier, 2) == headquarters(cast) - keys(cast.belgian_headquarters)


def test_who_is_on_duty_elsewhere_is_not_on_duty_here(cast: Cast, dossier: Dossier) -> None:
    on_duty(cast, cast.belgian_elsewhere, "BSB")
    add_posting(cast, cast.belgian_elsewhere, "officer", "BOG")
    assert overdue(dossier, 1) == keys(cast.belgian_head)


def test_of_a_mandate_that_is_waited_for_the_coordinator_on_duty_is_told(
    cast: Cast, dossier: Dossier
) -> None:
    on_duty(cast, cast.belgian_headquarters)  # who may not decide, and so is not enough
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, state="asked")
    HandoverFactory(
        dossier=dossier, to=cast.dutch_officer, mandate=mandate,
        offered_at=timezone.now() - 3 * DAY,
    )  # fmt: skip
    on_duty(cast, cast.belgian_coordinator)
    with as_person(None):
        escalation.remind_of_offers()
    assert set(Alert.objects.values_list("recipient", flat=True)) == keys(cast.belgian_coordinator)


def test_of_what_time_ends_who_is_on_duty_is_told(cast: Cast, dossier: Dossier) -> None:
    on_duty(cast, cast.belgian_second_coordinator)
    on_duty(cast, cast.belgian_colleague, "BOG")
    question = "SELECT cases_steering(d) FROM cases_dossier d WHERE id = %s"
    ((people,),) = as_owner(question, [dossier.pk])
    assert set(people) == keys(
        cast.belgian_second_coordinator, cast.belgian_head, cast.belgian_colleague
    )


# Who keeps it -------------------------------------------------------------------------------


def posting_of(person: User) -> Posting:
    """The posting of somebody of the cast."""
    return Posting.objects.select_related("person").get(person=person.pk)


def put_on(by: User, person: User, **times: Any) -> Duty:
    """Put a person on duty tomorrow."""
    values = {
        "starts_at": timezone.now() + DAY,
        "ends_at": timezone.now() + 2 * DAY,
    } | times
    posting = posting_of(person)
    with as_person(by):
        return duty.put_on(posting=posting, by=by, **values)


def test_a_head_of_desk_keeps_the_roster_of_the_own_team(cast: Cast) -> None:
    made = put_on(cast.belgian_head, cast.belgian_colleague)
    assert (made.country, made.group_id) == ("BE", cast.team("BE").pk)
    row = LogRow.objects.get(action="duty.put_on")
    assert (row.chain, row.facts["person"]) == ("BE", str(cast.belgian_colleague.public_id))


def test_a_coordinator_keeps_the_roster_of_headquarters(cast: Cast) -> None:
    made = put_on(cast.belgian_coordinator, cast.belgian_headquarters)
    assert made.group_id == cast.headquarters("BE").pk


@pytest.mark.parametrize(
    ("by", "person"),
    [
        ("belgian_officer", "belgian_officer"),
        ("belgian_head", "belgian_elsewhere"),
        ("belgian_head", "belgian_headquarters"),
        ("belgian_coordinator", "belgian_officer"),
        ("belgian_headquarters", "belgian_headquarters"),
        ("dutch_head", "belgian_officer"),
    ],
)
def test_nobody_else_keeps_it(cast: Cast, by: str, person: str) -> None:
    with pytest.raises(PermissionDenied, match="Heads of desk"):
        put_on(getattr(cast, by), getattr(cast, person))


def test_both_walls_say_who_keeps_which_roster(cast: Cast) -> None:
    kept = {
        "belgian_head": {cast.team("BE").pk},
        "dutch_head": {cast.team("NL").pk},
        "belgian_coordinator": {cast.headquarters("BE").pk},
        "belgian_second_coordinator": {cast.headquarters("BE").pk},
        "dutch_coordinator": {cast.headquarters("NL").pk},
        "luxembourg_coordinator": {cast.headquarters("LU").pk},
    }
    asked = "SELECT group_id FROM accounts_nationalgroup WHERE accounts_keeps_roster(group_id)"
    for name, person in cast.people.items():
        with as_person(person):
            assert set(policy.rosters(person)) == kept.get(name, set()), name
            assert bool(policy.may_keep_roster(person)) == (name in kept), name
        assert {group for (group,) in raw(person, asked)} == kept.get(name, set()), name


@pytest.mark.parametrize("change", [{"ends_at": -HOUR}, {"starts_at": HOUR}])
def test_who_led_a_team_or_will_lead_it_keeps_no_roster(
    cast: Cast, change: dict[str, timedelta]
) -> None:
    head = cast.belgian_head
    moments = {name: timezone.now() + span for name, span in change.items()}
    Posting.objects.filter(person=head.pk).update(**moments)
    with as_person(head):
        assert not policy.rosters(head)
    User.objects.filter(pk=cast.dutch_head.pk).update(is_active=False)
    closed = User.objects.get(pk=cast.dutch_head.pk)
    with as_person(closed):
        assert not policy.rosters(closed)


def test_a_turn_is_taken_off_and_stays_on_record(cast: Cast) -> None:
    made = put_on(cast.belgian_head, cast.belgian_colleague)
    with as_person(cast.belgian_head):
        duty.take_off(duty=made, by=cast.belgian_head)
        assert not selectors.turns(cast.belgian_head)
        with pytest.raises(Duty.DoesNotExist):
            duty.take_off(duty=made, by=cast.belgian_head)
    made.refresh_from_db()
    assert made.taken_off_by == cast.belgian_head.person_ptr
    assert LogRow.objects.filter(action="duty.taken_off").count() == 1


def test_who_does_not_keep_a_roster_takes_nobody_off(cast: Cast) -> None:
    made = put_on(cast.belgian_head, cast.belgian_colleague)
    with as_person(cast.belgian_coordinator), pytest.raises(PermissionDenied):
        duty.take_off(duty=made, by=cast.belgian_coordinator)
    with as_person(cast.dutch_head), pytest.raises(Duty.DoesNotExist):
        duty.take_off(duty=made, by=cast.dutch_head)


# PostgreSQL by itself -----------------------------------------------------------------------

INSERT = (
    "INSERT INTO accounts_duty (id, country, group_id, person_id, starts_at, ends_at, made_by_id)"
    " VALUES (gen_random_uuid(), %(country)s, %(group)s, %(person)s, %(from)s, %(until)s, %(me)s)"
)


def turn(cast: Cast, by: User, person: User, desk: str = "BOG", **values: Any) -> dict[str, Any]:
    """The values of a turn that is rightly put into the table, and one thing that is not."""
    return {
        "country": person.country, "group": cast.teams[person.country, desk].pk,
        "person": person.pk, "from": timezone.now(), "until": timezone.now() + DAY, "me": by.pk,
    } | values  # fmt: skip


def test_the_turn_these_tests_begin_with_is_let_through(cast: Cast) -> None:
    assert not refused(
        cast.belgian_head, INSERT, turn(cast, cast.belgian_head, cast.belgian_officer)
    )


@pytest.mark.parametrize("person", ["belgian_leaver", "belgian_newcomer", "belgian_elsewhere"])
def test_who_is_not_posted_there_for_all_of_that_time_is_not_put_on_duty(
    cast: Cast, person: str
) -> None:
    head = cast.belgian_head
    assert refused(head, INSERT, turn(cast, head, getattr(cast, person)))


def test_nobody_is_on_duty_past_the_end_of_the_posting(cast: Cast) -> None:
    head, officer = cast.belgian_head, cast.belgian_officer
    ends_at = timezone.now() + 5 * HOUR
    Posting.objects.filter(person=officer.pk).update(ends_at=ends_at)
    assert refused(head, INSERT, turn(cast, head, officer))
    assert not refused(head, INSERT, turn(cast, head, officer, until=ends_at))


def test_a_head_of_desk_whose_posting_is_over_keeps_no_roster(cast: Cast) -> None:
    head = cast.belgian_head
    values = turn(cast, head, cast.belgian_officer)
    Posting.objects.filter(person=head.pk).update(ends_at=timezone.now() - HOUR)
    add_posting(cast, head, "officer", "BOG")
    assert refused(head, INSERT, values)
    Posting.objects.filter(person=head.pk, role="head_of_desk").update(
        starts_at=timezone.now() + HOUR, ends_at=None
    )
    assert refused(head, INSERT, values)


def test_the_roster_is_read_within_the_own_country(cast: Cast) -> None:
    on_duty(cast, cast.belgian_officer, "BOG")
    on_duty(cast, cast.dutch_officer, "BOG")
    for person in (cast.belgian_colleague, cast.belgian_headquarters, cast.belgian_auditor):
        assert raw(person, "SELECT country FROM accounts_duty") == [("BE",)]
        with as_person(person):
            assert [each.who for each in selectors.turns(person)] == [cast.belgian_officer.name]
    for person in (None, cast.belgian_leaver, cast.belgian_closed, cast.luxembourg_coordinator):
        assert raw(person, "SELECT count(*) FROM accounts_duty") == [(0,)]


# The page -----------------------------------------------------------------------------------


def test_the_page_shows_who_is_on_duty_now_and_later(cast: Cast, client_of: ClientOf) -> None:
    on_duty(cast, cast.belgian_officer, "BOG")
    on_duty(
        cast, cast.belgian_headquarters,
        starts_at=timezone.now() + DAY, ends_at=timezone.now() + 2 * DAY,
    )  # fmt: skip
    on_duty(
        cast, cast.belgian_coordinator,
        starts_at=timezone.now() + 50 * DAY, ends_at=timezone.now() + 51 * DAY,
    )  # fmt: skip
    page = client_of(cast.belgian_colleague).get("/duty/")
    assert [fact.value for fact in page.context["awake"]] == [cast.belgian_officer.name]
    assert [each.who for each in page.context["turns"]] == [
        cast.belgian_officer.name,
        cast.belgian_headquarters.name,
    ]
    assert "Take off" not in text_of(page)
    assert "coordinators that of headquarters" in text_of(page)


@pytest.mark.parametrize("page", ["/handovers/", "/me/"])
def test_it_is_reached_from_the_handovers_and_the_own_account(
    cast: Cast, client_of: ClientOf, page: str
) -> None:
    assert 'href="/duty/"' in client_of(cast.belgian_officer).get(page).content.decode()


def test_a_head_of_desk_puts_on_duty_and_takes_off(cast: Cast, client_of: ClientOf) -> None:
    client = client_of(cast.belgian_head)
    values = {
        "action": "put_on", "who": f"BOG.{cast.belgian_officer.public_id}",
        "starts_at": "2030-03-01T20:00", "ends_at": "2030-03-02T08:00",
    }  # fmt: skip
    assert client.post("/duty/", values).status_code == 302
    made = Duty.objects.get()
    assert made.person == cast.belgian_officer.person_ptr
    assert client.post("/duty/", {"action": "take_off", "duty": str(made.pk)}).status_code == 302
    made.refresh_from_db()
    assert made.taken_off_at is not None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ends_at": "2030-03-01T19:00"}, "ends_at"),
        ({"ends_at": "2030-05-01T19:00"}, "ends_at"),
        ({"starts_at": "2020-03-01T20:00", "ends_at": "2020-03-02T20:00"}, "ends_at"),
        ({"who": ""}, "who"),
        ({"who": "newcomer", "starts_at": "now"}, "who"),
    ],
)
def test_what_cannot_be_stands_beside_the_field(
    cast: Cast, client_of: ClientOf, wrong: dict[str, str], field: str
) -> None:
    values = {
        "action": "put_on", "who": f"BOG.{cast.belgian_officer.public_id}",
        "starts_at": "2030-03-01T20:00", "ends_at": "2030-03-02T08:00",
    } | wrong  # fmt: skip
    if wrong.get("who") == "newcomer":
        soon = timezone.now() + HOUR
        values |= {
            "who": f"BOG.{cast.belgian_newcomer.public_id}",
            "starts_at": timezone.localtime(soon).strftime("%Y-%m-%dT%H:%M"),
            "ends_at": timezone.localtime(soon + 20 * DAY).strftime("%Y-%m-%dT%H:%M"),
        }
    page = client_of(cast.belgian_head).post("/duty/", values)
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]
    assert not Duty.objects.exists()


def test_a_turn_of_another_country_is_not_there(cast: Cast, client_of: ClientOf) -> None:
    foreign = on_duty(cast, cast.dutch_officer, "BOG")
    client = client_of(cast.belgian_head)
    assert client.post("/duty/", {"action": "take_off", "duty": foreign.pk}).status_code == 404
    assert client.post("/duty/", {"action": "take_off", "duty": "x"}).status_code == 400
    assert client.post("/duty/", {"action": "x"}).status_code == 400
