"""The first page and the list of dossiers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.browsers import HouseClient
from tests.factories import Cast, DossierFactory, EntryFactory, HandoverFactory, MandateFactory
from tests.pages import queries_of, text_of

pytestmark = pytest.mark.django_db
Browse = Callable[..., HouseClient]


def groups(client: HouseClient, query: str = "") -> dict[str, list[str]]:
    """Titles by group of the worklist."""
    response = client.get(f"/{query}")
    assert response.status_code == 200
    return {group.slug: [row.title for row in group.rows] for group in response.context["groups"]}


def test_rows_stand_in_the_group_of_their_time(cast: Cast, client_of: Browse) -> None:
    now, me = timezone.now(), cast.belgian_officer
    DossierFactory(title="late", handler=me, due_at=now - timedelta(hours=2))
    DossierFactory(title="later", handler=me, due_at=now + timedelta(days=9))
    DossierFactory(title="of a colleague", handler=cast.belgian_colleague)
    assert groups(client_of(me)) == {
        "overdue": ["late"],
        "mine": ["later"],
        "desk": ["of a colleague"],
    }


def test_what_is_offered_comes_first_and_once(cast: Cast, client_of: Browse) -> None:
    dossier = DossierFactory(title="yours?", handler=cast.belgian_colleague)
    HandoverFactory(dossier=dossier, to=cast.belgian_officer)
    assert groups(client_of(cast.belgian_officer)) == {"offered": ["yours?"]}


def test_a_coordinator_finds_the_mandates_to_decide(cast: Cast, client_of: Browse) -> None:
    dossier = DossierFactory(title="crosses", handler=cast.belgian_officer)
    mandate = MandateFactory(
        dossier=dossier, receiver=cast.dutch_officer, state="asked", asked_by=cast.belgian_officer
    )
    found = groups(client_of(cast.belgian_coordinator))
    assert found["mandates"] == ["crosses"]
    assert str(mandate.pk) in client_of(cast.belgian_coordinator).get("/").content.decode()
    assert "mandates" not in groups(client_of(cast.belgian_headquarters))


def test_headquarters_sees_what_waits_for_it(cast: Cast, client_of: Browse) -> None:
    DossierFactory(title="ask", status="waiting", waiting_for="headquarters")
    assert groups(client_of(cast.belgian_headquarters)) == {"headquarters": ["ask"]}


def test_filters_count_and_keep_only_their_rows(cast: Cast, client_of: Browse) -> None:
    me = cast.belgian_officer
    DossierFactory(title="open", handler=me)
    DossierFactory(title="waiting", handler=me, status="waiting", waiting_for="host_authority")
    client = client_of(me)
    assert groups(client, "?status=waiting") == {"mine": ["waiting"]}
    owner, status = client.get("/").context["filters"]
    assert [(choice.label, choice.count) for choice in owner.choices] == [("All", "2"), ("BE", "2")]
    assert [choice.label for choice in status.choices] == ["All", "open", "waiting"]


@pytest.mark.parametrize("query", ["?owner=XX", "?status=nonsense", "?sort=nonsense"])
def test_what_nobody_knows_shows_nothing(cast: Cast, client_of: Browse, query: str) -> None:
    DossierFactory(handler=cast.belgian_officer)
    assert groups(client_of(cast.belgian_officer), query) == {}


def test_rows_sort_by_a_column_both_ways(cast: Cast, client_of: Browse) -> None:
    first = DossierFactory(title="b", handler=cast.belgian_officer)
    second = DossierFactory(title="a", handler=cast.belgian_officer)
    client = client_of(cast.belgian_officer)
    assert first.reference < second.reference
    assert groups(client, "?sort=reference")["mine"] == ["b", "a"]
    assert groups(client, "?sort=-reference")["mine"] == ["a", "b"]


def test_new_entries_of_others_are_counted(cast: Cast, client_of: Browse) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    client = client_of(cast.belgian_officer)
    client.get(f"/d/{dossier.reference}/")
    EntryFactory(dossier=dossier, author=cast.belgian_colleague)
    EntryFactory(dossier=dossier, author=cast.belgian_officer)
    assert "1 new" in text_of(client.get("/"))


@pytest.mark.parametrize(
    ("person", "page"), [("belgian_auditor", "/log/"), ("belgian_administrator", "/help/")]
)
def test_who_reads_no_dossiers_goes_elsewhere(
    cast: Cast, client_of: Browse, person: str, page: str
) -> None:
    response = client_of(getattr(cast, person)).get("/")
    assert (response.status_code, response.headers["Location"]) == (302, page)


def test_the_rail_offers_only_what_one_may_open(cast: Cast, client_of: Browse) -> None:
    def rail(person: str) -> list[str]:
        response = client_of(getattr(cast, person)).get("/help/")
        return [item.slug for item in response.context["frame"].nav]

    own = ["worklist", "dossiers", "handovers", "search", "contacts", "help"]
    assert rail("belgian_officer") == own
    assert rail("belgian_auditor") == ["log", "help"]
    assert rail("belgian_administrator") == ["mail_failures", "help"]
    assert rail("belgian_leaver") == ["help"]


def test_the_worklist_asks_as_much_for_many_rows_as_for_few(cast: Cast, client_of: Browse) -> None:
    client = client_of(cast.belgian_officer)
    DossierFactory.create_batch(2, handler=cast.belgian_officer)
    few = queries_of(client, "/")
    DossierFactory.create_batch(20, handler=cast.belgian_officer)
    DossierFactory.create_batch(20, handler=cast.belgian_colleague)
    assert queries_of(client, "/") == few


# The list ---------------------------------------------------------------------------------


def titles(client: HouseClient, query: str = "") -> list[str]:
    """Titles of a page of the list."""
    response = client.get(f"/dossiers/{query}")
    assert response.status_code == 200
    return [row.title for row in response.context["page"].rows]


def test_the_list_pages_forward_and_back(cast: Cast, client_of: Browse) -> None:
    now = timezone.now()
    for number in range(30):
        DossierFactory(title=f"{number:02}", due_at=now + timedelta(hours=number))
    DossierFactory(title="undated", due_at=None)
    client = client_of(cast.belgian_officer)
    first = client.get("/dossiers/").context["page"]
    assert [row.title for row in first.rows] == [f"{number:02}" for number in range(26)]
    assert (first.previous_url, first.count) == ("", "31")
    second = client.get(f"/dossiers/{first.next_url}").context["page"]
    assert [row.title for row in second.rows] == ["26", "27", "28", "29", "undated"]
    assert second.next_url == ""
    back = client.get(f"/dossiers/{second.previous_url}").context["page"]
    assert [row.title for row in back.rows] == [row.title for row in first.rows]


@pytest.mark.parametrize("sort", ["due", "-due", "reference", "-reference"])
def test_every_order_pages_through_each_row_once(cast: Cast, client_of: Browse, sort: str) -> None:
    now = timezone.now()
    for number in range(40):
        DossierFactory(title=f"{number:02}", due_at=now if number % 3 else None)
    client, query, seen = client_of(cast.belgian_officer), f"?sort={sort}", []
    while query:
        page = client.get(f"/dossiers/{query}").context["page"]
        seen += [row.title for row in page.rows]
        query = page.next_url
    assert sorted(seen) == [f"{number:02}" for number in range(40)]


def test_the_list_filters(cast: Cast, client_of: Browse) -> None:
    me = cast.belgian_officer
    DossierFactory(title="mine", handler=me)
    DossierFactory(title="queue")
    DossierFactory(title="colleague's", handler=cast.belgian_colleague)
    DossierFactory(title="closed", handler=me, status="closed")
    client = client_of(me)
    colleague = cast.belgian_colleague.public_id
    assert titles(client, "?handler=nobody") == ["queue"]
    assert titles(client, f"?handler={colleague}") == ["colleague's"]
    assert titles(client, "?status=closed") == ["closed"]
    assert "closed" not in titles(client)
    assert "closed" in titles(client, "?status=any")
    assert titles(client, "?scope=mine") == ["mine"]
    assert sorted(titles(client, "?scope=desk")) == ["colleague's", "mine", "queue"]
    assert titles(client, "?owner=NL") == []
    assert titles(client, "?desk=BSB") == []


@pytest.mark.parametrize(
    "query",
    ["?owner=XX", "?status=x", "?desk=x", "?handler=x", "?scope=x", "?sort=x", "?after=x",
     "?before=_x", "?after=2026-11-23T10:00_00000000000000000000000000000000"],
)  # fmt: skip
def test_what_the_list_does_not_know_shows_nothing(
    cast: Cast, client_of: Browse, query: str
) -> None:
    DossierFactory(handler=cast.belgian_officer)
    assert titles(client_of(cast.belgian_officer), query) == []


def test_htmx_gets_the_list_alone(cast: Cast, client_of: Browse) -> None:
    DossierFactory(handler=cast.belgian_officer)
    client = client_of(cast.belgian_officer)
    part = client.get("/dossiers/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="list"')
    assert part.strip() in client.get("/dossiers/").content.decode()
