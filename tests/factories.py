"""The cast and the rows of the tests. Everything here runs as the owner of the tables.

mine = DossierFactory(owner="BE", handler=cast.belgian_officer)      # first grants included
mandate = MandateFactory(dossier=mine, receiver=cast.dutch_officer)  # given, valid now
grant(mine, cast.dutch_officer, "handle", mandate)
HandoverFactory(dossier=mine, to=cast.belgian_colleague)             # offered, may be viewed
"""

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import factory
import pytest_django
from django.contrib.auth.models import Group, Permission
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from psycopg.errors import CheckViolation, InsufficientPrivilege

from accounts.models import (
    Absence,
    Certificate,
    Desk,
    Duty,
    Headquarters,
    NationalGroup,
    Person,
    Posting,
    User,
)
from cases import identifiers, policy
from cases.clocks.rules import TERMS
from cases.models import (
    Clock,
    ClockInterval,
    Connection,
    Contact,
    Document,
    DocumentVersion,
    Dossier,
    DossierGroupPermission,
    DossierUserPermission,
    Entry,
    Handover,
    Identifier,
    Link,
    Mandate,
    Party,
    Project,
    ProjectDossier,
    ProjectMember,
    Rotation,
    RotationLine,
    SavedView,
    StandIn,
    Task,
    Template,
)
from cases.models.contacts import SAID
from cases.states import LADDER
from lodesk.alerts.models import Alert
from lodesk.border.context import acting_as
from lodesk.files import store
from lodesk.files.keys import keyring, new_key

__all__ = ["Absence", "Desk", "Person"]
COUNTRIES = ("BE", "NL", "LU")
NO_PASSWORD = "!"
A_DAY = timedelta(days=1)


# The cast ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """Who somebody is: country, role, desk, and what is special."""

    country: str
    role: str
    name: str
    desk: str = ""
    starts: timedelta = timedelta(days=-400)
    ends: timedelta | None = None
    is_active: bool = True
    certified_for: tuple[str, ...] = ()


_OFFICER, _HEAD, _HQ = "officer", "head_of_desk", "headquarters_officer"
_COORDINATOR, _AUDITOR, _ADMINISTRATOR = "coordinator", "auditor", "people_administrator"

CAST: dict[str, Part] = {
    "belgian_officer": Part("BE", _OFFICER, "A. Voorbeeld", "BOG", certified_for=("NL",)),
    "belgian_colleague": Part("BE", _OFFICER, "B. Exemple", "BOG"),
    "belgian_head": Part("BE", _HEAD, "C. Beispiel", "BOG", certified_for=("NL",)),
    "belgian_elsewhere": Part("BE", _OFFICER, "D. Staal", "BSB", certified_for=("NL",)),
    "belgian_headquarters": Part("BE", _HQ, "E. Modèle"),
    "belgian_coordinator": Part("BE", _COORDINATOR, "F. Patroon"),
    "belgian_second_coordinator": Part("BE", _COORDINATOR, "G. Sjabloon"),
    "belgian_auditor": Part("BE", _AUDITOR, "H. Témoin"),
    "belgian_administrator": Part("BE", _ADMINISTRATOR, "I. Registre"),
    "dutch_officer": Part("NL", _OFFICER, "J. Modaal", "BOG", certified_for=("BE",)),
    "dutch_uncertified": Part("NL", _OFFICER, "K. Doorsnee", "BOG"),
    "dutch_colleague": Part("NL", _OFFICER, "L. Jansen", "BOG", certified_for=("BE",)),
    "dutch_head": Part("NL", _HEAD, "M. Proef", "BOG"),
    "dutch_headquarters": Part("NL", _HQ, "N. Monster"),
    "dutch_coordinator": Part("NL", _COORDINATOR, "O. Toonbeeld"),
    "dutch_auditor": Part("NL", _AUDITOR, "P. Getuige"),
    "dutch_administrator": Part("NL", _ADMINISTRATOR, "Q. Register"),
    "luxembourg_headquarters": Part("LU", _HQ, "R. Muster"),
    "luxembourg_coordinator": Part("LU", _COORDINATOR, "S. Spécimen"),
    "luxembourg_auditor": Part("LU", _AUDITOR, "T. Zeie"),
    # People whose rights are over, have not begun, or were closed.
    "belgian_leaver": Part("BE", _OFFICER, "U. Geweest", "BOG", ends=timedelta(days=-1)),
    "belgian_newcomer": Part("BE", _OFFICER, "V. Straks", "BOG", starts=timedelta(days=1)),
    "belgian_closed": Part("BE", _OFFICER, "W. Gesloten", "BOG", is_active=False),
}


