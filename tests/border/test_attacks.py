"""Attacks through the pages: forms sent by who may not, and forms with something forged in them.

Each is refused, changes nothing in any table, and stands in the log when it was refused.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from lodesk.alerts.models import Alert
from tests.border.attacks import (
    ACTS,
    ATTACKERS,
    BY_LOOKING,
    BY_VIEW,
    EVERY_ACT,
    WITH_FILES,
    Act,
    Browse,
    Browser,
    Stage,
    arranged,
    browsers,
    contents,
    effect,
    fingerprint,
    refusals_of,
    sender,
    tables,
)
from tests.looking import as_owner
from tests.pages import local
from tests.test_access import rows as access_matrix

pytestmark = pytest.mark.django_db
OTHER_SITE = "https://elsewhere.example"


stage = pytest.fixture(arranged, scope="module")
client_of = pytest.fixture(browsers)


KEEP_A_ROSTER = {  # of another team, or of headquarters
    "belgian_coordinator", "dutch_head", "dutch_coordinator", "luxembourg_coordinator",
}  # fmt: skip


# Who may not ------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_nobody_else_takes_an_act_with_the_very_form_of_who_may(
    act: Act, stage: Stage, client_of: Browse
) -> None:
    data, path = act.data(sender(act, stage, client_of), stage), stage.path(act.path)
    before, wrong = fingerprint(), []
    for kind, name in ATTACKERS.items():
        if name in act.allowed:
            continue
        person = getattr(stage.cast, name) if name else None
        client, logged = client_of(person), refusals_of(person)
        status = client.post(path, data).status_code
        refused = status in (403, 404)
        if not refused and not _harmless(act, status, name):
            wrong.append(f"{kind}: answer {status}")
        if refused and refusals_of(person) != logged + 1:
            wrong.append(f"{kind}: the refusal ({status}) is not in the log")
    assert not wrong, wrong
    assert fingerprint() == before
    assert sender(act, stage, client_of).post(path, data).status_code == 302
    assert fingerprint() != before  # the form was a good one


def _harmless(act: Act, status: int, name: str | None) -> bool:
    """Sent to sign in; or, where one may do the like of one's own, the form comes back."""
    if name in (None, "belgian_closed"):
        return status == 302
    if act.view == "duty":
        return name in KEEP_A_ROSTER and status == 200
    return act.view in ("dossier_new", "links") and status == 200


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_whoever_may_takes_it(act: Act, stage: Stage, client_of: Browse) -> None:
    before = contents()
    for name in act.allowed:
        with transaction.atomic():
            client = client_of(getattr(stage.cast, name))
            client.post(stage.path(act.path), act.data(client, stage))
            assert contents() != before, name
            transaction.set_rollback(True)


def test_every_address_that_takes_a_form_is_attacked() -> None:
    takes = {
        name
        for (name, verb), answers in access_matrix().items()
        if verb == "post" and answers["handler"] != 405
    }
    assert {act.view for act in EVERY_ACT} == takes - WITH_FILES | {"account_logout"}


# Mass assignment --------------------------------------------------------------------------

# What would do harm in a column of this name; others get something of the other country by type.
HARM = {
    "status": "closed", "state": "given", "waiting_for": "headquarters", "level": "oversee",
    "kind": "event", "event": "handover.accepted", "role": "coordinator", "giver_keeps": "view",
    "reference": "NL-BOG-2026-00001", "language": "de", "time_zone": "Europe/Tirane",
    "marking": "BPL", "purpose": "prevention", "urgency": "urgent", "crime_area": "drugs",
    "email": "x@x.example", "service": "marechaussee", "codename": "handle_dossier",
    "channel": "mail", "because": "named", "path": "/x/", "due_rule": "seven_days",
    "host_country": "EC",
}  # fmt: skip
# Names that are no columns: of the forms' own fields, of Python's arguments, of libraries.
MORE = {
    "to": "p:x", "by": "1", "action": "accept", "desk": "BSB", "draft": "on", "handle": "",
    "standing": "on", "team": "t:NL", "principals": "{1}", "is_superuser": "on", "is_staff": "on",
    "give-starts_at": "2001-01-01T00:00", "give-level": "oversee", "give-state": "ended",
    "give-receiver_person": "1", "refuse-state": "given", "end-state": "given", "confirm": "1",
    "force": "1", "skip_permission_checks": "1", "as": "owner", "sudo": "1", "_method": "DELETE",
    "_http_method": "PUT", "format": "json", "fields": "__all__", "next": OTHER_SITE,
}  # fmt: skip


