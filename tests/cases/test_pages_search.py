"""Search: by reference straight to the dossier, by words to a list; every search is logged."""

from collections.abc import Callable
from typing import Any

import pytest

from cases.models import Mandate, Party
from lodesk.audit.models import LogRow
from tests.browsers import HouseClient
from tests.factories import (
    CANARY,
    Cast,
    DossierFactory,
    MandateFactory,
    PartyFactory,
    grant,
    raw,
    without_rules,
)
from tests.looking import as_owner
from tests.pages import text_of
from tests.steps import in_

pytestmark = pytest.mark.django_db
Browse = Callable[..., HouseClient]


def search(client: HouseClient, words: str) -> list[str]:
    """Titles found."""
    response = client.get("/search", {"q": words})
    assert response.status_code == 200
    return [row.title for row in response.context["results"]]


def test_words_of_a_title_find_it(cast: Cast, client_of: Browse) -> None:
    DossierFactory(title="Reefer with bananas")
    DossierFactory(title="Something else")
    client = client_of(cast.belgian_officer)
    assert search(client, "banan") == ["Reefer with bananas"]
    assert search(client, "nothing like it") == []


@pytest.mark.parametrize(
    "change", [str, str.lower, lambda text: f"  {text} ", lambda text: text.replace("-", " -")]
)
def test_a_reference_leads_to_its_dossier(
    cast: Cast, client_of: Browse, change: Callable[[str], str]
) -> None:
    dossier = DossierFactory()
    response = client_of(cast.belgian_officer).get("/search", {"q": change(dossier.reference)})
    assert response.headers["Location"] == f"/d/{dossier.reference}/"


def test_what_one_may_not_see_is_not_found(cast: Cast, client_of: Browse) -> None:
    hidden = DossierFactory(owner="NL", title="Windmill")
    client = client_of(cast.belgian_officer)
    assert search(client, "Windmill") == search(client, hidden.reference) == []
    assert search(client, CANARY[1:-1]) == []


def test_wildcards_are_letters(cast: Cast, client_of: Browse) -> None:
    DossierFactory(title="100 percent")
    assert search(client_of(cast.belgian_officer), "%%%") == []
    assert search(client_of(cast.belgian_officer), "100_per") == []


def test_two_letters_are_too_short(cast: Cast, client_of: Browse) -> None:
    response = client_of(cast.belgian_officer).get("/search", {"q": "ab"})
    assert "Write at least three characters." in text_of(response)
    assert not LogRow.objects.filter(action="search").exists()


@pytest.mark.parametrize("words", ["a\x00b", "x" * 500])
def test_nonsense_is_answered_calmly(cast: Cast, client_of: Browse, words: str) -> None:
    assert search(client_of(cast.belgian_officer), words) == []


def test_a_search_is_logged_with_its_words(cast: Cast, client_of: Browse) -> None:
    dossier = DossierFactory(title="Reefer")
    client = client_of(cast.belgian_officer)
    search(client, "reefer")
    client.get("/search", {"q": dossier.reference})
    rows = LogRow.objects.filter(action="search", chain="BE", actor=cast.belgian_officer.pk)
    assert sorted(rows.values_list("personal", flat=True)) == [dossier.reference, "reefer"]


def test_there_are_more_than_a_page(cast: Cast, client_of: Browse) -> None:
    DossierFactory.create_batch(27, title="Reefer")
    response = client_of(cast.belgian_officer).get("/search", {"q": "reefer"})
    assert len(response.context["results"]) == 25
    assert "There are more." in text_of(response)


# By number and by name --------------------------------------------------------------------------

NOTATIONS = {
    "CSQU 305438 3": ["csqu3054383", "CSQU 305438-3", "csqu-305438/3"],
    "+593 99 555 0100": ["+593995550100", "00593 99 555 0100", "099 555 0100", "(099) 555-0100"],
    "IMO 9074729": ["9074729", "imo9074729", "IMO 9074729"],
    "BE68 5390 0754 7034": ["BE68539007547034", "be68 5390 0754 7034"],
    "passport AB 123456": ["AB123456", "ab-123 456"],
    "J.Modaal@example.org": ["j.modaal@EXAMPLE.org"],
}


@pytest.mark.parametrize(
    ("stored", "typed"), [(each, typed) for each, ways in NOTATIONS.items() for typed in ways]
)
def test_a_number_in_any_notation_opens_the_one_dossier_that_holds_it(
    cast: Cast, client_of: Browse, stored: str, typed: str
) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    PartyFactory(dossier=dossier, numbers=[stored])
    PartyFactory(dossier=DossierFactory(owner="NL"), numbers=[stored])
    response = client_of(cast.belgian_officer).get("/search", {"q": typed})
    assert response.headers["Location"] == f"/d/{dossier.reference}/"
    assert search(client_of(cast.luxembourg_headquarters), typed) == []


def test_a_number_of_several_dossiers_lists_them(cast: Cast, client_of: Browse) -> None:
    for title in ("First", "Second"):
        PartyFactory(dossier=DossierFactory(title=title), numbers=["CSQU 305438 3"])
    assert search(client_of(cast.belgian_officer), "csqu3054383") == ["Second", "First"]


def test_a_name_finds_the_dossiers_that_hold_it(cast: Cast, client_of: Browse) -> None:
    dossier = DossierFactory(title="Reefer")
    party = PartyFactory(dossier=dossier, kind="person", role="suspect", name="Jan Modelman",
                         aliases="Juan Modelo")  # fmt: skip
    PartyFactory(dossier=DossierFactory(owner="NL"), name="Jan Modelman")
    PartyFactory(dossier=DossierFactory(), name="Somebody else", numbers=["IMO 9074729"])
    client = client_of(cast.belgian_officer)
    assert search(client, "modelman") == search(client, "juan mod") == ["Reefer"]
    PartyFactory(dossier=dossier, name="Somebody", replaces=party, reason="mistaken")
    assert search(client, "modelman") == []


