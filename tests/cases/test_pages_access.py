"""Who can see a dossier, why, since and until when; and who could at another moment."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Posting
from cases.models import Dossier, GrantHistory, Handover
from tests import steps
from tests.browsers import HouseClient
from tests.factories import Cast, DossierFactory, HandoverFactory, MandateFactory, grant
from tests.pages import text_of

pytestmark = pytest.mark.django_db
Browse = Callable[..., HouseClient]
EVERYBODY_OF_BE = 6  # officer, colleague, head; headquarters, two coordinators


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier, opened three days ago, that the Belgian officer handles."""
    past = timezone.now() - timedelta(days=3)
    dossier = DossierFactory(handler=cast.belgian_officer, opened_at=past)
    GrantHistory.objects.filter(dossier=dossier).update(granted_at=past)
    return dossier


@pytest.fixture
def across(cast: Cast, dossier: Dossier) -> Handover:
    """Taken over by the Dutch officer under a mandate of 30 days."""
    handover = steps.offer(cast.belgian_officer, dossier, cast.dutch_officer.person_ptr)
    steps.give(cast.belgian_coordinator, steps.mandate_of(handover))
    steps.accept(cast.dutch_officer, handover)
    handover.refresh_from_db()
    return handover


def shown(client: HouseClient, dossier: Dossier, at: datetime | None = None) -> Any:
    """The page, of now or of another moment."""
    query = {}
    if at is not None:
        here = client.get("/help/").context["frame"].here.tz
        query = {"at": at.astimezone(here).replace(tzinfo=None).isoformat(timespec="seconds")}
    response = client.get(f"/d/{dossier.reference}/access", query)
    assert response.status_code == 200
    return response


def rows(response: Any) -> dict[str, list[tuple[str, str]]]:
    """Who holds which levels, by the label of the country."""
    return {
        country.label: [(row.who, _levels(row)) for row in country.rows]
        for country in response.context["countries"]
    }


def _levels(row: Any) -> str:
    names = ("view", "contribute", "handle", "oversee")
    return " ".join(name for name in names if getattr(row, name))


TEAM_AND_HEADQUARTERS = [
    ("CGI, Brussels", "view contribute oversee"),
    ("Team BE, Bogotá", "view contribute"),
]