class Cast:
    """The people by name, the desks by code, the groups by country and desk code."""

    desks: dict[str, Desk]
    teams: dict[tuple[str, str], NationalGroup]

    def __init__(self, people: dict[str, User]) -> None:
        self.people = people
        self.desks = {desk.code: desk for desk in Desk.objects.all()}
        groups = NationalGroup.objects.select_related("group", "desk")
        self.teams = {(each.country, each.desk.code if each.desk else ""): each for each in groups}

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(f"nobody in the cast is called {name}") from None

    def headquarters(self, country: str) -> NationalGroup:
        """The group of a country's headquarters."""
        return self.teams[country, ""]

    def team(self, country: str, code: str = "BOG") -> NationalGroup:
        """The group of a country's team at a desk."""
        return self.teams[country, code]


@contextmanager
def for_a_module(blocker: pytest_django.DjangoDbBlocker) -> Iterator[None]:
    """What is made within lasts for all tests of a module; each is undone to where it began."""
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def shared_cast(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[Cast]:
    """Everybody, once for all tests of a module: `pytest.fixture(shared_cast, scope="module")`."""
    with for_a_module(django_db_blocker):
        yield make_cast()


def make_cast() -> Cast:
    """Desks, headquarters, groups and people, in a handful of statements."""
    _make_places()
    now = timezone.now()
    people = {name: _person(name, part) for name, part in CAST.items()}
    persons = [Person(public_id=each.public_id, name=each.name, country=each.country)
               for each in people.values()]  # fmt: skip
    Person.objects.bulk_create(persons)
    for user, person in zip(people.values(), persons, strict=True):
        user.id = user.person_ptr_id = person.id
    _insert_accounts(list(people.values()))
    cast = Cast(people)
    Posting.objects.bulk_create(_posting(cast, cast.people[name], CAST[name], now) for name in CAST)
    Certificate.objects.bulk_create(
        Certificate(
            person_id=people[name].pk,
            rules_of=country,
            issued_on=(now - timedelta(days=300)).date(),
            valid_until=(now + timedelta(days=300)).date(),
        )
        for name, part in CAST.items()
        for country in part.certified_for
    )
    return cast


def _make_places() -> None:
    Headquarters.objects.bulk_create(
        Headquarters(
            country=country, short_name=name, city=city, zone_city=zone,
            time_zone=f"Europe/{zone}", phone=phone,
        )
        for country, name, city, zone, phone in (
            ("BE", "CGI", "Brussels", "Brussels", "+32 2 000 00 00"),
            ("NL", "LIRC", "Zoetermeer", "Amsterdam", "+31 79 000 00 00"),
            ("LU", "DRI", "Luxembourg", "Luxembourg", "+352 00 00 00"),
        )
    )  # fmt: skip
    desks = Desk.objects.bulk_create(
        Desk(
            code=code, city=city, host_country=accredited[0], embassy_of=embassy,
            accredited_countries=accredited, time_zone=zone,
        )
        for code, city, embassy, accredited, zone in (
            ("BOG", "Bogotá", "NL", ["CO", "EC"], "America/Bogota"),
            ("BSB", "Brasília", "BE", ["BR"], "America/Sao_Paulo"),
            ("TIA", "Tirana", "NL", ["AL"], "Europe/Tirane"),
        )
    )  # fmt: skip
    places: list[tuple[str, Desk | None]] = [(country, None) for country in COUNTRIES]
    places += [(country, desk) for country in ("BE", "NL") for desk in desks]
    groups = Group.objects.bulk_create(
        Group(name=f"{country} {desk.code if desk else 'headquarters'}") for country, desk in places
    )
    NationalGroup.objects.bulk_create(
        NationalGroup(group=group, country=country, desk=desk)
        for group, (country, desk) in zip(groups, places, strict=True)
    )


SERVICES = {"BE": "federal_police", "NL": "national_police", "LU": "grand_ducal_police"}


def _person(name: str, part: Part) -> User:
    return User(
        public_id=uuid.uuid4(),
        name=part.name,
        country=part.country,
        email=f"{name.replace('_', '.')}@police.example",
        password=NO_PASSWORD,
        service=SERVICES[part.country],
        is_active=part.is_active,
    )


def _insert_accounts(users: Sequence[User]) -> None:
    # Django cannot create rows of a derived model in bulk.
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO accounts_user (person_ptr_id, password, email, service, language,"
            " time_zone, is_active) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                (each.pk, each.password, each.email, each.service, each.language,
                 each.time_zone, each.is_active)
                for each in users
            ],
        )  # fmt: skip
    for each in users:
        each._state.adding = False
        each._state.db = connection.alias


