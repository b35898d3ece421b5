"""Who was told of a dossier: the page, its words, its pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from cases import wordings
from cases.models import Dossier
from cases.selectors.told import EVENTS, PAGE, STATES
from lodesk.alerts.models import Delivery, DeliveryState
from tests import steps
from tests.browsers import HouseClient
from tests.factories import AlertFactory, Cast, DossierFactory, MandateFactory, grant
from tests.pages import text_of

pytestmark = pytest.mark.django_db
Browse = Callable[..., HouseClient]


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier, offered to the Belgian colleague and then taken back."""
    dossier: Dossier = DossierFactory(handler=cast.belgian_officer)
    offer = steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague)
    steps.withdraw(cast.belgian_officer, offer)
    return dossier


def shown(client: HouseClient, dossier: Dossier, query: str = "") -> Any:
    response = client.get(f"/d/{dossier.reference}/told{query}")
    assert response.status_code == 200
    return response


def lines(response: Any) -> set[tuple[str, str, str]]:
    rows = response.context["page"].rows
    return {(str(row.event), row.person, str(row.state)) for row in rows}


def test_each_event_stands_with_who_was_told_and_what_became_of_the_mail(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    Delivery.objects.filter(alert__event="handover.offered").update(
        state="failed", last_error="SMTPRecipientsRefused 550"
    )
    response = shown(client_of(cast.belgian_officer), dossier)
    told = str(cast.belgian_colleague)
    assert lines(response) == {
        ("The dossier is offered", told, "failed"),
        ("The offer is withdrawn", told, "waiting to be sent"),
    }
    assert "SMTP" not in text_of(response)
    assert "550" not in text_of(response)


def test_what_the_recipient_opened_is_read(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    client_of(cast.belgian_colleague).post("/alerts/read")
    response = shown(client_of(cast.belgian_officer), dossier)
    assert {state for _event, _who, state in lines(response)} == {"read"}


def test_a_reader_of_another_country_sees_what_went_to_himself(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_colleague, level="view")
    grant(dossier, cast.dutch_colleague, "view", mandate)
    response = shown(client_of(cast.dutch_colleague), dossier)
    assert lines(response) == set()
    assert "You were told of nothing yet." in text_of(response)
    AlertFactory(dossier=dossier, recipient=cast.dutch_colleague)
    response = shown(client_of(cast.dutch_colleague), dossier)
    assert {who for _event, who, _state in lines(response)} == {str(cast.dutch_colleague)}
    assert cast.belgian_colleague.name not in text_of(response)


def test_the_first_wall_alone_hides_the_others(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    """PostgreSQL lets every row through: a reader of another country still sees but his own."""
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_colleague, level="view")
    grant(dossier, cast.dutch_colleague, "view", mandate)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION cases_told_of(about uuid) RETURNS TABLE (alert uuid,"
            " event varchar, at timestamptz, person integer, state varchar) LANGUAGE sql STABLE"
            " SECURITY DEFINER SET search_path = pg_catalog, public AS $$ SELECT id, event,"
            " created_at, recipient_id, 'sent' FROM alerts_alert WHERE subject_id = about $$"
        )
    assert len(lines(shown(client_of(cast.belgian_officer), dossier))) == 2
    assert lines(shown(client_of(cast.dutch_colleague), dossier)) == set()


def test_pages_go_back_and_forth(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    for _number in range(2 * PAGE):
        AlertFactory(dossier=dossier, recipient=cast.belgian_officer)
    client = client_of(cast.belgian_officer)
    first = shown(client, dossier)
    second = shown(client, dossier, first.context["page"].next_url)
    third = shown(client, dossier, second.context["page"].next_url)
    pages = [[row.key for row in each.context["page"].rows] for each in (first, second, third)]
    assert [len(page) for page in pages] == [PAGE, PAGE, 2]
    assert len({key for page in pages for key in page}) == 2 * PAGE + 2
    assert first.context["page"].previous_url == third.context["page"].next_url == ""
    back = shown(client, dossier, third.context["page"].previous_url)
    assert [row.key for row in back.context["page"].rows] == pages[1]
    assert client.get(f"/d/{dossier.reference}/told?after=x").status_code == 404


# Events that are about no dossier, so that no dossier's page shows them.
OF_OTHER_THINGS = {
    "rotation.offered", "rotation.answered", "posting.ends", "standin.begun", "standin.ended",
    "standin.nobody", "contact.handed_over",
}  # fmt: skip


def test_every_event_and_every_state_has_words() -> None:
    assert set(EVENTS) | OF_OTHER_THINGS == set(wordings.EVENTS)
    assert not set(EVENTS) & OF_OTHER_THINGS
    assert set(STATES) == {*DeliveryState.values, "read", "told", "inbox"}


def test_the_dossier_leads_to_the_page(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    page = client_of(cast.belgian_officer).get(f"/d/{dossier.reference}/").content.decode()
    assert f'href="/d/{dossier.reference}/told"' in page