def test_a_number_that_was_corrected_or_withdrawn_is_not_found(
    cast: Cast, client_of: Browse
) -> None:
    dossier = DossierFactory()
    wrong = PartyFactory(dossier=dossier, numbers=["XMPU 120045 7"])
    right = PartyFactory(
        dossier=dossier, numbers=["XMPU 120045 9"], replaces=wrong, reason="read again"
    )
    client = client_of(cast.belgian_officer)
    assert search(client, "XMPU 120045 7") == []
    assert client.get("/known", {"name": "XMPU120"}).context["found"] == ["XMPU 120045 9"]
    assert client.get("/search", {"q": "XMPU 120045 9"}).status_code == 302
    PartyFactory(dossier=dossier, withdrawn=True, replaces=right, reason="another ship")
    assert search(client, "XMPU 120045 9") == []
    assert client.get("/known", {"name": "XMPU120"}).context["found"] == []


def test_a_number_corrected_under_a_mandate_is_not_found(cast: Cast, client_of: Browse) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    wrong = PartyFactory(dossier=dossier, numbers=["XMPU 120045 7"])
    PartyFactory(dossier=dossier, numbers=["XMPU 120045 9"], replaces=wrong, reason="read again")
    PartyFactory(dossier=dossier, name="Somebody else", numbers=["IMO 9074729"])
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, level="view")
    grant(dossier, cast.dutch_officer, "view", mandate)
    client = client_of(cast.dutch_officer)
    assert search(client, "XMPU 120045 7") == []
    assert client.get("/known", {"name": "XMPU120"}).context["found"] == ["XMPU 120045 9"]
    assert client.get("/known", {"name": "Frutas"}).context["found"] == []


def test_a_wrong_copy_of_the_owner_opens_nothing(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    PartyFactory(dossier=dossier, numbers=["CSQU 305438 3"])
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, level="view")
    grant(dossier, cast.dutch_officer, "view", mandate)
    with without_rules("cases_mandate"):
        Mandate.objects.filter(pk=mandate.pk).update(ends_at=in_(minutes=-30))
    as_owner("UPDATE cases_identifier SET owner = 'NL'")
    for question in ("cases_holding('{CSQU3054383}', 9)", "cases_known('nobody', 'CSQU3', 9)"):
        assert raw(cast.dutch_officer, f"SELECT * FROM {question}") == []


def test_a_number_of_another_country_is_found_while_the_mandate_lasts(
    cast: Cast, client_of: Browse
) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    PartyFactory(dossier=dossier, name="Frutas", numbers=["CSQU 305438 3"])
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, level="view")
    grant(dossier, cast.dutch_officer, "view", mandate)
    client = client_of(cast.dutch_officer)
    assert client.get("/search", {"q": "csqu3054383"}).status_code == 302
    assert client.get("/known", {"name": "csqu"}).context["found"] == []
    assert client.get("/known", {"name": "csqu3"}).context["found"] == ["CSQU 305438 3"]
    with without_rules("cases_mandate"):
        Mandate.objects.filter(pk=mandate.pk).update(ends_at=in_(minutes=-30))
    assert search(client, "csqu3054383") == search(client, "frutas") == []
    assert client.get("/known", {"name": "csqu3"}).context["found"] == []


def test_looking_up_a_number_passes_over_no_row_of_another_country(cast: Cast) -> None:
    # Else what others hold would take time, and could be told from it.
    for number in range(200):
        as_owner(
            "INSERT INTO cases_identifier (id, party_id, dossier_id, owner, current, place, kind,"
            " value, normal) VALUES (gen_random_uuid(), %s, %s, 'NL', true, %s, 'other', 'x',"
            " 'X1')",
            [*_dutch(cast), number],
        )
    as_owner("ANALYZE cases_identifier")
    as_owner("SET LOCAL enable_seqscan = off")  # two hundred rows are few enough to read them all
    _lookup(cast)  # what is read once is read
    before = _rows_read()
    _lookup(cast)
    assert _rows_read() - before == 0


@pytest.mark.parametrize("question", ["cases_holding('{X1}', 9)", "cases_known('nobody', 'X1', 9)"])
def test_the_own_countrys_lines_are_not_passed_over(cast: Cast, question: str) -> None:
    # At a million dossiers who reads thirty thousand of the own country waited a tenth of a second.
    for _ in range(40):
        DossierFactory(handler=cast.belgian_officer)
    as_owner("ANALYZE cases_reader")
    as_owner("SET LOCAL enable_seqscan = off")
    before = _rows_read("cases_reader")
    assert raw(cast.belgian_officer, f"SELECT * FROM {question}") == []
    assert _rows_read("cases_reader") - before == 0


def _dutch(cast: Cast) -> tuple[Any, Any]:
    found = Party.objects.filter(dossier__owner="NL").first()
    party = found or PartyFactory(dossier=DossierFactory(owner="NL"))
    return party.pk, party.dossier_id


def _lookup(cast: Cast) -> None:
    assert raw(cast.belgian_officer, "SELECT * FROM cases_holding('{X1}', 9)") == []


def _rows_read(table: str = "cases_identifier") -> int:
    ((read,),) = as_owner(
        "SELECT COALESCE(pg_stat_get_xact_tuples_fetched(t.oid), 0)"
        " + COALESCE(pg_stat_get_xact_tuples_returned(t.oid), 0) + COALESCE(("
        "SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid)) FROM pg_index"
        " WHERE indrelid = t.oid), 0) FROM (SELECT %s::regclass::oid) t(oid)",
        [table],
    )
    return int(read)
