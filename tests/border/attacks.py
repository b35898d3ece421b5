"""What the attacks have in common: a stage, the acts of the site filled in rightly, and the tables.

An act names who may take it. The tests let everybody else send the very same form, and send it
themselves with something forged: the tables must be what they were.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest_django
from django.contrib.auth.hashers import make_password
from django.contrib.postgres.functions import TransactionNow as Now
from django.test import Client
from django.utils import timezone

from accounts.models import Duty, User
from cases.models import (
    Clock,
    Contact,
    Document,
    Dossier,
    Entry,
    Handover,
    Link,
    Mandate,
    Party,
    Project,
    Rotation,
    SavedView,
    StandIn,
    Task,
    Template,
)
from lodesk.alerts.models import Alert
from lodesk.audit.models import LogRow
from tests import steps
from tests.factories import (
    Cast,
    ClockFactory,
    ContactFactory,
    DossierFactory,
    EntryFactory,
    LinkFactory,
    MandateFactory,
    PartyFactory,
    SavedViewFactory,
    StandInFactory,
    TaskFactory,
    TemplateFactory,
    for_a_module,
    grant,
    make_canaries,
    make_cast,
    on_duty,
    project_of,
    rotation_of,
    without_rules,
)
from tests.looking import as_owner
from tests.pages import CHECKED, filled

Browse = Callable[..., "Browser"]
PASSWORD = "a long enough password"
SECRET = "Wintertaling"  # stands in everything of the other countries that holds words

# Who attacks: every role, of the own country and the others, with and without rights of the moment.
ATTACKERS: dict[str, str | None] = {
    "who has not signed in": None,
    "the handler": "belgian_officer",
    "a colleague of the team": "belgian_colleague",
    "the head of desk": "belgian_head",
    "an officer elsewhere": "belgian_elsewhere",
    "headquarters": "belgian_headquarters",
    "a coordinator": "belgian_coordinator",
    "the auditor": "belgian_auditor",
    "the people administrator": "belgian_administrator",
    "who may only view": "dutch_colleague",
    "who waits for a mandate": "dutch_officer",
    "who may contribute under a mandate": "dutch_uncertified",
    "the other country's head of desk": "dutch_head",
    "the other country's headquarters": "dutch_headquarters",
    "the other country's coordinator": "dutch_coordinator",
    "the other country's auditor": "dutch_auditor",
    "a third country's coordinator": "luxembourg_coordinator",
    "whose posting is over": "belgian_leaver",
    "whose posting begins tomorrow": "belgian_newcomer",
    "whose account is closed": "belgian_closed",
}
TEAM = frozenset({"belgian_officer", "belgian_colleague", "belgian_head"})
HEADQUARTERS = frozenset({"belgian_headquarters", "belgian_coordinator"})
BELGIANS = TEAM | HEADQUARTERS | {"belgian_elsewhere"}
MOVERS = HEADQUARTERS | {"belgian_officer"}
COORDINATOR = frozenset({"belgian_coordinator"})
WRITERS = TEAM | HEADQUARTERS | {"dutch_uncertified"}
LEADERS = HEADQUARTERS | {
    "belgian_head", "dutch_head", "dutch_headquarters", "dutch_coordinator",
    "luxembourg_coordinator",
}  # fmt: skip
# Who reads dossiers at all.
WITH_A_POSTING = frozenset(name for name in ATTACKERS.values() if name) - {
    "belgian_auditor", "belgian_administrator", "dutch_auditor", "belgian_leaver",
    "belgian_newcomer", "belgian_closed",
}  # fmt: skip
STEERERS = frozenset({"belgian_officer", "belgian_head"})
AWAY = WITH_A_POSTING | {"belgian_auditor", "belgian_administrator", "dutch_auditor"}
# Who is posted to a team, or to headquarters of a country that has none.
CONTACT_MAKERS = TEAM | {
    "belgian_elsewhere", "dutch_officer", "dutch_colleague", "dutch_uncertified", "dutch_head",
    "luxembourg_coordinator",
}  # fmt: skip
IN_PROJECT = frozenset({"belgian_headquarters", "belgian_officer"})


# The stage --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stage:
    """A Belgian dossier of each sort, and the same of the Netherlands and of Luxembourg."""

    cast: Cast
    handled: Dossier
    entry: Entry  # a note in `handled`
    party: Party  # an object in `handled`
    given: Mandate  # to view `handled`
    offer: Handover  # to the Belgian colleague
    waiting: Handover  # to the Dutch officer
    asked: Mandate
    dutch: Dossier
    dutch_offer: Handover
    dutch_asked: Mandate
    luxembourg: Dossier
    clock: Clock  # for the answer of `handled`
    document: Document  # of `handled`
    queue: Dossier  # that nobody handles
    linked: Dossier  # to `handled`, and handled by the same officer
    task: Task
    link: Link
    contact: Contact  # kept by the Belgian officer for the team
    left: Contact  # whose keeper has no posting any more
    project: Project  # of headquarters and the officer, with `handled` in it
    template: Template
    saved_view: SavedView  # of the Belgian officer
    rotation: Rotation  # of the Belgian officer, with `linked` planned to go to the colleague
    standin: StandIn  # to come, for the Belgian officer
    duty: Duty  # of the Belgian officer, in the roster of his team
    canaries: Sequence[str]  # what nobody at all may see

    def path(self, template: str) -> str:
        """An address, with the keys of the stage."""
        return template.format(
            handled=self.handled.reference,
            queue=self.queue.reference,
            entry=self.entry.pk,
            party=self.party.pk,
            given=self.given.pk,
            offer=self.offer.pk,
            waiting=self.waiting.pk,
            asked=self.asked.pk,
            dutch=self.dutch.reference,
            dutch_offer=self.dutch_offer.pk,
            dutch_asked=self.dutch_asked.pk,
            luxembourg=self.luxembourg.reference,
            clock=self.clock.pk,
            document=self.document.pk,
            task=self.task.pk,
            link=self.link.pk,
            contact=self.contact.pk,
            left=self.left.pk,
            project=self.project.pk,
            template=self.template.pk,
            saved_view=self.saved_view.pk,
            rotation=self.rotation.pk,
            standin=self.standin.pk,
        )

    @property
    def hidden(self) -> list[str]:
        """Words that only the other countries' dossiers hold."""
        keys = (self.dutch.pk, self.dutch_offer.pk, self.dutch_asked.pk, self.luxembourg.pk)
        return [
            SECRET,
            self.dutch.reference,
            self.luxembourg.reference,
            self.dutch_asked.number,
            *map(str, keys),
            *(key.hex for key in keys),
        ]


