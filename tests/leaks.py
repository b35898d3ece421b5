"""The world of the leak catalogue: dossiers of three countries that are alike in all but the owner.

The same titles, authorities, numbers of other systems and people; each country's own word stands
where only its readers may find it. `SIGHT` says who may see which; the tests say it of every page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_django
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cases.models import (
    Contact,
    Dossier,
    Handover,
    Link,
    Mandate,
    Project,
    ProjectDossier,
    Rotation,
    Task,
    Template,
)
from cases.services.dossiers import consult
from tests import steps
from tests.border.attacks import Browser
from tests.factories import (
    NOTE,
    Cast,
    ContactFactory,
    DocumentFactory,
    DossierFactory,
    EntryFactory,
    LinkFactory,
    MandateFactory,
    PartyFactory,
    TaskFactory,
    TemplateFactory,
    as_person,
    grant,
    make_canaries,
    make_cast,
    project_of,
    rotation_of,
)
from tests.looking import as_owner
from tests.steps import in_

TITLE = "Reefer Santa Clara"  # the same in all three countries
ALIKE = {
    "title": TITLE,
    "requesting_authority": "Port authority",
    "foreign_references": "SIENA 2026-4711",
    "crime_area": "drugs",
}
NUMBER, NAME = "CSQU 305438 3", "Clara Santos"  # the same in all three countries, too
JOINT = "Zilverreiger"  # the name of a project of both countries
NAMED = ("belgian_head", "belgian_officer", "belgian_colleague", "dutch_colleague")  # in it
WORDS = {"BE": "Kwikstaart", "NL": "Wintertaling", "LU": "Goldammer"}
REFERENCE = re.compile(r"\b[A-Z]{2}-[A-Z]{3}-\d{4}-\d{5}")
PHONES = {"BE": "+576012345671", "NL": "+576012345677", "LU": "+576012345679"}
OFFICERS = {"BE": "belgian_officer", "NL": "dutch_officer"}
# Who follows the rotation of a country's officer at the desk.
FOLLOW = {
    "BE": {"belgian_officer", "belgian_head", "belgian_headquarters", "belgian_coordinator",
           "belgian_second_coordinator"},
    "NL": {"dutch_officer", "dutch_head", "dutch_headquarters", "dutch_coordinator"},
}  # fmt: skip
HEADS = {"BE": "belgian_head", "NL": "dutch_head"}  # each alone in a project of his own
COLLEAGUES = {"BE": "belgian_colleague", "NL": "dutch_colleague"}

KINDS = ("plain", "late", "offered", "waiting", "confined", "shared", "closed")
_BE = {f"BE {kind}" for kind in KINDS} | {"BE abroad"}
_NL = {f"NL {kind}" for kind in KINDS}
# Who sees which dossiers; everybody else of the cast sees none.
SIGHT: dict[str, set[str]] = {
    "belgian_officer": _BE,
    "belgian_colleague": _BE - {"BE confined"} | {"NL shared"},
    "belgian_head": _BE - {"BE confined"},
    "belgian_headquarters": _BE,
    "belgian_coordinator": _BE,
    "belgian_second_coordinator": _BE,
    "dutch_officer": _NL | {"BE abroad"},
    "dutch_colleague": _NL - {"NL confined"} | {"BE shared"},
    "dutch_uncertified": _NL - {"NL confined"},
    "dutch_head": _NL - {"NL confined"},
    "dutch_headquarters": _NL,
    "dutch_coordinator": _NL,
    "luxembourg_headquarters": {"LU plain"},
    "luxembourg_coordinator": {"LU plain"},
}


@dataclass
class World:
    """The dossiers by name, and the papers on them."""

    cast: Cast
    dossiers: dict[str, Dossier] = field(default_factory=dict)
    offers: dict[str, Handover] = field(default_factory=dict)
    mandates: dict[str, Mandate] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)  # by the name of the dossier
    links: dict[tuple[str, str], Link] = field(default_factory=dict)  # by both ends
    projects: dict[str, Project] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    rotations: dict[str, Rotation] = field(default_factory=dict)  # of both countries' officers
    contacts: dict[str, Contact] = field(default_factory=dict)  # by owner; each for the own team
    canaries: list[str] = field(default_factory=list)

    def person(self, name: str) -> User:
        """Somebody of the cast."""
        found: User = getattr(self.cast, name)
        return found

    def seen_by(self, name: str) -> set[str]:
        """References of what a person may see."""
        return {self.dossiers[each].reference for each in SIGHT.get(name, ())}

    def hidden_from(self, name: str) -> list[str]:
        """Every word that would tell a person of a dossier out of sight."""
        seen = SIGHT.get(name, set())
        hidden = [each for each in self.dossiers if each not in seen]
        numbers = [self.mandates[each].number for each in hidden if each in self.mandates]
        if name.endswith("auditor"):  # the own log names acts, dossiers and mandates; no content
            hidden = [each for each in hidden if each[:2] != self.person(name).country]
            numbers = []
        told = [word for each in hidden for word in _keys(self.dossiers[each].pk)]
        for papers in (self.offers, self.mandates, self.tasks):
            told += [word for each in hidden if each in papers for word in _keys(papers[each].pk)]
        known = {each[:2] for each in seen}
        words = [word for country, word in WORDS.items() if country not in known]
        references = [self.dossiers[each].reference for each in hidden]
        return [*told, *numbers, *words, *references, *self._beside_hidden_from(name)]

    def _beside_hidden_from(self, name: str) -> list[str]:
        """Keys of links of which an end is out of sight; projects, templates, contacts of
        others, and contacts where one is not posted.
        """
        seen, country = SIGHT.get(name, set()), self.person(name).country
        links = [link for ends, link in self.links.items() if not set(ends) <= seen]
        projects = [] if name in NAMED else [self.projects["joint"]]
        projects += [self.projects[owner] for owner, head in HEADS.items() if head != name]
        templates = [each for owner, each in self.templates.items() if owner != country]
        rotations = [each for owner, each in self.rotations.items() if name not in FOLLOW[owner]]
        contacts = [
            each for owner, each in self.contacts.items() if owner != country or name not in SIGHT
        ]
        hidden = (*links, *projects, *templates, *rotations, *contacts)
        told = [word for each in hidden for word in _keys(each.pk)]
        names = [each.name.removeprefix("Model ") for each in (*projects, *templates, *contacts)]
        return [*told, *names]

    def linked_to(self, reference: str, name: str) -> set[str]:
        """References that a page about a dossier may name: of linked ones in sight."""
        found = set()
        for ends in self.links:
            pair = [self.dossiers[each].reference for each in ends]
            if reference in pair and set(ends) <= SIGHT.get(name, set()):
                found |= set(pair)
        return found

    def browser(self, name: str, **options: Any) -> Browser:
        """A browser of this person, which fails by itself when an answer tells of hidden ones."""
        secrets = [*self.canaries, *self.hidden_from(name)] if name else [*self.canaries]
        client = Browser(secrets=secrets, **options)
        if name:
            client.force_login(self.person(name), backend="accounts.backends.EmailBackend")
        return client


def _keys(key: Any) -> tuple[str, str]:
    return str(key), key.hex


def arranged(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
) -> Iterator[World | None]:
    """One world for all tests of a module; each test is undone to where it began.

    A test that commits asks for the world called "none": the other one is then gone.
    """
    if getattr(request, "param", "") == "none":
        yield None
        return
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world(make_cast())
        transaction.set_rollback(True)


def make_world(cast: Cast) -> World:
    """Belgium and the Netherlands do the same; Luxembourg has one dossier at the same desk."""
    world = World(cast)
    for owner in ("BE", "NL"):
        _one_country(world, owner)
    world.dossiers["LU plain"] = _dossier("LU")
    _handled_abroad(world)
    _beside(world)
    world.canaries = make_canaries()
    return world


def _beside(world: World) -> None:
    """Tasks, links of which an end is out of sight to many, projects, templates."""
    for owner, officer in OFFICERS.items():
        for kind in ("plain", "late", "confined", "shared"):
            dossier, assignee = world.dossiers[f"{owner} {kind}"], world.person(officer)
            world.tasks[f"{owner} {kind}"] = TaskFactory(
                dossier=dossier, assignee=assignee, title=f"{WORDS[owner]} now", note=WORDS[owner],
                due_at=in_(hours=5),
            )  # fmt: skip
    for ends in (
        ("BE plain", "BE late"), ("BE plain", "BE confined"), ("NL plain", "NL late"),
        ("BE shared", "NL shared"), ("BE shared", "NL plain"), ("NL shared", "BE plain"),
        ("BE plain", "LU plain"),
    ):  # fmt: skip
        source, target = (world.dossiers[each] for each in ends)
        world.links[ends] = LinkFactory(source=source, target=target)
    maker, *people = map(world.person, NAMED)
    kinds = ("BE plain", "BE confined", "BE shared", "NL shared", "NL plain", "NL confined")
    inside = [world.dossiers[each] for each in kinds]
    world.projects["joint"] = project_of(maker, *people, name=JOINT, dossiers=inside)
    for owner, head in HEADS.items():
        own = [world.dossiers[f"{owner} plain"]]
        name = f"{WORDS[owner]}vlucht"
        world.projects[owner] = project_of(world.person(head), name=name, dossiers=own)
    for owner, officer in OFFICERS.items():
        leaves = [world.dossiers[f"{owner} {kind}"] for kind in ("plain", "confined")]
        world.rotations[owner] = rotation_of(
            world.person(officer), *leaves, to=world.person(COLLEAGUES[owner])
        )
    for owner in WORDS:
        # A word of its own: everybody of the country reads its templates, whatever he sees else.
        model = WORDS[owner][::-1]
        world.templates[owner] = TemplateFactory(
            owner=owner, name=f"Model {model}", title=f"{model} at the port"
        )
        keeper = world.person(OFFICERS.get(owner, "luxembourg_headquarters"))
        world.contacts[owner] = ContactFactory(
            keeper=keeper, name=f"{WORDS[owner]}hof", kind="customs", phones=[PHONES[owner]]
        )


def _dossier(owner: str, **fields: Any) -> Dossier:
    word = WORDS[owner]
    values = ALIKE | {"owner": owner, "summary": word, "next_step": word} | fields
    dossier: Dossier = DossierFactory(**values)
    EntryFactory(dossier=dossier, text=f"Seen: {word}.")
    PartyFactory(dossier=dossier, numbers=[NUMBER], note=word)
    PartyFactory(dossier=dossier, kind="person", role="witness", name=NAME, note=word)
    DocumentFactory(dossier=dossier, title=f"Letter {word}", content=word.encode())
    return dossier


def _one_country(world: World, owner: str) -> None:
    officer, colleague = world.person(OFFICERS[owner]), world.person(COLLEAGUES[owner])
    other = "NL" if owner == "BE" else "BE"
    made = {
        "plain": {},
        "late": {"due_at": in_(hours=-3)},
        "offered": {"due_at": in_(hours=2)},
        "waiting": {"status": "waiting", "waiting_for": "headquarters"},
        "confined": {"confined": True},
        "shared": {},
        "closed": {"status": "closed"},
    }
    for kind, fields in made.items():
        world.dossiers[f"{owner} {kind}"] = _dossier(owner, handler=officer, **fields)
    note = dict.fromkeys(NOTE, WORDS[owner])
    home, abroad = f"{owner} offered", f"{owner} waiting"
    for name, to in ((home, colleague), (abroad, world.person(OFFICERS[other]))):
        world.offers[name] = steps.offer(officer, world.dossiers[name], to.person_ptr)
        Handover.objects.filter(pk=world.offers[name].pk).update(**note)
    world.mandates[abroad] = steps.mandate_of(world.offers[abroad])
    shared = world.dossiers[f"{owner} shared"]
    viewer = world.person(COLLEAGUES[other])
    given = MandateFactory(dossier=shared, receiver=viewer, level="view")
    grant(shared, viewer, "view", given)
    world.mandates[f"{owner} shared"] = given


def _handled_abroad(world: World) -> None:
    """A Belgian dossier in Dutch hands: the same handler as everything Dutch."""
    dutch = world.person("dutch_officer")
    dossier = _dossier("BE")
    mandate = MandateFactory(dossier=dossier, receiver=dutch)
    grant(dossier, dutch, "handle", mandate)
    Dossier.objects.filter(pk=dossier.pk).update(handler=dutch.pk)
    world.dossiers["BE abroad"] = Dossier.objects.get(pk=dossier.pk)
    world.mandates["BE abroad"] = mandate


# Walking ----------------------------------------------------------------------------------

START = ("/known?name=Clara", f"/search?all=1&q={NUMBER}",
         "/", "/dossiers/?status=any", "/projects/", f"/search?q={TITLE[:6]}", "/handovers/",
         "/contacts/",
         "/alerts/", "/log/", "/me/", "/help/", "/dossiers/new")  # fmt: skip
LINK = re.compile(r'(?:href|action|hx-get|hx-post)="([^"]*)"')
NOT_WALKED = ("/sign-out/", "/static/", "/language", "/alerts/read")


@dataclass(frozen=True)
class Page:
    """What was answered."""

    path: str
    status: int
    kind: str  # of content
    text: str
    headers: dict[str, str]
    streamed: bool

    @property
    def references(self) -> set[str]:
        """The references that stand on it."""
        return set(REFERENCE.findall(self.text))


@dataclass(frozen=True)
class Walk:
    """Where somebody went, and what the session remembers of it."""

    pages: dict[str, Page]
    session: dict[str, Any]


def walk(client: Client) -> Walk:
    """Every page that can be reached from the first ones by clicking."""
    found: dict[str, Page] = {}
    waiting = list(START)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        answer = client.get(path)
        found[path] = _page(path, answer)
        for link in LINK.findall(found[path].text):
            target = urlsplit(link).path
            if target.startswith("/") and not target.startswith(NOT_WALKED):
                waiting.append(target)
    return Walk(found, dict(client.session.items()))


def _page(path: str, answer: Any) -> Page:
    return Page(
        path=path,
        status=answer.status_code,
        kind=answer.headers.get("Content-Type", ""),
        text="" if answer.streaming else answer.content.decode(),
        headers=dict(answer.headers),
        streamed=answer.streaming,
    )


def plain(text: str) -> str:
    """A page without what differs whenever it is drawn: the tokens of its forms."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


