"""Attacks by the session: forged, stolen from the table, planted, or kept open when access ends."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core import signing

from accounts.models import User
from cases.models import Dossier, Mandate
from lodesk.border.context import acting_as
from lodesk.border.sessions import SessionStore
from tests import steps
from tests.border.attacks import (
    PASSWORD,
    Browse,
    Browser,
    Stage,
    arranged,
    browsers,
    fingerprint,
    give_password,
    mandate_runs_out,
    refusals_of,
)
from tests.factories import DossierFactory, MandateFactory, grant, raw
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
stage = pytest.fixture(arranged, scope="module")
client_of = pytest.fixture(browsers)
COOKIE = settings.SESSION_COOKIE_NAME


def signed_in(client: Browser) -> bool:
    """Whether the site takes the browser for somebody."""
    answer = client.get("/me/")
    assert answer.status_code == 200 or answer.headers["Location"].startswith("/sign-in/")
    return bool(answer.status_code == 200)


# Forged -----------------------------------------------------------------------------------

KEYS: dict[str, Callable[[str], str]] = {
    "nothing": lambda _key: "",
    "another": lambda _key: "0123456789abcdefghijklmnopqrstuv",
    "capitals": str.upper,
    "cut": lambda key: key[:-1],
    "longer": lambda key: f"{key}x",
    "what is stored": SessionStore._hashed,
    "a number": lambda _key: "1",
    "a statement": lambda _key: "' OR true --",
    "a wildcard": lambda _key: "%",
    "a thousand letters": lambda _key: "x" * 1000,
}


@pytest.mark.parametrize("how", KEYS)
def test_a_cookie_that_is_not_exactly_the_key_opens_no_session(
    how: str, stage: Stage, client_of: Browse
) -> None:
    victim = client_of(stage.cast.belgian_coordinator)
    thief, key = client_of(None), victim.cookies[COOKIE].value
    thief.cookies[COOKIE] = KEYS[how](key)
    assert not signed_in(thief)
    assert thief.get(f"/d/{stage.handled.reference}/").status_code == 302
    assert signed_in(victim)


def _content(stage: Stage, of: str, **changes: str) -> dict[str, str]:
    user = User.objects.get(pk=getattr(stage.cast, of).pk)
    return {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    } | changes


def _as_text(content: dict[str, str], **how: str) -> str:
    options = {"salt": "django.contrib.sessions.SessionStore"} | how
    return signing.dumps(content, serializer=signing.JSONSerializer, **options)


@pytest.mark.parametrize(
    "forged",
    [
        lambda content: _as_text(content, key="another key"),
        lambda content: _as_text(content, salt="django.contrib.sessions.other"),
        lambda content: _as_text(content).rpartition(":")[0],
        lambda content: _as_text(content)[:-1] + "x",
        lambda content: str(content),
        lambda _content: "",
    ],
)
def test_a_session_written_by_hand_into_the_table_is_nobodys(
    forged: Callable[[dict[str, str]], str], stage: Stage, client_of: Browse
) -> None:
    """Raw SQL may call the function that writes sessions; what it writes must be signed."""
    key, me = "z" * 32, stage.cast.dutch_officer
    raw(
        me,
        "SELECT lodesk_session_write(%s, %s, now() + interval '1 hour', true)",
        [SessionStore._hashed(key), forged(_content(stage, "belgian_coordinator"))],
    )
    client = client_of(None)
    client.cookies[COOKIE] = key
    assert not signed_in(client)


def _stored(content: dict[str, str]) -> str:
    session = SessionStore()
    session.update(content)
    with acting_as(None):
        session.save()
    assert session.session_key
    return session.session_key


def test_the_way_of_writing_is_the_right_one(stage: Stage, client_of: Browse) -> None:
    """Else the two tests around this one would prove nothing."""
    client = client_of(None)
    client.cookies[COOKIE] = _stored(_content(stage, "belgian_coordinator"))
    assert signed_in(client)
    key = "y" * 32
    content = _as_text(_content(stage, "belgian_coordinator"))
    raw(
        None,
        "SELECT lodesk_session_write(%s, %s, now() + interval '1 hour', true)",
        [SessionStore._hashed(key), content],
    )
    client.cookies[COOKIE] = key
    assert signed_in(client)


@pytest.mark.parametrize("number", ["belgian_coordinator", "dutch_coordinator", "belgian_closed"])
def test_a_session_that_names_another_person_is_nobodys(
    number: str, stage: Stage, client_of: Browse
) -> None:
    """The number alone does not make anybody; the session carries a digest of the password."""
    person = getattr(stage.cast, number)
    give_password(stage.cast.belgian_officer)
    forged = _content(stage, "belgian_officer", **{SESSION_KEY: str(person.pk)})
    client, before = client_of(None), fingerprint()
    client.cookies[COOKIE] = _stored(forged)
    assert not signed_in(client)
    for path in ("/", f"/mandates/{stage.asked.pk}/", f"/mandates/{stage.dutch_asked.pk}/"):
        assert client.post(path, {"action": "give"}).status_code == 302
    assert fingerprint() == before


def test_a_key_planted_before_sign_in_is_worth_nothing_after_it(
    stage: Stage, client_of: Browse
) -> None:
    officer = stage.cast.belgian_officer
    give_password(officer)
    victim, thief = client_of(None), client_of(None)
    planted = _stored({"x": "y"})
    for client in (victim, thief):
        client.cookies[COOKIE] = planted
    victim.post("/sign-in/", {"login": officer.email, "password": PASSWORD})
    assert signed_in(victim)
    assert victim.cookies[COOKIE].value != planted
    assert not signed_in(thief)


def test_a_key_is_worth_nothing_after_signing_out(stage: Stage, client_of: Browse) -> None:
    client = client_of(stage.cast.belgian_officer)
    copy = client_of(None)
    copy.cookies[COOKIE] = client.cookies[COOKIE].value
    assert signed_in(copy)
    client.post("/sign-out/")
    assert not signed_in(copy)


def test_who_signs_in_over_anothers_session_is_only_oneself(
    stage: Stage, client_of: Browse
) -> None:
    dutch = stage.cast.dutch_colleague
    give_password(dutch)
    client = client_of(stage.cast.belgian_coordinator)
    client.post("/sign-out/")
    client.post("/sign-in/", {"login": dutch.email, "password": PASSWORD})
    assert signed_in(client)
    assert client.get(f"/mandates/{stage.asked.pk}/").status_code == 404


# Kept open --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ending:
    """How somebody's access ends while the browser stays open, and the next answer."""

    name: str
    who: str
    begins: Callable[[Stage], Dossier]  # the dossier this person has open
    ends: Callable[[Stage, Browser], object]
    answer: int = 404

    def __str__(self) -> str:
        return self.name


