"""Pages of the contacts: what they show to whom, and what their forms do."""

from collections.abc import Callable

import pytest

from accounts.models import Posting, User
from cases.models import Contact
from tests import steps
from tests.browsers import HouseClient
from tests.factories import Cast, ContactFactory, DossierFactory, newer
from tests.pages import filled, text_of
from tests.steps import in_

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], HouseClient]
WRONG = "kept as written"


@pytest.fixture
def officer(cast: Cast, client_of: ClientOf) -> HouseClient:
    """The browser of the Belgian officer."""
    return client_of(cast.belgian_officer)


def test_a_contact_is_added_and_a_wrong_number_is_kept_with_a_warning(
    cast: Cast, officer: HouseClient
) -> None:
    phones = "601 555 01 01\n+57 601 555 01 01\n555 ext. 4"
    new = {"name": "R. Ejemplo", "kind": "host_police", "phones": phones, "languages": ["es"]}
    answer = officer.post("/contacts/new", filled(officer.get("/contacts/new"), **new))
    made = Contact.objects.get()
    assert answer["Location"] == f"/contacts/{made.pk}/"
    assert (made.phones, made.host_country, made.visibility) == (
        ["+576015550101", "555 ext. 4"], "CO", "team",
    )  # fmt: skip
    page = officer.get(answer["Location"])
    assert [(each.shown, WRONG in each.warning) for each in page.context["contact"].phones] == [
        ("+57 601 5550101", False), ("555 ext. 4", True),
    ]  # fmt: skip
    assert "Spanish" in text_of(page)
    change = officer.get(f"/contacts/{made.pk}/change")
    officer.post(f"/contacts/{made.pk}/change", filled(change, note="Mornings."))
    assert Contact.objects.get(current=True).phones == made.phones  # read again, and the same


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"note": "NATO SECRET"}, "note"),
        ({"name": "EU RESTRICTED"}, "name"),
        ({"phones": "1\n2\n3\n4\n5\n6"}, "phones"),
        ({"phones": "1" * 101}, "phones"),
        ({"email": "nobody"}, "email"),
        ({"kind": ""}, "kind"),
        ({"host_country": "BR"}, "host_country"),
        ({"visibility": "all"}, "visibility"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    officer: HouseClient, typed: dict[str, str], field: str
) -> None:
    new = {"name": "R. Ejemplo", "kind": "other", "function": "jefe"} | typed
    page = officer.post("/contacts/new", filled(officer.get("/contacts/new"), **new))
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]
    assert 'value="jefe"' in page.content.decode()
    assert not Contact.objects.exists()


def test_the_desk_is_chosen_where_there_are_several(cast: Cast, client_of: ClientOf) -> None:
    client = client_of(cast.luxembourg_headquarters)
    page = client.get("/contacts/new")
    sent = filled(page, name="X", kind="other", desk="TIA", host_country="CO")
    refused = client.post("/contacts/new", sent)
    assert list(refused.context["form"].errors) == ["host_country"]
    assert client.post("/contacts/new", sent | {"host_country": "AL"}).status_code == 302
    assert Contact.objects.get().desk.code == "TIA"


def test_the_page_shows_each_what_he_may_do(cast: Cast, client_of: ClientOf) -> None:
    path = f"/contacts/{ContactFactory(keeper=cast.belgian_officer, visibility='desk').pk}/"
    offered = {
        name: [
            bool(client_of(getattr(cast, name)).get(path).context[each])
            for each in ("change_url", "hand_form", "may_take", "retire_form")
        ]
        for name in ("belgian_officer", "belgian_colleague", "belgian_coordinator", "dutch_officer")
    }
    assert offered == {
        "belgian_officer": [True, True, False, True],
        "belgian_colleague": [True, False, False, True],
        "belgian_coordinator": [False, False, False, False],
        "dutch_officer": [False, False, False, False],
    }


def test_what_nobody_keeps_says_so_and_is_taken_in_one_click(
    cast: Cast, client_of: ClientOf
) -> None:
    path = f"/contacts/{ContactFactory(keeper=cast.belgian_leaver).pk}/"
    client = client_of(cast.belgian_colleague)
    page = client.get(path)
    assert "nobody keeps it" in text_of(page)
    assert page.context["may_take"]
    assert "nobody keeps it" in text_of(client.get("/contacts/"))
    assert client.post(path, {"action": "take"}).status_code == 302
    assert Contact.objects.get(current=True).keeper_id == cast.belgian_colleague.pk
    assert "nobody keeps it" not in text_of(client.get(path))
    assert client_of(cast.belgian_coordinator).get(path).context["hand_form"] is None


def test_a_contact_is_handed_over_on_its_page_and_the_receiver_finds_the_alert(
    cast: Cast, officer: HouseClient, client_of: ClientOf
) -> None:
    path = f"/contacts/{ContactFactory(keeper=cast.belgian_officer).pk}/"
    choices = officer.get(path).context["hand_form"].fields["person"].choices
    assert [label for _key, label in choices][1:] == ["B. Exemple", "C. Beispiel"]
    assert officer.post(path, {"action": "hand_over"}).status_code == 200
    to = {"action": "hand_over", "to-person": str(cast.belgian_colleague.public_id)}
    assert officer.post(path, to)["Location"] == "/contacts/"
    assert "B. Exemple keeps it now" in text_of(officer.get("/contacts/"))
    client = client_of(cast.belgian_colleague)
    (row,) = client.get("/alerts/").context["page"].rows
    assert (row.headline, row.url, row.owner) == ("A contact is yours to keep", path, "BE")
    client.get(path)
    assert not client.get("/alerts/").context["unread"]  # it was opened
    assert officer.post(path, to).status_code == 403