def told(answer: Any, *sent: object) -> tuple[int, str]:
    """An answer without its tokens and without what was sent."""
    text = plain(answer.content.decode()) + answer.headers.get("Location", "")
    for each in sorted(map(str, sent), key=len, reverse=True):
        text = text.replace(each, "?")
    return answer.status_code, text


def work_elsewhere(world: World, owner: str) -> None:
    """A busy day in one country: everything that is counted anywhere, of the same names."""
    officer = world.person(OFFICERS.get(owner, "luxembourg_headquarters"))
    for number in range(6):
        handler = officer if owner in OFFICERS else None
        dossier = _dossier(owner, handler=handler, due_at=in_(hours=number - 2))
        EntryFactory.create_batch(2, dossier=dossier)
        TaskFactory(dossier=dossier, assignee=officer, due_at=in_(hours=number - 3))
        ContactFactory(keeper=officer, name=f"Busy hof {number}", kind="customs")
        LinkFactory(source=dossier, target=world.dossiers["BE shared"])
        ProjectDossier.objects.create(
            project=world.projects["joint"], dossier=dossier, made_by=dossier.opened_by
        )
        with as_person(officer):
            consult(dossier=dossier, by=officer)
        if handler and number < 2:
            steps.offer(officer, dossier, world.person(COLLEAGUES[owner]).person_ptr)
        elif handler and number < 4:
            steps.offer(officer, dossier, world.person("dutch_uncertified").person_ptr)
    as_owner(
        "UPDATE cases_dossier SET next_step = next_step || '!' WHERE owner = %s AND id <> ALL(%s)",
        [owner, [each.pk for name, each in world.dossiers.items() if name.endswith("shared")]],
    )
    as_owner(
        "INSERT INTO cases_visit (id, dossier_id, person_id, at) SELECT gen_random_uuid(), id,"
        " %s, %s FROM cases_dossier WHERE owner = %s ON CONFLICT DO NOTHING",
        [officer.pk, timezone.now(), owner],
    )