def _posting(cast: Cast, user: User, part: Part, now: datetime) -> Posting:
    grouped = part.role not in (_AUDITOR, _ADMINISTRATOR)
    return Posting(
        person_id=user.pk,
        country=part.country,
        role=part.role,
        desk=cast.desks[part.desk] if part.desk else None,
        group=cast.teams[part.country, part.desk] if grouped else None,
        starts_at=now + part.starts,
        ends_at=now + part.ends if part.ends is not None else None,
    )


def add_person(cast: Cast, name: str, part: Part) -> User:
    """One more person, with one posting."""
    user = _person(name, part)
    user.save()
    _posting(cast, user, part, timezone.now()).save()
    return user


def add_posting(cast: Cast, user: User, role: str, desk: str = "", **times: Any) -> Posting:
    """One more posting; valid now unless told otherwise."""
    part = Part(user.country, role, user.name, desk)
    posting = _posting(cast, user, part, timezone.now())
    posting.starts_at = timezone.now() - timedelta(hours=1)
    for name, value in times.items():
        setattr(posting, name, value)
    posting.save()
    return posting


def _serving(country: str, role: str) -> Person:
    return Posting.objects.filter(country=country, role=role).order_by("pk")[0].person


# Rows -------------------------------------------------------------------------------------


class DossierFactory(factory.django.DjangoModelFactory[Dossier]):
    """A dossier with the grants of opening, or `grants=False`; `desk` takes a code."""

    class Meta:
        model = Dossier

    grants = True
    owner = "BE"
    desk = "BOG"
    title = factory.Sequence(lambda number: f"Container {number} at the port")
    summary = "A summary."
    kind = "incoming_request"
    purpose = "investigation"
    legal_basis = "Benelux police treaty 2018, art. 24"
    host_country = factory.LazyAttribute(lambda new: _desk(new.desk).host_country)
    received_at = factory.LazyFunction(timezone.now)
    handler = None
    opened_by = factory.LazyAttribute(lambda new: new.handler or _serving(new.owner, _HQ))

    @classmethod
    def _create(cls, model_class: type[Dossier], *args: Any, **values: Any) -> Dossier:
        with_grants = values.pop("grants")
        values["desk"] = _desk(values["desk"])
        for name in ("handler", "opened_by"):
            values[name] = _as_person(values[name])
        rule, due_at = values.get("due_rule", ""), values.get("due_at")
        dossier: Dossier = super()._create(model_class, *args, **values)
        if with_grants:
            _run("SELECT cases_first_grants(%s)", dossier.pk)
        if due_at is not None:
            ClockFactory(dossier=dossier, rule=rule, term_at=due_at)
        dossier.refresh_from_db()
        return dossier


class ClockFactory(factory.django.DjangoModelFactory[Clock]):
    """A clock; without `term_at` the one its rule of hours or calendar days gives."""

    class Meta:
        model = Clock

    dossier = factory.SubFactory(DossierFactory)
    kind = "answer"
    rule = ""
    starts_at = factory.LazyAttribute(lambda new: new.dossier.received_at)
    term_at = factory.LazyAttribute(lambda new: new.starts_at + TERMS[new.rule].length)
    started_by = factory.LazyAttribute(lambda new: new.dossier.handler or new.dossier.opened_by)

    @classmethod
    def _create(cls, model_class: type[Clock], *args: Any, **values: Any) -> Clock:
        values["started_by"] = _as_person(values["started_by"])
        clock: Clock = super()._create(model_class, *args, **values)
        clock.refresh_from_db()
        return clock


class IntervalFactory(factory.django.DjangoModelFactory[ClockInterval]):
    """An interval in which a clock stands still; open unless it has an end."""

    class Meta:
        model = ClockInterval

    clock = factory.SubFactory(ClockFactory)
    kind = "clarification"
    starts_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))


