"""The pages of people and objects: shown before it is saved, and nothing typed is lost."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from cases.models import Connection, Dossier, Party
from cases.services import parties
from lodesk.audit.models import LogRow
from tests.browsers import HouseClient
from tests.factories import Cast, ConnectionFactory, DossierFactory, PartyFactory
from tests.pages import filled, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], HouseClient]
CONTAINER = "CSQU 305438 3"


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier about Ecuador that the Belgian officer handles."""
    made: Dossier = DossierFactory(handler=cast.belgian_officer, host_country="EC")
    return made


@pytest.fixture
def client(cast: Cast, client_of: ClientOf) -> HouseClient:
    """The handler's browser."""
    return client_of(cast.belgian_officer)


def page(dossier: Dossier, rest: str = "") -> str:
    """An address below the dossier's."""
    return f"/d/{dossier.reference}/parties/{rest}"


def values(**changes: Any) -> dict[str, Any]:
    """What is sent of somebody, without anything but a name."""
    return {"name": "J. Proef", "numbers": "", "note": "", "seen": ""} | changes


# Several at once ------------------------------------------------------------------------------


def test_a_pasted_list_is_shown_before_anything_is_saved(
    client: HouseClient, dossier: Dossier
) -> None:
    lines = "csqu 305438-3\n\nMV Ander, IMO 9074728\n099 555 0100\nCSQU3054383"
    answer = client.post(page(dossier), {"numbers": lines})
    assert not Party.objects.filter(dossier=dossier).exists()
    shown = [(name, each.kind, each.shown, bool(each.warning))
             for name, each in answer.context["found"]]  # fmt: skip
    assert shown == [
        ("", "container", CONTAINER, False),
        ("MV Ander", "ship", "IMO 9074728", True),
        ("", "phone", "+593 99 555 0100", False),
    ]
    assert "check digit should be 9, kept as written" in text_of(answer)
    saved = client.post(page(dossier), filled(answer))
    assert saved.headers["Location"] == f"/d/{dossier.reference}/#parties"
    rows = Party.objects.filter(dossier=dossier).order_by("place")
    assert list(rows.values_list("kind", "name", "identifiers__value")) == [
        ("item", "", "csqu 305438-3"), ("item", "MV Ander", "9074728"),
        ("item", "", "099 555 0100"),
    ]  # fmt: skip


def test_what_was_changed_after_it_was_shown_is_shown_again(
    client: HouseClient, dossier: Dossier
) -> None:
    first = client.post(page(dossier), {"numbers": CONTAINER})
    again = client.post(page(dossier), filled(first, numbers=f"{CONTAINER}\nIMO 9074729"))
    assert len(again.context["found"]) == 2
    assert not Party.objects.filter(dossier=dossier).exists()


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("", "This field is required."),
        ("\n".join(map(str, range(51))), "50 lines at most."),
        ("x" * 101, "This line is too long"),
        ("NATO SECRET 1", "holds nothing classified"),
    ],
)
def test_what_is_wrong_with_a_list_is_said_and_the_list_is_kept(
    client: HouseClient, dossier: Dossier, lines: str, sentence: str
) -> None:
    answer = client.post(page(dossier), {"numbers": lines})
    assert sentence in text_of(answer)
    assert answer.context["form"]["numbers"].value() == lines


# One ------------------------------------------------------------------------------------------


def test_the_role_decides_which_fields_are_asked(client: HouseClient, dossier: Dossier) -> None:
    def asked(sort: str) -> set[str]:
        return set(client.get(page(dossier, f"add?sort={sort}")).context["form"].fields)

    assert client.get(page(dossier, "add")).context["form"] is None
    assert client.get(page(dossier, "add?sort=nonsense")).context["form"] is None
    assert {"conduct", "aliases", "special_reason"} <= asked("person:suspect")
    assert asked("person:convicted") == asked("person:suspect")
    witness = asked("person:witness")
    assert {"born_on", "nationality", "address", "special_reason"} <= witness
    assert not {"conduct", "aliases", "occupation", "appearance"} & witness
    assert asked("item") == {"name", "part", "numbers", "note", "seen"}
    assert asked("organisation") == asked("item") | {"address"}