def test_everybody_is_named_by_country_and_nobody_is_said(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    response = shown(client_of(cast.belgian_colleague), dossier)
    assert rows(response) == {
        "BE, the owner": [*TEAM_AND_HEADQUARTERS, ("A. Voorbeeld", "view contribute handle")],
        "LU": [],
        "NL": [],
    }
    assert [row.note for row in response.context["countries"][0].rows[:2]] == ["3 people"] * 2
    assert "Nobody. BE can give NL a mandate." in text_of(response)
    assert response.context["sentence"] == (
        f"{EVERYBODY_OF_BE} people now: {EVERYBODY_OF_BE} of BE, the owner. Nobody of LU, NL."
    )


def test_a_mandate_gives_row_until_and_number(
    cast: Cast, client_of: Browse, dossier: Dossier, across: Handover
) -> None:
    response = shown(client_of(cast.belgian_colleague), dossier)
    mandate = steps.mandate_of(across)
    assert rows(response)["NL, under a mandate"] == [("J. Modaal", "view contribute handle")]
    (row,) = response.context["countries"][1].rows
    assert (row.until, row.mandate_number, row.because) == (
        mandate.ends_at, mandate.number, "handler"
    )  # fmt: skip
    assert row.mandate_url == f"/mandates/{mandate.pk}/"
    assert [each.number for each in response.context["mandates"]] == [mandate.number]
    assert "1 of NL under a mandate that ends on " in response.context["sentence"]


def test_who_handled_before_stands_under_ended(
    cast: Cast, client_of: Browse, dossier: Dossier, across: Handover
) -> None:
    response = shown(client_of(cast.belgian_colleague), dossier)
    ended = [(row.who, row.because) for row in response.context["ended"]]
    # The addressee's sight of the offer went on as handling: it did not end.
    assert ended == [("A. Voorbeeld", "handler until then")]


def test_the_past_shows_only_what_was_there(
    cast: Cast, client_of: Browse, dossier: Dossier, across: Handover
) -> None:
    client = client_of(cast.belgian_colleague)
    before = shown(client, dossier, dossier.opened_at + timedelta(hours=1))
    assert before.context["past"]
    assert rows(before)["BE, the owner"] == [
        *TEAM_AND_HEADQUARTERS,
        ("A. Voorbeeld", "view contribute handle"),
    ]
    assert rows(before)["NL"] == []
    assert before.context["ended"] == []
    never = shown(client, dossier, dossier.opened_at - timedelta(days=1))
    assert all(found == [] for found in rows(never).values())


def test_the_plan_ends_mandates_and_keeps_the_rest(
    cast: Cast, client_of: Browse, dossier: Dossier, across: Handover
) -> None:
    mandate = steps.mandate_of(across)
    client = client_of(cast.belgian_colleague)
    later = shown(client, dossier, mandate.ends_at + timedelta(days=1))
    assert rows(later)["BE, the owner"] == TEAM_AND_HEADQUARTERS
    assert rows(later)["NL"] == []
    assert "as planned" in later.context["sentence"]
    still = shown(client, dossier, mandate.ends_at - timedelta(days=1))
    assert rows(still)["NL, under a mandate"] == [("J. Modaal", "view contribute handle")]


def test_an_offer_is_planned_until_its_answer(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
    offer = HandoverFactory(dossier=dossier, to=cast.dutch_officer, mandate=mandate)
    client = client_of(cast.belgian_colleague)
    assert rows(shown(client, dossier))["NL, under a mandate"] == [("J. Modaal", "view")]
    assert rows(shown(client, dossier, offer.answer_by + timedelta(hours=1)))["NL"] == []


def test_a_group_is_counted_with_the_people_of_that_moment(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    Posting.objects.filter(person_id=cast.belgian_colleague.pk).update(
        ends_at=timezone.now() - timedelta(days=1)
    )
    assert shown(client, dossier).context["sentence"].startswith(f"{EVERYBODY_OF_BE - 1} people")
    before = shown(client, dossier, timezone.now() - timedelta(days=2))
    # Then the colleague was there, the one who left a day ago, and whose account is closed now.
    assert before.context["sentence"].startswith(f"{EVERYBODY_OF_BE + 2} people")


def test_the_shortcuts_lead_to_opening_handover_and_plan(
    cast: Cast, client_of: Browse, dossier: Dossier, across: Handover
) -> None:
    client = client_of(cast.belgian_colleague)
    opening, handed, planned = shown(client, dossier).context["shortcuts"]
    assert "A. Voorbeeld" in dict(rows(client.get(opening.url))["BE, the owner"])
    assert rows(client.get(handed.url)) == rows(client.get(opening.url))
    assert planned.label.endswith(", as planned")
    assert rows(client.get(planned.url))["NL"] == []


def test_a_moment_nobody_can_read_shows_now_and_the_error(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_colleague)
    response = client.get(f"/d/{dossier.reference}/access", {"at": "yesterday"})
    assert list(response.context["form"].errors) == ["at"]
    assert rows(response)["BE, the owner"]


def test_looks_are_counted(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    for person in (cast.belgian_officer, cast.belgian_head):
        client_of(person).get(f"/d/{dossier.reference}/")
    looks = shown(client_of(cast.belgian_colleague), dossier).context["looks"]
    assert looks == "Every look is in the log of BE. In the last 7 days: 2 looks by 2 people."


def test_a_standing_mandate_one_may_not_read_has_no_number_here(
    cast: Cast, client_of: Browse
) -> None:
    dossier = DossierFactory(owner="NL", handler=cast.dutch_officer)
    standing = MandateFactory(owner="NL", desk="BOG", receiver=cast.belgian_officer)
    grant(dossier, cast.belgian_officer, "handle", standing)
    own = MandateFactory(dossier=dossier, receiver=cast.luxembourg_headquarters)
    grant(dossier, cast.luxembourg_headquarters, "view", own)
    response = shown(client_of(cast.luxembourg_headquarters), dossier)
    by_name = {row.who: row for each in response.context["countries"] for row in each.rows}
    assert by_name["A. Voorbeeld"].mandate_number == ""
    assert by_name["A. Voorbeeld"].until_label == "as its mandate says"
    assert standing.number not in text_of(response)


def test_out_of_sight_it_does_not_exist(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    for person in (cast.dutch_officer, cast.belgian_auditor, cast.belgian_leaver):
        assert client_of(person).get(f"/d/{dossier.reference}/access").status_code == 404
