"""Ways through a world: every page with every filter, wrong forms, every step, what time does.

An address is walked as soon as it exists. Only what it takes as an argument must be known here: see
`VALUES`. A thorough walk is everybody's with every value; a brief one is three people's, who share
the values among them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import product
from typing import TypeVar
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F, Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.models import Absence
from cases import policy
from cases.models import (
    Clock,
    Contact,
    Document,
    DocumentVersion,
    Dossier,
    Entry,
    Export,
    Handover,
    Link,
    Mandate,
    Party,
    Project,
    Rotation,
    SavedView,
    StandIn,
    Task,
    Upload,
)
from cases.models import Template as DossierTemplate
from cases.states import Step
from tests import steps
from tests.border import markup
from tests.border.markup import Form
from tests.border.neighbours import POSTED
from tests.border.non_interference import Visitor, World
from tests.factories import raw
from tests.looking import as_owner
from tests.pages import CHECKED, filled, local
from tests.steps import in_
from tests.test_access import named_urls

Value = TypeVar("Value")
ENDS_THE_SESSION = "account_logout"


def everything(world: World) -> None:
    """All of it, each from the same state."""
    for walk in (every_table, every_page, every_step, the_passing_of_time):
        if walk is every_step and world.of not in POSTED:
            continue  # the story below is told by officers at a desk
        with world.apart():
            walk(world)


def walkers(world: World) -> list[str]:
    """Who walks: one person of each role and place, and who has none any more; or three of them."""
    if not world.thorough:
        return [_name(world, part) for part in ("worker", "coordinator", "auditor")]
    rows = as_owner(
        "SELECT DISTINCT ON (role, desk_id, ends_at <= now()) person_id FROM accounts_posting"
        " JOIN accounts_user ON person_ptr_id = person_id"
        " WHERE country = %s AND is_active AND starts_at <= now()"
        " ORDER BY role, desk_id, ends_at <= now(), accounts_posting.id",
        [world.of],
    )
    return [name for name, person in world.people.items() if (person.pk,) in rows]


def _name(world: World, part: str) -> str:
    person = world.template.person(world.of, part)
    return next(name for name, each in world.people.items() if each.pk == person.pk)


# Pages ------------------------------------------------------------------------------------


def _references(world: World) -> tuple[list[str], list[str]]:
    own = [each.reference for each in world.template.known_to(world.of)]
    return own, [each for secret in world.secrets for each in secret.references]


def _parties(world: World) -> tuple[list[str], list[str]]:
    own = Party.objects.filter(dossier__in=world.template.known_to(world.of), origin=F("pk"))
    keys = own.order_by("dossier__title", "dossier__reference", "name").values_list("pk", flat=True)
    return [str(key) for key in keys], [str(secret.party) for secret in world.secrets]


def _handovers(world: World) -> tuple[list[str], list[str]]:
    own = Handover.objects.filter(dossier__in=world.template.known_to(world.of))
    keys = own.order_by("dossier__title", "dossier__reference").values_list("pk", flat=True)
    return [str(key) for key in keys], [str(secret.handover) for secret in world.secrets]


def _mandates(world: World) -> tuple[list[str], list[str]]:
    own = Mandate.objects.filter(dossier__in=world.template.known_to(world.of))
    keys = own.order_by("state", "number").values_list("pk", flat=True)
    return [str(key) for key in keys], [str(secret.mandate) for secret in world.secrets]


def _entries(world: World) -> tuple[list[str], list[str]]:
    own = Entry.objects.filter(dossier__in=world.template.known_to(world.of), kind="note")
    keys = own.order_by("dossier__title", "dossier__reference", "at").values_list("pk", flat=True)
    return [str(key) for key in keys], [str(secret.entry) for secret in world.secrets]


def _documents(world: World) -> tuple[list[str], list[str]]:
    own = Document.objects.filter(dossier__in=world.template.known_to(world.of))
    keys = own.order_by("dossier__title", "title").values_list("pk", flat=True)
    return [str(key) for key in keys], [str(secret.document) for secret in world.secrets]


def _versions(world: World) -> tuple[list[str], list[str]]:
    versions = DocumentVersion.objects.filter(
        document__dossier__in=world.template.known_to(world.of)
    )
    keys = versions.order_by("document__dossier__title", "document__title", "number")
    own = [str(key) for key in keys.values_list("pk", flat=True)]
    return own, [str(secret.version) for secret in world.secrets]


def _uploads(world: World) -> tuple[list[str], list[str]]:
    workers = Upload.objects.filter(person__in=[each.pk for each in world.people.values()])
    keys = workers.order_by("file_name").values_list("pk", flat=True)
    return [str(key) for key in keys], [str(secret.upload) for secret in world.secrets]


def _exports(world: World) -> tuple[list[str], list[str]]:
    workers = Export.objects.filter(person__in=[each.pk for each in world.people.values()])
    keys = workers.order_by("dossier__title", "form", "pk").values_list("pk", flat=True)
    return [str(key) for key in keys], [str(secret.export) for secret in world.secrets]


def _clocks(world: World) -> tuple[list[str], list[str]]:
    own = Clock.objects.filter(dossier__in=world.template.known_to(world.of))
    keys = own.order_by("dossier__title", "dossier__reference", "kind", "pk")
    return [str(key) for key in keys.values_list("pk", flat=True)], [
        str(secret.clock) for secret in world.secrets
    ]


def _tasks(world: World) -> tuple[list[str], list[str]]:
    own = Task.objects.filter(dossier__in=world.template.known_to(world.of))
    keys = own.order_by("due_at", "dossier__reference").values_list("pk", flat=True)
    return [str(key) for key in keys], [str(secret.task) for secret in world.secrets]


def _links(world: World) -> tuple[list[str], list[str]]:
    home = world.template.home[world.of]
    own = Link.objects.filter(source__in=home, target__in=home)
    keys = own.order_by("made_at", "kind").values_list("pk", flat=True)
    return [str(key) for key in keys], [str(secret.link) for secret in world.secrets]


def _projects(world: World) -> tuple[list[str], list[str]]:
    assert isinstance(world.template.joint, Project)
    return [str(world.template.joint.pk)], [str(secret.project) for secret in world.secrets]


def _templates(world: World) -> tuple[list[str], list[str]]:
    own = DossierTemplate.objects.filter(owner=world.of).order_by("name")
    keys = own.values_list("pk", flat=True)
    return [str(key) for key in keys], [str(secret.template) for secret in world.secrets]


def _saved_views(world: World) -> tuple[list[str], list[str]]:
    own = SavedView.objects.filter(person__in=[each.pk for each in world.people.values()])
    keys = own.order_by("name").values_list("pk", flat=True)
    return [str(key) for key in keys], [str(secret.saved_view) for secret in world.secrets]


def _rotations(world: World) -> tuple[list[str], list[str]]:
    own = Rotation.objects.filter(country=world.of).order_by("leaver__name", "begun_at")
    keys = own.values_list("pk", flat=True)
    return [str(key) for key in keys], [str(secret.rotation) for secret in world.secrets]


def _standins(world: World) -> tuple[list[str], list[str]]:
    own = StandIn.objects.filter(absent__in=[each.pk for each in world.people.values()])
    keys = own.order_by("starts_at").values_list("pk", flat=True)
    return [str(key) for key in keys], [str(secret.standin) for secret in world.secrets]


def _contacts(world: World) -> tuple[list[str], list[str]]:
    own = Contact.objects.filter(Q(owner=world.of) | Q(visibility="desk"), current=True)
    keys = own.order_by("name", "origin").values_list("origin", flat=True)
    return [str(key) for key in keys], [str(secret.contact) for secret in world.secrets]


# What an address can take: what the country knows of, and secrets of the others.
VALUES: dict[str, Callable[[World], tuple[list[str], list[str]]]] = {
    "reference": _references,
    "party": _parties,
    "handover": _handovers,
    "mandate": _mandates,
    "entry": _entries,
    "document": _documents,
    "version": _versions,
    "upload": _uploads,
    "export": _exports,
    "clock": _clocks,
    "task": _tasks,
    "link": _links,
    "project": _projects,
    "template": _templates,
    "saved_view": _saved_views,
    "rotation": _rotations,
    "standin": _standins,
    "contact": _contacts,
}


def every_page(world: World) -> None:
    """Everybody, and a stranger, opens every address; wrong forms are sent.

    The arguments, filters and forms are shared among those who read dossiers.
    """
    people = walkers(world)
    readers = [name for name in people if policy.principals(world.people[name]).groups]
    for name in ["", *people]:
        turn = readers.index(name) if name in readers else 0
        with world.apart():
            _Browsing(world.visitor(name), turn, len(readers) if name in readers else 1).all()


class _Browsing:
    """One person opens every address, with a share of all that it offers."""

    def __init__(self, visitor: Visitor, turn: int, turns: int) -> None:
        self.visitor, self.world = visitor, visitor.world
        self._turn, self._turns = turn, turns
        self._sent: set[tuple[str, ...]] = set()

    def all(self) -> None:
        """Look first, then write, then leave."""
        found = [(name, path, form) for name, path in self._paths() for form in self._look(path)]
        for name, path, form in found:
            if form.method == "post":
                self._send_wrongly(name, path, form)
        self.visitor.get(reverse(ENDS_THE_SESSION))
        self.visitor.post(reverse(ENDS_THE_SESSION), {})

    def _share(self, values: Sequence[Value], *, most: int, offset: int = 0) -> Sequence[Value]:
        """This person's part of it."""
        start = (self._turn + offset) % self._turns
        return values[start :: self._turns][:most]

    def _paths(self) -> Iterator[tuple[str, str]]:
        """Every address of the site, with what people of the country know and what they do not."""
        for number, (name, arguments) in enumerate(named_urls()):
            unknown = set(arguments) - VALUES.keys()
            assert not unknown, f"the address {name} takes {unknown}: add it to VALUES"
            if name == ENDS_THE_SESSION:
                continue
            for values in self._values(arguments, number):
                yield name, reverse(name, kwargs=dict(zip(arguments, values, strict=True)))

    def _values(self, arguments: Sequence[str], number: int) -> Iterable[tuple[str, ...]]:
        """Some arguments in sight and one that is a secret; each address begins elsewhere."""
        both = [VALUES[each](self.world) for each in arguments]
        known = [_turned(own, number) for own, _strange in both]
        strange = [_turned(secrets, number) for _own, secrets in both]
        some = [self._share(own, most=3 if self.world.thorough else 1) for own in known]
        one = [self._share(secrets, most=1) or secrets[:1] for secrets in strange]
        return dict.fromkeys((*product(*some), *product(*one)))

    def _look(self, path: str) -> list[Form]:
        """Open a page, and a share of the variations it links to and of its filters."""
        page = self.visitor.get(path)
        if page.status_code != 200 or "text/html" not in page.headers["Content-Type"]:
            return []
        found = markup.read(page.content.decode())
        here = [each for each in found.links if each.startswith(("?", f"{path}?"))]
        for form in found.forms:
            if form.method == "get" and form.action in ("", path):
                here += [f"?{query}" for query in self._queries(form)]
        for address in self._share(list(dict.fromkeys(here)), most=20):
            self.visitor.get(path + address.removeprefix(path))
        if here:
            self.visitor.get(path, **{"HX-Request": "true"})
        return found.forms

    def _queries(self, form: Form) -> Iterator[str]:
        """One query for each value a filter can have, secrets of the others included."""
        for name in form.typed:
            yield from (urlencode({name: words}) for words in self._words())
        for name, values in form.choices.items():
            yield from (urlencode({name: value}) for value in (*values, self._wrong()[0]))

    def _words(self) -> Iterator[str]:
        yield self.world.template.home[self.world.of][0].title
        for secret in self.world.secrets:
            yield from (secret.word, secret.references[0])

    def _wrong(self) -> list[str]:
        """What people of the country have no business with."""
        found = []
        for country, secret in self.world.template.secrets.items():
            if country != self.world.of:
                aside = self.world.template.aside(country)
                found += [secret.references[0], f"p:{aside.public_id}", str(secret.mandate)]
        return found

    def _send_wrongly(self, name: str, path: str, form: Form) -> None:
        """Send a form with what belongs to the others in each of its fields; each form once."""
        fields = (*form.typed, *form.choices)
        which = (form.action or name, *fields, form.hidden.get("action", ""))
        if which in self._sent:
            return
        self._sent.add(which)
        wrong = _turned(self._wrong(), self._turn + len(self._sent))
        self.visitor.post(form.action or path, form.hidden | dict.fromkeys(fields, wrong[0]))


