"""The page of a dossier: what it shows to whom, and the note one adds."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Dossier, Entry
from lodesk.alerts.models import Alert
from lodesk.audit.models import LogRow
from tests import steps
from tests.browsers import HouseClient
from tests.factories import (
    Cast,
    DossierFactory,
    EntryFactory,
    HandoverFactory,
    MandateFactory,
    grant,
)
from tests.pages import filled, queries_of, text_of

pytestmark = pytest.mark.django_db
Browse = Callable[..., HouseClient]


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer, title="Bananas")


def page(dossier: Dossier, rest: str = "") -> str:
    """Its address."""
    return f"/d/{dossier.reference}/{rest}"


def test_the_page_says_whose_it_is_and_who_handles_it(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    response = client_of(cast.belgian_officer).get(page(dossier))
    head = response.context["head"]
    assert (head.owner, head.on_behalf, head.handler) == ("BE", False, "A. Voorbeeld (BE)")
    assert [act.slug for act in response.context["acts"] if act.allowed] == ["status", "hand-over"]


def test_on_behalf_of_names_the_mandate_and_its_end(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    handover = steps.offer(cast.belgian_officer, dossier, cast.dutch_officer.person_ptr)
    mandate = steps.give(cast.belgian_coordinator, steps.mandate_of(handover))
    steps.accept(cast.dutch_officer, handover)
    head = client_of(cast.dutch_officer).get(page(dossier)).context["head"]
    assert head.on_behalf
    assert mandate.number in head.handler_note


@pytest.mark.parametrize(
    "person",
    ["dutch_officer", "dutch_coordinator", "luxembourg_headquarters", "belgian_elsewhere",
     "belgian_auditor", "belgian_leaver"],
)  # fmt: skip
def test_what_one_may_not_see_is_not_there(
    cast: Cast, client_of: Browse, dossier: Dossier, person: str
) -> None:
    client = client_of(getattr(cast, person))
    hidden = client.get(page(dossier))
    never = client.get("/d/BE-BOG-2019-00001/")
    assert hidden.status_code == never.status_code == 404
    assert hidden.content == never.content


def test_a_reader_is_told_why_there_is_no_button(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    response = client_of(cast.belgian_colleague).get(page(dossier))
    assert not any(act.allowed for act in response.context["acts"])
    assert "Only the handling officer and the owner's headquarters" in text_of(response).replace(
        "&#x27;", "'"
    )
    assert response.context["composer"] is not None


def test_who_may_only_view_has_no_composer(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
    grant(dossier, cast.dutch_officer, "view", mandate)
    client = client_of(cast.dutch_officer)
    response = client.get(page(dossier))
    assert response.context["composer"] is None
    assert "You may read this dossier, not add to it." in text_of(response)
    refused = client.post(page(dossier, "entries"), {"text": "x", "language": "en"})
    assert refused.status_code == 403
    assert "not add to it" in text_of(refused)


def test_a_look_is_logged_and_reads_the_alerts(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague.person_ptr)
    alert = Alert.objects.get(recipient=cast.belgian_colleague)
    client_of(cast.belgian_colleague).get(page(dossier))
    alert.refresh_from_db()
    assert alert.read_at is not None
    assert LogRow.objects.filter(
        action="dossier.viewed", actor=cast.belgian_colleague.pk, target_id=dossier.pk
    ).exists()


def test_a_note_is_added_and_shown(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    client = client_of(cast.belgian_officer)
    shown = client.get(page(dossier))
    answer = client.post(
        page(dossier, "entries"),
        filled(shown, "composer", text="The seal differs.", handling_codes=["H1"]),
    )
    entry = Entry.objects.get(dossier=dossier, kind="note")
    assert (entry.text, entry.handling_codes) == ("The seal differs.", ["H1"])
    assert answer.headers["Location"] == page(dossier, f"#entry-{entry.pk}")
    assert "The seal differs." in text_of(client.get(page(dossier)))


def test_nothing_typed_is_lost_on_an_error(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    client = client_of(cast.belgian_officer)
    answer = client.post(
        page(dossier, "entries"), {"text": "from NATO SECRET annex", "language": "nl"}
    )
    assert answer.status_code == 200
    assert not Entry.objects.filter(dossier=dossier).exists()
    assert "from NATO SECRET annex" in text_of(answer)
    assert "national channel" in text_of(answer)


def test_a_closed_dossier_takes_nothing_more(cast: Cast, client_of: Browse) -> None:
    closed = DossierFactory(handler=cast.belgian_officer, status="closed")
    client = client_of(cast.belgian_officer)
    response = client.get(page(closed))
    assert (response.context["composer"], response.context["acts"]) == (None, [])
    for rest in ("status", "change", "hand-over"):
        refused = client.get(page(closed, rest))
        assert (refused.status_code, "is closed" in text_of(refused)) == (403, True)


# The timeline -----------------------------------------------------------------------------


def items(response: object, shape: str = "") -> list[str]:
    """Texts of the timeline, newest first."""
    timeline = response.context["timeline"]  # type: ignore[attr-defined]
    return [item.text for day in timeline.days for item in day.items if shape in ("", item.shape)]


def test_the_timeline_comes_in_pieces(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    now = timezone.now()
    for number in range(45):
        EntryFactory(dossier=dossier, text=str(number), at=now - timedelta(minutes=number))
    client, address, seen = client_of(cast.belgian_officer), page(dossier), []
    while address:
        response = client.get(address.partition("#")[0])
        seen += items(response)
        address = response.context["timeline"].older_url
    assert seen == [str(number) for number in range(45)]


def test_the_last_visit_stands_after_what_came_since(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    EntryFactory(dossier=dossier, text="before", at=timezone.now() - timedelta(days=2))
    client = client_of(cast.belgian_colleague)
    assert "visit" not in _shapes(client.get(page(dossier)))
    EntryFactory(dossier=dossier, text="since", at=timezone.now())
    response = client.get(page(dossier))
    assert _shapes(response) == ["entry", "visit", "entry"]
    assert response.context["timeline"].new == 1
    assert "visit" not in _shapes(client.get(page(dossier)))


def _shapes(response: object) -> list[str]:
    timeline = response.context["timeline"]  # type: ignore[attr-defined]
    return [item.shape for day in timeline.days for item in day.items]


def test_events_are_worded(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    handover = steps.offer(cast.belgian_officer, dossier, cast.dutch_officer.person_ptr)
    mandate = steps.give(cast.belgian_coordinator, steps.mandate_of(handover))
    steps.accept(cast.dutch_officer, handover)
    response = client_of(cast.belgian_officer).get(page(dossier, "?show=events"))
    accepted, offered, waits = items(response, "event")
    assert accepted.startswith("Handover accepted: A. Voorbeeld (BE) to J. Modaal (NL), until ")
    assert accepted.endswith(f", mandate {mandate.number}.")
    assert offered == (
        f"Handover offered: A. Voorbeeld (BE) to J. Modaal (NL), mandate {mandate.number}."
    )
    assert waits.startswith("Handover waits for the mandate: A. Voorbeeld (BE) to J. Modaal (NL)")


def test_a_declined_offer_says_why(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    handover = steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague.person_ptr)
    steps.decline(cast.belgian_colleague, handover, "On leave.")
    newest = items(client_of(cast.belgian_officer).get(page(dossier)))[0]
    assert newest == "Handover declined by B. Exemple (BE): On leave."


@pytest.mark.parametrize("query", ["?show=nonsense", "?before=nonsense"])
def test_an_unknown_piece_is_empty(
    cast: Cast, client_of: Browse, dossier: Dossier, query: str
) -> None:
    EntryFactory(dossier=dossier)
    assert items(client_of(cast.belgian_officer).get(page(dossier, query))) == []


def test_an_open_offer_is_said_and_stops_a_second_one(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
    client = client_of(cast.belgian_officer)
    response = client.get(page(dossier))
    assert "Offered to B. Exemple (BE)" in text_of(response)
    assert [act.allowed for act in response.context["acts"]] == [True, False]
    assert client.get(page(dossier, "hand-over")).status_code == 403


def test_a_long_timeline_asks_as_much_as_a_short_one(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_colleague)
    EntryFactory.create_batch(2, dossier=dossier)
    few = queries_of(client, page(dossier))
    for author in (cast.belgian_officer, cast.belgian_head, cast.belgian_coordinator):
        EntryFactory.create_batch(15, dossier=dossier, author=author)
    assert queries_of(client, page(dossier)) == few