def _handled(stage: Stage) -> Dossier:
    return stage.handled


def _offered_abroad(stage: Stage) -> Dossier:
    steps.give(stage.cast.belgian_coordinator, stage.asked)
    return stage.waiting.dossier


def _through_the_team(stage: Stage) -> Dossier:
    team = stage.cast.team("NL")
    grant(stage.handled, team, "view", MandateFactory(dossier=stage.handled, receiver=team))
    return stage.handled


def _kept_by_the_giver(stage: Stage) -> Dossier:
    """Handled from abroad and handed back; the giver keeps a view for a while."""
    giver = stage.cast.dutch_officer
    dossier = DossierFactory(handler=None)
    mandate = MandateFactory(dossier=dossier, receiver=giver)
    grant(dossier, giver, "handle", mandate)
    Dossier.objects.filter(pk=dossier.pk).update(handler=giver.pk)
    keeps = {"giver_keeps": "view", "giver_keeps_until": steps.in_(days=1)}
    offer = steps.offer(
        giver, Dossier.objects.get(pk=dossier.pk), stage.cast.belgian_colleague.person_ptr, **keeps
    )
    steps.accept(stage.cast.belgian_colleague, offer)
    return dossier


def _posting(change: str) -> Callable[[Stage, Browser], object]:
    def changed(stage: Stage, _browser: Browser) -> object:
        return as_owner(
            f"UPDATE accounts_posting SET {change} WHERE person_id = %(who)s",
            {
                "who": stage.cast.belgian_colleague.pk,
                "desk": stage.cast.desks["BSB"].pk,
                "team": stage.cast.team("BE", "BSB").pk,
            },
        )

    return changed


