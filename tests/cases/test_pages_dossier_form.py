"""Opening a dossier, changing it, and taking a step in its life."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.models import Dossier
from tests import steps
from tests.browsers import HouseClient
from tests.factories import Cast, DossierFactory, MandateFactory
from tests.pages import filled, text_of

pytestmark = pytest.mark.django_db
Browse = Callable[..., HouseClient]
NEW = "/dossiers/new"


def typed(client: HouseClient, **changes: Any) -> dict[str, Any]:
    """The form of a new dossier, filled in."""
    values = {"title": "Bananas", "kind": "incoming_request", "due_rule": "8h"} | changes
    return filled(client.get(NEW), **values)


def choices(form: Any, name: str) -> list[str]:
    """Values one can choose from; those in groups one level deep."""
    flat = []
    for value, label in form.fields[name].choices:
        flat += [inner for inner, _label in label] if isinstance(label, list) else [value]
    return flat


def test_an_officer_opens_and_handles_it(cast: Cast, client_of: Browse) -> None:
    client = client_of(cast.belgian_officer)
    answer = client.post(NEW, typed(client))
    dossier = Dossier.objects.get(title="Bananas")
    assert answer.headers["Location"] == f"/d/{dossier.reference}/"
    assert (dossier.owner, dossier.status, dossier.handler_id) == (
        "BE", "open", cast.belgian_officer.pk
    )  # fmt: skip
    assert dossier.due_at == dossier.received_at + timedelta(hours=8)


def test_it_can_go_to_the_queue_as_a_draft(cast: Cast, client_of: Browse) -> None:
    client = client_of(cast.belgian_officer)
    client.post(NEW, typed(client, handle=None, draft="on"))
    dossier = Dossier.objects.get(title="Bananas")
    assert (dossier.handler, dossier.status) == (None, "draft")


def test_one_opens_for_the_own_country_at_the_own_desk_only(cast: Cast, client_of: Browse) -> None:
    client = client_of(cast.belgian_officer)
    form = client.get(NEW).context["form"]
    assert (choices(form, "owner"), choices(form, "desk")) == (["BE"], ["BOG"])
    for change in ({"owner": "NL"}, {"desk": "BSB"}):
        assert client.post(NEW, typed(client, **change)).status_code == 200
    assert not Dossier.objects.filter(title="Bananas").exists()


def test_a_standing_mandate_lets_one_open_for_the_other_country(
    cast: Cast, client_of: Browse
) -> None:
    MandateFactory(owner="BE", desk="BOG", receiver=cast.dutch_officer, kinds=["seizure"])
    client = client_of(cast.dutch_officer)
    wrong_kind = client.post(NEW, typed(client, owner="BE"))
    assert "Only a standing mandate of the owner country allows that." in text_of(wrong_kind)
    client.post(NEW, typed(client, owner="BE", kind="seizure"))
    dossier = Dossier.objects.get(title="Bananas")
    assert (dossier.owner, dossier.handler_id) == ("BE", cast.dutch_officer.pk)


def test_headquarters_opens_for_any_desk_and_chooses_who_handles_it(
    cast: Cast, client_of: Browse
) -> None:
    client = client_of(cast.belgian_headquarters)
    form = client.get(NEW).context["form"]
    assert choices(form, "desk") == ["BOG", "BSB", "TIA"]
    elsewhere = str(cast.belgian_elsewhere.public_id)
    assert str(cast.dutch_officer.public_id) not in choices(form, "handler")
    values = {"desk": "BSB", "host_country": "BR", "handler": elsewhere}
    wrong_desk = client.post(NEW, typed(client, **values | {"desk": "BOG"}))
    assert {"handler", "host_country"} <= wrong_desk.context["form"].errors.keys()
    client.post(NEW, typed(client, **values))
    assert Dossier.objects.get(title="Bananas").handler_id == cast.belgian_elsewhere.pk


def test_luxembourg_opens_where_it_has_nobody(cast: Cast, client_of: Browse) -> None:
    client = client_of(cast.luxembourg_headquarters)
    client.post(NEW, typed(client, desk="BOG", host_country="EC"))
    dossier = Dossier.objects.get(title="Bananas")
    assert (dossier.owner, dossier.desk.code, dossier.handler) == ("LU", "BOG", None)


@pytest.mark.parametrize("person", ["belgian_auditor", "belgian_leaver", "belgian_newcomer"])
def test_without_a_place_one_opens_nothing(cast: Cast, client_of: Browse, person: str) -> None:
    assert client_of(getattr(cast, person)).get(NEW).status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("marking", "EU-R", "EU RESTRICTED"),
        ("title", "Annex to Dep. VERTROUWELIJK", "Dep. VERTROUWELIJK"),
        ("summary", "as in SECRET LUX 12", "SECRET LUX"),
        ("next_step", "read NATO SECRET", "NATO SECRET"),
    ],
)
def test_what_is_classified_is_refused_with_advice(
    cast: Cast, client_of: Browse, field: str, value: str, words: str
) -> None:
    client = client_of(cast.belgian_officer)
    answer = client.post(NEW, typed(client, **{field: value}))
    (error,) = answer.context["form"].errors[field]
    assert words in error
    assert "approved national channel" in error
    assert not Dossier.objects.filter(requesting_authority="").exclude(readers=[]).exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"handling_codes": ["H3"]}, "handling_note"),
        ({"host_country": "BR"}, "host_country"),
        ({"title": ""}, "title"),
        ({"kind": ""}, "kind"),
        ({"received_at": "2999-01-01T00:00"}, "received_at"),
        ({"due_at": "nonsense"}, "due_at"),
    ],
)
def test_errors_stand_at_their_field_and_nothing_is_lost(
    cast: Cast, client_of: Browse, changes: dict[str, Any], field: str
) -> None:
    client = client_of(cast.belgian_officer)
    answer = client.post(NEW, typed(client, summary="A long text.", **changes))
    assert list(answer.context["form"].errors) == [field]
    assert "A long text." in answer.content.decode()


# Change -----------------------------------------------------------------------------------


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer, title="Bananas")


def page(dossier: Dossier, rest: str) -> str:
    """The address of a page of the dossier."""
    return f"/d/{dossier.reference}/{rest}"


def test_a_change_is_saved_and_the_rest_stays(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client, before = client_of(cast.belgian_officer), dossier.received_at
    form = client.get(page(dossier, "change"))
    client.post(page(dossier, "change"), filled(form, title="Pineapples", due_rule="7d"))
    dossier.refresh_from_db()
    assert (dossier.title, dossier.version, dossier.received_at) == ("Pineapples", 2, before)
    assert dossier.due_at == before + timedelta(days=7)


def test_who_was_slower_loses_nothing(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    client, colleague = client_of(cast.belgian_officer), client_of(cast.belgian_coordinator)
    form = client.get(page(dossier, "change"))
    colleague.post(page(dossier, "change"), filled(form, title="Pineapples"))
    answer = client.post(page(dossier, "change"), filled(form, title="Mangoes"))
    assert "Somebody changed this dossier while you wrote." in text_of(answer)
    dossier.refresh_from_db()
    assert dossier.title == "Pineapples"
    again = filled(answer)
    assert again["title"] == "Mangoes"
    assert client.post(page(dossier, "change"), again).status_code == 302
    dossier.refresh_from_db()
    assert dossier.title == "Mangoes"


@pytest.mark.parametrize("rest", ["change", "status", "hand-over"])
def test_who_may_only_read_is_refused_with_the_reason(
    cast: Cast, client_of: Browse, dossier: Dossier, rest: str
) -> None:
    client = client_of(cast.belgian_colleague)
    for answer in (client.get(page(dossier, rest)), client.post(page(dossier, rest), {})):
        assert answer.status_code == 403
        assert "Only the handling officer" in text_of(answer)


# What a request says ------------------------------------------------------------------------


URGENT = {"kind": "incoming_request", "urgency": "urgent"}
GOES_OUT = {"kind": "outgoing_request"}


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        (URGENT, {"urgency_ground", "due_rule"}),
        (GOES_OUT, {"facts", "reasons"}),
        (GOES_OUT | {"draft": "on"}, set()),
        (URGENT | {"urgency_ground": "life"}, {"due_rule"}),
        (URGENT | {"urgency_ground": "life", "due_rule": "8h"}, set()),
        (URGENT | {"urgency_ground": "life", "due_at": "2027-01-01T12:00"}, set()),
        (URGENT | {"urgency_ground": "life", "draft": "on"}, set()),
        (GOES_OUT | {"facts": "Theft.", "reasons": "The register is theirs."}, set()),
        ({"kind": "visit", "urgency": "urgent"}, set()),
    ],
)
def test_a_new_request_says_what_the_directive_wants(
    cast: Cast, client_of: Browse, values: dict[str, str], missing: set[str]
) -> None:
    client = client_of(cast.belgian_officer)
    form = client.get("/dossiers/new")
    fixed = {"title": "x", "desk": "BOG", "host_country": "CO"}
    answer = client.post("/dossiers/new", filled(form, **fixed, **values))
    found = set() if answer.status_code == 302 else set(answer.context["form"].errors)
    assert found == missing


def test_a_request_of_before_is_changed_without_what_was_never_asked(
    cast: Cast, client_of: Browse
) -> None:
    client = client_of(cast.belgian_officer)
    old = DossierFactory(handler=cast.belgian_officer, kind="outgoing_request", urgency="urgent")
    form = client.get(page(old, "change"))
    assert client.post(page(old, "change"), filled(form, title="New")).status_code == 302
    said = DossierFactory(handler=cast.belgian_officer, kind="outgoing_request", facts="Theft.")
    form = client.get(page(said, "change"))
    answer = client.post(page(said, "change"), filled(form, facts=""))
    assert list(answer.context["form"].errors) == ["facts"]
    answer = client.post(page(said, "change"), filled(form, urgency="urgent"))
    assert set(answer.context["form"].errors) == {"urgency_ground", "reasons"}


# Status -----------------------------------------------------------------------------------


def step(client: HouseClient, dossier: Dossier, value: str, **more: Any) -> Any:
    """Choose a step."""
    form = client.get(page(dossier, "status"))
    return client.post(page(dossier, "status"), filled(form, step=value, **more))


def test_the_four_ways_to_wait_are_four_choices(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    found = client.get(page(dossier, "status")).context["steps"]
    assert [each.value for each in found] == [
        "wait:host_authority",
        "wait:headquarters",
        "wait:clarification",
        "wait:judicial_authorisation",
        "answer",
        "close",
    ]
    assert [each.value for each in found if not each.allowed] == ["answer", "close"]
    assert "First record the answer" in str(found[4].reason)
    steps.write(cast.belgian_officer, dossier, kind="answer")
    found = client.get(page(dossier, "status")).context["steps"]
    assert [each.value for each in found if not each.allowed] == ["close"]


def test_waiting_asks_until_when_and_closing_how_it_ended(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    answered = DossierFactory(handler=cast.belgian_officer, status="answered")
    for who, each, value, name, words in (
        (cast.belgian_officer, dossier, "wait:headquarters", "waiting_until", "Until when"),
        (cast.belgian_coordinator, answered, "close", "result", "how the dossier ended"),
    ):
        answer = step(client_of(who), each, value, reason="Kept.")
        assert list(answer.context["form"].errors) == [name]
        assert words in text_of(answer)
        assert "Kept." in answer.content.decode()


def test_an_answer_cannot_be_marked_before_it_is_recorded(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    refused = step(client_of(cast.belgian_officer), dossier, "answer")
    assert (refused.status_code, "First record" in text_of(refused)) == (403, True)
    dossier.refresh_from_db()
    assert dossier.status == "open"


def test_a_step_is_taken_with_its_reason(cast: Cast, client_of: Browse, dossier: Dossier) -> None:
    client = client_of(cast.belgian_officer)
    until = f"{timezone.localtime() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    why = "They must choose."
    answer = step(client, dossier, "wait:headquarters", reason=why, waiting_until=until)
    dossier.refresh_from_db()
    assert (dossier.status, dossier.waiting_for) == ("waiting", "headquarters")
    assert dossier.waiting_until is not None
    assert "They must choose." in text_of(client.get(answer.headers["Location"]))


def test_closing_is_the_coordinators(cast: Cast, client_of: Browse) -> None:
    answered = DossierFactory(handler=cast.belgian_officer, status="answered")
    officer, coordinator = client_of(cast.belgian_officer), client_of(cast.belgian_coordinator)
    refused = step(officer, answered, "close")
    assert (refused.status_code, "Only a coordinator" in text_of(refused)) == (403, True)
    assert step(coordinator, answered, "close", result="refused").status_code == 302
    answered.refresh_from_db()
    assert (answered.status, answered.result) == ("closed", "refused")


def test_a_step_that_no_longer_follows_comes_back_with_the_reason_kept(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    answer = step(client, dossier, "reopen", reason="Written with care.")
    assert answer.status_code == 200
    assert "This step is not possible now" in text_of(answer)
    assert "Written with care." in answer.content.decode()


def test_two_people_at_once_do_not_overwrite_each_other(
    cast: Cast, client_of: Browse, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_officer)
    steps.write(cast.belgian_officer, dossier, kind="answer")
    form = client.get(page(dossier, "status"))
    Dossier.objects.filter(pk=dossier.pk).update(version=7, changed_at=timezone.now())
    answer = client.post(page(dossier, "status"), filled(form, step="answer", reason="Sent."))
    assert "Somebody changed this dossier" in text_of(answer)
    dossier.refresh_from_db()
    assert dossier.status == "open"
    assert client.post(page(dossier, "status"), filled(answer)).status_code == 302