class EntryFactory(factory.django.DjangoModelFactory[Entry]):
    """A note in the timeline."""

    class Meta:
        model = Entry

    dossier = factory.SubFactory(DossierFactory)
    kind = "note"
    author = factory.LazyAttribute(lambda new: new.dossier.handler or new.dossier.opened_by)
    text = factory.Sequence(lambda number: f"Note {number}.")

    @classmethod
    def _create(cls, model_class: type[Entry], *args: Any, **values: Any) -> Entry:
        values["author"] = _as_person(values["author"])
        entry: Entry = super()._create(model_class, *args, **values)
        return entry


class PartyFactory(factory.django.DjangoModelFactory[Party]):
    """A person or an object; `numbers=["CSQU 305438 3"]` are recognised as on the pages."""

    class Meta:
        model = Party

    dossier = factory.SubFactory(DossierFactory)
    kind = "item"
    added_by = factory.LazyAttribute(lambda new: new.dossier.handler or new.dossier.opened_by)

    @classmethod
    def _create(cls, model_class: type[Party], *args: Any, **values: Any) -> Party:
        numbers = [identifiers.recognise(each) for each in values.pop("numbers", ())]
        values["added_by"] = _as_person(values["added_by"])
        party: Party = super()._create(model_class, *args, **values)
        Identifier.objects.bulk_create(
            Identifier(
                party=party, dossier_id=party.dossier_id, place=place,
                kind=each.kind, value=each.value, normal=each.normal,
            )
            for place, each in enumerate(numbers)
        )  # fmt: skip
        party.refresh_from_db()
        return party


class ConnectionFactory(factory.django.DjangoModelFactory[Connection]):
    """A connection of `one` with `other`, two parties of one dossier."""

    class Meta:
        model = Connection

    kind = "shipper"
    dossier = factory.LazyAttribute(lambda new: new.one.dossier)
    added_by = factory.LazyAttribute(lambda new: new.one.added_by)

    @classmethod
    def _create(cls, model_class: type[Connection], *args: Any, **values: Any) -> Connection:
        connection: Connection = super()._create(model_class, *args, **values)
        connection.refresh_from_db()
        return connection


PLAIN_TEXT = b"Bill of lading 4711.\n"


class DocumentFactory(factory.django.DjangoModelFactory[Document]):
    """A document with one version, its file stored and sealed: `content=b"..."`."""

    class Meta:
        model = Document

    dossier = factory.SubFactory(DossierFactory)
    title = factory.Sequence(lambda number: f"Bill of lading {number}")
    added_by = factory.LazyAttribute(lambda new: new.dossier.handler or new.dossier.opened_by)
    content = PLAIN_TEXT

    @classmethod
    def _create(cls, model_class: type[Document], *args: Any, **values: Any) -> Document:
        content = values.pop("content")
        values["added_by"] = _as_person(values["added_by"])
        document: Document = super()._create(model_class, *args, **values)
        add_version(document, content)
        return document


def add_version(document: Document, content: bytes, **fields: Any) -> DocumentVersion:
    """One more version of a document, stored and sealed."""
    key, file = new_key(), store.new_name()
    store.put(file, [content], key=key)
    held = keyring().wrap(key, country=document.dossier.owner, name=file)
    values = {
        "file_name": "bill.txt", "kind": "text/plain", "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(), "added_by": document.added_by,
    } | fields  # fmt: skip
    version: DocumentVersion = DocumentVersion.objects.create(
        document=document, file=file, key_name=held.name, wrapped_key=held.wrapped, **values
    )
    version.refresh_from_db()
    return version


