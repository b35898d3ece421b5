"""Search: by reference straight to the dossier, by words to a list; every search is logged."""

from collections.abc import Callable

import pytest

from lodesk.audit.models import LogRow
from tests.browsers import HouseClient
from tests.factories import CANARY, Cast, DossierFactory
from tests.pages import text_of

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