def arranged(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[Stage]:
    """One stage for all tests of a module; each test is undone to where it began.

    stage = pytest.fixture(arranged, scope="module")
    """
    with for_a_module(django_db_blocker):
        yield make_stage(make_cast())


class Browser(Client):
    """A browser that looks at every answer for words it must not hold, and at nothing else."""

    def __init__(self, *, secrets: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        self.secrets = secrets

    def request(self, **request: Any) -> Any:
        """Ask, and fail when the answer tells a secret."""
        answer = super().request(**request)
        if answer.streaming:  # a file: read it as a browser would, and leave it to be read
            answer.streaming_content = [b"".join(answer.streaming_content)]
            (content,) = answer.streaming_content
            answer.streaming_content = [content]
        else:
            content = answer.content
        told = content.decode(errors="replace") + repr(dict(answer.headers))
        # What was sent may come back, in a field or in an address.
        sent = f"{request.get('PATH_INFO')}{request.get('QUERY_STRING')}{answer.wsgi_request.POST}"
        shown = [word for word in self.secrets if word in told and word not in sent]
        assert not shown, f"{request.get('PATH_INFO')} tells {shown}"
        return answer


def browsers(stage: Stage) -> Browse:
    """A browser in which this person has signed in."""

    def made(person: User | None, **options: Any) -> Browser:
        others = stage.hidden if person is None or person.country == "BE" else []
        client = Browser(secrets=[*stage.canaries, *others], **options)
        if person is not None:
            client.force_login(person, backend="accounts.backends.EmailBackend")
        return client

    return made


def make_stage(cast: Cast) -> Stage:
    """Arrange it, by the steps people take."""
    officer = cast.belgian_officer
    handled = DossierFactory(handler=officer, title="Container at the port")
    entry = EntryFactory(dossier=handled)
    given = MandateFactory(dossier=handled, receiver=cast.dutch_colleague, level="view")
    grant(handled, cast.dutch_colleague, "view", given)
    written = MandateFactory(dossier=handled, receiver=cast.dutch_uncertified, level="contribute")
    grant(handled, cast.dutch_uncertified, "contribute", written)
    offer = steps.offer(officer, DossierFactory(handler=officer), cast.belgian_colleague.person_ptr)
    waiting = steps.offer(officer, DossierFactory(handler=officer), cast.dutch_officer.person_ptr)
    dutch = _secret(cast, "NL", handler=cast.dutch_officer)
    dutch_offer = steps.offer(
        cast.dutch_officer, _secret(cast, "NL", handler=cast.dutch_officer),
        cast.dutch_colleague.person_ptr,
    )  # fmt: skip
    dutch_waiting = steps.offer(
        cast.dutch_officer, _secret(cast, "NL", handler=cast.dutch_officer),
        cast.belgian_officer.person_ptr,
    )  # fmt: skip
    linked = DossierFactory(handler=officer)
    words = dict.fromkeys(("name", "authority", "note"), SECRET)
    for sight in ("mine", "team"):
        # By none of the attackers: who keeps one may open the form that hands all over.
        ContactFactory(keeper=cast.dutch_administrator, visibility=sight, **words)
    return Stage(
        queue=DossierFactory(),
        linked=linked,
        task=TaskFactory(dossier=handled),
        link=LinkFactory(source=handled, target=linked),
        contact=ContactFactory(keeper=officer),
        left=ContactFactory(keeper=cast.belgian_leaver),
        project=project_of(cast.belgian_headquarters, officer, dossiers=[handled]),
        template=TemplateFactory(),
        saved_view=SavedViewFactory(person=officer),
        rotation=rotation_of(officer, linked, to=cast.belgian_colleague),
        standin=StandInFactory(absent=officer, stand_in=cast.belgian_colleague, planned=True),
        duty=on_duty(cast, officer, "BOG"),
        cast=cast,
        handled=handled,
        entry=entry,
        party=PartyFactory(dossier=handled, name="Box"),
        given=given,
        offer=offer,
        waiting=waiting,
        asked=steps.mandate_of(waiting),
        dutch=dutch,
        dutch_offer=dutch_offer,
        dutch_asked=steps.mandate_of(dutch_waiting),
        luxembourg=_secret(cast, "LU"),
        clock=ClockFactory(dossier=handled, rule="8h"),
        document=steps.add_documents(officer, handled)[0],
        canaries=make_canaries(),
    )


def _secret(cast: Cast, owner: str, **fields: Any) -> Dossier:
    words = {"title": f"Container at the port {SECRET}", "summary": SECRET, "next_step": SECRET}
    dossier: Dossier = DossierFactory(owner=owner, **words, **fields)
    EntryFactory(dossier=dossier, text=SECRET)
    ClockFactory(dossier=dossier, kind="confirmation", rule="24h", text=SECRET)
    return dossier


# Acts -------------------------------------------------------------------------------------

PARTS = ("state", "promises", "deadline", "contacts", "risks")
READ = {f"read_{part}": "on" for part in PARTS} | CHECKED
NOTE = {"note_promises": "A call.", "note_risks": "None."}


@dataclass(frozen=True)
class Act:
    """A form of the site, sent rightly: by whom, where to, and what is in it."""

    name: str
    path: str
    allowed: frozenset[str]  # of the attackers; the first by name sends it in the tests
    by: str
    values: Mapping[str, Any] = field(default_factory=dict)
    page: str = ""  # where the form stands, when that is another address
    form: str = ""  # its name in the context of the page; "": nothing is filled in beforehand
    view: str = ""  # name of the address

    def __str__(self) -> str:
        return self.name

    def data(self, client: "Browser", stage: Stage) -> dict[str, Any]:
        """What the browser of who may do it sends."""
        values = {name: _value(value, stage) for name, value in self.values.items()}
        if not self.form:
            return values
        page = client.get(stage.path(self.page or self.path))
        plain = {name: value for name, value in values.items() if name != "action"}
        data = filled(page, self.form, **plain) | {
            name: value for name, value in values.items() if name == "action"
        }
        if len(data.get("host_country", "BE")) > 2:  # several desks: their countries are grouped
            data["host_country"] = page.context["form"].fields["host_country"].choices[0][1][0][0]
        return data


def _value(value: Any, stage: Stage) -> Any:
    return value(stage) if callable(value) else value


def _person(name: str) -> Callable[[Stage], str]:
    return lambda stage: f"p:{getattr(stage.cast, name).public_id}"


def _in_days(days: int) -> Callable[[Stage], str]:
    return lambda _stage: (timezone.localdate() + timedelta(days=days)).isoformat()


# Files: a form is sent once only, keys and names are drawn anew each time, and what is opened
# changes nothing but the log. Who may not send them stands in test_access.py and in attempts.py.
WITH_FILES = {
    "documents",
    "document",
    "document_file",
    "upload_begin",
    "upload",
    "exports",
    "export_file",
    "handover_note",
    "rotation_certificate",
}
ACTS = (
    Act("add a note", "/d/{handled}/entries", TEAM | HEADQUARTERS | {"dutch_uncertified"},
        "belgian_officer", {"text": "Forged.", "language": "en"}, view="entry_add"),
    Act("correct an entry", "/d/{handled}/entries/{entry}/correct",
        TEAM | HEADQUARTERS | {"dutch_uncertified"}, "belgian_officer",
        {"text": "Forged.", "correction": "x"}, form="form", view="entry_correct"),
    Act("translate an entry", "/d/{handled}/entries/{entry}/translate",
        TEAM | HEADQUARTERS | {"dutch_uncertified"}, "belgian_officer",
        {"text": "Forged.", "language": "fr"}, form="form", view="entry_translate"),
    Act("keep a draft", "/d/{handled}/draft", TEAM | HEADQUARTERS | {"dutch_uncertified"},
        "belgian_officer", {"text": "Forged."}, page="/d/{handled}/", view="draft"),
    Act("record a mail", "/d/{handled}/mail", TEAM | HEADQUARTERS | {"dutch_uncertified"},
        "belgian_officer", {"kind": "incoming_message", "language": "en",
        "source": "From: a@b.example\n\nForged."}, view="mail"),
    Act("set a deadline", "/d/{handled}/deadlines", TEAM | HEADQUARTERS | {"dutch_uncertified"},
        "belgian_officer", {"text": "Forged.", "due_at": "2099-01-01T10:00"}, view="deadlines"),
    Act("pause a clock", "/d/{handled}/deadlines/{clock}",
        TEAM | HEADQUARTERS | {"dutch_uncertified"}, "belgian_officer",
        {"action": "pause"}, form="pause_form", view="deadline"),
    Act("settle a clock", "/d/{handled}/deadlines/{clock}",
        TEAM | HEADQUARTERS | {"dutch_uncertified"}, "belgian_officer",
        {"action": "settle"}, form="settle_form", view="deadline"),
    Act("add several objects", "/d/{handled}/parties/",
        TEAM | HEADQUARTERS | {"dutch_uncertified"}, "belgian_officer",
        {"numbers": "IMO 9074729", "seen": "IMO 9074729"}, view="parties"),
    Act("add a person", "/d/{handled}/parties/add?sort=person:witness",
        TEAM | HEADQUARTERS | {"dutch_uncertified"}, "belgian_officer", {"name": "Forged"},
        form="form", view="party_add"),
    Act("correct an object", "/d/{handled}/parties/{party}/correct",
        TEAM | HEADQUARTERS | {"dutch_uncertified"}, "belgian_officer",
        {"name": "Forged", "reason": "x"}, form="form", view="party_correct"),
    Act("withdraw an object", "/d/{handled}/parties/{party}/",
        TEAM | HEADQUARTERS | {"dutch_uncertified"}, "belgian_officer",
        {"action": "withdraw", "withdraw-reason": "x"}, view="party"),
    Act("withdraw a document", "/documents/{document}/withdraw", MOVERS, "belgian_officer",
        {"reason": "Forged."}, view="document_withdraw"),
    Act("change a dossier", "/d/{handled}/change", MOVERS, "belgian_officer",
        {"title": "Forged"}, form="form", view="dossier_change"),
    Act("take a step", "/d/{handled}/status", MOVERS, "belgian_officer",
        {"step": "wait:host_authority", "version": "1", "waiting_until": "2099-01-01T12:00"},
        view="dossier_status"),
    Act("offer it at home", "/d/{handled}/hand-over", MOVERS, "belgian_officer",
        {"to": _person("belgian_colleague"), **READ, **NOTE}, form="form", view="hand_over"),
    Act("offer it across the border", "/d/{handled}/hand-over", MOVERS, "belgian_officer",
        {"to": _person("dutch_officer"), **READ, **NOTE}, form="form", view="hand_over"),
    Act("take a dossier", "/d/{queue}/take", TEAM, "belgian_colleague", {"action": "take"},
        page="/d/{queue}/", view="dossier_take"),
    Act("re-assign a dossier", "/d/{handled}/re-assign", frozenset({"belgian_head"}),
        "belgian_head", {"to": _person("belgian_colleague"), "reason": "Forged."},
        view="dossier_reassign"),
    Act("accept an offer", "/handovers/{offer}/", frozenset({"belgian_colleague"}),
        "belgian_colleague", {"action": "accept"}, view="handover"),
    Act("decline an offer", "/handovers/{offer}/", frozenset({"belgian_colleague"}),
        "belgian_colleague", {"action": "decline", "reason": "Leave."}, view="handover"),
    Act("withdraw an offer", "/handovers/{offer}/", MOVERS, "belgian_officer",
        {"action": "withdraw"}, view="handover"),
    Act("withdraw an offer that waits", "/handovers/{waiting}/", MOVERS, "belgian_officer",
        {"action": "withdraw"}, view="handover"),
    Act("give a mandate", "/mandates/{asked}/", COORDINATOR, "belgian_coordinator",
        {"action": "give"}, form="give_form", view="mandate"),
    Act("refuse a mandate", "/mandates/{asked}/", COORDINATOR, "belgian_coordinator",
        {"action": "refuse", "refuse-reason": "No."}, view="mandate"),
    Act("end a mandate", "/mandates/{given}/", COORDINATOR, "belgian_coordinator",
        {"action": "end"}, view="mandate"),
    Act("make a task", "/d/{handled}/tasks/new", WRITERS, "belgian_officer",
        {"title": "Forged"}, form="form", view="task_new"),
    Act("finish a task", "/d/{handled}/tasks/{task}/", WRITERS, "belgian_officer",
        {"action": "done"}, view="task"),
    Act("move a task", "/d/{handled}/tasks/{task}/", WRITERS, "belgian_officer",
        {"action": "move", "due_at": "2099-01-01T12:00"}, form="move_form", view="task"),
    Act("drop a task", "/d/{handled}/tasks/{task}/", WRITERS, "belgian_officer",
        {"action": "drop", "drop-reason": "Forged."}, view="task"),
    Act("link two dossiers", "/d/{handled}/links/", TEAM | HEADQUARTERS, "belgian_officer",
        {"kind": "same_person", "target": lambda stage: stage.linked.reference}, view="links"),
    Act("remove a link", "/d/{handled}/links/{link}/", TEAM | HEADQUARTERS, "belgian_officer",
        {"reason": "Forged."}, view="link"),
    Act("make a project", "/projects/new", LEADERS, "belgian_head", {"name": "Forged"},
        form="form", view="project_new"),
    Act("name a person", "/projects/{project}/", frozenset({"belgian_headquarters"}),
        "belgian_headquarters",
        {"action": "name", "name-person": lambda stage: str(stage.cast.dutch_head.public_id)},
        view="project"),
    Act("take a person out", "/projects/{project}/", IN_PROJECT, "belgian_headquarters",
        {"action": "leave", "person": lambda stage: str(stage.cast.belgian_officer.public_id)},
        view="project"),
    Act("rename a project", "/projects/{project}/", frozenset({"belgian_headquarters"}),
        "belgian_headquarters", {"action": "rename", "rename-name": "Forged"}, view="project"),
    Act("end a project", "/projects/{project}/", frozenset({"belgian_headquarters"}),
        "belgian_headquarters", {"action": "end", "end-reason": "Forged."}, view="project"),
    Act("put a dossier in", "/projects/{project}/", IN_PROJECT, "belgian_officer",
        {"action": "put_in", "put-dossier": lambda stage: stage.linked.reference},
        view="project"),
    Act("take a dossier out", "/projects/{project}/", IN_PROJECT, "belgian_officer",
        {"action": "take_out", "reference": lambda stage: stage.handled.reference},
        view="project"),
    Act("add a template", "/templates/new",
        COORDINATOR | {"dutch_coordinator", "luxembourg_coordinator"}, "belgian_coordinator",
        {"name": "Forged", "kind": "other"}, form="form", view="template_new"),
    Act("change a template", "/templates/{template}/", COORDINATOR, "belgian_coordinator",
        {"title": "Forged"}, form="form", view="template"),
    Act("retire a template", "/templates/{template}/", COORDINATOR, "belgian_coordinator",
        {"action": "retire"}, view="template"),
    Act("enter an absence", "/absences/", AWAY, "belgian_officer",
        {"starts_on": _in_days(3), "ends_on": _in_days(9)}, form="form", view="absences"),
    Act("end a stand-in", "/absences/stand-ins/{standin}/",
        frozenset({"belgian_officer", "belgian_head"}), "belgian_officer", {"action": "end"},
        view="standin"),
    Act("save a view", "/views/", WITH_A_POSTING, "belgian_officer",
        {"name": "Forged", "asked": "kind=other"}, view="saved_views"),
    Act("rename a view", "/views/{saved_view}/", frozenset({"belgian_officer"}),
        "belgian_officer", {"action": "rename", "name": "Forged"}, view="saved_view"),
    Act("replace the filters of a view", "/views/{saved_view}/", frozenset({"belgian_officer"}),
        "belgian_officer", {"action": "replace", "asked": "kind=other",
        "name": lambda stage: stage.saved_view.name}, view="saved_view"),
    Act("delete a view", "/views/{saved_view}/", frozenset({"belgian_officer"}),
        "belgian_officer", {"action": "forget"}, view="saved_view"),
    Act("begin a rotation", "/rotations/new",
        frozenset({"belgian_head", "belgian_colleague"}), "belgian_head",
        {"leaver": lambda stage: f"{stage.cast.belgian_colleague.public_id}:BOG"},
        view="rotation_new"),
    Act("plan a rotation", "/rotations/{rotation}/", STEERERS, "belgian_officer",
        {"action": "plan"}, form="plan_form", view="rotation"),
    Act("offer a rotation", "/rotations/{rotation}/", STEERERS, "belgian_officer",
        {"action": "offer"}, form="plan_form", view="rotation"),
    Act("finish a rotation", "/rotations/{rotation}/", STEERERS, "belgian_officer",
        {"action": "finish"}, view="rotation"),
    Act("give a rotation up", "/rotations/{rotation}/", STEERERS, "belgian_officer",
        {"action": "give_up"}, view="rotation"),
    Act("add a contact", "/contacts/new", CONTACT_MAKERS, "belgian_officer",
        {"name": "Forged", "kind": "other"}, form="form", view="contact_new"),
    Act("change a contact", "/contacts/{contact}/change", TEAM, "belgian_officer",
        {"name": "Forged"}, form="form", view="contact_change"),
    Act("hand a contact over", "/contacts/{contact}/", frozenset({"belgian_officer"}),
        "belgian_officer", {"action": "hand_over",
        "to-person": lambda stage: str(stage.cast.belgian_colleague.public_id)}, view="contact"),
    Act("take a contact", "/contacts/{left}/", TEAM, "belgian_officer", {"action": "take"},
        view="contact"),
    Act("give a contact", "/contacts/{left}/", COORDINATOR, "belgian_coordinator",
        {"action": "hand_over",
        "to-person": lambda stage: str(stage.cast.belgian_colleague.public_id)}, view="contact"),
    Act("retire a contact", "/contacts/{contact}/", TEAM, "belgian_officer",
        {"action": "retire", "retire-reason": "Forged."}, view="contact"),
    Act("hand all contacts over", "/contacts/hand-over", frozenset({"belgian_officer"}),
        "belgian_officer",
        {"to": lambda stage: f"BOG:{stage.cast.belgian_colleague.public_id}"},
        view="contacts_hand_over"),
    Act("put somebody on duty", "/duty/", frozenset({"belgian_head"}), "belgian_head",
        {"action": "put_on", "who": lambda stage: f"BOG.{stage.cast.belgian_officer.public_id}",
         "starts_at": "2031-01-01T08:00", "ends_at": "2031-01-01T20:00"}, view="duty"),
    Act("take somebody off duty", "/duty/", frozenset({"belgian_head"}), "belgian_head",
        {"action": "take_off", "duty": lambda stage: str(stage.duty.pk)}, view="duty"),
    Act("open a dossier of BE", "/dossiers/new", BELGIANS, "belgian_officer",
        {"title": "Forged", "kind": "other"}, form="form", view="dossier_new"),
)  # fmt: skip

EVERYBODY = frozenset(name for name in ATTACKERS.values() if name)


def _alert_of(name: str) -> Callable[[Stage], str]:
    return lambda stage: str(
        Alert.objects.filter(recipient=getattr(stage.cast, name).pk).order_by("id")[0].pk
    )


# Of the own account: everybody sends them, and they touch nobody else's.
OWN_ACTS = (
    Act("choose a time zone", "/me/", EVERYBODY, "belgian_officer",
        {"language": "nl", "time_zone": "Europe/Brussels"}, view="profile"),
    Act("choose what comes by mail", "/me/mail", EVERYBODY, "belgian_officer",
        {"tasks": "inbox", "openings": "digest"}, view="mail_preferences"),
    Act("choose a language", "/language", EVERYBODY, "belgian_officer",
        {"language": "nl"}, page="/me/", view="set_language"),
    Act("read an alert", "/alerts/read", EVERYBODY, "belgian_colleague",
        {"alert": _alert_of("belgian_colleague")}, page="/alerts/", view="alerts_read"),
    Act("read all alerts", "/alerts/read", EVERYBODY, "belgian_colleague", {}, page="/alerts/",
        view="alerts_read"),
    Act("sign in", "/sign-in/", EVERYBODY, "",
        {"login": lambda stage: stage.cast.belgian_officer.email, "password": PASSWORD},
        view="account_login"),
    Act("sign out", "/sign-out/", EVERYBODY, "belgian_officer", {}, view="account_logout"),
)  # fmt: skip
EVERY_ACT = (*ACTS, *OWN_ACTS)
BY_VIEW = {act.view: act for act in reversed(EVERY_ACT)}  # the first act of every address


def sender(act: Act, stage: Stage, client_of: Browse, **options: Any) -> Browser:
    """The browser of who may take the act; for signing in, somebody with a password."""
    if act.by:
        return client_of(getattr(stage.cast, act.by), **options)
    give_password(stage.cast.belgian_officer)
    return client_of(None, **options)


def give_password(person: User) -> None:
    """Nobody of the cast has one."""
    User.objects.filter(pk=person.pk).update(password=make_password(PASSWORD))


# The tables -------------------------------------------------------------------------------

# The log grows by every request, the session by every answer.
BY_LOOKING = ("cases_visit",)  # when one last opened a dossier
NOT_COMPARED = "audit_logrow audit_chainhead django_session django_migrations lodesk_border"
# Set by the clock of the database, which runs on within a test.
CLOCKS = {"at", "recorded_at", "read_at", "added_at"}
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def tables() -> list[str]:
    """Every table of the database but those that every request writes."""
    rows = as_owner(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind = 'r' AND relname <> ALL(string_to_array(%s, ' ')) ORDER BY 1",
        [NOT_COMPARED],
    )
    return [name for (name,) in rows]


def fingerprint(*, but: Container[str] = ()) -> dict[str, str]:
    """What stands in the tables, as one number for each."""
    parts = [
        f"SELECT '{name}', md5(COALESCE(string_agg(t::text, E'\\n' ORDER BY t::text), ''))"
        f" FROM {name} t"
        for name in tables()
        if name not in but
    ]
    return dict(as_owner(" UNION ALL ".join(parts)))


def contents() -> Counter[str]:
    """Every row of the tables."""
    parts = [f"SELECT '{name} ' || to_jsonb(t)::text FROM {name} t" for name in tables()]
    return Counter(row for (row,) in as_owner(" UNION ALL ".join(parts)))


def effect(before: Counter[str]) -> Counter[str]:
    """The rows that are new or other than before, without the random keys of new rows."""
    known = set(UUID.findall("\n".join(before)))
    found: Counter[str] = Counter()
    for row, count in (contents() - before).items():
        table, _space, columns = row.partition(" ")
        values = json.loads(columns)
        for name in CLOCKS & values.keys():
            values[name] = values[name] and "now"
        text = UUID.sub(lambda key: key[0] if key[0] in known else "new", json.dumps(values))
        found[f"{table} {text}"] += count
    return found


def refusals_of(person: User | None) -> int:
    """How many refusals of this person stand in the log."""
    actions = ["access.refused", "access.not_found"]
    return LogRow.objects.filter(action__in=actions, actor=person.pk if person else None).count()


A_SECOND, A_DAY = timedelta(seconds=1), timedelta(days=1)


def offer_lapses(handover: Handover) -> None:
    """Let the time to answer be over; nobody has tidied up."""
    with without_rules("cases_handover"):
        Handover.objects.filter(pk=handover.pk).update(answer_by=Now() - A_SECOND)


def mandate_runs_out(mandate: Mandate) -> None:
    """Let the end of a mandate be past, by its date alone; its grants are still there."""
    with without_rules("cases_mandate"):
        Mandate.objects.filter(pk=mandate.pk).update(
            starts_at=Now() - A_DAY, ends_at=Now() - A_SECOND
        )