def _turned(values: list[str], by: int) -> list[str]:
    """The same values, beginning elsewhere."""
    start = by % len(values) if values else 0
    return values[start:] + values[:start]


# Steps ------------------------------------------------------------------------------------

READ = {f"read_{part}": "on" for part in ("state", "promises", "deadline", "contacts", "risks")}
WRITTEN = {"note_promises": "none", "note_risks": "none"} | READ | CHECKED


def every_step(world: World) -> None:
    """A story in which each step is taken on the own dossiers, and what everybody sees then."""
    story = _Story(world)
    story.works()
    if world.of in POSTED:  # elsewhere nobody of the country can be offered a dossier
        story.hands_over()
        story.rotates()
    story.decides()
    story.gives_tasks()
    story.sets_up()
    story.is_absent()
    story.knows_people()
    story.exports()
    missing = set(Step) - story.taken - {Step.VIEW}
    if world.of not in POSTED:
        missing -= {Step.WITHDRAW, Step.DECLINE, Step.ACCEPT, Step.TAKE, Step.REASSIGN}
    assert not missing, f"nobody takes {sorted(missing)} in the story"
    world.mails()
    for visitor in story.people.values():
        told = f"/d/{story.home[0].reference}/told"
        for path in ("/", "/alerts/", "/handovers/", "/log/", told):
            visitor.get(path)


