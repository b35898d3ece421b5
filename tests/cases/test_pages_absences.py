"""The page of absences and stand-ins, and the page of one stand-in."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Absence, User
from cases.models import StandIn
from tests import steps
from tests.browsers import HouseClient
from tests.factories import Cast, Desk, DossierFactory, StandInFactory
from tests.looking import grants_of
from tests.pages import filled, text_of

pytestmark = pytest.mark.django_db
Browse = Callable[[User | None], HouseClient]
PATH = "/absences/"


def _day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def _sent(client: HouseClient, first: int, last: int, **fields: Any) -> Any:
    days = {"starts_on": _day(first).isoformat(), "ends_on": _day(last).isoformat()}
    return client.post(PATH, filled(client.get(PATH), **days, **fields))


def _of(person: User) -> str:
    return f"BOG:{person.public_id}"


def test_an_absence_and_who_stands_in_are_entered_in_one_form(
    cast: Cast, client_of: Browse
) -> None:
    me, mate = cast.belgian_officer, cast.belgian_colleague
    dossier = DossierFactory(handler=me)
    client = client_of(me)
    assert _sent(client, 0, 5, stand_in=_of(mate)).status_code == 302
    absence, standin = Absence.objects.get(), StandIn.objects.get()
    assert (absence.starts_on, absence.ends_on, absence.person_id) == (_day(0), _day(5), me.pk)
    assert (standin.absent_id, standin.stand_in_id, standin.acting_id) == (me.pk, mate.pk, mate.pk)
    assert grants_of(dossier)[mate.name] == "handle"
    page = text_of(client.get(PATH))
    assert f"{mate.name} everything handled in Bogotá" in page
    assert mate.name in text_of(client.get(f"/d/{dossier.reference}/"))


def test_it_ends_with_the_last_day_at_the_desk(cast: Cast, client_of: Browse) -> None:
    _sent(client_of(cast.belgian_officer), 3, 3, stand_in=_of(cast.belgian_colleague))
    standin = StandIn.objects.get()
    assert standin.starts_at.isoformat().endswith("T05:00:00+00:00")  # midnight in Bogotá
    assert standin.ends_at - standin.starts_at == timedelta(days=1)


def test_without_a_stand_in_only_the_days_are_kept(cast: Cast, client_of: Browse) -> None:
    client = client_of(cast.belgian_coordinator)
    assert _sent(client, 1, 2).status_code == 302
    assert Absence.objects.get().person_id == cast.belgian_coordinator.pk
    assert not StandIn.objects.exists()
    assert "stand_in" not in client.get(PATH).context["form"].fields


def test_an_absence_is_taken_back_and_the_stand_in_with_it(cast: Cast, client_of: Browse) -> None:
    client, mate = client_of(cast.belgian_officer), cast.belgian_colleague
    dossier = DossierFactory(handler=cast.belgian_officer)
    _sent(client, 0, 5, stand_in=_of(mate))
    absence = Absence.objects.get()
    assert client_of(mate).post(PATH, {"absence": str(absence.pk)}).status_code == 404
    assert client.post(PATH, {"absence": "x"}).status_code == 404
    assert client.post(PATH, {"absence": str(absence.pk)}).status_code == 302
    assert mate.name not in grants_of(dossier)
    assert "No absence is entered." in text_of(client.get(PATH))


def test_the_head_enters_for_the_team_and_sees_it(cast: Cast, client_of: Browse) -> None:
    client, away = client_of(cast.belgian_head), cast.belgian_officer
    choices = {label for _value, label in client.get(PATH).context["form"].fields["person"].choices}
    assert {away.name, cast.belgian_colleague.name} <= choices
    assert cast.dutch_officer.name not in choices
    answer = _sent(client, 0, 5, person=str(away.public_id), stand_in=_of(cast.belgian_colleague))
    assert answer.status_code == 302
    assert Absence.objects.get().made_by_id == cast.belgian_head.pk
    assert StandIn.objects.get().made_by_id == cast.belgian_head.pk
    assert away.name in text_of(client.get(PATH))
    assert away.name not in text_of(client_of(cast.dutch_head).get(PATH))


@pytest.mark.parametrize(
    ("first", "last", "field", "words"),
    [
        (3, 2, "ends_on", "The last day is not before the first."),
        (-3, -2, "ends_on", "This day is over."),
        (0, 400, "ends_on", "An absence lasts a year at most"),
        (400, 401, "ends_on", "An absence lasts a year at most"),
    ],
)
def test_days_that_cannot_be_are_said_beside_the_field(
    cast: Cast, client_of: Browse, first: int, last: int, field: str, words: str
) -> None:
    answer = _sent(client_of(cast.belgian_officer), first, last)
    assert answer.status_code == 200
    assert words in str(answer.context["form"].errors[field])
    assert not Absence.objects.exists()


def test_who_is_absent_does_not_stand_in_and_nobody_twice(cast: Cast, client_of: Browse) -> None:
    me, mate = cast.belgian_officer, cast.belgian_colleague
    client = client_of(me)
    answer = _sent(client, 0, 5, stand_in=_of(me))
    assert "somebody else" in str(answer.context["form"].errors["stand_in"])
    _sent(client, 0, 5, stand_in=_of(mate))
    answer = _sent(client, 2, 9, stand_in=_of(cast.belgian_head))
    assert "at that time already" in str(answer.context["form"].errors["stand_in"])
    assert Absence.objects.count() == 1  # both or neither


def test_for_one_dossier_it_names_the_reference(cast: Cast, client_of: Browse) -> None:
    me, mate = cast.belgian_officer, cast.belgian_colleague
    mine, other = DossierFactory(handler=me), DossierFactory(handler=cast.belgian_head)
    hidden = DossierFactory(owner="NL")
    client = client_of(me)
    for reference in (hidden.reference, "NL-BOG-2026-99999"):
        answer = _sent(client, 0, 5, stand_in=_of(mate), dossier=reference)
        assert "no dossier of this reference" in str(answer.context["form"].errors["dossier"])
    answer = _sent(client, 0, 5, stand_in=_of(mate), dossier=other.reference)
    assert "does not handle" in str(answer.context["form"].errors["dossier"])
    answer = _sent(client, 0, 5, dossier=mine.reference)
    assert "Choose who stands in" in str(answer.context["form"].errors["stand_in"])
    answer = _sent(client, 0, 5, stand_in=_of(mate), dossier=mine.reference.lower())
    assert answer.status_code == 302
    assert StandIn.objects.get().dossier_id == mine.pk


def test_the_page_of_one_tells_what_it_covers_and_what_was_done(
    cast: Cast, client_of: Browse, bogota: Desk
) -> None:
    me, mate = cast.belgian_officer, cast.belgian_colleague
    dossier, confined = (DossierFactory(handler=me, confined=each) for each in (False, True))
    standin = steps.stand_in(cast.belgian_head, me, mate, bogota)
    steps.add_note(mate, dossier, "Secret words.")
    client, path = client_of(me), f"{PATH}stand-ins/{standin.pk}/"
    page = client.get(path)
    assert dossier.reference in [row.reference for row in page.context["covered"]]
    (stays,) = page.context["not_covered"]
    assert stays.row.reference == confined.reference
    (done,) = page.context["done"]
    assert (done.reference, done.what) == (dossier.reference, f"Note, by {mate.name}")
    assert "Secret words" not in text_of(page)
    assert confined.reference not in text_of(client_of(cast.belgian_head).get(path))


def test_it_is_ended_there_by_who_may_and_by_nobody_else(cast: Cast, client_of: Browse) -> None:
    standin = StandInFactory(absent=cast.belgian_officer, stand_in=cast.belgian_colleague)
    path = f"{PATH}stand-ins/{standin.pk}/"
    assert client_of(cast.belgian_colleague).post(path, {"action": "end"}).status_code == 403
    assert client_of(cast.dutch_head).get(path).status_code == 404
    client = client_of(cast.belgian_head)
    assert "End it now" in text_of(client.get(path))
    assert client.post(path, {"action": "end"}).status_code == 302
    standin.refresh_from_db()
    assert standin.ended_by_id == cast.belgian_head.pk
    assert "End it now" not in text_of(client.get(path))
    assert "ended early" in text_of(client.get(path))
    assert client.post(path, {"action": "end"}).status_code == 403


def test_what_was_done_on_behalf_is_said_in_the_timeline(
    cast: Cast, client_of: Browse, bogota: Desk
) -> None:
    me, mate = cast.belgian_officer, cast.belgian_colleague
    dossier = DossierFactory(handler=me)
    steps.stand_in(me, me, mate, bogota)
    steps.add_note(mate, dossier)
    steps.offer(mate, dossier, cast.belgian_head.person_ptr)
    page = text_of(client_of(cast.belgian_coordinator).get(f"/d/{dossier.reference}/"))
    assert f"On behalf of {me}" in page
    assert f"On behalf of {me}." in page  # of the event
    assert f"{mate} stands in for {me} until" in page
    access = text_of(client_of(me).get(f"/d/{dossier.reference}/access"))
    assert "stands in for the handler" in access


def test_profile_and_handovers_lead_there(cast: Cast, client_of: Browse) -> None:
    client = client_of(cast.belgian_officer)
    for path in ("/me/", "/handovers/"):
        assert 'href="/absences/"' in client.get(path).content.decode()
    assert 'href="/absences/"' not in client_of(cast.belgian_leaver).get("/me/").content.decode()
