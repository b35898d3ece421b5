"""A dossier changes hands without an offer: the buttons, the pages, and who is shown them."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from cases.models import Dossier, Handover
from tests import steps
from tests.browsers import HouseClient
from tests.factories import Cast, DossierFactory, HandoverFactory, MandateFactory, grant
from tests.pages import text_of

pytestmark = pytest.mark.django_db
Browse = Callable[..., HouseClient]
QUEUE = "/dossiers/?handler=nobody"
TAKE = {"action": "take"}


@pytest.fixture
def queue(cast: Cast) -> Dossier:
    """A Belgian dossier at Bogotá that nobody handles."""
    return DossierFactory(title="Bananas")


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer, title="Pineapples")


def page(dossier: Dossier, act: str = "") -> str:
    """The address of a dossier, or of an act on it."""
    return f"/d/{dossier.reference}/{act}"


# Taking -----------------------------------------------------------------------------------------


def test_what_nobody_handles_is_taken_with_one_button(
    cast: Cast, client_of: Browse, queue: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    shown = client.get(page(queue))
    assert (shown.context["take"].allowed, shown.context["take"].url) == (True, page(queue, "take"))
    taken = client.post(page(queue, "take"), TAKE, follow=True)
    assert taken.redirect_chain == [(page(queue), 302)]
    assert "You handle this dossier now." in text_of(taken)
    assert taken.context["take"] is None
    queue.refresh_from_db()
    assert queue.handler_id == cast.belgian_officer.pk


def test_without_the_button_nothing_is_taken(cast: Cast, client_of: Browse, queue: Dossier) -> None:
    client = client_of(cast.belgian_officer)
    for sent in ({}, {"action": "accept"}):
        assert client.post(page(queue, "take"), sent).status_code == 400
    queue.refresh_from_db()
    assert queue.handler_id is None


def test_who_comes_second_reads_who_has_it(cast: Cast, client_of: Browse, queue: Dossier) -> None:
    client = client_of(cast.belgian_colleague)
    client.get(page(queue))
    steps.take(cast.belgian_officer, queue)
    late = client.post(page(queue, "take"), TAKE)
    assert (late.status_code, "A. Voorbeeld (BE) handles it already." in text_of(late)) == (
        403, True,
    )  # fmt: skip


def test_who_could_not_take_it_is_not_asked(
    cast: Cast, client_of: Browse, queue: Dossier, dossier: Dossier
) -> None:
    mandate = MandateFactory(dossier=queue, receiver=cast.dutch_officer)
    grant(queue, cast.dutch_officer, "view", mandate)
    for who in (cast.belgian_headquarters, cast.belgian_coordinator, cast.dutch_officer):
        client = client_of(who)
        assert client.get(page(queue)).context["take"] is None
        assert client.post(page(queue, "take"), TAKE).status_code == 403
    closed = DossierFactory(status="closed")
    client = client_of(cast.belgian_colleague)
    for each in (dossier, closed):
        assert client.get(page(each)).context["take"] is None


def test_while_it_is_offered_the_page_says_why_it_cannot_be_taken(
    cast: Cast, client_of: Browse, queue: Dossier
) -> None:
    HandoverFactory(dossier=queue, giver=cast.belgian_coordinator, to=cast.belgian_head)
    client = client_of(cast.belgian_officer)
    shown = client.get(page(queue))
    assert not shown.context["take"].allowed
    sentence = "It is offered to somebody: it can be taken once that offer has ended."
    assert sentence in text_of(shown)
    refused = client.post(page(queue, "take"), TAKE)
    assert (refused.status_code, sentence in text_of(refused)) == (403, True)


def test_from_the_list_of_what_nobody_handles_it_is_taken_in_its_row(
    cast: Cast, client_of: Browse, queue: Dossier, dossier: Dossier
) -> None:
    offered = DossierFactory()
    HandoverFactory(dossier=offered, giver=cast.belgian_coordinator, to=cast.belgian_head)
    client = client_of(cast.belgian_officer)
    listed = client.get(QUEUE)
    urls = {row.reference: row.take_url for row in listed.context["page"].rows}
    assert urls == {queue.reference: page(queue, "take"), offered.reference: ""}
    assert f'formaction="{page(queue, "take")}"' in listed.content.decode()
    whole = client.get("/dossiers/").context["page"].rows
    assert {row.take_url for row in whole} == {""}


def test_in_the_list_one_takes_from_the_own_queue_only(
    cast: Cast, client_of: Browse, queue: Dossier
) -> None:
    elsewhere = DossierFactory(desk="BSB")
    grant(elsewhere, cast.team("BE"), "contribute")
    for who, taken in (
        (cast.belgian_officer, {queue.reference}),
        (cast.belgian_headquarters, set()),
    ):
        rows = client_of(who).get(QUEUE).context["page"].rows
        assert {row.reference for row in rows if row.take_url} == taken
        assert {row.reference for row in rows} == {queue.reference, elsewhere.reference}


def test_the_page_of_what_was_taken_says_so_and_shows_no_note(
    cast: Cast, client_of: Browse, queue: Dossier
) -> None:
    steps.take(cast.belgian_officer, queue)
    taken = Handover.objects.get(dossier=queue)
    client = client_of(cast.belgian_officer)
    shown = client.get(reverse("handover", args=[taken.pk]))
    assert "Taken from the queue: A. Voorbeeld (BE)" in text_of(shown)
    assert (shown.context["note"], shown.context["accept"], shown.context["withdraw"]) == (
        [], None, None,
    )  # fmt: skip
    (group,) = client.get("/handovers/").context["groups"]
    (row,) = group.rows
    assert (row.giver, row.to, row.state) == ("the queue", "A. Voorbeeld (BE)", "taken")
    assert (
        client.post(reverse("handover", args=[taken.pk]), {"action": "accept"}).status_code == 403
    )


# Re-assigning -----------------------------------------------------------------------------------


def test_the_head_of_desk_chooses_somebody_of_the_team_and_says_why(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_head)
    acts = {act.slug: act for act in client.get(page(dossier)).context["acts"]}
    assert (acts["re-assign"].allowed, acts["re-assign"].url) == (True, page(dossier, "re-assign"))
    shown = client.get(page(dossier, "re-assign"))
    assert [each.name for each in shown.context["receivers"]] == ["B. Exemple", "C. Beispiel"]
    assert "A. Voorbeeld (BE) handles it now, and keeps what the team has." in text_of(shown)
    to = f"p:{cast.belgian_colleague.public_id}"
    given = client.post(
        page(dossier, "re-assign"), {"to": to, "reason": "A. is on leave."}, follow=True
    )
    assert "B. Exemple (BE) handles this dossier now." in text_of(given)
    assert "A. is on leave." in text_of(given)
    dossier.refresh_from_db()
    assert dossier.handler_id == cast.belgian_colleague.pk


def test_without_a_reason_or_a_person_nothing_is_lost_and_nothing_changes(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_head)
    to = f"p:{cast.belgian_colleague.public_id}"
    again = client.post(page(dossier, "re-assign"), {"to": to, "reason": ""})
    assert list(again.context["form"].errors) == ["reason"]
    assert [each.value for each in again.context["receivers"] if each.chosen] == [to]
    for value in (
        "",
        "t:BE",
        f"p:{cast.dutch_officer.public_id}",
        f"p:{cast.belgian_officer.public_id}",
    ):
        again = client.post(page(dossier, "re-assign"), {"to": value, "reason": "Leave."})
        assert list(again.context["form"].errors) == ["to"]
        assert "Leave." in again.content.decode()
    dossier.refresh_from_db()
    assert dossier.handler_id == cast.belgian_officer.pk


def test_that_a_handler_of_the_other_country_loses_sight_is_said_before(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    taker = cast.dutch_officer
    offer = steps.across(cast.belgian_officer, dossier, taker.person_ptr, cast.belgian_coordinator)
    steps.accept(taker, offer)
    shown = client_of(cast.belgian_head).get(page(dossier, "re-assign"))
    assert "J. Modaal (NL) handles it now, and will not see it any more." in text_of(shown)


def test_nobody_but_the_head_of_desk_is_shown_the_button(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    for who in (cast.belgian_officer, cast.belgian_colleague, cast.belgian_headquarters,
                cast.belgian_coordinator):  # fmt: skip
        client = client_of(who)
        assert "re-assign" not in {act.slug for act in client.get(page(dossier)).context["acts"]}
        assert client.get(page(dossier, "re-assign")).status_code == 403
    assert client_of(cast.dutch_head).get(page(dossier, "re-assign")).status_code == 404


def test_while_it_is_offered_the_head_reads_that_the_offer_is_withdrawn_first(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
    client = client_of(cast.belgian_head)
    sentence = "It is offered already: withdraw that offer first."
    shown = client.get(page(dossier))
    assert {act.slug: act.reason for act in shown.context["acts"]}["re-assign"] == sentence
    refused = client.get(page(dossier, "re-assign"))
    assert (refused.status_code, sentence in text_of(refused)) == (403, True)