def test_what_the_role_does_not_let_be_asked_is_not_kept_when_it_is_sent(
    client: HouseClient, dossier: Dossier
) -> None:
    sent = values(occupation="Docker", conduct="Loud", sex="M")
    assert client.post(page(dossier, "add?sort=person:witness"), sent).status_code == 302
    party = Party.objects.get(dossier=dossier)
    assert (party.role, party.name, party.occupation, party.conduct) == (
        "witness", "J. Proef", "", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "COSMIC TOP SECRET"}, "name"),
        ({"special_categories": ["health"]}, "special_reason"),
        ({"special_data": "Insulin"}, "special_categories"),
        ({"born_on": "1600-01-01"}, "born_on"),
        ({"numbers": "\n".join(map(str, range(11)))}, "numbers"),
        ({"nationality": "XX"}, "nationality"),
    ],
)
def test_an_error_stands_beside_its_field_and_nothing_typed_is_lost(
    client: HouseClient, dossier: Dossier, changes: dict[str, Any], field: str
) -> None:
    sent = values(note="Kept.") | changes
    answer = client.post(page(dossier, "add?sort=person:suspect"), sent)
    form = answer.context["form"]
    assert set(form.errors) == {field}
    assert form["note"].value() == "Kept."
    assert not Party.objects.filter(dossier=dossier).exists()


def test_a_wrong_check_digit_is_shown_once_and_then_kept(
    client: HouseClient, dossier: Dossier
) -> None:
    add = page(dossier, "add?sort=item")
    first = client.post(add, values(name="", numbers="XMPU 120045 7", part=""))
    assert "check digit should be 9" in text_of(first)
    assert "Save all the same" in text_of(first)
    assert client.post(add, filled(first)).status_code == 302
    (line,) = client.get(f"/d/{dossier.reference}/").context["parties"].lines
    assert (line.name, line.what) == ("XMPU 120045 7", "container")
    assert line.warning == "check digit should be 9, kept as written"


def test_a_number_without_anything_remarkable_is_saved_at_once(
    client: HouseClient, dossier: Dossier
) -> None:
    sent = values(numbers=CONTAINER, part="")
    assert client.post(page(dossier, "add?sort=item"), sent).status_code == 302


def test_the_same_number_in_sight_is_shown_before_saving_and_what_is_hidden_is_not(
    client: HouseClient, dossier: Dossier, cast: Cast
) -> None:
    known = DossierFactory(handler=cast.belgian_officer, title="Known already")
    PartyFactory(dossier=known, numbers=["CSQU3054383"])
    PartyFactory(dossier=DossierFactory(owner="NL"), numbers=["CSQU3054383"])
    for path in ("", "add?sort=item"):
        sent = values(name="x", numbers="csqu-305438-3", part="")
        answer = client.post(page(dossier, path), sent)
        here = [dossier.reference] if path else []  # by now it stands here, too
        assert [(each.reference, each.what) for each in answer.context["same"]] == [
            (each, CONTAINER) for each in (known.reference, *here)
        ]
        assert client.post(page(dossier, path), filled(answer)).status_code == 302
    searched = LogRow.objects.filter(action="search").values_list("personal", flat=True)
    assert set(searched) == {CONTAINER}


# The page of one ------------------------------------------------------------------------------


def test_the_panel_counts_where_else_in_sight_a_number_stands(
    client: HouseClient, dossier: Dossier, cast: Cast
) -> None:
    PartyFactory(dossier=dossier, numbers=[CONTAINER])
    for owner, handler in (("BE", cast.belgian_officer), ("BE", None), ("NL", None), ("LU", None)):
        other = DossierFactory(owner=owner, handler=handler)
        PartyFactory(dossier=other, numbers=["csqu3054383"])
        PartyFactory(dossier=other, numbers=["csqu3054383"])
    (line,) = client.get(f"/d/{dossier.reference}/").context["parties"].lines
    assert line.elsewhere == "also in 2 other dossiers you may see"
    assert line.note == "check digit correct"
    found = client.get(line.elsewhere_url)
    assert len(found.context["results"]) == 3


def test_a_party_is_corrected_and_both_versions_are_read_on_its_page(
    client: HouseClient, dossier: Dossier
) -> None:
    party = PartyFactory(
        dossier=dossier, kind="person", role="suspect", name="J. Proef", conduct="Loud",
        numbers=["passport AB 123456"],
    )  # fmt: skip
    here = page(dossier, f"{party.pk}/correct")
    answer = client.get(f"{here}?sort=person:witness")
    assert answer.context["form"]["numbers"].value() == "passport AB 123456"
    missing = client.post(here, filled(answer, reason=""))
    assert set(missing.context["form"].errors) == {"reason"}
    sent = filled(answer, name="J. Prove", reason="spelt as in the passport")
    assert client.post(f"{here}?sort=person:witness", sent).status_code == 302
    shown = client.get(page(dossier, f"{party.pk}/"))
    found = shown.context["party"]
    assert (found.name, found.what) == ("J. Prove", "person, witness")
    assert [(each.number, each.reason) for each in found.versions] == [
        (2, "spelt as in the passport"), (1, ""),
    ]  # fmt: skip
    assert "Loud" in text_of(shown)  # in the version that was replaced
    assert not any(fact.value == "Loud" for fact in found.facts)
    assert LogRow.objects.filter(action="party.viewed").exists()