def _extras(stage: Stage) -> dict[str, str]:
    """A field for every column of every table, with and without `_id`."""
    values = {
        "integer": str(stage.cast.dutch_officer.pk),
        "bigint": str(stage.cast.desks["BSB"].pk),
        "smallint": "7",
        "uuid": str(stage.dutch.pk),
        "boolean": "on",
        "date": "2001-01-01",
        "timestamp with time zone": "2001-01-01T00:00",
        "ARRAY": "{1}",
        "jsonb": "{}",
    }
    rows = as_owner(
        "SELECT column_name, data_type, character_maximum_length FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = ANY(%s)",
        [tables()],
    )
    found = {}
    for name, kind, length in rows:
        value = HARM.get(name) or values.get(kind) or ("NL" if length == 2 else "X")
        found |= {name: value, name.removesuffix("_id"): value}
    return MORE | found


@pytest.mark.parametrize("act", EVERY_ACT, ids=str)
def test_fields_that_the_form_does_not_have_have_no_effect(
    act: Act, stage: Stage, client_of: Browse
) -> None:
    client = sender(act, stage, client_of)
    data, path = act.data(client, stage), stage.path(act.path)
    page = client.get(stage.path(act.page or act.path.replace("/entries", "/")))
    fields = set(re.findall(r'name="([^"]+)"', page.content.decode())) | {"action"}
    extra = {name: value for name, value in _extras(stage).items() if name not in fields}
    assert len(extra) > 100
    with time_machine.travel(timezone.now(), tick=False):
        as_meant, status = _effect_of(client, path, data)
        with_more, same = _effect_of(client, path, extra | data)
    assert with_more == as_meant
    assert status == same
    assert as_meant or act.view.startswith("account_")


def _effect_of(client: Browser, path: str, data: dict[str, Any]) -> tuple[Any, int]:
    before, cookies = contents(), client.cookies.output()
    with transaction.atomic():
        answer = client.post(path, data)
        found = effect(before)
        transaction.set_rollback(True)
    client.cookies.load(re.sub(r"^Set-Cookie: ", "", cookies, flags=re.MULTILINE))
    return found, answer.status_code


# Forged ids in the form's own fields ------------------------------------------------------

Value = Callable[[Stage], Any]


@dataclass(frozen=True)
class Form:
    """A form that somebody may send, and what is forged in it, field by field."""

    act: str  # whose form it is
    by: str
    forged: dict[str, tuple[Any, ...]]
    answers: tuple[int, ...] = (200,)

    def __str__(self) -> str:
        return f"{self.act}, by {self.by}"


def _key(name: str, attribute: str = "public_id", prefix: str = "") -> Value:
    return lambda stage: f"{prefix}{getattr(getattr(stage.cast, name), attribute)}"


def _to(name: str) -> Value:
    return _key(name, prefix="p:")


def _reference(name: str) -> Value:
    return lambda stage: getattr(stage, name).reference


def _in_days(days: int) -> str:
    return local(timezone.localtime() + timedelta(days=days))