class _Story:
    """Worker, mate and coordinator of a country take every step with the pages of the site."""

    def __init__(self, world: World) -> None:
        self.world, template = world, world.template
        self.taken: set[Step] = set()
        parts = {"worker": "worker", "coordinator": "coordinator", "auditor": "auditor"}
        # Where nobody is posted, headquarters takes over.
        self._mate = "mate" if world.of in POSTED else "coordinator"
        parts["mate"] = self._mate
        if world.of in POSTED:
            parts["head"] = "head"
        self.people = {who: world.visitor(_name(world, part)) for who, part in parts.items()}
        self.taker = (
            f"p:{template.person(world.of, 'mate').public_id}"
            if (world.of in POSTED)
            else f"t:{world.of}"
        )
        self.home = template.home[world.of]

    def works(self) -> None:
        """Open, write, change, and go through the life of a dossier."""
        late, _offered, _lapsed, answered, confined, _queue, draft, _left = self.home
        new = {"title": "New", "kind": "other", "desk": "BOG", "host_country": "CO"}
        self.sends("worker", "/dossiers/new", **new, handle="on")
        self.takes(Step.CONTRIBUTE, "worker", late, "entries", text="A note.", language="en")
        order = {"kind": "instruction", "text": "Ask again.", "language": "en"}
        self.takes(Step.INSTRUCT, "coordinator", late, "entries", **order)
        self.takes(Step.CHANGE, "worker", late, "change", title="Another title")
        self.adds_documents(late)
        answer = {"kind": "answer", "text": "Here it is.", "direction": "out", "channel": "siena"}
        for dossier in (confined, answered):
            self.takes(
                Step.CONTRIBUTE, "worker", dossier, "entries",
                counterpart="CGI", language="en", **answer,
            )  # fmt: skip
        asked = {
            "waiting_until": f"{self.world.clock.now + timedelta(days=2):%Y-%m-%dT%H:%M}",
            "result": "done",
        }
        life = (
            (Step.RESUME, "worker", late, "resume"),
            (Step.START, "worker", draft, "start"),
            (Step.WAIT, "worker", confined, "wait:headquarters"),
            (Step.ANSWER, "worker", confined, "answer"),
            (Step.REOPEN, "worker", answered, "reopen"),
            (Step.ANSWER, "worker", answered, "answer"),
            (Step.CLOSE, "coordinator", answered, "close"),
        )
        for step, who, dossier, value in life:
            self.takes(step, who, dossier, "status", step=value, reason="It is time.", **asked)

    def adds_documents(self, dossier: Dossier) -> None:
        """Add two, replace one, open it and withdraw it."""
        worker, path = self.people["worker"], f"/d/{dossier.reference}/documents"
        files = [SimpleUploadedFile(f"{name}.txt", name.encode()) for name in ("One", "Two")]
        self.sent(worker.post(path, {"files": files, "language": "en"}), Step.CONTRIBUTE)
        document = Document.objects.get(dossier=dossier.pk, title="Two")
        newer = {"files": [SimpleUploadedFile("Newer.txt", b"Newer.")]}
        self.sent(worker.post(f"/documents/{document.pk}/", newer), Step.CONTRIBUTE)
        for version in document.versions.order_by("number"):
            worker.get(f"/files/{version.pk}")
        reason = {"reason": "The wrong one."}
        withdraw = worker.post(f"/documents/{document.pk}/withdraw", reason)
        self.sent(withdraw, Step.WITHDRAW_DOCUMENT)
        for visitor in (worker, self.people["coordinator"]):
            for page in (path, f"/documents/{document.pk}/", f"/d/{dossier.reference}/"):
                visitor.get(page)

    def hands_over(self) -> None:
        """Take back, decline and accept, within the country."""
        late, offered, *_rest = self.home
        for step, who in (
            (Step.WITHDRAW, "worker"), (Step.DECLINE, "mate"), (Step.ACCEPT, "mate"),
        ):  # fmt: skip
            offer = Handover.objects.filter(dossier=offered.pk).open().get()
            self.answers(step, who, offer)
            if step != Step.ACCEPT:
                self.offers(offered, self.taker)
        self.offers(late, self.taker)
        note = self.people["mate"].post(f"/handovers/{offer.pk}/note", {})
        assert note.status_code == 200
        self.moves_at_once()

    def moves_at_once(self) -> None:
        """Take what is in the queue, and let the head of desk give it on."""
        queue = self.home[5]
        self.people["mate"].get(f"/d/{queue.reference}/")
        self.people["mate"].get("/dossiers/?handler=nobody")
        taken = self.people["mate"].post(f"/d/{queue.reference}/take", {"action": "take"})
        self.sent(taken, Step.TAKE)
        worker = f"p:{self.world.template.person(self.world.of, 'worker').public_id}"
        self.takes(Step.REASSIGN, "head", queue, "re-assign", to=worker, reason="On leave.")

    def rotates(self) -> None:
        """Plan the whole portfolio of the worker, offer one dossier of it, and decline it."""
        worker, mate = self.people["worker"], self.people["mate"]
        begun = worker.post("/rotations/new", filled(worker.get("/rotations/new")))
        path = begun.headers["Location"]
        page = worker.get(path)
        self.sent(worker.post(path, filled(page, "plan_form") | {"action": "plan"}), Step.VIEW)
        given = f"to-{self.home[5].pk}"  # the head of desk has just given it to the worker
        nobody = {field.html_name: "" for _row, field in page.context["plan"]}
        to = str(self.world.template.person(self.world.of, self._mate).public_id)
        one = nobody | {given: to, "action": "offer"}
        self.sent(worker.post(path, filled(page, "plan_form") | one), Step.VIEW)
        for visitor in self.people.values():
            for each in (path, "/rotations/", "/alerts/"):
                visitor.get(each)
        (offered,) = mate.get(path).context["offered"]
        answer = {"action": "decline", "lines": [offered.key], "reason": "On leave."}
        self.sent(mate.post(path, answer), Step.DECLINE)
        worker.get(path)

    def decides(self) -> None:
        """Give what was asked, refuse what is asked now, end what was given."""
        template, of = self.world.template, self.world.of
        other = next(each for each in POSTED if each != of)
        asked = template.shared[of, other][-1]
        confined = self.home[4]
        self.offers(confined, f"p:{template.person(other, 'worker').public_id}")
        self.judges(Step.GIVE_MANDATE, asked, "give_form", "give")
        self.judges(Step.REFUSE_MANDATE, confined, "refuse_form", "refuse", reason="No.")
        self.judges(Step.END_MANDATE, asked, "end_form", "end")

    def gives_tasks(self) -> None:
        """Give a task to the mate, then more time, and let it be done; drop another."""
        late, offered, *_rest = self.home
        mate = str(self.world.template.person(self.world.of, self._mate).public_id)
        done = self.makes_task(late, mate)
        later = {"move-due_at": local(timezone.localtime(in_(days=2)))}
        self.on_task(Step.MOVE_TASK, "worker", done, "move", **later, **{"move-assignee": mate})
        self.on_task(Step.FINISH_TASK, "mate", done, "done")
        dropped = self.makes_task(offered, mate)
        self.on_task(Step.DROP_TASK, "mate", dropped, "drop", **{"drop-reason": "Not needed."})

    def makes_task(self, dossier: Dossier, to: str) -> str:
        """Make a task; returns its address."""
        self.sends("worker", f"/d/{dossier.reference}/tasks/new", title="Call", assignee=to)
        task = Task.objects.filter(dossier=dossier.pk, title="Call").latest("made_at")
        return f"/d/{dossier.reference}/tasks/{task.pk}/"

    def on_task(self, step: Step, who: str, path: str, action: str, **values: str) -> None:
        """Take a step on a task, and look at it."""
        self.people[who].get(path)
        self.sent(self.people[who].post(path, {"action": action, **values}), step)
        self.people["worker"].get(path)

    def sets_up(self) -> None:
        """Link and unlink, put a dossier into the joint project, add a template and use it."""
        late, _offered, lapsed, *_rest = self.home
        worker, coordinator = self.people["worker"], self.people["coordinator"]
        links = f"/d/{late.reference}/links/"
        self.sends("worker", links, kind="same_container", target=lapsed.reference)
        made = Link.objects.filter(source=late.pk, target=lapsed.pk).latest("made_at")
        self.sends("worker", f"{links}{made.pk}/", reason="A mistake.")
        assert self.world.template.joint is not None
        joint = f"/projects/{self.world.template.joint.pk}/"
        put = {"action": "put_in", "put-dossier": lapsed.reference}
        self.sent(worker.post(joint, put), Step.VIEW)
        self.sends("coordinator", "/projects/new", name="One more", people=[])
        self.sends("coordinator", "/templates/new", name="Yachts", kind="other")
        view = {"name": "Mine", "asked": "handler=me&kind=other"}
        self.sent(worker.post("/views/", view), Step.VIEW)
        for visitor in (worker, coordinator):
            for path in (
                links,
                joint,
                "/views/",
                "/projects/",
                "/dossiers/new",
                f"/d/{lapsed.reference}/",
            ):
                visitor.get(path)

    def is_absent(self) -> None:
        """Enter an absence, with who stands in where a team is; take both back."""
        worker, today = self.people["worker"], timezone.localdate()
        days = {"starts_on": (today + timedelta(days=40)).isoformat(),
                "ends_on": (today + timedelta(days=50)).isoformat()}  # fmt: skip
        if self.world.of in POSTED:
            mate = self.world.template.person(self.world.of, "mate")
            days["stand_in"] = f"BOG:{mate.public_id}"
        self.sends("worker", "/absences/", Step.VIEW, **days)
        own = [each.pk for each in self.world.people.values()]
        for standin in StandIn.objects.filter(absent__in=own).planned().order_by("starts_at"):
            worker.get(f"/absences/stand-ins/{standin.pk}/")
        made = Absence.objects.get(person__in=own, starts_on=days["starts_on"])
        self.sent(worker.post("/absences/", {"absence": str(made.pk)}), Step.VIEW)

    def knows_people(self) -> None:
        """Add a contact, change it, hand it over; take one that nobody keeps, and retire it."""
        worker, mate = self.people["worker"], self.world.template.person(self.world.of, self._mate)
        new = {"name": "New", "authority": "Port", "kind": "customs", "phones": "601 234 5678"}
        self.sends("worker", "/contacts/new", **new)
        made = Contact.objects.filter(name="New").latest("made_at")
        path = f"/contacts/{made.origin_id}/"
        self.sends("worker", f"{path}change", note="Ask for her.")
        to = {"action": "hand_over", "to-person": str(mate.public_id)}
        self.sent(worker.post(path, to), Step.VIEW)
        left = Contact.objects.get(name=f"Left by {self.world.of}", current=True)
        theirs = f"/contacts/{left.origin_id}/"
        worker.get(theirs)
        self.sent(worker.post(theirs, {"action": "take"}), Step.VIEW)
        over = {"action": "retire", "retire-reason": "Has left."}
        self.sent(worker.post(theirs, over), Step.VIEW)
        self.sends("worker", "/contacts/hand-over", to=f"BOG:{mate.public_id}")
        for visitor in self.people.values():
            for each in (path, theirs, "/contacts/", "/contacts/?state=retired"):
                visitor.get(each)

    def exports(self) -> None:
        """Have a package for oneself and one for others made, and download both."""
        _late, _offered, lapsed, *_rest = self.home
        worker, path = self.people["worker"], f"/d/{lapsed.reference}/exports"
        for step, use in ((Step.EXPORT, "work"), (Step.EXPORT_TO_OTHERS, "pass_on")):
            asked = {"form": "package", "use": use, "reason": "For the file."}
            self.sent(worker.post(path, asked), step)
            export = Export.objects.filter(dossier=lapsed.pk, use=use).latest("at")
            worker.get(f"/exports/{export.pk}/")
            steps.make_exports()
            worker.get(f"/exports/{export.pk}/")
            worker.post(f"/exports/{export.pk}/file", {})
        worker.get(path)

    def offers(self, dossier: Dossier, to: str) -> None:
        """Offer a dossier."""
        self.takes(Step.OFFER, "worker", dossier, "hand-over", to=to, **WRITTEN)

    def answers(self, step: Step, who: str, offer: Handover) -> None:
        """Answer an offer, or take it back."""
        self.people[who].get(f"/handovers/{offer.pk}/")
        sent = {"action": step.value, "reason": "On leave."}
        self.sent(self.people[who].post(f"/handovers/{offer.pk}/", sent), step)

    def judges(self, step: Step, dossier: Dossier, form: str, action: str, **more: str) -> None:
        """Decide on the newest mandate of a dossier."""
        mandate = Mandate.objects.filter(dossier=dossier.pk).latest("number")
        path, coordinator = f"/mandates/{mandate.pk}/", self.people["coordinator"]
        sent = filled(coordinator.get(path), form, **more) | {"action": action}
        self.sent(coordinator.post(path, sent), step)

    def takes(self, step: Step, who: str, dossier: Dossier, page: str, /, **values: str) -> None:
        """Fill in a page of a dossier and send it; then look at the dossier."""
        path = f"/d/{dossier.reference}/{page}"
        if page == "entries":
            self.sent(self.people[who].post(path, values), step)
        else:
            self.sends(who, path, step, **values)
        self.people[who].get(f"/d/{dossier.reference}/")

    def sends(self, who: str, path: str, step: Step = Step.VIEW, /, **values: str) -> None:
        """Fill in a form and send it."""
        visitor = self.people[who]
        self.sent(visitor.post(path, filled(visitor.get(path), **values)), step)

    def sent(self, answer: HttpResponse, step: Step) -> None:
        """It was accepted: such a step proves something."""
        assert answer.status_code == 302, f"{step}: {answer.content.decode()}"
        self.taken.add(step)


# Time, and the tables ---------------------------------------------------------------------


def the_passing_of_time(world: World) -> None:
    """Offers lapse, mandates end, handlers are gone: what beat does, and who is told."""
    world.clock.tick()
    steps.tidy_up()
    steps.remind()
    world.clock.settle()
    world.mails()
    for name in walkers(world):
        visitor = world.visitor(name)
        for path in ("/", "/alerts/", "/log/"):
            visitor.get(path)


DIRECTORY = "SELECT DISTINCT person_id, country, role, desk_id, absent, certified_for FROM"


def every_table(world: World) -> None:
    """What raw SQL under the application's role shows everybody, table by table.

    The joint directory is the same in both worlds, too: so what changes is indeed a secret.
    """
    tables = as_owner(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'v', 'm') AND has_table_privilege('lodesk_app', oid, 'SELECT')"
        " ORDER BY relname"
    )
    for name, person in world.people.items():
        for (table,) in tables:
            columns = DIRECTORY if table == "accounts_directory" else "SELECT * FROM"
            rows = raw(person, f"SELECT t::text FROM ({columns} {table}) AS t ORDER BY 1")
            world.keep(f"{name} reads {table}", "\n".join(row for (row,) in rows))