def test_who_was_slower_is_told_and_nothing_typed_is_lost(
    client: HouseClient, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = PartyFactory(dossier=dossier, name="Box")

    def faster(_party: Party) -> None:
        raise parties.StaleError

    monkeypatch.setattr(parties, "_require_present", faster)
    sent = values(name="Crate", part="", reason="a slip")
    answer = client.post(page(dossier, f"{party.pk}/correct"), sent)
    assert "Somebody corrected this while you wrote." in text_of(answer)
    assert answer.context["form"]["name"].value() == "Crate"


def test_a_party_is_withdrawn_with_a_reason_and_leaves_the_panel(
    client: HouseClient, dossier: Dossier
) -> None:
    party = PartyFactory(dossier=dossier, name="Box", numbers=[CONTAINER])
    here = page(dossier, f"{party.pk}/")
    missing = client.post(here, {"action": "withdraw"})
    assert set(missing.context["forms"].withdraw.errors) == {"reason"}
    sent = {"action": "withdraw", "withdraw-reason": "another ship"}
    assert client.post(here, sent).headers["Location"] == here
    shown = client.get(here)
    assert "Withdrawn: another ship" in text_of(shown)
    assert shown.context["forms"] is None
    assert shown.context["party"].name == f"Box, {CONTAINER}"
    assert not client.get(f"/d/{dossier.reference}/").context["parties"].lines
    (line,) = client.get(page(dossier)).context["lines"]
    assert (line.name, line.withdrawn) == (f"Box, {CONTAINER}", True)
    assert client.get(page(dossier, f"{party.pk}/correct")).status_code == 404
    again = client.post(here, sent, follow=True)
    assert "Somebody changed this while you wrote. Nothing was saved." in text_of(again)
    assert Party.objects.filter(origin=party.pk).count() == 2


def test_two_parties_are_connected_and_each_page_says_it_its_way(
    client: HouseClient, dossier: Dossier
) -> None:
    one, other = (PartyFactory(dossier=dossier, name=name) for name in ("One", "Other"))
    stranger = PartyFactory(dossier=DossierFactory(handler=dossier.handler), name="Elsewhere")
    here = page(dossier, f"{one.pk}/")
    wrong = {"action": "connect", "how": "owner", "other": str(stranger.pk)}
    assert set(client.post(here, wrong).context["forms"].connect.errors) == {"other"}
    sent = wrong | {"other": str(other.pk)}
    assert client.post(here, sent).status_code == 302
    for party, words in ((one, "owner of"), (other, "owned by")):
        (line,) = client.get(page(dossier, f"{party.pk}/")).context["party"].connections
        assert line.how == words
    end = {"action": "disconnect", "disconnect-connection": str(line.key),
           "disconnect-reason": "mistaken"}  # fmt: skip
    assert client.post(here, end).status_code == 302
    assert not client.get(here).context["party"].connections
    assert Connection.objects.count() == 2


def test_a_connection_of_another_dossier_is_not_withdrawn_here(
    client: HouseClient, dossier: Dossier, cast: Cast
) -> None:
    elsewhere = DossierFactory(handler=cast.belgian_officer)
    link = ConnectionFactory(
        one=PartyFactory(dossier=elsewhere), other=PartyFactory(dossier=elsewhere)
    )
    party = PartyFactory(dossier=dossier)
    end = {"action": "disconnect", "disconnect-connection": str(link.pk),
           "disconnect-reason": "mistaken"}  # fmt: skip
    answer = client.post(page(dossier, f"{party.pk}/"), end)
    assert set(answer.context["forms"].disconnect.errors) == {"connection"}


def test_a_party_has_its_page_under_its_own_dossier_only(
    client: HouseClient, dossier: Dossier, cast: Cast
) -> None:
    other = DossierFactory(handler=cast.belgian_officer)
    party = PartyFactory(dossier=other)
    assert client.get(page(other, f"{party.pk}/")).status_code == 200
    assert client.get(page(dossier, f"{party.pk}/")).status_code == 404
    assert client.get(page(dossier, f"{party.pk}/correct")).status_code == 404


def test_on_a_closed_dossier_they_are_read_and_not_touched(client_of: ClientOf, cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer, status="closed")
    party = PartyFactory(dossier=dossier, name="Box")
    client = client_of(cast.belgian_officer)
    for path in (page(dossier), page(dossier, f"{party.pk}/")):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "The dossier is closed." in text_of(answer)
    assert client.get(page(dossier, "add")).status_code == 403
    assert client.get(page(dossier, f"{party.pk}/correct")).status_code == 403
    sent = {"action": "withdraw", "withdraw-reason": "x"}
    assert client.post(page(dossier, f"{party.pk}/"), sent).status_code == 403


def test_a_long_panel_stops_and_leads_to_all_of_them(client: HouseClient, dossier: Dossier) -> None:
    PartyFactory.create_batch(23, dossier=dossier, name="Box")
    answer = client.get(f"/d/{dossier.reference}/")
    assert len(answer.context["parties"].lines) == 20
    assert "Show all 23" in text_of(answer)
    assert len(client.get(page(dossier)).context["lines"]) == 23


# Opening a dossier ------------------------------------------------------------------------------


def opening(client: HouseClient, **changes: Any) -> tuple[Any, dict[str, Any]]:
    """A new dossier, sent; the answer and what was sent."""
    fields = {"title": "A title", "kind": "other"} | changes
    sent = filled(client.get("/dossiers/new"), **fields)
    return client.post("/dossiers/new", sent), sent


@pytest.mark.parametrize(
    "changes",
    [
        {"foreign_references": "SIENA 4410077"},
        {"foreign_references": "INTERPOL 12-3, 4410077"},
        {"title": "Container CSQU305438-3 at the port"},
        {"summary": "Gate-in of csqu; then CSQU 305438 3."},
    ],
)
def test_the_same_matter_in_sight_is_shown_before_a_dossier_is_opened(
    client: HouseClient, dossier: Dossier, changes: dict[str, str]
) -> None:
    alike = {"title": "Same matter", "foreign_references": "SIENA 4410077"}
    Dossier.objects.filter(pk=dossier.pk).update(**alike)
    PartyFactory(dossier=dossier, numbers=[CONTAINER])
    hidden = DossierFactory(owner="NL", **alike)
    PartyFactory(dossier=hidden, numbers=[CONTAINER])
    before = Dossier.objects.count()
    answer, sent = opening(client, **changes)
    assert answer.status_code == 200
    assert [each.reference for each in answer.context["same"]] == [dossier.reference]
    assert answer.context["form"]["title"].value() == sent["title"]
    assert Dossier.objects.count() == before
    assert client.post("/dossiers/new", sent | {"anyway": "1"}).status_code == 302


@pytest.mark.parametrize("references", ["", "INTERPOL none", "SIENA 4410078", "SIENA 441"])
def test_another_reference_opens_at_once(
    client: HouseClient, dossier: Dossier, references: str
) -> None:
    Dossier.objects.filter(pk=dossier.pk).update(foreign_references="SIENA 4410077, SIENA none")
    answer, _sent = opening(client, foreign_references=references)
    assert answer.status_code == 302


# Names and numbers while one writes ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("frutas", ["Frutas Ejemplo"]),
        ("CSQU 305", [CONTAINER]),
        ("+593 99", ["+593 99 555 0100"]),
        ("fr", []),
        ("100%", []),
        ("nobody", []),
        ("", []),
    ],
)
def test_what_is_known_in_sight_is_offered(
    client: HouseClient, dossier: Dossier, cast: Cast, words: str, found: list[str]
) -> None:
    for each in (dossier, DossierFactory(handler=cast.belgian_officer)):
        PartyFactory(dossier=each, kind="organisation", name="Frutas Ejemplo")
        PartyFactory(dossier=each, numbers=[CONTAINER])
        PartyFactory(dossier=each, numbers=["+593 99 555 0100"])
    hidden = DossierFactory(owner="NL")
    PartyFactory(dossier=hidden, name="Frutas Hidden", numbers=["CSQU 305999 1"])
    answer = client.get("/known", {"name": words})
    assert answer.context["found"] == found
    part = client.get("/known", {"name": words}, headers={"HX-Request": "true"})
    assert part.content.decode().count("<option") == len(found)
    assert LogRow.objects.filter(action="search").exists() == (len(words) > 2)
