"""An offer and its answer; a mandate and its decision."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.models import Dossier, Handover, Mandate
from tests import steps
from tests.browsers import HouseClient
from tests.factories import Cast, DossierFactory, HandoverFactory, MandateFactory
from tests.pages import filled, text_of

pytestmark = pytest.mark.django_db
Browse = Callable[..., HouseClient]


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer, title="Bananas")


@pytest.fixture
def at_home(cast: Cast, dossier: Dossier) -> Handover:
    """An offer to the Belgian colleague."""
    return steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague.person_ptr)


@pytest.fixture
def across(cast: Cast, dossier: Dossier) -> Handover:
    """An offer to the Dutch officer, which waits for its mandate."""
    return steps.offer(cast.belgian_officer, dossier, cast.dutch_officer.person_ptr)


def page(handover: Handover) -> str:
    """The address of an offer."""
    return f"/handovers/{handover.pk}/"


def answer(client: HouseClient, handover: Handover, action: str, **more: str) -> Any:
    """Answer an offer."""
    return client.post(page(handover), {"action": action} | more)


def test_the_addressee_reads_the_note_and_accepts(
    cast: Cast, client_of: Browse, at_home: Handover, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_colleague)
    shown = client.get(page(at_home))
    assert shown.context["note"][0].value == at_home.note_state
    assert shown.context["accept"].allowed
    assert shown.context["withdraw"] is None
    accepted = answer(client, at_home, "accept")
    assert accepted.headers["Location"] == f"/d/{dossier.reference}/"
    dossier.refresh_from_db()
    assert dossier.handler_id == cast.belgian_colleague.pk


def test_the_giver_withdraws(cast: Cast, client_of: Browse, at_home: Handover) -> None:
    client = client_of(cast.belgian_officer)
    shown = client.get(page(at_home))
    assert (shown.context["accept"], shown.context["decline_form"]) == (None, None)
    assert answer(client, at_home, "withdraw").status_code == 302
    at_home.refresh_from_db()
    assert at_home.state == "withdrawn"


def test_declining_needs_a_reason(cast: Cast, client_of: Browse, at_home: Handover) -> None:
    client = client_of(cast.belgian_colleague)
    empty = answer(client, at_home, "decline", reason="")
    assert list(empty.context["decline_form"].errors) == ["reason"]
    answer(client, at_home, "decline", reason="On leave.")
    at_home.refresh_from_db()
    assert (at_home.state, at_home.answer_reason) == ("declined", "On leave.")


def test_who_declines_across_the_border_loses_sight_and_is_told_so(
    cast: Cast, client_of: Browse, across: Handover, dossier: Dossier
) -> None:
    steps.give(cast.belgian_coordinator, steps.mandate_of(across))
    client = client_of(cast.dutch_officer)
    gone = client.post(page(across), {"action": "decline", "reason": "No time."}, follow=True)
    assert gone.redirect_chain == [("/", 302)]
    assert "no longer in your sight" in text_of(gone)
    assert dossier.reference not in text_of(gone)
    assert client.get(page(across)).status_code == 404


def test_an_offer_that_waits_does_not_exist_for_its_addressee(
    cast: Cast, client_of: Browse, across: Handover
) -> None:
    client = client_of(cast.dutch_officer)
    assert client.get(page(across)).status_code == 404
    assert client.get("/handovers/").context["groups"] == []


@pytest.mark.parametrize("action", ["accept", "decline"])
def test_nobody_else_answers(cast: Cast, client_of: Browse, at_home: Handover, action: str) -> None:
    refused = answer(client_of(cast.belgian_head), at_home, action, reason="x")
    assert (refused.status_code, "made to somebody else" in text_of(refused)) == (403, True)


def test_an_answer_nobody_knows_is_no_answer(
    cast: Cast, client_of: Browse, at_home: Handover
) -> None:
    assert answer(client_of(cast.belgian_colleague), at_home, "destroy").status_code == 400


def test_after_the_time_to_answer_it_is_lapsed_at_once(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    late = HandoverFactory(
        dossier=dossier,
        to=cast.belgian_colleague,
        answer_by=timezone.now() - timedelta(seconds=1),
    )
    client = client_of(cast.belgian_colleague)
    shown = client.get(page(late))
    assert (shown.context["offer"].state, shown.context["accept"].allowed) == ("Expired", False)
    refused = answer(client, late, "accept")
    assert (refused.status_code, "The time to answer is over." in text_of(refused)) == (403, True)


def test_the_access_diff_stands_on_the_offer_until_it_is_answered(
    cast: Cast, client_of: Browse, at_home: Handover
) -> None:
    client = client_of(cast.belgian_colleague)
    rows = client.get(page(at_home)).context["diff"]
    assert [(row.change, row.who, row.then) for row in rows[:2]] == [
        ("gains", "B. Exemple (BE)", "handle"),
        ("loses", "A. Voorbeeld (BE)", "contribute"),
    ]
    answer(client, at_home, "accept")
    assert client.get(page(at_home)).context["diff"] == []


def test_an_offer_that_waits_says_the_mandate_is_still_to_be_given(
    cast: Cast, client_of: Browse, across: Handover
) -> None:
    rows = client_of(cast.belgian_officer).get(page(across)).context["diff"]
    assert rows[0].why.startswith("mandate of CGI, still to be given; proposed until ")


def test_the_list_groups_offers_by_part(cast: Cast, client_of: Browse, at_home: Handover) -> None:
    def slugs(person: str) -> list[str]:
        groups = client_of(getattr(cast, person)).get("/handovers/").context["groups"]
        return [group.slug for group in groups]

    assert slugs("belgian_colleague") == ["offered"]
    assert slugs("belgian_officer") == ["yours"]
    assert slugs("belgian_head") == []
    steps.withdraw(cast.belgian_officer, at_home)
    assert slugs("belgian_officer") == slugs("belgian_colleague") == ["ended"]


# Mandates ---------------------------------------------------------------------------------


def decide(client: HouseClient, mandate: Mandate, action: str, **values: str) -> Any:
    """Decide on a mandate, from its page."""
    shown = client.get(f"/mandates/{mandate.pk}/")
    sent = filled(shown, f"{action}_form", **values) if shown.context[f"{action}_form"] else {}
    return client.post(f"/mandates/{mandate.pk}/", sent | {"action": action})


def test_a_coordinator_gives_it_with_an_end_and_the_offer_goes_out(
    cast: Cast, client_of: Browse, across: Handover
) -> None:
    mandate = steps.mandate_of(across)
    client = client_of(cast.belgian_coordinator)
    shown = client.get(f"/mandates/{mandate.pk}/")
    assert shown.context["handover_url"] == page(across)
    assert decide(client, mandate, "give", conditions="H2 holds").status_code == 302
    mandate.refresh_from_db()
    across.refresh_from_db()
    assert (mandate.state, mandate.conditions, across.state) == ("given", "H2 holds", "offered")


@pytest.mark.parametrize("end", ["", "2020-01-01T00:00", "nonsense"])
def test_a_mandate_without_an_end_to_come_is_not_given(
    cast: Cast, client_of: Browse, across: Handover, end: str
) -> None:
    mandate = steps.mandate_of(across)
    refused = decide(client_of(cast.belgian_coordinator), mandate, "give", ends_at=end)
    assert list(refused.context["give_form"].errors) == ["ends_at"]
    mandate.refresh_from_db()
    assert mandate.state == "asked"


def test_refusing_needs_a_reason_and_ends_the_offer(
    cast: Cast, client_of: Browse, across: Handover
) -> None:
    mandate, client = steps.mandate_of(across), client_of(cast.belgian_coordinator)
    empty = decide(client, mandate, "refuse", reason="")
    assert list(empty.context["refuse_form"].errors) == ["reason"]
    decide(client, mandate, "refuse", reason="Not now.")
    mandate.refresh_from_db()
    across.refresh_from_db()
    assert (mandate.state, across.state) == ("refused", "refused")


def test_ending_it_takes_the_access_along(
    cast: Cast, client_of: Browse, across: Handover, dossier: Dossier
) -> None:
    mandate = steps.give(cast.belgian_coordinator, steps.mandate_of(across))
    steps.accept(cast.dutch_officer, across)
    dutch = client_of(cast.dutch_officer)
    assert dutch.get(f"/d/{dossier.reference}/").status_code == 200
    decide(client_of(cast.belgian_coordinator), mandate, "end")
    assert dutch.get(f"/d/{dossier.reference}/").status_code == 404


@pytest.mark.parametrize("person", ["belgian_officer", "belgian_headquarters"])
@pytest.mark.parametrize("action", ["give", "refuse"])
def test_only_a_coordinator_decides(
    cast: Cast, client_of: Browse, across: Handover, person: str, action: str
) -> None:
    mandate, client = steps.mandate_of(across), client_of(getattr(cast, person))
    shown = client.get(f"/mandates/{mandate.pk}/")
    assert shown.context["give_form"] is None
    assert "Only a coordinator" in shown.context["decision"].reason
    assert decide(client, mandate, action).status_code == 403


def test_who_asked_does_not_decide(cast: Cast, client_of: Browse) -> None:
    queue = DossierFactory(handler=None)
    handover = steps.offer(cast.belgian_coordinator, queue, cast.dutch_officer.person_ptr)
    mandate = steps.mandate_of(handover)
    client = client_of(cast.belgian_coordinator)
    refused = decide(client, mandate, "give")
    assert (refused.status_code, "does not give it" in text_of(refused)) == (403, True)
    other = client_of(cast.belgian_second_coordinator)
    assert decide(other, mandate, "give").status_code == 302


@pytest.mark.parametrize("person", ["dutch_officer", "dutch_coordinator", "belgian_auditor"])
def test_a_mandate_out_of_sight_does_not_exist(
    cast: Cast, client_of: Browse, across: Handover, person: str
) -> None:
    address = f"/mandates/{across.mandate_id}/"
    assert client_of(getattr(cast, person)).get(address).status_code == 404


def test_a_standing_mandate_has_no_dossier(cast: Cast, client_of: Browse) -> None:
    standing = MandateFactory(owner="BE", desk="BOG", receiver=cast.team("NL"), kinds=["seizure"])
    shown = client_of(cast.dutch_officer).get(f"/mandates/{standing.pk}/")
    assert (shown.context["head"], shown.context["handover_url"]) == (None, "")
    assert "Follow-up of a seizure" in text_of(shown)