def test_who_leaves_hands_all_over_at_once(cast: Cast, officer: HouseClient) -> None:
    for sight in ("mine", "team"):
        ContactFactory(keeper=cast.belgian_officer, visibility=sight)
    assert officer.get("/contacts/").context["keeps_any"]
    page = officer.get("/contacts/hand-over")
    sent = filled(page, to=f"BOG:{cast.belgian_head.public_id}")
    assert officer.post("/contacts/hand-over", filled(page)).status_code == 200
    assert officer.post("/contacts/hand-over", sent).status_code == 302
    shown = text_of(officer.get("/contacts/"))
    assert "C. Beispiel keeps 2 contacts of yours now" in shown
    refused = officer.get("/contacts/hand-over")
    assert refused.status_code == 403
    assert "You keep no contact." in text_of(refused)


def test_of_several_desks_the_colleagues_stand_under_their_desk(
    cast: Cast, client_of: ClientOf
) -> None:
    for code in ("BOG", "TIA"):
        ContactFactory(keeper=cast.luxembourg_headquarters, desk=code)
    client = client_of(cast.luxembourg_headquarters)
    page = client.get("/contacts/hand-over")
    groups = dict(page.context["form"].fields["to"].choices[1:])
    assert list(groups) == ["Bogotá", "Tirana"]
    to = f"TIA:{cast.luxembourg_coordinator.public_id}"
    assert client.post("/contacts/hand-over", {"to": to}).status_code == 302
    kept = Contact.objects.filter(current=True, keeper=cast.luxembourg_coordinator.pk)
    assert [each.desk.code for each in kept] == ["TIA"]


def test_versions_tell_who_changed_what(cast: Cast, officer: HouseClient) -> None:
    me, mate = cast.belgian_officer, cast.belgian_colleague
    made = steps.add_contact(me, cast.desks["BOG"])
    changed = steps.change_contact(mate, made, note="Mornings.", function="jefe")
    given = steps.give_contact(me, changed, mate)
    steps.retire_contact(mate, given, "Has left.")
    page = officer.get(f"/contacts/{made.pk}/")
    assert [each.what for each in page.context["contact"].versions] == [
        "retired by B. Exemple (BE): Has left.",
        "handed over to B. Exemple (BE) by A. Voorbeeld (BE)",
        "changed by B. Exemple (BE): function, note",
        "added by A. Voorbeeld (BE)",
    ]
    assert "Retired: Has left." in text_of(page)


def test_a_contact_that_was_changed_meanwhile_is_not_overwritten(
    cast: Cast, officer: HouseClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ContactFactory(keeper=cast.belgian_officer)
    path = f"/contacts/{made.pk}/"
    stale = Contact.objects.select_related("desk", "keeper").get(pk=made.pk)
    sent = filled(officer.get(f"{path}change"), note="Mine.")
    newer(made, note="Theirs.")
    monkeypatch.setattr("cases.views.contacts._contact_of", lambda *_all: stale)
    page = officer.post(f"{path}change", sent)
    assert "Somebody changed this contact meanwhile." in text_of(page)
    assert "Mine." in page.content.decode()
    retire = {"action": "retire", "retire-reason": "x"}
    assert officer.post(path, retire)["Location"] == "/contacts/"
    assert Contact.objects.get(current=True).note == "Theirs."


def test_of_what_is_out_of_sight_there_is_no_trace(
    cast: Cast, client_of: ClientOf, officer: HouseClient
) -> None:
    said = {"name": "Wintertaling", "authority": "Wintertaling", "phones": ["+576015550101"]}
    for sight in ("mine", "team"):
        hidden = ContactFactory(keeper=cast.dutch_officer, visibility=sight, **said)
    ContactFactory(keeper=cast.belgian_officer, name="Own", phones=["+576015550102"])
    dossier = DossierFactory(handler=cast.belgian_officer)
    for path in ("/contacts/", "/contacts/?q=6015550101", "/contacts/?state=retired",
                 f"/d/{dossier.reference}/", "/contacts/new"):  # fmt: skip
        assert "Wintertaling" not in officer.get(path).content.decode(), path
    assert officer.get("/contacts/").context["page"].count == "1 contact"
    for path in (f"/contacts/{hidden.pk}/", f"/contacts/{hidden.pk}/change"):
        assert officer.get(path).status_code == 404
    mine = Contact.objects.get(visibility="mine")
    assert client_of(cast.dutch_colleague).get(f"/contacts/{mine.pk}/").status_code == 404


def test_whoever_has_no_posting_sees_an_empty_list(cast: Cast, client_of: ClientOf) -> None:
    ContactFactory(keeper=cast.belgian_officer, visibility="desk")
    client = client_of(cast.belgian_officer)
    Posting.objects.filter(person=cast.belgian_officer.pk).update(ends_at=in_(seconds=-1))
    assert not client.get("/contacts/").context["page"].rows
    assert not client_of(cast.belgian_auditor).get("/contacts/").context["page"].rows


def test_an_unknown_filter_shows_nothing(cast: Cast, officer: HouseClient) -> None:
    ContactFactory(keeper=cast.belgian_officer)
    for query in ("kind=x", "desk=BSB", "q=ab", "after=x", "kept=you", "state=x"):
        page = officer.get(f"/contacts/?{query}")
        assert not page.context["page"].rows, query


def test_the_composer_offers_authorities_of_the_desk(cast: Cast, officer: HouseClient) -> None:
    ContactFactory(keeper=cast.belgian_officer, authority="Aduana de Cartagena")
    dossier = DossierFactory(handler=cast.belgian_officer, requesting_authority="DIJIN")
    page = officer.get(f"/d/{dossier.reference}/")
    assert page.context["counterparts"] == ["DIJIN", "Aduana de Cartagena"]
