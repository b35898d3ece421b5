"""Three countries with work of their own and work they share; and a day on which one of them works.

`arrange` builds the template. `change` lets one country work, hand over, decide and move its people
about, in everything that another country must not notice: not in what is shared with it by a
mandate, and not in the joint directory (product.md section 2, number 7).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from django.test import Client
from django.utils import timezone

from accounts.models import Absence, Certificate, NationalGroup, Posting, User
from cases.models import (
    Contact,
    DocumentVersion,
    Dossier,
    DossierUserPermission,
    Export,
    Handover,
    Mandate,
    Project,
    ProjectDossier,
    Task,
    Upload,
)
from cases.services import documents, mandates
from cases.states import Sight, Step
from lodesk import audit
from lodesk.alerts.models import MailPreference
from tests import steps
from tests.factories import (
    COUNTRIES,
    Cast,
    ClockFactory,
    ConnectionFactory,
    ContactFactory,
    DocumentFactory,
    DossierFactory,
    EntryFactory,
    HandoverFactory,
    LinkFactory,
    MandateFactory,
    Part,
    PartyFactory,
    SavedViewFactory,
    StandInFactory,
    TaskFactory,
    TemplateFactory,
    add_person,
    add_posting,
    as_person,
    grant,
    newer,
    on_duty,
    project_of,
    rotation_of,
    without_rules,
)
from tests.steps import in_


@dataclass(frozen=True)
class Side:
    """Who acts for a country."""

    worker: str  # opens dossiers, works them and hands them over
    mate: str  # takes them over; where nobody is posted, headquarters does
    coordinator: str
    auditor: str
    head: str  # of the desk, where somebody is posted


SIDES = {
    "BE": Side("belgian_officer", "belgian_colleague", "belgian_coordinator", "belgian_auditor",
               "belgian_head"),
    "NL": Side("dutch_officer", "dutch_colleague", "dutch_coordinator", "dutch_auditor",
               "dutch_head"),
    "LU": Side(
        "luxembourg_headquarters", "", "luxembourg_coordinator", "luxembourg_auditor", ""
    ),
}  # fmt: skip
DESKS_OF = {"BE": ("BOG", "BSB"), "NL": ("BOG", "BSB"), "LU": ("BOG", "TIA")}
POSTED = [country for country, side in SIDES.items() if side.mate]  # with officers at a desk
# Words that only the changed country's own dossiers hold.
SECRET_WORDS = {"BE": "Kobaltblauw", "NL": "Nikkelgroen", "LU": "Zinkgeel"}


@dataclass
class Template:
    """What stands before anything changes."""

    cast: Cast
    home: dict[str, list[Dossier]] = field(default_factory=dict)
    shared: dict[tuple[str, str], list[Dossier]] = field(default_factory=dict)  # (owner, receiver)
    secrets: dict[str, "Secrets"] = field(default_factory=dict)
    joint: Project | None = None

    def person(self, country: str, part: str) -> User:
        """The worker, mate, coordinator or auditor of a country."""
        found: User = self.cast.people[getattr(SIDES[country], part)]
        return found

    def taker(self, country: str) -> User | NationalGroup:
        """Who is offered what stays within a country."""
        if country in POSTED:
            return self.person(country, "mate").person_ptr
        return self.cast.headquarters(country)

    def aside(self, country: str) -> User:
        """Somebody of headquarters to whom the other countries tell what the colleagues must not
        know.
        """
        return self.cast.people[f"aside_{country}"]

    def at_home(self, country: str) -> list[Dossier]:
        """The own dossiers of a country as they are now."""
        found = Dossier.objects.in_bulk([each.pk for each in self.home[country]])
        return [found[each.pk] for each in self.home[country]]

    def between(self, owner: str, receiver: str) -> list[Dossier]:
        """The dossiers of one country that another knows, as they are now."""
        found = Dossier.objects.in_bulk([each.pk for each in self.shared[owner, receiver]])
        return [found[each.pk] for each in self.shared[owner, receiver]]

    def known_to(self, country: str) -> list[Dossier]:
        """The own dossiers of a country, and those that are shared with it."""
        found = list(self.home[country])
        for (owner, receiver), dossiers in self.shared.items():
            if country in (owner, receiver):
                found += dossiers
        return found


def arrange(cast: Cast) -> Template:
    """Give every country a stock of its own and something shared with each of the others."""
    made = Template(cast)
    for country in COUNTRIES:
        _add_people(made, country)
    for owner in COUNTRIES:
        made.home[owner] = list(_home(made, owner))
        for receiver in COUNTRIES:
            if receiver != owner:
                made.shared[owner, receiver] = list(_shared(made, owner, receiver))
    for owner in COUNTRIES:
        _beside(made, owner)
    made.joint = _joint(made)
    made.secrets = {country: secrets_of(made, country) for country in COUNTRIES}
    audit.seal()
    return made


def _beside(made: Template, country: str) -> None:
    """Tasks to come and overdue, links within the country, a template."""
    worker = made.person(country, "worker")
    late, offered, _lapsed, answered, *_rest = made.home[country]
    steps.give_task(worker, late, worker, title="Write the summary")
    TaskFactory(dossier=offered, assignee=worker, made_by=worker, due_at=in_(hours=-1))
    steps.link(worker, late, offered, "same_person")
    steps.unlink(worker, steps.link(worker, late, answered))
    TemplateFactory(owner=country, name=f"Lorries of {country}")
    SavedViewFactory(person=worker, name="Urgent", asked="urgency=urgent")
    StandInFactory(absent=worker, stand_in=made.person(country, "coordinator"), planned=True)
    for number, sight in enumerate(Sight.values):
        contact = ContactFactory(
            keeper=worker, name=f"Attorney {number} of {country}", visibility=sight,
            phones=["+57 1 234 5678"],
        )  # fmt: skip
        newer(contact, note="Prefers to be called.")
    ContactFactory(keeper=made.cast.people[f"leaver_{country}"], name=f"Left by {country}")
    _on_duty(made, country, hours=2)


def _on_duty(made: Template, country: str, *, hours: int) -> None:
    """A turn of the worker, and one of the coordinator."""
    times = {"starts_at": in_(minutes=-5), "ends_at": in_(hours=hours)}
    on_duty(made.cast, made.person(country, "worker"), "BOG" if country in POSTED else "", **times)
    on_duty(made.cast, made.person(country, "coordinator"), **times)


def _joint(made: Template) -> Project:
    """A project of all three countries, with what each two share and something of each alone."""
    maker, *others = (made.person(country, "coordinator") for country in COUNTRIES)
    workers = [made.person(country, "worker") for country in COUNTRIES]
    shared = [dossiers[0] for dossiers in made.shared.values()]
    own = [made.home[country][0] for country in COUNTRIES]
    name = "Joint operation"
    return project_of(maker, *others, *workers, name=name, dossiers=[*shared, *own])


def _add_people(made: Template, country: str) -> None:
    part = Part(country, "headquarters_officer", f"X. Terzijde {country}")
    made.cast.people[f"aside_{country}"] = add_person(made.cast, f"aside_{country}", part)
    desk, role = ("BOG", "officer") if country in POSTED else ("", "headquarters_officer")
    gone = Part(country, role, f"Y. Vertrokken {country}", desk, ends=timedelta(days=-1))
    made.cast.people[f"leaver_{country}"] = add_person(made.cast, f"leaver_{country}", gone)
    worker = made.person(country, "worker")
    for language, who in zip(("nl", "fr"), ("worker", "coordinator"), strict=True):
        User.objects.filter(pk=made.person(country, who).pk).update(language=language)
    add_posting(made.cast, worker, role, desk)  # the same twice: to end one shows nobody
    Certificate.objects.bulk_create(
        Certificate(
            person_id=worker.pk,
            rules_of=rules,
            issued_on=in_(days=-300).date(),
            valid_until=in_(days=300).date(),
        )
        for rules in COUNTRIES
        if rules != country
    )


def _open(made: Template, country: str, *, desk: str = "BOG", **fields: Any) -> Dossier:
    worker = made.person(country, "worker")
    if country in POSTED and desk == "BOG":
        fields.setdefault("handler", worker.person_ptr)
    return steps.open_dossier(worker, made.cast.desks[desk], **fields)


def _home(made: Template, country: str) -> list[Dossier]:
    """Late and waiting, offered, offered too long ago, answered, confined, nobody's, a draft, and
    one whose handler has left.
    """
    worker, taker = made.person(country, "worker"), made.taker(country)
    late = _open(made, country, title="Stolen lorry", due_at=in_(hours=-2), next_step="Call back")
    steps.add_note(worker, late, "The lorry was seen.")
    _people_and_objects(late)
    (letter, _list) = steps.add_documents(worker, late, "A letter", "A list", handling_codes=["H2"])
    steps.replace_document(worker, letter)
    steps.begin(worker, late)
    late = steps.move(worker, late, Step.WAIT, waiting_for="headquarters", why="We need an answer.")
    offered = _open(made, country, title="Missing yacht", due_at=in_(hours=3))
    steps.offer(worker, offered, taker)
    lapsed = _open(made, country, title="Container of fruit", kind="seizure")
    HandoverFactory(dossier=lapsed, giver=worker, to=taker, answer_by=in_(hours=-1))
    answered = _open(made, country, title="Request for a photograph")
    answered = steps.move(worker, answered, Step.ANSWER)
    confined = _open(made, country, title="Witness abroad", confined=country in POSTED)
    coordinator = made.person(country, "coordinator")
    queue = steps.open_dossier(coordinator, made.cast.desks["BOG"], title="Visit of a minister")
    draft = _open(made, country, title="Not yet sent", status="draft")
    leaver = made.cast.people[f"leaver_{country}"]
    left = DossierFactory(owner=country, handler=leaver, title="Left behind")
    return [late, offered, lapsed, answered, confined, queue, draft, left]


SAME = ["CSQU 305438 3", "+32 2 555 12 34"]  # numbers that every country has


def _people_and_objects(dossier: Dossier) -> None:
    """A container and its shipper, corrected once, with numbers that the others have, too."""
    container = PartyFactory(dossier=dossier, numbers=SAME[:1])
    shipper = PartyFactory(dossier=dossier, kind="organisation", name="Fruit Ltd", numbers=SAME[1:])
    PartyFactory(
        dossier=dossier, kind="organisation", name="Fruit Limited", numbers=SAME[1:],
        replaces=shipper, reason="as on the bill of lading",
    )  # fmt: skip
    ConnectionFactory(one=shipper, other=container)


def _shared(made: Template, owner: str, receiver: str) -> list[Dossier]:
    """One to read, one whose mandate has ended, one that is handled there, one opened there under a
    standing mandate, and one whose mandate is asked for.

    Nobody of a country without officers at the desk can be offered a dossier.
    """
    worker, coordinator = made.person(owner, "worker"), made.person(owner, "coordinator")
    reader = made.person(receiver, "worker")
    read = _open(made, owner, title=f"Common matter of {owner} and {receiver}")
    _people_and_objects(read)
    steps.add_documents(worker, read, f"Letter of {owner} to {receiver}")
    mandate = MandateFactory(dossier=read, receiver=reader, level="view")
    grant(read, reader, "view", mandate)
    spent = _open(made, owner, title=f"Done by {owner} with {receiver}")
    ended = MandateFactory(dossier=spent, receiver=reader, level="contribute")
    grant(spent, reader, "contribute", ended)
    with without_rules("cases_mandate"):
        Mandate.objects.filter(pk=ended.pk).update(ends_at=in_(minutes=30))
    if receiver not in POSTED:
        return [read, spent]
    held = _open(made, owner, title=f"Work of {owner} for {receiver}", due_at=in_(days=2))
    steps.accept(reader, steps.across(worker, held, reader.person_ptr, coordinator))
    asked = _open(made, owner, title=f"Question of {owner} to {receiver}")
    steps.offer(worker, asked, made.cast.team(receiver))
    MandateFactory(owner=owner, desk="BOG", receiver=reader, kinds=["seizure"])
    lent = steps.open_dossier(
        reader, made.cast.desks["BOG"], owner=owner, kind="seizure", handler=reader.person_ptr
    )
    return [read, spent, held, lent, asked]


# What changes -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Secrets:
    """What only the changed world holds, named beforehand: it is asked for in both."""

    word: str
    references: tuple[str, ...]
    handover: UUID
    mandate: UUID
    entry: UUID
    party: UUID
    document: UUID
    version: UUID
    upload: UUID
    export: UUID
    clock: UUID
    task: UUID
    link: UUID
    project: UUID
    template: UUID
    saved_view: UUID
    rotation: UUID
    standin: UUID
    contact: UUID


KEYS = (
    "handover", "mandate", "entry", "party", "document", "version", "upload", "export", "clock",
    "task", "link",
    "project", "template", "saved_view", "rotation",
    "project", "template", "saved_view", "standin",
    "project", "template", "saved_view", "contact",
)  # fmt: skip


def secrets_of(made: Template, country: str) -> Secrets:
    """What a country will make on its day."""
    numbers = [each.number for each in Dossier.objects.filter(owner=country, desk__code="BOG")]
    year = made.home[country][0].year
    other_desk = DESKS_OF[country][1]
    return Secrets(
        word=SECRET_WORDS[country],
        references=(
            f"{country}-BOG-{year}-{max(numbers) + 1:05}",
            f"{country}-{other_desk}-{year}-00001",
        ),
        **{each: uuid5(NAMESPACE_OID, f"{each} {country}") for each in KEYS},
    )


def change(made: Template, country: str, *, of: str) -> None:
    """Let a country live for a day, in everything that the people of `of` must not notice."""
    (third,) = set(COUNTRIES) - {country, of}
    for happens in CHANGES:
        happens(made, country, third)
    _tell_one_of(made, country, of)
    audit.seal()
    new = Dossier.objects.filter(reference__in=made.secrets[country].references)
    assert new.count() == len(made.secrets[country].references)


def _opens(made: Template, country: str, _third: str) -> None:
    """New dossiers at two desks, so that the counters of references move."""
    word = SECRET_WORDS[country]
    for desk in DESKS_OF[country]:
        opener = made.aside(country)
        for number in range(2):
            fields = {"title": f"{word} {number}", "due_at": in_(hours=-number), "next_step": word}
            steps.open_dossier(opener, made.cast.desks[desk], summary=word, **fields)
    fresh = _open(made, country, title=f"{word} at hand", due_at=in_(hours=1), urgency="urgent")
    worker = made.person(country, "worker")
    steps.add_note(worker, fresh, f"{word} was seen.")
    note = EntryFactory(pk=made.secrets[country].entry, dossier=fresh, text=f"{word} once more.")
    steps.translate(worker, note, text=f"{word}, encore une fois.")
    steps.correct(worker, note, text=f"{word}, and again.", correction=word)
    _people_and_objects(fresh)
    key = made.secrets[country].party
    PartyFactory(pk=key, dossier=fresh, name=word, note=word, numbers=[f"passport {word}1"])
    key = made.secrets[country].handover
    HandoverFactory(pk=key, dossier=fresh, giver=worker, to=made.taker(country))
    own = {"kind": "own", "rule": "", "text": word, "term_at": in_(hours=2)}
    ClockFactory(pk=made.secrets[country].clock, dossier=fresh, **own)


def _works(made: Template, country: str, third: str) -> None:
    """Titles, dates, entries and statuses of what there is."""
    word, worker = SECRET_WORDS[country], made.person(country, "worker")
    late, _offered, lapsed, answered, *_rest = made.at_home(country)
    for dossier in (late, lapsed, made.between(country, third)[0]):
        PartyFactory(dossier=dossier, name=f"{word} Ltd", numbers=[*SAME, f"passport {word}2"])
        steps.add_note(worker, dossier, f"{word} again.")
        changed = {"title": f"{word} {dossier.title}", "due_at": in_(days=-1)}
        steps.change(worker, dossier, **changed, next_step=word)
    late.refresh_from_db()
    steps.move(worker, late, Step.RESUME)
    steps.move(made.person(country, "coordinator"), answered, Step.CLOSE)


def _keeps_documents(made: Template, country: str, third: str) -> None:
    """Documents added, replaced, withdrawn and opened, and a file that is on its way."""
    word, worker = SECRET_WORDS[country], made.person(country, "worker")
    late, _offered, lapsed, *_rest = made.at_home(country)
    secrets = made.secrets[country]
    secret = DocumentFactory(pk=secrets.document, dossier=lapsed, title=word, content=word.encode())
    DocumentVersion.objects.filter(document=secret).update(id=secrets.version)
    Upload.objects.filter(pk=steps.begin(worker, late).pk).update(id=secrets.upload)
    export = steps.ask_export(worker, late)
    Export.objects.filter(pk=export.pk).update(id=secrets.export)
    steps.make_exports()
    for dossier in (late, made.between(country, third)[0]):
        one, other = steps.add_documents(worker, dossier, f"{word} one", f"{word} two")
        steps.replace_document(worker, one, word.encode())
        steps.withdraw_document(worker, other, f"{word}, the wrong one.")
        with as_person(worker):
            version = one.versions.select_related("document").get(number=2)
            documents.open_version(version=version, by=worker).close()


def _sets_up(made: Template, country: str, third: str) -> None:
    """Tasks, links within the country and to what is shared with both others, a project of its
    own, more in the joint one, templates.
    """
    word, worker = SECRET_WORDS[country], made.person(country, "worker")
    late, offered, lapsed, *_rest = made.at_home(country)
    secrets = made.secrets[country]
    TaskFactory(pk=secrets.task, dossier=late, title=word, assignee=worker, made_by=worker)
    TaskFactory(dossier=offered, note=word, assignee=worker, made_by=worker)
    # Not those that are due: the keys of reminders are drawn one after the other.
    for task in Task.objects.filter(dossier=late.pk).exclude(pk=secrets.task):
        steps.finish_task(worker, task)
    LinkFactory(pk=secrets.link, source=late, target=lapsed)
    for (owner, receiver), dossiers in made.shared.items():
        if country in (owner, receiver):
            LinkFactory(source=lapsed, target=dossiers[0], made_by=worker.person_ptr)
    for other in set(COUNTRIES) - {country}:
        LinkFactory(source=made.home[other][1], target=late, made_by=worker.person_ptr)
    coordinator = made.person(country, "coordinator")
    own = project_of(
        coordinator, worker, made.person(third, "worker"), name=f"{word} alone", pk=secrets.project
    )
    ProjectDossier.objects.create(project=own, dossier=late, made_by=worker.person_ptr)
    assert made.joint is not None
    ProjectDossier.objects.create(project=made.joint, dossier=lapsed, made_by=worker.person_ptr)
    # Of a kind nobody of another country may open for it: those of the others are read by design.
    TemplateFactory(pk=secrets.template, owner=country, name=word, title=word, kind="visit")
    asked = f"q={word}&kind=other"
    SavedViewFactory(pk=secrets.saved_view, person=worker, name=word, asked=asked)
    taker = made.taker(country)  # where nobody of the country sits at the desk, a group
    to = None if isinstance(taker, NationalGroup) else taker
    rotation_of(worker, late, lapsed, to=to, pk=secrets.rotation)


def _knows_people(made: Template, country: str, _third: str) -> None:
    """Contacts of the own team and of one person: added, changed, handed over, retired."""
    word, worker = SECRET_WORDS[country], made.person(country, "worker")
    key, bogota = made.secrets[country].contact, made.cast.desks["BOG"]
    said = {"name": word, "authority": word, "note": word, "phones": ["+57 1 234 5678"]}
    ContactFactory(pk=key, keeper=worker, **said)
    for sight in (Sight.TEAM, Sight.MINE):
        contact = steps.add_contact(worker, bogota, visibility=sight, **said)
        steps.change_contact(worker, contact, function=word)
    mate = made.person(country, "mate" if country in POSTED else "coordinator")
    for act in (steps.retire_contact, lambda by, each: steps.give_contact(by, each, mate)):
        act(worker, steps.add_contact(worker, bogota, **said))
    left = Contact.objects.get(name=f"Left by {country}", current=True)
    steps.give_contact(mate, left, mate)
    _on_duty(made, country, hours=9)


def _hands_over(made: Template, country: str, _third: str) -> None:
    """Offers within the country, each with another end."""
    word, worker = SECRET_WORDS[country], made.person(country, "worker")
    taker = made.taker(country)
    answers: tuple[Callable[[User, Handover], None], ...] = (steps.accept, steps.decline)
    answering = made.person(country, "mate" if country in POSTED else "coordinator")
    for answer in answers:
        dossier = _open(made, country, title=f"{word} to hand over")
        answer(answering, steps.offer(worker, dossier, taker))
    again = _open(made, country, title=f"{word} to take back")
    steps.withdraw(worker, steps.offer(worker, again, taker))
    steps.offer(worker, again, taker)
    if country in POSTED:
        queue = DossierFactory(owner=country, title=f"{word} in the queue")
        steps.take(worker, queue)
        steps.reassign(made.person(country, "head"), queue, made.person(country, "mate"), word)


def _decides(made: Template, country: str, third: str) -> None:
    """Mandates between this country and the third: given, refused, ended, standing."""
    word, coordinator = SECRET_WORDS[country], made.person(country, "coordinator")
    worker, other = made.person(country, "worker"), made.person(third, "worker")
    steps.end(coordinator, Mandate.objects.get(dossier=made.shared[country, third][0].pk))
    if third in POSTED:
        for decide in (steps.give, steps.refuse):
            dossier = _open(made, country, title=f"{word} across")
            offer = steps.offer(worker, dossier, other.person_ptr)
            decide(coordinator, steps.mandate_of(offer))
    lent = DossierFactory(owner=country, handler=None, title=f"{word} lent")
    key = made.secrets[country].mandate
    grant(lent, other, "contribute", MandateFactory(pk=key, dossier=lent, receiver=other))
    borrowed = DossierFactory(owner=third, handler=None, title=f"{word} borrowed")
    grant(borrowed, worker, "handle", MandateFactory(dossier=borrowed, receiver=worker))
    with as_person(made.aside(country)):
        standing = mandates.ask_standing(
            owner=country,
            desk=made.cast.desks["BOG"],
            by=made.aside(country),
            to=other.person_ptr,
            level="handle",
            purpose="investigation",
            legal_basis=word,
            starts_at=in_(hours=-1),
            ends_at=in_(days=9),
        )
    steps.give(coordinator, standing)


def _grants(made: Template, country: str, _third: str) -> None:
    """One more reader, and one fewer."""
    late, offered, *_rest = made.home[country]
    grant(late, made.cast.people[SIDES[country].coordinator], "view")
    grants = DossierUserPermission.objects.filter(content_object=offered)
    grants.exclude(user=offered.handler_id).delete()


def _moves_people(made: Template, country: str, _third: str) -> None:
    """What the directory does not tell: private columns, and what is past or still to come.

    No group of these postings holds a grant of another country: to how many people a grant gives
    or gave sight is the owner's to know.
    """
    people = User.objects.filter(country=country)
    people.update(language="de", time_zone="Europe/Tirane")
    for person in people:
        User.objects.filter(pk=person.pk).update(email=f"moved-{person.email}")
    worker, aside = made.person(country, "worker"), made.aside(country)
    twice = Posting.objects.filter(person=worker.pk).order_by("pk").last()
    assert twice is not None
    Posting.objects.filter(pk=twice.pk).update(ends_at=in_(seconds=-1))
    past = {"starts_at": in_(days=-90), "ends_at": in_(days=-30)}
    add_posting(made.cast, aside, "coordinator", **past)
    add_posting(made.cast, aside, "auditor", starts_at=in_(days=30))
    today = timezone.localdate()
    Absence.objects.create(
        person_id=worker.pk,
        starts_on=today - timedelta(days=9),
        ends_on=today - timedelta(days=3),
    )
    Certificate.objects.filter(person=worker.pk).update(valid_until=today + timedelta(days=5))
    MailPreference.objects.create(person_id=worker.pk, tasks="inbox", openings="digest")
    StandInFactory(
        pk=made.secrets[country].standin, absent=worker,
        stand_in=made.person(country, "coordinator"),
        starts_at=in_(days=20), ends_at=in_(days=30),
    )  # fmt: skip


def _looks_around(made: Template, country: str, third: str) -> None:
    """Pages opened, searches and refusals: visits, sessions and rows of the log."""
    strange = [each for owner in COUNTRIES for each in made.home[owner] if owner != country]
    reference = made.home[country][0].reference
    for who in ("worker", "coordinator", "auditor"):
        client = Client()
        client.force_login(made.person(country, who))
        for path in ("/", f"/d/{reference}/", f"/search?q={SECRET_WORDS[country]}", "/log/"):
            client.get(path)
        for dossier in strange[:: len(strange) - 1]:
            client.get(f"/d/{dossier.reference}/")
    steps.add_note(made.person(third, "worker"), made.at_home(third)[0], "Elsewhere, too.")


CHANGES = (
    _opens,
    _works,
    _keeps_documents,
    _sets_up,
    _knows_people,
    _hands_over,
    _decides,
    _grants,
    _moves_people,
    _looks_around,
)


def _tell_one_of(made: Template, country: str, of: str) -> None:
    """Share something with one person of `of`: the colleagues must not notice even that."""
    dossier = DossierFactory(owner=country, handler=None, title=f"{SECRET_WORDS[country]} told")
    aside = made.aside(of)
    mandate = MandateFactory(dossier=dossier, receiver=aside, level="contribute")
    grant(dossier, aside, "contribute", mandate)
