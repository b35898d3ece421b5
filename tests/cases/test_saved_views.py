"""Saved views: kept under a name, opened, renamed, replaced, deleted; private, few, and honest."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils.http import urlencode

from accounts.models import Posting, User
from cases.models import SavedView
from cases.models.saved_views import PLACES
from cases.services import saved_views
from cases.services.dossiers import StaleError
from cases.services.saved_views import NameTakenError, NoPlaceError
from lodesk.audit.models import LogRow
from tests.browsers import HouseClient
from tests.factories import Cast, DossierFactory, SavedViewFactory, as_person
from tests.looking import as_owner
from tests.pages import text_of
from tests.steps import in_

pytestmark = pytest.mark.django_db
Browse = Callable[..., HouseClient]
ASKED = "host_country=CO&urgency=urgent"


def keep(person: User, name: str, asked: str = ASKED) -> SavedView:
    """Keep it as the person."""
    with as_person(person):
        return saved_views.keep(by=person, name=name, asked=asked)


def kept(person: User) -> dict[str, str]:
    """What stands in the table, name and filters."""
    rows = SavedView.objects.filter(person=person.pk).exclude(name="")
    return dict(rows.values_list("name", "asked"))


# Services -------------------------------------------------------------------------------------


def test_a_view_is_kept_renamed_replaced_and_deleted(cast: Cast) -> None:
    me = cast.belgian_officer
    view = keep(me, "Mine")
    assert kept(me) == {"Mine": ASKED}
    with as_person(me):
        saved_views.rename(view=view, name="Urgent", by=me)
        view.refresh_from_db()
        saved_views.replace(view=view, asked="kind=other", by=me)
        view.refresh_from_db()
    assert kept(me) == {"Urgent": "kind=other"}
    with as_person(me):
        saved_views.forget(view=view, by=me)
    assert as_owner("SELECT name, asked FROM cases_savedview") == [("", "")]
    actions = LogRow.objects.filter(actor=me.pk).order_by("at").values_list("action", flat=True)
    assert list(actions) == ["saved_view.kept", *["saved_view.changed"] * 2, "saved_view.deleted"]


def test_the_log_says_that_and_not_what(cast: Cast) -> None:
    keep(cast.belgian_officer, "Suspect Peeters", "q=Peeters")
    row = LogRow.objects.get(action="saved_view.kept")
    assert (row.chain, row.personal, row.facts) == ("BE", "", {})


def test_names_are_once_a_person(cast: Cast) -> None:
    keep(cast.belgian_officer, "Mine")
    other = keep(cast.belgian_officer, "Other")
    keep(cast.belgian_colleague, "Mine")
    with pytest.raises(NameTakenError):
        keep(cast.belgian_officer, "Mine")
    with pytest.raises(NameTakenError), as_person(cast.belgian_officer):
        saved_views.rename(view=other, name="Mine", by=cast.belgian_officer)
    assert kept(cast.belgian_officer).keys() == {"Mine", "Other"}


def test_a_person_keeps_so_many_and_the_place_of_a_deleted_one_is_free(cast: Cast) -> None:
    me = cast.belgian_officer
    views = [keep(me, f"View {number}") for number in range(PLACES)]
    with pytest.raises(NoPlaceError):
        keep(me, "One more")
    with as_person(me):
        saved_views.forget(view=views[3], by=me)
    keep(me, "One more")
    assert len(kept(me)) == PLACES == SavedView.objects.count()
    keep(cast.belgian_colleague, "Not mine")


def test_what_another_page_changed_meanwhile_is_not_overwritten(cast: Cast) -> None:
    me = cast.belgian_officer
    view, seen = keep(me, "Mine"), SavedView.objects.get()
    with as_person(me):
        saved_views.forget(view=view, by=me)
    keep(me, "Another", "kind=other")  # in the place that became free
    with as_person(me):
        for act, words in ((saved_views.replace, {"asked": ASKED}), (saved_views.forget, {}),
                           (saved_views.rename, {"name": "x"})):  # fmt: skip
            with pytest.raises(StaleError):
                act(view=seen, by=me, **words)
    assert kept(me) == {"Another": "kind=other"}


@pytest.mark.parametrize("who", ["belgian_auditor", "belgian_leaver", "belgian_newcomer"])
def test_who_reads_no_dossier_keeps_no_view(cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        keep(getattr(cast, who), "Mine")
    assert not SavedView.objects.exists()


def test_nobody_reaches_the_view_of_another(cast: Cast) -> None:
    view = keep(cast.belgian_officer, "Mine")
    for other in (cast.belgian_colleague, cast.belgian_coordinator, cast.dutch_officer):
        with as_person(other):
            for act, words in ((saved_views.replace, {"asked": "kind=other"}),
                               (saved_views.forget, {}),
                               (saved_views.rename, {"name": "x"})):  # fmt: skip
                with pytest.raises(StaleError):
                    act(view=view, by=other, **words)
    assert kept(cast.belgian_officer) == {"Mine": ASKED}


# Pages ----------------------------------------------------------------------------------------


def save(client: HouseClient, name: str, asked: str) -> Any:
    """Send what the list sends."""
    return client.post("/views/", {"name": name, "asked": asked})


def test_the_filters_of_a_list_are_saved_under_a_name_and_opened(
    cast: Cast, client_of: Browse
) -> None:
    urgent = {"urgency": "urgent", "urgency_ground": "relevance"}
    DossierFactory(handler=cast.belgian_officer, title="Ship", **urgent)
    DossierFactory(handler=cast.belgian_officer, title="Boat")
    client = client_of(cast.belgian_officer)
    page = client.get("/dossiers/?urgency=urgent&kind=&after=&sort=-reference&host_country=CO")
    asked = page.context["asked"]
    assert asked == "host_country=CO&urgency=urgent&sort=-reference"
    saved = save(client, "My urgent ones", asked)
    view = SavedView.objects.get()
    assert saved.url == f"/dossiers/?{asked}&view={view.pk}"
    opened = client.get(saved.url)
    assert [row.title for row in opened.context["page"].rows] == ["Ship"]
    assert [(each.label, each.chosen) for each in opened.context["views"]] == [
        ("My urgent ones", True)
    ]
    assert "Save as a view" not in text_of(opened)
    assert [each.label for each in client.get("/dossiers/").context["views"]] == ["My urgent ones"]
    others = client_of(cast.belgian_colleague).get("/dossiers/")
    assert others.context["views"] == []
    assert "My urgent ones" not in text_of(others)


def test_other_filters_take_the_place_of_the_open_views(cast: Cast, client_of: Browse) -> None:
    view = SavedViewFactory(person=cast.belgian_officer, name="Mine")
    client = client_of(cast.belgian_officer)
    page = client.get(f"/dossiers/?kind=other&view={view.pk}")
    assert "Replace the filters of “Mine”" in text_of(page)
    sent = {"action": "replace", "name": "Mine", "asked": page.context["asked"]}
    answer = client.post(f"/views/{view.pk}/", sent)
    assert answer.url == f"/dossiers/?kind=other&view={view.pk}"
    assert kept(cast.belgian_officer) == {"Mine": "kind=other"}
    stale = client.post(f"/views/{view.pk}/", sent | {"name": "Another", "asked": "kind=fugitive"})
    assert stale.url == "/views/"
    assert "Nothing was saved." in text_of(client.get("/views/"))
    assert kept(cast.belgian_officer) == {"Mine": "kind=other"}


def test_a_view_is_renamed_and_deleted_on_its_page(cast: Cast, client_of: Browse) -> None:
    view = SavedViewFactory(person=cast.belgian_officer, name="Mine")
    SavedViewFactory(person=cast.belgian_officer, name="Other")
    client, path = client_of(cast.belgian_officer), f"/views/{view.pk}/"
    taken = client.post(path, {"action": "rename", "name": "Other"})
    assert "You have a view of this name." in str(taken.context["form"]["name"].errors)
    assert client.post(path, {"action": "rename", "name": " Better "}).url == "/views/"
    assert kept(cast.belgian_officer).keys() == {"Better", "Other"}
    assert client.post(path, {"action": "forget"}).url == "/views/"
    assert client.get(path).status_code == 404
    assert kept(cast.belgian_officer).keys() == {"Other"}


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "This field is required."),
        ("x" * 61, "at most 60 characters"),
        ("View taken", "You have a view of this name."),
        ("EU SECRET / SECRET UE", "classified"),
    ],
)
def test_a_wrong_name_comes_back_with_the_filters_and_the_reason_beside_it(
    name: str, error: str, cast: Cast, client_of: Browse
) -> None:
    SavedViewFactory(person=cast.belgian_officer, name="View taken")
    page = save(client_of(cast.belgian_officer), name, ASKED)
    assert error in str(page.context["form"]["name"].errors)
    assert page.context["form"]["asked"].value() == ASKED
    assert "Host country Colombia" in text_of(page)
    assert len(kept(cast.belgian_officer)) == 1


def test_too_many_are_refused_beside_the_name(cast: Cast, client_of: Browse) -> None:
    SavedViewFactory.create_batch(PLACES, person=cast.belgian_officer)
    page = save(client_of(cast.belgian_officer), "One more", ASKED)
    assert "You have 20 views, and more are not kept." in str(page.context["form"]["name"].errors)


@pytest.mark.parametrize(
    "asked",
    ["", "kind=x", "q=ab", "sort=due", "x=1", "status=", "view=1&kind=other", "%00", "k" * 4001],
)
def test_only_filters_of_the_list_are_saved(asked: str, cast: Cast, client_of: Browse) -> None:
    page = save(client_of(cast.belgian_officer), "Mine", asked)
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not SavedView.objects.exists()


def test_nothing_but_filters_is_saved(cast: Cast, client_of: Browse) -> None:
    asked = "x=1&kind=other&after=_abc&csrfmiddlewaretoken=2&q=%20caf%C3%A9%20noir&sort=due"
    save(client_of(cast.belgian_officer), "Mine", asked)
    assert kept(cast.belgian_officer) == {"Mine": "q=caf%C3%A9+noir&kind=other&sort=due"}


def test_the_longest_words_are_saved_whole(cast: Cast, client_of: Browse) -> None:
    words = "\U0001f6a2" * 100
    values = {"q": words, "status": "waiting", "due": "undated", "owner": "BE", "scope": "desk",
              "kind": "incoming_request", "crime_area": "human_trafficking", "host_country": "CO",
              "urgency": "normal", "desk": "BOG", "sort": "-reference",
              "handler": cast.belgian_colleague.public_id}  # fmt: skip
    client = client_of(cast.belgian_officer)
    assert save(client, "Long", urlencode(values)).status_code == 302
    assert words in client.get("/views/").content.decode()


def test_a_view_that_asks_for_what_is_gone_opens_and_says_so(cast: Cast, client_of: Browse) -> None:
    DossierFactory(handler=cast.belgian_officer)
    colleague = cast.belgian_colleague
    client = client_of(cast.belgian_officer)
    saved = save(client, "Theirs", f"handler={colleague.public_id}")
    Posting.objects.filter(person=colleague.pk).update(ends_at=in_(hours=-1))
    page = client.get(saved.url)
    assert page.status_code == 200
    assert not page.context["page"].rows
    assert "The view “Theirs” asks for something that is not there any more." in text_of(page)
    assert "no longer there" in text_of(client.get("/views/"))


@pytest.mark.parametrize("view", ["x", "00000000-0000-4000-8000-000000000000"])
def test_a_view_one_has_not_is_nobodys(view: str, cast: Cast, client_of: Browse) -> None:
    theirs = SavedViewFactory(person=cast.belgian_colleague, name="Theirs")
    client = client_of(cast.belgian_officer)
    for key in (view, str(theirs.pk)):
        page = client.get(f"/dossiers/?kind=other&view={key}")
        assert page.status_code == 200
        assert page.context["view"] is None
        assert "Theirs" not in text_of(page)
