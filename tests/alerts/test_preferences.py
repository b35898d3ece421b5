"""How one is told: what one may choose, the floor, quiet hours, and the page."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import Posting, User
from accounts.zones import zones_of
from cases import wordings
from lodesk.alerts import outbox, selectors, sending
from lodesk.alerts.models import Alert, Delivery, DeliveryState, MailPreference
from lodesk.alerts.wording import wording_of
from lodesk.audit.models import LogRow
from lodesk.border.context import acting_as
from lodesk.embedded.mail import MailCatcher
from tests.alerts.lines import age, make_due, only_line
from tests.alerts.people import Three
from tests.browsers import HouseClient
from tests.factories import Cast, add_posting
from tests.looking import as_owner
from tests.pages import text_of

Tell = Callable[..., None]
Browse = Callable[..., HouseClient]
BOGOTA, BRUSSELS = ZoneInfo("America/Bogota"), ZoneInfo("Europe/Brussels")
QUIET = {"quiet_from": time(22), "quiet_until": time(7)}


def prefer(person: User, **wanted: Any) -> None:
    MailPreference.objects.update_or_create(person_id=person.pk, defaults=wanted)


def quiet_now(person: User) -> None:
    """Quiet since an hour, for another one, at the desk in Bogotá."""
    here = timezone.now().astimezone(BOGOTA)
    hour = timedelta(hours=1)
    prefer(person, quiet_from=(here - hour).time(), quiet_until=(here + hour).time())


def not_before(person: User, start: datetime, event: str = "task.due") -> datetime:
    ((moment,),) = as_owner("SELECT alerts_not_before(%s, %s, %s)", [person.pk, event, start])
    found: datetime = moment
    return found


# What one may choose --------------------------------------------------------------------------


def test_a_kind_that_is_wanted_in_the_inbox_only_is_no_mail(tell: Tell, people: Three) -> None:
    prefer(people.jan, tasks="inbox")
    tell(event="task.assigned", because="task")
    assert not Delivery.objects.exists()
    with acting_as(people.jan.pk):
        assert selectors.unread_count(user=people.jan) == 1
    tell(event="dossier.opened", because="handler")
    assert only_line().channel == "mail"


@pytest.mark.parametrize("event", ["task.due", "dossier.opened"])
def test_each_kind_has_a_wish_of_its_own(tell: Tell, people: Three, event: str) -> None:
    kind = "tasks" if event == "task.due" else "openings"
    prefer(people.jan, **{kind: "digest"})
    tell(event="task.due", because="task")
    tell(event="dossier.opened", because="handler")
    channels = dict(Delivery.objects.values_list("alert__event", "channel"))
    assert {name for name, channel in channels.items() if channel == "digest"} == {event}


def test_the_wish_of_one_is_not_that_of_another(tell: Tell, people: Three) -> None:
    prefer(people.chris, tasks="inbox")
    tell(event="task.assigned", because="task", to=[people.jan.pk, people.chris.pk])
    assert only_line().alert.recipient_id == people.jan.pk


def test_the_floor_cannot_be_chosen_away_and_the_mails_say_which_it_is(people: Three) -> None:
    """Events of a kind say that the profile decides; all others, that nothing does."""
    zones = zones_of(people.chris)
    kinds = {}
    for event in wordings.EVENTS:
        ((kinds[event],),) = as_owner("SELECT lodesk_kind_of_mail(%s)", [event])
        alert = Alert(
            event=event, because="handler", owner="BE", facts={"kind": "answer"},
            survives_access=event == "access.ended",
        )  # fmt: skip
        because = wording_of(alert, zones).because
        assert ("Your profile says" in because) == bool(kinds[event]), event
        if event != "access.ended":
            assert ("cannot be switched off" in because) == (not kinds[event]), event
    chosen = {event for event, kind in kinds.items() if kind}
    assert chosen == {each for each in kinds if each.startswith("task.")} | {"dossier.opened"}
    assert kinds["task.due"] == "tasks"
    assert kinds["dossier.opened"] == "openings"


def test_what_is_urgent(db: None) -> None:
    urgent = {
        event
        for event in wordings.EVENTS
        if as_owner("SELECT lodesk_is_urgent(%s)", [event]) == [(True,)]
    }
    assert urgent == {
        "handover.offered", "handover.waiting", "handover.unanswered",
        "clock.near", "clock.past", "clock.unanswered",
    }  # fmt: skip


# Quiet hours ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begins", "ends", "start", "leaves"),
    [
        ("22:00", "07:00", "30 12:00", "30 12:00"),
        ("22:00", "07:00", "30 21:59", "30 21:59"),
        ("22:00", "07:00", "30 22:00", "31 07:00"),
        ("22:00", "07:00", "30 23:30", "31 07:00"),
        ("22:00", "07:00", "30 02:00", "30 07:00"),
        ("22:00", "07:00", "30 06:59", "30 07:00"),
        ("22:00", "07:00", "30 07:00", "30 07:00"),
        ("12:00", "14:00", "30 11:59", "30 11:59"),
        ("12:00", "14:00", "30 12:00", "30 14:00"),
        ("12:00", "14:00", "30 13:00", "30 14:00"),
        ("12:00", "14:00", "30 14:00", "30 14:00"),
        ("12:00", "14:00", "30 23:00", "30 23:00"),
        ("00:00", "06:00", "30 00:00", "30 06:00"),
        ("18:00", "00:00", "30 20:00", "31 00:00"),
    ],
)
def test_quiet_hours_are_those_of_the_desk_and_may_span_midnight(
    people: Three, begins: str, ends: str, start: str, leaves: str
) -> None:
    def there(text: str) -> datetime:
        day, _space, hour = text.partition(" ")
        return datetime.fromisoformat(f"2026-12-{day}T{hour}").replace(tzinfo=BOGOTA)

    prefer(people.jan, quiet_from=begins, quiet_until=ends)
    assert not_before(people.jan, there(start)) == there(leaves)


def test_the_night_summer_time_begins_ends_at_the_same_hour(people: Three) -> None:
    prefer(people.chris, **QUIET)
    start = datetime(2026, 3, 28, 23, tzinfo=BRUSSELS)
    assert not_before(people.chris, start) == datetime(2026, 3, 29, 7, tzinfo=BRUSSELS)


def test_without_quiet_hours_nothing_waits(people: Three) -> None:
    start = datetime(2026, 12, 30, 23, tzinfo=BOGOTA)
    assert not_before(people.jan, start) == start
    prefer(people.jan, tasks="digest")
    prefer(people.chris, **QUIET)
    assert not_before(people.jan, start) == start


def test_what_is_urgent_breaks_the_quiet(people: Three) -> None:
    prefer(people.jan, **QUIET)
    start = datetime(2026, 12, 30, 23, tzinfo=BOGOTA)
    assert not_before(people.jan, start, "clock.past") == start
    assert not_before(people.jan, start, "clock.half") != start


def test_the_clock_is_that_of_the_posting_valid_now(cast: Cast, people: Three) -> None:
    def zone() -> str:
        ((name,),) = as_owner("SELECT alerts_zone_of(%s)", [people.jan.pk])
        return str(name)

    assert zone() == "America/Bogota"
    hour = timedelta(hours=1)
    now = timezone.now()
    add_posting(cast, people.jan, "officer", "BSB", starts_at=now + hour)
    add_posting(cast, people.jan, "officer", "BSB", starts_at=now - 2 * hour, ends_at=now - hour)
    add_posting(cast, people.jan, "headquarters_officer", starts_at=now - hour)
    assert zone() == "America/Bogota"
    newest = add_posting(cast, people.jan, "officer", "BSB", starts_at=now - hour)
    assert zone() == "America/Sao_Paulo"
    Posting.objects.filter(person=people.jan, desk__isnull=False).exclude(pk=newest.pk).delete()
    Posting.objects.filter(pk=newest.pk).update(ends_at=now - timedelta(minutes=1))
    assert zone() == "Europe/Amsterdam"


def test_a_mail_in_quiet_hours_waits_until_they_end(
    tell: Tell, people: Three, catcher: MailCatcher
) -> None:
    quiet_now(people.jan)
    tell()
    line = only_line()
    waits = line.next_try_at - timezone.now()
    assert timedelta(minutes=55) < waits <= timedelta(minutes=61)
    assert (line.state, line.held_until) == (DeliveryState.PENDING, line.next_try_at)
    sending.send_due()
    assert catcher.messages == []
    make_due()
    sending.send_due()
    assert len(catcher.messages) == 1


def test_an_urgent_mail_leaves_in_quiet_hours(
    tell: Tell, people: Three, catcher: MailCatcher
) -> None:
    quiet_now(people.jan)
    tell(event="handover.offered", because="named", facts={"answer_by": timezone.now()})
    assert only_line().held_until is None
    sending.send_due()
    assert len(catcher.messages) == 1


def test_a_digest_keeps_out_of_the_quiet_hours(tell: Tell, people: Three) -> None:
    prefer(people.jan, tasks="digest", quiet_from=time(22), quiet_until=time(9, 15))
    tell(event="task.assigned", because="task")
    assert f"{only_line().next_try_at.astimezone(BOGOTA):%H:%M}" == "09:15"


def test_what_is_tried_again_keeps_out_of_the_quiet_hours(
    tell: Tell, people: Three, catcher: MailCatcher
) -> None:
    tell()
    quiet_now(people.jan)
    catcher.refuse(on=True)
    sending.send_due()
    line = only_line()
    assert line.state == DeliveryState.DEFERRED
    assert line.next_try_at - timezone.now() > timedelta(minutes=55)


def test_the_day_after_which_a_mail_is_given_up_begins_when_it_could_be_sent(
    tell: Tell, people: Three, catcher: MailCatcher
) -> None:
    tell()
    age(hours=25)
    Delivery.objects.update(held_until=timezone.now() - timedelta(hours=1))
    make_due()
    (claimed,) = outbox.claim()
    assert outbox.next_try(claimed) is not None
    Delivery.objects.update(held_until=timezone.now() - timedelta(hours=25))
    make_due()
    (claimed,) = outbox.claim()
    assert outbox.next_try(claimed) is None


# The page -------------------------------------------------------------------------------------


def test_what_one_chooses_is_kept_and_logged(client_of: Browse, people: Three) -> None:
    client = client_of(people.an)
    wanted = {"tasks": "digest", "openings": "inbox", "quiet_from": "22:00", "quiet_until": "07:00"}
    assert client.post("/me/mail", wanted).status_code == 302
    row = MailPreference.objects.get(person=people.an.pk)
    assert (row.tasks, row.openings) == ("digest", "inbox")
    assert (row.quiet_from, row.quiet_until) == (time(22), time(7))
    logged = LogRow.objects.get(action="profile.changed")
    assert logged.facts["fields"] == [
        "mail_tasks", "mail_openings", "mail_quiet_from", "mail_quiet_until",
    ]  # fmt: skip
    assert client.post("/me/mail", wanted).status_code == 302
    assert LogRow.objects.filter(action="profile.changed").count() == 1
    assert (
        client.post("/me/mail", wanted | {"quiet_from": "", "quiet_until": ""}).status_code == 302
    )
    row.refresh_from_db()
    assert (row.quiet_from, row.quiet_until) == (None, None)


@pytest.mark.parametrize(
    ("begins", "ends", "error"),
    [
        ("22:00", "", "Give both times, or none."),
        ("", "07:00", "Give both times, or none."),
        ("22:00", "22:00", "The quiet hours must end at another time than they begin."),
    ],
)
def test_an_error_stands_beside_the_field_and_nothing_typed_is_lost(
    client_of: Browse, people: Three, begins: str, ends: str, error: str
) -> None:
    client = client_of(people.chris)
    typed = {"tasks": "digest", "openings": "inbox", "quiet_from": begins, "quiet_until": ends}
    page = client.post("/me/mail", typed)
    assert page.status_code == 200
    assert page.context["form"].errors["quiet_until"] == [error]
    for value in filter(None, (begins, ends)):
        assert f'value="{value}"' in page.content.decode()
    assert not MailPreference.objects.exists()


def test_a_wrong_hour_is_an_error_of_its_own_field(client_of: Browse, people: Three) -> None:
    typed = {"tasks": "digest", "openings": "inbox", "quiet_from": "25:00", "quiet_until": "07:00"}
    page = client_of(people.chris).post("/me/mail", typed)
    assert set(page.context["form"].errors) == {"quiet_from"}


def test_the_page_names_the_place_whose_hours_are_meant(client_of: Browse, people: Three) -> None:
    User.objects.filter(pk=people.an.pk).update(language="en", time_zone="Europe/Brussels")
    assert "Hours are those of Bogotá." in text_of(client_of(people.an).get("/me/mail"))
    assert "Hours are those of Brussels." in text_of(client_of(people.chris).get("/me/mail"))


def test_the_profile_leads_to_the_page(client_of: Browse, people: Three) -> None:
    assert 'href="/me/mail"' in client_of(people.an).get("/me/").content.decode()