class MandateFactory(factory.django.DjangoModelFactory[Mandate]):
    """A mandate, given and valid now: `dossier=…, receiver=…` (a person or a national group).

    `standing=True, owner=…, desk=…` makes it standing; `state="asked"` and so on; `expired`,
    `future` move its dates.
    """

    class Meta:
        model = Mandate

    class Params:
        expired = factory.Trait(
            starts_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=9)),
            ends_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=1)),
        )
        future = factory.Trait(
            starts_at=factory.LazyFunction(lambda: timezone.now() + timedelta(days=1)),
            ends_at=factory.LazyFunction(lambda: timezone.now() + timedelta(days=9)),
        )

    dossier = None
    desk = None
    owner = factory.LazyAttribute(lambda new: new.dossier.owner if new.dossier else "BE")
    receiver = None
    level = "handle"
    purpose = "investigation"
    legal_basis = "Benelux police treaty 2018, art. 24"
    starts_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    ends_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=30))
    state = "given"
    asked_by = factory.LazyAttribute(lambda new: _serving(new.owner, _HQ))

    @classmethod
    def _create(cls, model_class: type[Mandate], *args: Any, **values: Any) -> Mandate:
        receiver = values.pop("receiver")
        key = "receiver_group" if isinstance(receiver, NationalGroup) else "receiver_person"
        values |= {key: _as_person(receiver), "receiver_country": receiver.country}
        values["asked_by"] = _as_person(values["asked_by"])
        if values["dossier"] is None:
            values["desk"] = _desk(values["desk"] or "BOG")
        if values["state"] in ("given", "refused", "ended"):
            decider = values.setdefault("decided_by", _serving(values["owner"], _COORDINATOR))
            values["decided_by"] = _as_person(decider)
            values.setdefault("decided_at", timezone.now())
        mandate: Mandate = super()._create(model_class, *args, **values)
        mandate.refresh_from_db()
        return mandate


NOTE = {
    "note_state": "Sample taken, result expected.",
    "note_promises": "To ring back before Friday.",
    "note_deadline": "Friday 16:00.",
    "note_contacts": "The port authority.",
    "note_risks": "None known.",
}


class HandoverFactory(factory.django.DjangoModelFactory[Handover]):
    """An offer by the handler to `to` (a person or a team), with the sight it gives.

    Across the border pass `mandate=`: an asked one leaves the offer waiting, a given one makes
    it offered.
    """

    class Meta:
        model = Handover

    dossier = factory.SubFactory(DossierFactory)
    giver = factory.LazyAttribute(lambda new: new.dossier.handler or new.dossier.opened_by)
    to = None
    mandate = None
    state = factory.LazyAttribute(
        lambda new: (
            "awaiting_mandate" if new.mandate and new.mandate.state == "asked" else "offered"
        )
    )
    answer_by = factory.LazyFunction(lambda: timezone.now() + timedelta(days=2))
    note_state, note_promises, note_deadline, note_contacts, note_risks = NOTE.values()

    @classmethod
    def _create(cls, model_class: type[Handover], *args: Any, **values: Any) -> Handover:
        to = values.pop("to")
        values["to_group" if isinstance(to, NationalGroup) else "to_person"] = _as_person(to)
        values["giver"] = _as_person(values["giver"])
        handover: Handover = super()._create(model_class, *args, **values)
        if handover.state == "offered":
            grant(handover.dossier, to, "view", handover.mandate, handover)
        handover.refresh_from_db()
        return handover


class TaskFactory(factory.django.DjangoModelFactory[Task]):
    """A task of the handler's for himself, due tomorrow."""

    class Meta:
        model = Task

    dossier = factory.SubFactory(DossierFactory)
    title = factory.Sequence(lambda number: f"Task {number}")
    assignee = factory.LazyAttribute(lambda new: new.dossier.handler)
    made_by = factory.LazyAttribute(lambda new: new.dossier.handler or new.dossier.opened_by)
    due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=1))

    @classmethod
    def _create(cls, model_class: type[Task], *args: Any, **values: Any) -> Task:
        for name in ("assignee", "made_by"):
            values[name] = _as_person(values[name])
        task: Task = super()._create(model_class, *args, **values)
        return task


class LinkFactory(factory.django.DjangoModelFactory[Link]):
    """A link between two dossiers, made by the handler of the source."""

    class Meta:
        model = Link

    source = None
    target = None
    kind = "related"
    made_by = factory.LazyAttribute(lambda new: new.source.handler or new.source.opened_by)


def project_of(
    maker: User, *people: User, name: str = "Operation", dossiers: Any = (), **fields: Any
) -> Project:
    """A project with its people and dossiers; the database adds its maker."""
    project = Project.objects.create(name=name, made_by=_as_person(maker), **fields)
    for person in people:
        ProjectMember.objects.create(
            project=project, person=_as_person(person), made_by=_as_person(maker)
        )
    for dossier in dossiers:
        ProjectDossier.objects.create(project=project, dossier=dossier, made_by=_as_person(maker))
    return project


