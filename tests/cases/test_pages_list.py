"""The list of dossiers: every filter by itself, several at once, words, and what it says."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from cases.models import Dossier
from cases.selectors import filters, looking, search
from lodesk.audit.models import LogRow
from tests.browsers import HouseClient
from tests.factories import Cast, DossierFactory, MandateFactory, PartyFactory, grant
from tests.pages import text_of

pytestmark = pytest.mark.django_db
Browse = Callable[..., HouseClient]


@pytest.fixture
def ships(cast: Cast) -> dict[str, Dossier]:
    """Dossiers that differ from the plain one in one thing each."""
    now, handler = timezone.now(), cast.belgian_officer
    with timezone.override("America/Bogota"):
        midnight = filters.end_of_today()
    differ: dict[str, dict[str, Any]] = {
        "plain": {},
        "fugitive": {"kind": "fugitive"},
        "drugs": {"crime_area": "drugs"},
        "ecuador": {"host_country": "EC"},
        "urgent": {"urgency": "urgent", "urgency_ground": "relevance"},
        "late": {"due_at": now - timedelta(hours=1)},
        "tonight": {"due_at": midnight - timedelta(seconds=1)},
        "tomorrow": {"due_at": midnight + timedelta(hours=1)},
        "in a week": {"due_at": now + timedelta(days=8)},
        "nobody": {"handler": None},
        "colleague": {"handler": cast.belgian_colleague},
        "closed": {"status": "closed"},
    }
    return {
        title: DossierFactory(title=f"Ship {title}", **{"handler": handler} | values)
        for title, values in differ.items()
    }


def listed(client: HouseClient, query: str) -> set[str]:
    """What of the ships is on the page."""
    page = client.get(f"/dossiers/?{query}")
    assert page.status_code == 200
    return {row.title.removeprefix("Ship ") for row in page.context["page"].rows}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=fugitive", {"fugitive"}),
        ("crime_area=drugs", {"drugs"}),
        ("host_country=EC", {"ecuador"}),
        ("urgency=urgent", {"urgent"}),
        ("due=overdue", {"late"}),
        ("due=today", {"tonight"}),
        ("due=week", {"tonight", "tomorrow"}),
        ("handler=nobody", {"nobody"}),
        ("status=closed", {"closed"}),
        ("q=drugs", {"drugs"}),
        ("q=SHIP+FUG", {"fugitive"}),
        ("kind=fugitive&crime_area=drugs", set()),
        (
            "kind=fugitive&host_country=CO&urgency=normal&due=undated&owner=BE&desk=BOG",
            {"fugitive"},
        ),
        ("q=ship&due=week&sort=-reference", {"tonight", "tomorrow"}),
        ("q=ship&status=closed&kind=incoming_request", {"closed"}),
        ("owner=NL&kind=fugitive", set()),
    ],
)
def test_filters_leave_what_fits_all_of_them(
    query: str, found: set[str], ships: dict[str, Dossier], cast: Cast, client_of: Browse
) -> None:
    assert listed(client_of(cast.belgian_officer), query) == found


def test_without_a_due_time_and_without_a_crime_area_are_filters_too(
    ships: dict[str, Dossier], cast: Cast, client_of: Browse
) -> None:
    client = client_of(cast.belgian_officer)
    dated = {"late", "tonight", "tomorrow", "in a week"}
    assert listed(client, "due=undated") == ships.keys() - dated - {"closed"}
    assert listed(client, "crime_area=none") == ships.keys() - {"drugs", "closed"}


def test_words_find_the_reference_a_person_and_a_number_in_any_notation(
    ships: dict[str, Dossier], cast: Cast, client_of: Browse
) -> None:
    PartyFactory(dossier=ships["drugs"], name="Frutas Tropicales", numbers=["CSQU 305438 3"])
    client = client_of(cast.belgian_officer)
    assert listed(client, "q=tropical") == {"drugs"}
    assert listed(client, "q=csqu305438-3") == {"drugs"}
    assert listed(client, "q=csqu305438-3&kind=fugitive") == set()
    assert listed(client, f"q={ships['late'].reference.lower()}") == {"late"}


@pytest.mark.parametrize(
    "query",
    ["kind=x", "crime_area=DRUGS", "host_country=BE", "host_country=co", "urgency=1", "due=never",
     "desk=XXX", "handler=1", "owner=FR", "status=lost", "q=ab", f"q={'a' * 101}", "scope=theirs",
     "kind=fugitive&kind=x", "kind=x&status=any"],
)  # fmt: skip
def test_what_cannot_be_chosen_shows_nothing_and_says_so(
    query: str, ships: dict[str, Dossier], cast: Cast, client_of: Browse
) -> None:
    page = client_of(cast.belgian_officer).get(f"/dossiers/?{query}")
    assert page.status_code == 200
    assert not page.context["page"].rows
    assert page.context["page"].count == ""
    assert "Nothing is shown until this is put right." in text_of(page)
    assert "fits these filters" not in text_of(page)


def test_each_chosen_filter_is_taken_away_by_a_link(
    ships: dict[str, Dossier], cast: Cast, client_of: Browse
) -> None:
    client = client_of(cast.belgian_officer)
    page = client.get("/dossiers/?q=ship&kind=fugitive&scope=mine&sort=-due&after=_" + "a" * 32)
    chosen = {each.label: each for each in page.context["chosen"]}
    assert [(each.label, each.value) for each in page.context["chosen"]] == [
        ("Words, number or name", "ship"),
        ("Kind", "Fugitive"),
        ("Only", "what you handle"),
    ]
    left = parse_qs(chosen["Kind"].url.removeprefix("?"))
    assert left == {"q": ["ship"], "scope": ["mine"], "sort": ["-due"]}
    assert listed(client, chosen["Kind"].url.removeprefix("?")) > {"plain", "fugitive"}


def test_a_page_of_a_filtered_list_leads_to_the_next_with_the_same_filters(
    cast: Cast, client_of: Browse
) -> None:
    now = timezone.now()
    for number in range(30):
        DossierFactory(
            handler=cast.belgian_officer, kind="fugitive", crime_area="drugs",
            title=f"Ship {number}", opened_at=now - timedelta(hours=number),
        )  # fmt: skip
    DossierFactory(handler=cast.belgian_officer, kind="fugitive", title="Ship other")
    client = client_of(cast.belgian_officer)
    for words in ("", "&q=ship"):
        query = f"kind=fugitive&crime_area=drugs&sort=-reference{words}"
        first = client.get(f"/dossiers/?{query}").context["page"]
        assert (len(first.rows), first.count, first.further) == (26, "30", "")
        rest = client.get(f"/dossiers/{first.next_url}").context["page"]
        assert [row.title for row in rest.rows] == [f"Ship {n}" for n in range(26, 30)]
        back = client.get(f"/dossiers/{rest.previous_url}").context["page"]
        assert [row.reference for row in back.rows] == [row.reference for row in first.rows]


def test_a_list_that_was_not_looked_through_says_so_and_goes_on(
    ships: dict[str, Dossier], cast: Cast, client_of: Browse
) -> None:
    client = client_of(cast.belgian_officer)
    query = "/dossiers/?kind=incoming_request&urgency=urgent&sort=reference"
    found, pages = [], 0
    with patch.object(looking, "A_STEP", 0), patch.object(looking, "AT_LEAST", 2):
        page = client.get(query)
        assert "was looked at yet" in text_of(page)
        assert page.context["page"].further == "next"
        while page.context["page"].next_url:
            found += [row.title for row in page.context["page"].rows]
            page = client.get(f"/dossiers/{page.context['page'].next_url}")
            pages += 1
        found += [row.title for row in page.context["page"].rows]
    assert (found, pages > 2) == (["Ship urgent"], True)
    assert "No further dossier fits these filters." in text_of(page)
    assert "From the beginning" in text_of(page)


def test_words_that_too_many_hold_are_said_to_be_too_many(
    ships: dict[str, Dossier], cast: Cast, client_of: Browse
) -> None:
    client = client_of(cast.belgian_officer)
    assert "More than a hundred" not in text_of(client.get("/dossiers/?q=ship"))
    with patch.object(search, "FOUND_AT_MOST", 3):
        page = client.get("/dossiers/?q=ship&status=any")
    assert len(page.context["page"].rows) == 3
    assert "More than a hundred dossiers hold these words" in text_of(page)


def test_looking_for_words_is_logged_and_choosing_is_not(
    ships: dict[str, Dossier], cast: Cast, client_of: Browse
) -> None:
    client = client_of(cast.belgian_officer)
    client.get("/dossiers/?kind=fugitive")
    client.get("/dossiers/?q=ab")
    assert not LogRow.objects.filter(action="search").exists()
    client.get("/dossiers/?q=drugs&kind=fugitive")
    row = LogRow.objects.get(action="search")
    assert (row.actor, row.chain, row.personal) == (cast.belgian_officer.pk, "BE", "drugs")


def test_no_filter_finds_what_is_out_of_sight(cast: Cast, client_of: Browse) -> None:
    hidden = DossierFactory(
        owner="NL", handler=cast.dutch_officer, kind="fugitive", crime_area="drugs",
        host_country="EC", title="Windmill", urgency="urgent", urgency_ground="relevance",
    )  # fmt: skip
    PartyFactory(dossier=hidden, name="Windmolen", numbers=["CSQU 305438 3"])
    client = client_of(cast.belgian_officer)
    queries = ("kind=fugitive", "crime_area=drugs", "host_country=EC", "urgency=urgent",
               "q=windm", "q=CSQU3054383", f"q={hidden.reference}",
               "kind=fugitive&crime_area=drugs&host_country=EC")  # fmt: skip
    for query in queries:
        assert listed(client, f"{query}&status=any") == set(), query
    mandate = MandateFactory(dossier=hidden, receiver=cast.belgian_officer)
    grant(hidden, cast.belgian_officer, "view", mandate)
    for query in queries:
        assert listed(client, f"{query}&status=any") == {"Windmill"}, query


def test_choices_are_codes_and_not_what_dossiers_hold(cast: Cast, client_of: Browse) -> None:
    def choices() -> dict[str, list[Any]]:
        form = client_of(cast.belgian_officer).get("/dossiers/").context["form"]
        return {field.name: list(field.field.choices) for field in form.selects}

    empty = choices()
    desks = [desk.accredited_countries for desk in cast.desks.values()]
    offered = {code for code, _name in empty["host_country"] if code}
    assert offered == {code for codes in desks for code in codes}
    DossierFactory(handler=cast.belgian_officer, host_country="PE")
    DossierFactory(owner="NL", handler=cast.dutch_officer, host_country="CL")
    assert choices() == empty


def test_every_filter_is_a_field_of_the_form(cast: Cast, client_of: Browse) -> None:
    form = client_of(cast.belgian_officer).get("/dossiers/").context["form"]
    assert [name for name in form.fields if name not in ("sort", "view")] == list(filters.NAMES)