NO_ADDRESSEE = (
    "", "p:", "t:LU", "T:NL", "g:1", "p:1",
    f"p:{'0' * 8}-{'0' * 4}-4{'0' * 3}-8{'0' * 3}-{'0' * 12}",
    _to("belgian_officer"), _to("belgian_elsewhere"), _to("belgian_headquarters"),
    _to("belgian_auditor"), _to("belgian_leaver"), _to("belgian_newcomer"), _to("belgian_closed"),
    _to("dutch_uncertified"), _to("dutch_headquarters"), _to("luxembourg_coordinator"),
    _key("dutch_officer"), _key("dutch_officer", "pk", "p:"),
)  # fmt: skip
NO_HANDLER = (
    "1", "me", "nobody", _to("belgian_colleague"), _key("belgian_colleague", "pk"),
    _key("belgian_elsewhere"), _key("belgian_headquarters"), _key("belgian_auditor"),
    _key("belgian_leaver"), _key("belgian_newcomer"), _key("belgian_closed"),
    _key("dutch_officer"), _key("luxembourg_headquarters"),
)  # fmt: skip
NO_ASSIGNEE = (
    "", "1", _key("belgian_officer", "pk"), _key("belgian_elsewhere"), _key("belgian_auditor"),
    _key("belgian_leaver"), _key("dutch_colleague"), _key("dutch_officer"),
)  # fmt: skip
NO_MEMBER = (
    "", "1", _key("belgian_officer"), _key("belgian_auditor"), _key("belgian_leaver"),
    _key("belgian_newcomer"), _key("belgian_closed"), _key("dutch_head", "pk"),
)  # fmt: skip
NOT_ON_DUTY = (
    "", "1", "BOG.", "BOG.1", _key("belgian_officer"), _key("belgian_officer", "pk", "BOG."),
    _key("belgian_officer", prefix="BSB."), _key("belgian_elsewhere", prefix="BSB."),
    _key("belgian_headquarters", prefix="."), _key("belgian_leaver", prefix="BOG."),
    _key("dutch_officer", prefix="BOG."),
)  # fmt: skip
PAST = ("", "never", "2001-01-01T12:00", "9999-12-31T23:59")
OTHER_OWNERS = ("NL", "LU", "", "be", "BE ", "XX", "None", "BE,NL", "{BE,NL}", "Β", "BE\u200b")
NO_STEP = (
    "", "start", "reopen", "resume", "wait", "wait:", "wait:nobody", "wait:closed",
    "WAIT:headquarters", "wait:headquarters:headquarters", "view", "accept", "give_mandate",
    "destroy", "closed", "answer ", "answer\u200b",
)  # fmt: skip
FORMS = (
    Form("open a dossier of BE", "belgian_officer",
         {"owner": OTHER_OWNERS, "desk": ("BSB", "TIA", "", "bog", "1", "BOG,BSB"),
          "host_country": ("BR", "BE", "XX", ""), "marking": ("EU-S", "X"), "kind": ("event",),
          "language": ("xx",), "handling_codes": ("H9",), "purpose": ("other",)}),
    Form("open a dossier of BE", "belgian_headquarters", {"handler": NO_HANDLER}),
    Form("open a dossier of BE", "dutch_officer", {"owner": ("BE", "LU", "")}),
    Form("open a dossier of BE", "luxembourg_headquarters", {"owner": ("BE", "NL")}),
    Form("make a task", "belgian_officer", {"assignee": NO_ASSIGNEE, "due_at": PAST}),
    Form("move a task", "belgian_officer",
         {"move-assignee": NO_ASSIGNEE, "move-due_at": PAST}),
    Form("finish a task", "belgian_officer", {"action": ("", "open", "DONE")}, answers=(400,)),
    Form("link two dossiers", "belgian_officer",
         {"kind": ("", "x"), "target": ("", "x", _reference("dutch"), _reference("luxembourg"),
                                        _reference("handled"))}),
    Form("name a person", "belgian_headquarters", {"name-person": NO_MEMBER}),
    Form("take a person out", "belgian_headquarters",
         {"person": ("", _key("dutch_officer")), "action": ("", "join")}, answers=(400,)),
    Form("put somebody on duty", "belgian_head",
         {"who": NOT_ON_DUTY, "starts_at": PAST, "ends_at": PAST}),
    Form("take somebody off duty", "belgian_head",
         {"duty": ("", "1", "x"), "action": ("", "put off")}, answers=(400,)),
    Form("put a dossier in", "belgian_officer",
         {"put-dossier": ("", "x", _reference("dutch"), _reference("luxembourg"))}),
    Form("take a dossier out", "belgian_officer",
         {"reference": ("", "x", _reference("dutch"), _reference("luxembourg"))}, answers=(404,)),
    Form("add a template", "belgian_coordinator",
         {"kind": ("", "x"), "purpose": ("x",), "language": ("xx",), "name": ("",)}),
    Form("change a dossier", "belgian_officer",
         {"version": ("0", "-1", "99", "", "x"), "host_country": ("BR", "NL"),
          "kind": ("event", ""), "urgency": ("x",), "handling_codes": ("H9",)}),
    Form("take a step", "belgian_officer",
         {"step": NO_STEP, "version": ("0", "-1", "99", "", "x")}),
    Form("take a step", "belgian_officer", {"step": ("close",)}, answers=(403,)),
    Form("add a note", "belgian_officer",
         {"language": ("xx", ""), "handling_codes": ("H9",), "text": ("", "  ")}),
    Form("offer it across the border", "belgian_officer",
         {"to": NO_ADDRESSEE, "giver_keeps": ("handle", "oversee", "all", "view", ""),
          "answer_by": (_in_days(-1), _in_days(100), "9999-12-31T23:59", ""),
          "mandate_ends_at": (_in_days(-1), _in_days(4000), ""),
          "mandate_legal_basis": ("",), "read_risks": (None,)}),
    Form("re-assign a dossier", "belgian_head", {"to": NO_ADDRESSEE, "reason": ("", " ")}),
    Form("accept an offer", "belgian_colleague",
         {"action": ("", "expire", "give_mandate", "offer", "ACCEPT", "accept ", "acсept")},
         answers=(400,)),
    Form("accept an offer", "belgian_colleague", {"action": ("withdraw",)}, answers=(403,)),
    Form("decline an offer", "belgian_colleague", {"reason": ("", " ")}),
    Form("give a mandate", "belgian_coordinator",
         {"action": ("", "prolong", "ask", "GIVE", "give\u200b")}, answers=(400,)),
    Form("give a mandate", "belgian_coordinator", {"action": ("end",)}, answers=(403,)),
    Form("give a mandate", "belgian_coordinator",
         {"give-ends_at": ("", _in_days(-1), _in_days(4000), "never", "infinity"),
          "give-legal_basis": ("",)}),
    Form("end a mandate", "belgian_coordinator", {"action": ("give", "refuse")}, answers=(403,)),
    Form("refuse a mandate", "belgian_coordinator", {"refuse-reason": ("", " ")}),
    Form("choose a time zone", "belgian_officer",
         {"language": ("xx", "", "EN"), "time_zone": ("Mars/Olympus", "UTC", "../etc/passwd")}),
    Form("choose a language", "belgian_officer", {"language": ("xx", "", "EN")}, answers=(400,)),
    Form("read an alert", "dutch_officer",
         {"alert": (lambda stage: str(_alert_of_another(stage)), "1", "*", "' OR true --")},
         answers=(404,)),
)  # fmt: skip


