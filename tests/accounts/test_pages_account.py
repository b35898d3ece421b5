"""Sign-in, profile, language, and the pages around them."""

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import make_password
from django.urls import get_resolver

from accounts.models import User
from lodesk.audit.models import LogRow
from tests.browsers import HouseClient
from tests.factories import Cast, DossierFactory
from tests.pages import filled, text_of

pytestmark = pytest.mark.django_db
Browse = Callable[..., HouseClient]
PASSWORD = "a long enough password"


@pytest.fixture
def account(cast: Cast) -> User:
    """The Belgian officer, with a password."""
    User.objects.filter(pk=cast.belgian_officer.pk).update(password=make_password(PASSWORD))
    return cast.belgian_officer


def sign_in(client: HouseClient, email: str, password: str, **more: str) -> object:
    """Fill the sign-in page in."""
    return client.post("/sign-in/", {"login": email, "password": password} | more)


def test_one_signs_in_and_out(account: User, client_of: Browse) -> None:
    client = client_of(None)
    answer = sign_in(client, account.email, PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get("/").status_code == 200
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert client.get("/").status_code == 302


def test_after_signing_in_one_is_where_one_wanted_to_be(account: User, client_of: Browse) -> None:
    client = client_of(None)
    asked = client.get("/handovers/")
    assert asked.headers["Location"] == "/sign-in/?next=/handovers/"
    answer = sign_in(client, account.email, PASSWORD, next="/handovers/")
    assert answer.headers["Location"] == "/handovers/"
    elsewhere = sign_in(client_of(None), account.email, PASSWORD, next="https://elsewhere.example/")
    assert elsewhere.headers["Location"] == "/"


@pytest.mark.parametrize("email", ["belgian.officer@police.example", "nobody@police.example"])
def test_a_wrong_password_and_a_wrong_address_look_alike(
    account: User, client_of: Browse, email: str
) -> None:
    answer = sign_in(client_of(None), email, "wrong")
    assert answer.status_code == 200
    assert "The email address and/or password you specified are not correct." in text_of(answer)


def test_a_closed_account_does_not_get_in(cast: Cast, client_of: Browse) -> None:
    User.objects.filter(pk=cast.belgian_closed.pk).update(password=make_password(PASSWORD))
    assert sign_in(client_of(None), cast.belgian_closed.email, PASSWORD).status_code == 200


def test_before_signing_in_the_page_knows_no_dossier(cast: Cast, client_of: Browse) -> None:
    dossier = DossierFactory(title="Bananas")
    page = text_of(client_of(None).get(f"/sign-in/?next=/d/{dossier.reference}/"))
    assert "Bananas" not in page
    assert "BE, CGI Brussels" in page
    assert "Not signed in" in page


def test_the_demo_people_are_not_on_a_real_sign_in_page(client_of: Browse) -> None:
    response = client_of(None).get("/sign-in/")
    assert (response.context["demo_people"], response.context["demo_password"]) == ([], "")


def test_nothing_else_of_allauth_is_reachable(client_of: Browse) -> None:
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert {name for name in names if name.startswith("account_")} == {
        "account_login",
        "account_logout",
    }


def test_too_many_tries_are_stopped(account: User, client_of: Browse) -> None:
    client = client_of(None)
    answers = [sign_in(client, account.email, "wrong").status_code for _try in range(40)]
    assert answers[0] == 200
    assert 429 in answers


# Profile and language ---------------------------------------------------------------------


def test_one_changes_language_and_time_zone_only(cast: Cast, client_of: Browse) -> None:
    client = client_of(cast.belgian_officer)
    values = filled(client.get("/me/"), language="nl", time_zone="Europe/Brussels")
    answer = client.post("/me/", values | {"email": "x@y.example", "country": "NL"}, follow=True)
    account = User.objects.get(pk=cast.belgian_officer.pk)
    assert (account.language, account.time_zone) == ("nl", "Europe/Brussels")
    assert (account.email, account.country) == ("belgian.officer@police.example", "BE")
    assert answer.context["frame"].here.label == "Brussels"
    row = LogRow.objects.get(action="profile.changed")
    assert row.facts == {"fields": ["language", "time_zone"]}


@pytest.mark.parametrize(
    "values",
    [{"language": "xx"}, {"language": "en", "time_zone": "Mars/Olympus"}],
)
def test_an_unknown_choice_is_refused(
    cast: Cast, client_of: Browse, values: dict[str, str]
) -> None:
    answer = client_of(cast.belgian_officer).post("/me/", values)
    assert answer.status_code == 200
    assert answer.context["form"].errors


def test_the_profile_shows_postings_and_certificates(cast: Cast, client_of: Browse) -> None:
    context = client_of(cast.belgian_officer).get("/me/").context
    assert [(line.role, line.place) for line in context["postings"]] == [
        ("liaison officer", "Bogotá")
    ]
    assert [(line.rules_of, line.valid) for line in context["certificates"]] == [("NL", True)]


def test_the_language_is_kept_in_the_account(cast: Cast, client_of: Browse) -> None:
    client = client_of(cast.belgian_officer)
    answer = client.post("/language", {"language": "de", "next": "/help/"})
    assert answer.headers["Location"] == "/help/"
    assert User.objects.get(pk=cast.belgian_officer.pk).language == "de"
    assert client.get("/help/").headers["Content-Language"] == "de"


def test_before_sign_in_the_language_is_kept_in_a_cookie(db: None, client_of: Browse) -> None:
    client = client_of(None)
    client.post("/language", {"language": "fr", "next": "/sign-in/"})
    assert client.get("/sign-in/").headers["Content-Language"] == "fr"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", ""])
def test_the_language_never_leads_to_another_site(
    cast: Cast, client_of: Browse, target: str
) -> None:
    answer = client_of(cast.belgian_officer).post("/language", {"language": "nl", "next": target})
    assert answer.headers["Location"] == "/"


def test_an_unknown_language_is_a_bad_request(cast: Cast, client_of: Browse) -> None:
    answer = client_of(cast.belgian_officer).post("/language", {"language": "xx"})
    assert answer.status_code == 400


# Errors and health ------------------------------------------------------------------------


def test_the_site_says_it_is_up_to_anybody(client_of: Browse) -> None:
    answer = client_of(None).get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_a_page_that_does_not_exist_says_nothing_of_what_does(
    cast: Cast, client_of: Browse
) -> None:
    answer = client_of(cast.belgian_officer).get("/no/such/page")
    assert answer.status_code == 404
    assert "Nothing here" in text_of(answer)


def test_a_page_that_stood_open_too_long_says_so(cast: Cast, client_of: Browse) -> None:
    client = client_of(cast.belgian_officer)
    client.handler.enforce_csrf_checks = True
    answer = client.post("/me/", {"language": "nl"})
    assert answer.status_code == 403
    assert "the page stood open too long" in text_of(answer)


def test_every_page_but_sign_in_asks_who_one_is(cast: Cast, client_of: Browse) -> None:
    dossier = DossierFactory()
    client = client_of(None)
    for page in ("/", "/dossiers/", "/search", "/me/", "/log/", "/help/", "/alerts/",
                 f"/d/{dossier.reference}/", "/d/BE-BOG-2019-00001/"):  # fmt: skip
        answer = client.get(page)
        assert answer.headers["Location"].startswith("/sign-in/?next=")
