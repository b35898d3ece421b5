"""Moments, places and programs that nobody means: refused beside the field, never an error 500.

And what one could otherwise promise beyond the end of a mandate, or lock away from everybody.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from cases.models import Dossier, Handover, Mandate
from lodesk.audit.models import LogRow
from lodesk.audit.origin import LONGEST_AGENT, short_agent
from lodesk.ui import times
from lodesk.ui.keyset import Cursor
from tests import steps
from tests.browsers import HouseClient
from tests.factories import Cast, DossierFactory, MandateFactory, grant
from tests.pages import CHECKED, filled, local, text_of

pytestmark = pytest.mark.django_db
Browse = Callable[..., HouseClient]
NEW = "/dossiers/new"
HANDED = CHECKED | {
    **{f"read_{part}": "on" for part in ("state", "promises", "deadline", "contacts", "risks")},
    "note_promises": "A call.",
    "note_risks": "none",
}
YEARS = "The year must lie between 1990 and 2100."
ODD = [
    "9999-12-31T23:59",
    "9998-12-31T00:00",
    "0001-01-01T00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:00-14:00",
    "2026-01-01T00:00:00+23:59",
    "2026-01-01T00:00:00-15:59",
    "2026-01-01T00:00:00+01:00:30",
    "2101-01-01T00:00",
    "1989-12-31T23:59",
]


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer)


@pytest.fixture
def abroad(cast: Cast) -> Dossier:
    """A Belgian dossier that the Dutch officer handles under a mandate of three days."""
    dossier = DossierFactory(handler=None)
    mandate = MandateFactory(
        dossier=dossier, receiver=cast.dutch_officer, ends_at=timezone.now() + timedelta(days=3)
    )
    grant(dossier, cast.dutch_officer, "handle", mandate)
    Dossier.objects.filter(pk=dossier.pk).update(handler=cast.dutch_officer.pk)
    dossier.refresh_from_db()
    return dossier


def typed(client: HouseClient, **changes: Any) -> dict[str, Any]:
    """The form of a new dossier, filled in."""
    values = {"title": "Bananas", "kind": "incoming_request", "summary": "A long text."}
    return filled(client.get(NEW), **values | changes)


def hand_over(client: HouseClient, dossier: Dossier, **values: Any) -> Any:
    """Fill the page in and send it."""
    page = f"/d/{dossier.reference}/hand-over"
    return client.post(page, filled(client.get(page), **HANDED | values))


def in_days(days: int) -> str:
    """A moment in days from now, as a browser sends it."""
    return local(timezone.localtime() + timedelta(days=days))


# Forms ------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ODD)
@pytest.mark.parametrize("field", ["due_at", "received_at"])
def test_an_odd_moment_of_a_new_dossier_is_refused_at_its_field(
    cast: Cast, client_of: Browse, field: str, moment: str
) -> None:
    client = client_of(cast.belgian_officer)
    answer = client.post(NEW, typed(client, **{field: moment}))
    assert list(answer.context["form"].errors) == [field]
    assert "A long text." in answer.content.decode()
    assert moment in answer.content.decode()
    assert not Dossier.objects.filter(title="Bananas").exists()


def test_the_error_says_which_years_there_are(cast: Cast, client_of: Browse) -> None:
    client = client_of(cast.belgian_officer)
    assert YEARS in text_of(client.post(NEW, typed(client, due_at="9999-12-31T23:59")))


def test_a_moment_with_a_real_offset_is_still_read(cast: Cast, client_of: Browse) -> None:
    client = client_of(cast.belgian_officer)
    client.post(NEW, typed(client, due_at="2030-01-01T00:00:00+14:00"))
    due = Dossier.objects.get(title="Bananas").due_at
    assert due is not None
    assert due.isoformat() == "2029-12-31T10:00:00+00:00"


def test_an_odd_due_time_cannot_be_written_into_a_dossier_that_exists(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client, page = client_of(cast.belgian_officer), f"/d/{dossier.reference}/change"
    answer = client.post(page, filled(client.get(page), due_at="9999-12-31T23:59"))
    assert list(answer.context["form"].errors) == ["due_at"]
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("moment", ODD)
@pytest.mark.parametrize("field", ["answer_by", "mandate_ends_at", "giver_keeps_until"])
def test_an_odd_moment_of_a_hand_over_is_refused_at_its_field(
    cast: Cast, client_of: Browse, dossier: Dossier, field: str, moment: str
) -> None:
    values = {
        "to": f"p:{cast.dutch_officer.public_id}",
        "giver_keeps": "view",
        "giver_keeps_until": in_days(9),
        field: moment,
    }
    answer = hand_over(client_of(cast.belgian_officer), dossier, **values)
    assert list(answer.context["form"].errors) == [field]
    assert "A call." in answer.content.decode()
    assert not Handover.objects.exists()


@pytest.mark.parametrize("moment", ODD)
def test_an_odd_moment_in_the_address_of_a_hand_over_shows_the_page(
    cast: Cast, client_of: Browse, dossier: Dossier, moment: str
) -> None:
    query = {"to": f"p:{cast.dutch_officer.public_id}", "giver_keeps": "view"}
    fields = ("answer_by", "mandate_ends_at", "giver_keeps_until")
    page = f"/d/{dossier.reference}/hand-over"
    answer = client_of(cast.belgian_officer).get(page, query | dict.fromkeys(fields, moment))
    assert answer.status_code == 200


@pytest.mark.parametrize(("days", "refused"), [(-1, True), (59, False), (61, True)])
def test_an_answer_is_asked_for_within_sixty_days(
    cast: Cast, client_of: Browse, dossier: Dossier, days: int, refused: bool
) -> None:
    values = {"to": f"p:{cast.belgian_colleague.public_id}", "answer_by": in_days(days)}
    hand_over(client_of(cast.belgian_officer), dossier, **values)
    assert Handover.objects.exists() is not refused


@pytest.mark.parametrize(("days", "refused"), [(1800, False), (1835, True)])
def test_a_mandate_is_asked_for_five_years_at_most(
    cast: Cast, client_of: Browse, dossier: Dossier, days: int, refused: bool
) -> None:
    values = {"to": f"p:{cast.dutch_officer.public_id}", "mandate_ends_at": in_days(days)}
    hand_over(client_of(cast.belgian_officer), dossier, **values)
    assert Handover.objects.exists() is not refused


@pytest.mark.parametrize("moment", [in_days(1835), *ODD])
def test_a_mandate_is_given_for_five_years_at_most(
    cast: Cast, client_of: Browse, dossier: Dossier, moment: str
) -> None:
    offered = steps.offer(cast.belgian_officer, dossier, cast.dutch_officer.person_ptr)
    client, page = client_of(cast.belgian_coordinator), f"/mandates/{offered.mandate_id}/"
    values = filled(client.get(page), "give_form", ends_at=moment)
    answer = client.post(page, values | {"action": "give"})
    assert list(answer.context["give_form"].errors) == ["ends_at"]
    assert steps.mandate_of(offered).state == "asked"


# Addresses --------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ODD)
def test_who_can_see_shows_now_and_the_error_for_an_odd_moment(
    cast: Cast, client_of: Browse, dossier: Dossier, moment: str
) -> None:
    page = f"/d/{dossier.reference}/access"
    answer = client_of(cast.belgian_officer).get(page, {"at": moment})
    assert list(answer.context["form"].errors) == ["at"]
    assert not answer.context["past"]


@pytest.mark.parametrize("moment", ["1990-01-01T00:00", "2100-12-31T23:59"])
def test_who_can_see_reaches_as_far_as_the_years_do(
    cast: Cast, client_of: Browse, dossier: Dossier, moment: str
) -> None:
    answer = client_of(cast.belgian_officer).get(f"/d/{dossier.reference}/access", {"at": moment})
    assert not answer.context["form"].errors


@pytest.mark.parametrize("moment", [*ODD, "2026-01-01T00:00:00"])
def test_an_odd_place_is_no_place_in_a_list(moment: str) -> None:
    with pytest.raises(ValueError, match="T"):
        Cursor.read(f"{moment}_{'a' * 32}")


@pytest.mark.parametrize("way", ["after", "before"])
def test_an_odd_place_shows_an_empty_list(
    cast: Cast, client_of: Browse, dossier: Dossier, way: str
) -> None:
    place = f"2026-01-01T00:00:00+23:59_{dossier.pk.hex}"
    answer = client_of(cast.belgian_officer).get("/dossiers/", {way: place})
    assert answer.context["page"].rows == []


@pytest.mark.parametrize("field", ["since", "until"])
@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2101-01-01"])
def test_the_log_has_no_day_outside_the_years(
    cast: Cast, client_of: Browse, field: str, day: str
) -> None:
    answer = client_of(cast.belgian_auditor).get("/log/", {field: day})
    assert answer.context["form"].errors == {field: [YEARS]}


def test_a_program_with_a_number_without_end_is_cut(cast: Cast, client_of: Browse) -> None:
    header = f"Mozilla/5.0 (Windows) Chrome/{'1' * 300}"
    assert len(short_agent(header)) == LONGEST_AGENT
    client = client_of(cast.belgian_auditor)
    assert client.get("/log/", headers={"User-Agent": header}).status_code == 200
    assert LogRow.objects.filter(agent=short_agent(header)).exists()


# Confined ---------------------------------------------------------------------------------


def test_who_confines_a_dossier_at_a_desk_handles_it(cast: Cast, client_of: Browse) -> None:
    client = client_of(cast.belgian_officer)
    answer = client.post(NEW, typed(client, confined="on", handle=None))
    assert list(answer.context["form"].errors) == ["handle"]
    assert "Nobody at the desk would see a confined dossier" in text_of(answer)
    client.post(NEW, typed(client, confined="on"))
    assert Dossier.objects.get(title="Bananas").handler_id == cast.belgian_officer.pk


def test_headquarters_confines_a_dossier_without_a_handler(cast: Cast, client_of: Browse) -> None:
    client = client_of(cast.belgian_headquarters)
    values = {"desk": "BOG", "host_country": "EC", "confined": "on"}
    assert client.post(NEW, typed(client, **values)).status_code == 302


# The access diff --------------------------------------------------------------------------


def of_the_handler(client: HouseClient, path: str, **query: str) -> Any:
    """The line of the access diff about who handles it until now."""
    return client.get(path, query).context["diff"][1]


def test_a_handler_keeps_nothing_through_a_team_that_is_only_offered_it(
    cast: Cast, client_of: Browse, abroad: Dossier
) -> None:
    offered = steps.across(cast.dutch_officer, abroad, cast.team("NL"), cast.belgian_coordinator)
    row = of_the_handler(client_of(cast.dutch_officer), f"/handovers/{offered.pk}/")
    assert (row.change, row.now, row.then) == ("loses", "handle", "none")
    assert row.why == "handling ends, and with it all access"
    steps.accept(cast.dutch_colleague, offered)
    page = client_of(cast.dutch_officer).get(f"/d/{abroad.reference}/")
    assert page.status_code == 404


def test_what_is_kept_is_shown_to_end_with_the_mandate(
    cast: Cast, client_of: Browse, abroad: Dossier
) -> None:
    row = of_the_handler(
        client_of(cast.dutch_officer),
        f"/d/{abroad.reference}/hand-over",
        to=f"p:{cast.belgian_colleague.public_id}",
        giver_keeps="contribute",
        giver_keeps_until=in_days(900),
    )
    end = Mandate.objects.get(dossier=abroad).ends_at.astimezone(ZoneInfo("America/Bogota"))
    assert row.why == f"keeps: contribute, until {times.full_date(end)}"


def test_what_is_kept_cannot_outlast_the_mandate(
    cast: Cast, client_of: Browse, abroad: Dossier
) -> None:
    client = client_of(cast.dutch_officer)
    values = {"to": f"p:{cast.belgian_colleague.public_id}", "giver_keeps": "view"}
    answer = hand_over(client, abroad, **values, giver_keeps_until=in_days(9))
    (error,) = answer.context["form"].errors["giver_keeps_until"]
    assert error.startswith("Nothing is kept longer than the mandate of the handler: until ")
    hand_over(client, abroad, **values, giver_keeps_until=in_days(2))
    assert Handover.objects.get().giver_keeps == "view"


def test_the_service_refuses_what_would_outlast_the_mandate(cast: Cast, abroad: Dossier) -> None:
    to, until = cast.belgian_colleague.person_ptr, steps.in_(days=9)
    with pytest.raises(PermissionDenied, match="longer than the mandate"):
        steps.offer(cast.dutch_officer, abroad, to, giver_keeps="view", giver_keeps_until=until)


def test_who_is_of_the_owner_country_keeps_it_as_long_as_is_said(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    values = {"to": f"p:{cast.belgian_colleague.public_id}", "giver_keeps": "view"}
    hand_over(client_of(cast.belgian_officer), dossier, **values, giver_keeps_until=in_days(900))
    assert Handover.objects.get().giver_keeps == "view"


def test_the_longest_day_of_a_year_is_one_day():
    """Clocks go back at night: 25 hours lie between its midnights, and all of them are today."""
    brussels = ZoneInfo("Europe/Brussels")
    begins = datetime(2026, 10, 25, 0, 0, tzinfo=brussels)
    ends = datetime(2026, 10, 25, 23, 59, tzinfo=brussels)

    with timezone.override(brussels):
        today = times.signal(ends.astimezone(UTC), now=begins.astimezone(UTC))
        tomorrow = times.signal(ends.astimezone(UTC) + timedelta(minutes=1), now=begins)

    assert (today, tomorrow) == ("soon", "")