def _alert_of_another(stage: Stage) -> Any:
    return Alert.objects.exclude(recipient=stage.cast.dutch_officer.pk)[0].pk


def _forgeries(form: Form, stage: Stage) -> Iterator[tuple[str, Any]]:
    for name, values in form.forged.items():
        for value in values:
            yield name, value(stage) if callable(value) else value


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_what_is_forged_in_a_field_is_refused(form: Form, stage: Stage, client_of: Browse) -> None:
    act = next(each for each in EVERY_ACT if each.name == form.act)
    person = getattr(stage.cast, form.by)
    client, path = client_of(person), stage.path(act.path)
    data = act.data(client if act.form else sender(act, stage, client_of), stage)
    before, wrong = fingerprint(but=BY_LOOKING), []
    for name, value in _forgeries(form, stage):
        logged = refusals_of(person)
        sent = {field: each for field, each in (data | {name: value}).items() if each is not None}
        status = client.post(path, sent).status_code
        if status not in form.answers:
            wrong.append(f"{name}={value!r}: answer {status}")
        if status in (403, 404) and refusals_of(person) != logged + 1:
            wrong.append(f"{name}={value!r}: not in the log")
    assert not wrong, wrong
    assert fingerprint(but=BY_LOOKING) == before


# Another site, another verb, another content ----------------------------------------------