def rotation_of(
    leaver: User, *dossiers: Dossier, to: User | None = None, desk: str = "BOG", **fields: Any
) -> Rotation:
    """A rotation begun by who leaves, with a line for each dossier, planned to go to `to`."""
    values = {"begun_by": _as_person(leaver)} | fields
    rotation = Rotation.objects.create(
        leaver=_as_person(leaver), country=leaver.country, desk=_desk(desk), **values
    )
    for dossier in dossiers:
        RotationLine.objects.create(rotation=rotation, dossier=dossier, receiver=_as_person(to))
    return rotation


class TemplateFactory(factory.django.DjangoModelFactory[Template]):
    """A template of a country, by one of its coordinators."""

    class Meta:
        model = Template

    owner = "BE"
    kind = "seizure"
    name = "Containers"
    title = "Container at the port"
    purpose = "investigation"
    legal_basis = "Benelux police treaty 2018, art. 28"
    language = "fr"
    made_by = factory.LazyAttribute(lambda new: _serving(new.owner, _COORDINATOR))


class AlertFactory(factory.django.DjangoModelFactory[Alert]):
    """Somebody is told of a dossier, by the system; a trigger adds the mail."""

    class Meta:
        model = Alert

    dossier = None
    event = "clock.near"
    because = "handler"
    recipient = None
    unique_key = factory.Sequence(lambda number: f"clock.near:{number}")

    @classmethod
    def _create(cls, model_class: type[Alert], *args: Any, **values: Any) -> Alert:
        dossier: Dossier = values.pop("dossier")
        about = {
            "subject_id": dossier.pk,
            "reference": dossier.reference,
            "owner": dossier.owner,
            "path": f"/d/{dossier.reference}/",
            "facts": {"kind": "answer"},
        }
        values["recipient"] = _as_person(values["recipient"])
        alert: Alert = super()._create(model_class, *args, **(about | values))
        return alert


class SavedViewFactory(factory.django.DjangoModelFactory[SavedView]):
    """Filters under a name, in the person's next place."""

    class Meta:
        model = SavedView

    name = factory.Sequence(lambda number: f"View {number}")
    asked = "kind=fugitive"
    place = factory.LazyAttribute(
        lambda new: SavedView.objects.filter(person=new.person).count() + 1
    )

    @classmethod
    def _create(cls, model_class: type[SavedView], *args: Any, **values: Any) -> SavedView:
        values["person"] = _as_person(values["person"])
        view: SavedView = super()._create(model_class, *args, **values)
        return view


class StandInFactory(factory.django.DjangoModelFactory[StandIn]):
    """`absent=…, stand_in=…`: for all of the desk BOG since an hour; the grants follow.

    `dossier=…` for one; `planned=True` for one to come; made by who is absent unless said.
    """

    class Meta:
        model = StandIn

    class Params:
        planned = factory.Trait(starts_at=factory.LazyFunction(lambda: timezone.now() + A_DAY))

    desk = "BOG"
    dossier = None
    starts_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    ends_at = factory.LazyFunction(lambda: timezone.now() + 9 * A_DAY)
    made_by = factory.LazyAttribute(lambda new: new.absent)

    @classmethod
    def _create(cls, model_class: type[StandIn], *args: Any, **values: Any) -> StandIn:
        values["desk"] = _desk(values["desk"])
        for name in ("absent", "stand_in", "made_by", "ended_by"):
            values[name] = _as_person(values.get(name))
        standin: StandIn = super()._create(model_class, *args, **values)
        standin.refresh_from_db()
        _run(
            "SELECT cases_settle_standins(%s, %s, %s)", standin.desk_id, standin.country, standin.pk
        )
        standin.refresh_from_db()
        return standin


class ContactFactory(factory.django.DjangoModelFactory[Contact]):
    """A contact that `keeper` added at a desk; `replaces=`, `act=` make a later version of one."""

    class Meta:
        model = Contact

    keeper = None
    owner = factory.LazyAttribute(lambda new: new.keeper.country)
    made_by = factory.LazyAttribute(lambda new: new.keeper)
    desk = "BOG"
    name = factory.Sequence(lambda number: f"Contact {number:02}")
    authority = "Port police"
    kind = "host_police"
    host_country = "CO"

    @classmethod
    def _create(cls, model_class: type[Contact], *args: Any, **values: Any) -> Contact:
        values |= {"desk": _desk(values["desk"])} | {
            name: _as_person(values[name]) for name in ("keeper", "made_by")
        }
        contact: Contact = super()._create(model_class, *args, **values)
        contact.refresh_from_db()
        return contact