def _kept_time_passes(stage: Stage, _browser: Browser) -> None:
    as_owner("UPDATE cases_handover SET giver_keeps_until = now() WHERE giver_keeps = 'view'")
    assert steps.tidy_up() > 0


def _team_mandate_ends(stage: Stage, _browser: Browser) -> None:
    mandate_runs_out(Mandate.objects.get(receiver_group=stage.cast.team("NL").pk))


def _account(change: str) -> Callable[[Stage, Browser], object]:
    return lambda stage, _browser: as_owner(
        f"UPDATE accounts_user SET {change} WHERE person_ptr_id = %s",
        [stage.cast.belgian_colleague.pk],
    )


VIEWER, ADDRESSEE, TEAM_MEMBER = "dutch_colleague", "dutch_officer", "belgian_colleague"
ENDINGS = (
    Ending("the mandate is revoked", VIEWER, _handled,
           lambda stage, _b: steps.end(stage.cast.belgian_coordinator, stage.given)),
    Ending("the mandate runs out", VIEWER, _handled,
           lambda stage, _b: mandate_runs_out(stage.given)),
    Ending("the mandate of the team runs out", "dutch_head", _through_the_team,
           _team_mandate_ends),
    Ending("the offer is withdrawn", ADDRESSEE, _offered_abroad,
           lambda stage, _b: steps.withdraw(stage.cast.belgian_officer, stage.waiting)),
    Ending("the offer is declined", ADDRESSEE, _offered_abroad,
           lambda stage, _b: steps.decline(stage.cast.dutch_officer, stage.waiting)),
    Ending("the mandate behind the offer is revoked", ADDRESSEE, _offered_abroad,
           lambda stage, _b: steps.end(stage.cast.belgian_coordinator, stage.asked)),
    Ending("what the giver keeps is over", ADDRESSEE, _kept_by_the_giver, _kept_time_passes),
    Ending("the posting ends", TEAM_MEMBER, _handled, _posting("ends_at = now()")),
    Ending("the posting has not begun after all", TEAM_MEMBER, _handled,
           _posting("starts_at = now() + interval '1 day'")),
    Ending("the posting moves to another desk", TEAM_MEMBER, _handled,
           _posting("desk_id = %(desk)s, group_id = %(team)s")),
    Ending("the posting becomes an auditor's", TEAM_MEMBER, _handled,
           _posting("role = 'auditor', desk_id = NULL, group_id = NULL")),
    Ending("the account is closed", TEAM_MEMBER, _handled, _account("is_active = false"), 302),
    Ending("the password is changed", TEAM_MEMBER, _handled, _account("password = 'x'"), 302),
    Ending("one signs out elsewhere", TEAM_MEMBER, _handled,
           lambda _stage, browser: browser.post("/sign-out/"), 302),
    Ending("the session has lasted too long", TEAM_MEMBER, _handled,
           lambda _stage, _b: as_owner("UPDATE django_session SET expire_date = now()"), 302),
)  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS, ids=str)
def test_the_very_next_request_finds_the_door_shut(
    ending: Ending, stage: Stage, client_of: Browse
) -> None:
    person, dossier = getattr(stage.cast, ending.who), ending.begins(stage)
    client, elsewhere = client_of(person), client_of(None)
    elsewhere.cookies[COOKIE] = client.cookies[COOKIE].value
    page = f"/d/{dossier.reference}/"
    assert client.get(page).status_code == 200
    assert page in client.get("/dossiers/").content.decode()
    ending.ends(stage, elsewhere)
    before, logged = fingerprint(), refusals_of(person)
    tries = [client.get(f"{page}{part}") for part in ("", "access", "change", "hand-over")]
    tries += [client.post(f"{page}entries", {"text": "Too late.", "language": "en"})]
    tries += [client.get(page, headers={"HX-Request": "true"})]
    assert {each.status_code for each in tries} == {ending.answer}
    for path in ("/", "/dossiers/?status=any", "/search?q=container", "/handovers/", "/alerts/"):
        assert page not in client.get(path).content.decode(), path
    assert fingerprint() == before
    assert refusals_of(person) == logged + (len(tries) if ending.answer == 404 else 0)