ADDRESSES = list(BY_VIEW.values())


def _strict(client: Browser) -> Browser:
    """The same browser, on a site that looks at the tokens of forms, as the real one does."""
    strict = Browser(secrets=client.secrets, enforce_csrf_checks=True)
    strict.cookies = client.cookies
    return strict


@pytest.mark.parametrize("act", ADDRESSES, ids=str)
def test_a_form_without_its_token_or_from_another_site_is_refused(
    act: Act, stage: Stage, client_of: Browse
) -> None:
    client = sender(act, stage, client_of)
    data, path = act.data(client, stage), stage.path(act.path)
    client.get(stage.path(act.page or act.path.replace("/entries", "/")))
    strict, token = _strict(client), client.cookies["csrftoken"].value
    person = getattr(stage.cast, act.by) if act.by else None
    before, logged = fingerprint(), refusals_of(person)
    good = data | {"csrfmiddlewaretoken": token}
    tries: list[tuple[dict[str, Any], dict[str, str]]] = [
        (data, {}),
        (data | {"csrfmiddlewaretoken": ""}, {}),
        (data | {"csrfmiddlewaretoken": "x" * 32}, {}),
        (good, {"Origin": OTHER_SITE}),
        (good, {"Origin": "null"}),
        (good, {"Origin": "http://testserver.elsewhere.example"}),
        (good, {"Origin": OTHER_SITE, "X-Forwarded-Host": "elsewhere.example"}),
        (good, {"Origin": "http://elsewhere.example", "Forwarded": "host=elsewhere.example"}),
    ]
    for sent, headers in tries:
        assert strict.post(path, sent, headers=headers).status_code == 403
    assert fingerprint() == before
    assert refusals_of(person) == logged + len(tries)
    assert strict.post(path, good, headers={"Origin": "http://testserver"}).status_code == 302


@pytest.mark.parametrize("host", ["elsewhere.example", "testserver.elsewhere.example", "", "a b"])
def test_a_request_for_another_host_is_no_request(
    host: str, stage: Stage, client_of: Browse
) -> None:
    act = BY_VIEW["handover"]
    client = sender(act, stage, client_of)
    before = fingerprint()
    answer = client.post(stage.path(act.path), act.data(client, stage), headers={"Host": host})
    assert answer.status_code == 400
    assert fingerprint() == before


OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


@pytest.mark.parametrize("act", ADDRESSES, ids=str)
def test_no_other_verb_takes_the_act(act: Act, stage: Stage, client_of: Browse) -> None:
    client = sender(act, stage, client_of)
    data, path = act.data(client, stage), stage.path(act.path)
    client.get(path)  # what looking does is done
    before = fingerprint()
    for verb in ("put", "patch", "delete", "options", "trace"):
        answer = client.generic(verb.upper(), path, urlencode(data, doseq=True), FORM)
        assert answer.status_code == 405 or act.view.startswith("account_"), verb
    for verb in (client.get, client.head):
        verb(path, data | {"_method": "POST"}, headers=dict.fromkeys(OVERRIDES, "POST"))
    assert fingerprint() == before
    assert act.view.startswith("account_") or client.get("/me/").status_code == 200


FILLED = [act for act in ADDRESSES if act in ACTS]
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("act", FILLED, ids=str)
def test_only_a_form_is_read_as_a_form(act: Act, stage: Stage, client_of: Browse) -> None:
    client = sender(act, stage, client_of)
    data, path = act.data(client, stage), stage.path(act.path)
    before = fingerprint(but=BY_LOOKING)
    for content in ("application/json", "text/plain", "application/xml", "", "multipart/form-data"):
        body = json.dumps(data) if content == "application/json" else urlencode(data, doseq=True)
        assert client.generic("POST", path, body, content).status_code in (200, 400, 403)
    query = urlencode(data, doseq=True)
    assert client.post(f"{path}?{query}").status_code in (200, 400)
    assert fingerprint(but=BY_LOOKING) == before