def newer(contact: Contact, *, act: str = "changed", **changes: Any) -> Contact:
    """A later version of a contact, with something changed."""
    same = ("owner", "desk", "keeper", "visibility", *SAID)
    values = {name: getattr(contact, name) for name in same} | changes
    version: Contact = ContactFactory(replaces=contact, act=act, **values)
    contact.refresh_from_db()
    return version


def on_duty(cast: Cast, person: User, desk: str = "", **times: Any) -> Duty:
    """A turn of a person at a desk or at headquarters; running now unless told otherwise."""
    values = {
        "starts_at": timezone.now() - timedelta(hours=1),
        "ends_at": timezone.now() + timedelta(hours=1),
    } | times
    return Duty.objects.create(
        country=person.country, group=cast.teams[person.country, desk],
        person=_as_person(person), made_by=_as_person(person), **values,
    )  # fmt: skip


def grant(
    dossier: Dossier,
    to: Person | NationalGroup,
    level: str,
    mandate: Mandate | None = None,
    handover: Handover | None = None,
) -> None:
    """Give a person or a group a level, and the levels it stands on."""
    names = [name + policy.SUFFIX for name in LADDER[level]]
    permissions = Permission.objects.filter(codename__in=names, content_type__app_label="cases")
    team = isinstance(to, NationalGroup)
    model = DossierGroupPermission if team else DossierUserPermission
    held = model.objects.filter(
        content_object=dossier, mandate=mandate, **{"group_id" if team else "user_id": to.pk}
    ).values("permission")
    model.objects.bulk_create(
        model(
            content_object=dossier,
            permission=permission,
            mandate=mandate,
            handover=handover,
            **{"group_id" if team else "user_id": to.pk},
        )
        for permission in permissions.exclude(pk__in=held)
    )
    dossier.refresh_from_db(fields=["readers"])


# What nobody may see: one dossier of every country without a single grant. Whatever query
# forgets its filter shows one of these words, and the page that does fails its test.
CANARY = "Kanarienvogel"


def make_canaries() -> list[str]:
    """Dossiers without readers; returns the words no page may hold."""
    for number, owner in enumerate(COUNTRIES, start=1):
        dossier = DossierFactory(
            owner=owner,
            grants=False,
            title=f"{CANARY} {owner}",
            summary=CANARY,
            next_step=CANARY,
            reference=f"{owner}-BOG-2019-9999{number}",
            year=2019,
            number=99_990 + number,
            due_at=timezone.now() + timedelta(hours=1),
        )
        EntryFactory(dossier=dossier, text=CANARY)
        numbers = ["+32 2 555 99 99", "CSQU 305438 3"]  # the second is one that tests use, too
        PartyFactory(dossier=dossier, name=CANARY, note=CANARY, numbers=numbers)
        DocumentFactory(dossier=dossier, title=CANARY, content=CANARY.encode())
    return [CANARY, "BOG-2019-9999"]


def _desk(value: Desk | str) -> Desk:
    return value if isinstance(value, Desk) else Desk.objects.get(code=value)


def _as_person(value: Any) -> Any:
    return value.person_ptr if isinstance(value, User) else value


def _run(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


# Acting -----------------------------------------------------------------------------------


def as_person(user: Person | None) -> Any:
    """Act as this person, or as nobody, under the application's role."""
    return acting_as(user.pk if user is not None else None)


def raw(user: Person | None, statement: str, values: Any = None) -> Any:
    """Run SQL by hand as this person under lodesk_app: the rows, or how many were changed."""
    with as_person(user), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def refused(user: Person | None, statement: str, values: Any = None) -> bool:
    """Whether PostgreSQL refuses: no right, a policy, a trigger, a check, or no row in reach.

    What was not refused is undone.
    """
    try:
        with transaction.atomic():
            done = raw(user, statement, values)
            transaction.set_rollback(True)
    except DatabaseError as error:
        if isinstance(error.__cause__, InsufficientPrivilege | CheckViolation):
            return True
        raise
    return done == 0


@contextmanager
def without_rules(*tables: str) -> Iterator[None]:
    """Arrange what no rule allows, such as a mandate whose end has passed: triggers are off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
