"""The steps of the story, each taken as the person who takes it: service, border and all."""

from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Absence, Desk, NationalGroup, Person, User
from accounts.zones import zones_of
from cases.models import (
    Contact,
    Document,
    DocumentVersion,
    Dossier,
    Entry,
    Export,
    Handover,
    Link,
    Mandate,
    Rotation,
    StandIn,
    Task,
    Translation,
    Upload,
)
from cases.selectors import rotations as selectors
from cases.selectors.rotations import Leaver
from cases.services import (
    absences,
    contacts,
    documents,
    dossiers,
    entries,
    escalation,
    export_making,
    exports,
    handovers,
    links,
    mandates,
    rotations,
    standins,
    taking,
    tasks,
    time,
    uploads,
)
from cases.services.documents import Titled
from cases.services.dossiers import Demands
from cases.services.handovers import MandateAsked, Note, Terms
from cases.services.rotations import Answered, Offered
from cases.states import Step
from tests.factories import NOTE, EntryFactory, as_person


def in_(**span: Any) -> datetime:
    """A moment from now: `in_(days=2)`."""
    return timezone.now() + timedelta(**span)


def open_dossier(by: User, desk: Desk, *, owner: str = "", **fields: Any) -> Dossier:
    """Open a dossier, of the own country unless told otherwise."""
    fields = {
        "title": "Container at the port",
        "kind": "incoming_request",
        "purpose": "investigation",
        "legal_basis": "Benelux police treaty 2018, art. 24",
        "host_country": desk.host_country,
        "received_at": timezone.now(),
    } | fields
    with as_person(by):
        return dossiers.open_dossier(by=by, owner=owner or by.country, desk=desk, **fields)


def change(by: User, dossier: Dossier, *, version: int = 0, **fields: Any) -> Dossier:
    """Change fields of a dossier."""
    with as_person(by):
        return dossiers.change_dossier(
            dossier=dossier, by=by, version=version or dossier.version, **fields
        )


def move(
    by: User, dossier: Dossier, step: Step, *, waiting_for: str = "headquarters", **values: Any
) -> Dossier:
    """Take a step in the life of a dossier, with what it asks for."""
    if step == Step.ANSWER:
        EntryFactory(dossier=dossier, kind="answer")
    demands = Demands(waiting_for=waiting_for, waiting_until=in_(days=3), result="done")
    with as_person(by):
        values = {"version": dossier.version, "demands": demands} | values
        return dossiers.change_status(dossier=dossier, by=by, step=step, **values)


def add_note(by: User, dossier: Dossier, text: str = "A note.") -> Entry:
    """Add a note."""
    with as_person(by):
        return entries.add_note(dossier=dossier, by=by, text=text, language="en")


def write(by: User, dossier: Dossier, *, kind: str, text: str = "Text.", **said: Any) -> Entry:
    """Add an entry of a kind."""
    with as_person(by):
        return entries.add_entry(
            dossier=dossier, by=by, kind=kind, text=text, language="en", **said
        )


def correct(by: User, entry: Entry, *, text: str, correction: str = "A word.") -> Entry:
    """Put a new version in the place of an entry."""
    with as_person(by):
        return entries.correct(
            entry=entry, by=by, text=text, language=entry.language, correction=correction
        )


def translate(by: User, entry: Entry, *, text: str) -> Translation:
    """Add a French working translation."""
    with as_person(by):
        return entries.translate(
            entry=entry, by=by, language="fr", translator="The desk", text=text
        )


def arrive(by: User, dossier: Dossier, name: str = "bill.txt", content: bytes = b"Bill.") -> Upload:
    """Have a file arrive, as from a plain form."""
    with as_person(by):
        file = SimpleUploadedFile(name, content)
        (taken,) = uploads.take_whole(dossier=dossier, by=by, files=[file])
    assert taken.upload is not None, taken.refusal
    return taken.upload


def begin(by: User, dossier: Dossier, size: int = 9) -> Upload:
    """Have a file on its way."""
    with as_person(by):
        return uploads.begin(dossier=dossier, by=by, file_name="bill.txt", size=size)


def add_documents(by: User, dossier: Dossier, *titles: str, **fields: Any) -> list[Document]:
    """Add a small text under each of these titles."""
    titles = titles or ("Bill of lading",)
    files = [Titled(arrive(by, dossier, content=each.encode()).pk, each) for each in titles]
    with as_person(by):
        return documents.add(dossier=dossier, by=by, files=files, **{"language": "en"} | fields)


def replace_document(by: User, document: Document, content: bytes = b"Newer.") -> DocumentVersion:
    """Add a version."""
    upload = arrive(by, document.dossier, content=content)
    with as_person(by):
        return documents.add_version(document=document, by=by, upload=upload.pk)


def withdraw_document(by: User, document: Document, reason: str = "The wrong one.") -> Document:
    """Withdraw a document."""
    with as_person(by):
        return documents.withdraw(document=document, by=by, reason=reason)


def begin_rotation(by: User, leaver: User | None = None, desk: str = "BOG") -> Rotation:
    """Begin the rotation of somebody, or one's own."""
    leaves = Leaver((leaver or by).person_ptr, Desk.objects.get(code=desk))
    with as_person(by):
        return rotations.begin(leaver=leaves, by=by)


def plan_rotation(by: User, rotation: Rotation, plan: dict[Dossier, User | None]) -> None:
    """Save to whom each dossier is to go."""
    receivers = {each.pk: to.person_ptr if to else None for each, to in plan.items()}
    with as_person(by):
        rotations.plan(rotation=rotation, by=by, receivers=receivers)


def offer_rotation(by: User, rotation: Rotation, **answer_by: Any) -> Offered:
    """Offer everything that is planned; an answer is asked within two days."""
    until = in_(**(answer_by or {"days": 2}))
    with as_person(by):
        zones = zones_of(by)
        return rotations.offer_all(rotation=rotation, by=by, answer_by=until, zones=zones)


def answer_rotation(
    by: User, rotation: Rotation, step: Step, *dossiers: Dossier, reason: str = "On leave."
) -> Answered:
    """Accept or decline what a rotation offers; everything unless dossiers are named."""
    with as_person(by):
        offered = selectors.offered_to(rotation, by)
        keys = {each.pk for each in offered if not dossiers or each.dossier in dossiers}
        return rotations.answer(rotation=rotation, by=by, step=step, lines=keys, reason=reason)


def finish_rotation(by: User, rotation: Rotation) -> None:
    """Say that it is done."""
    with as_person(by):
        rotations.finish(rotation=rotation, by=by)


def ask_export(
    by: User, dossier: Dossier, *, form: str = "package", use: str = "work", consent: str = ""
) -> Export:
    """Ask for a print or a package."""
    with as_person(by):
        return exports.ask(
            dossier=dossier, by=by, form=form, use=use, reason="For the file.", consent=consent
        )


def make_exports() -> int:
    """What the worker does when it looks for exports to make."""
    return export_making.make_waiting()


def fetch_export(by: User, export: Export) -> bytes:
    """What somebody is given who downloads an export."""
    with as_person(by):
        reader = exports.open_file(export=export, by=by)
    return b"".join(reader.chunks())


def give_task(by: User, dossier: Dossier, to: User, **fields: Any) -> Task:
    """Make a task for somebody."""
    fields = {"title": "Call the port", "note": "", "due_at": in_(days=1)} | fields
    with as_person(by):
        return tasks.make(dossier=dossier, by=by, assignee=to.person_ptr, **fields)


def move_task(by: User, task: Task, *, to: User | None = None, **fields: Any) -> Task:
    """Give a task to somebody else, or another due time."""
    fields = {"assignee": to.person_ptr if to else task.assignee, "due_at": task.due_at} | fields
    with as_person(by):
        return tasks.move(task=task, by=by, **fields)


def finish_task(by: User, task: Task) -> Task:
    """Mark a task as done."""
    with as_person(by):
        return tasks.finish(task=task, by=by)


def drop_task(by: User, task: Task, reason: str = "No longer needed.") -> Task:
    """Drop a task."""
    with as_person(by):
        return tasks.drop(task=task, by=by, reason=reason)


def remind() -> int:
    """What beat does every half minute, of tasks and offers."""
    with as_person(None):
        return tasks.remind() + escalation.remind_of_offers()


def link(by: User, source: Dossier, target: Dossier, kind: str = "related") -> Link:
    """Link two dossiers."""
    with as_person(by):
        return links.make(source=source, target=target, kind=kind, by=by)


def unlink(by: User, link: Link, reason: str = "A mistake.") -> Link:
    """Remove a link."""
    with as_person(by):
        return links.remove(link=link, by=by, reason=reason)


def add_contact(by: User, desk: Desk, **said: Any) -> Contact:
    """Add a contact at a desk, for the team unless told otherwise."""
    values = {"name": "R. Ejemplo", "kind": "host_police", "host_country": "CO"} | said
    values.setdefault("visibility", "team")
    with as_person(by):
        return contacts.make(desk=desk, by=by, **values)


def change_contact(by: User, contact: Contact, **said: Any) -> Contact:
    """Change something of a contact."""
    with as_person(by):
        return contacts.change(contact=contact, by=by, **said)


def give_contact(by: User, contact: Contact, to: User) -> Contact:
    """Hand a contact over, or take it."""
    with as_person(by):
        return contacts.hand_over(contact=contact, to=to.person_ptr, by=by)


def retire_contact(by: User, contact: Contact, reason: str = "Has left.") -> Contact:
    """Retire a contact."""
    with as_person(by):
        return contacts.retire(contact=contact, by=by, reason=reason)


def offer(by: User, dossier: Dossier, to: Person | NationalGroup, **terms: Any) -> Handover:
    """Offer a dossier; across the border the mandate is asked for with it."""
    terms = {"answer_by": in_(days=2)} | terms
    asked = MandateAsked(
        purpose="investigation",
        purpose_text="",
        legal_basis="Benelux police treaty 2018, art. 24",
        conditions="",
        ends_at=in_(days=30),
    )
    with as_person(by):
        return handovers.offer(
            dossier=dossier, by=by, to=to, note=Note(**NOTE), terms=Terms(**terms), asked=asked
        )


def accept(by: User, handover: Handover) -> None:
    """Take the dossier over."""
    with as_person(by):
        handovers.accept(handover=handover, by=by)


def decline(by: User, handover: Handover, reason: str = "Leave.") -> None:
    """Say no."""
    with as_person(by):
        handovers.decline(handover=handover, by=by, reason=reason)


def withdraw(by: User, handover: Handover, reason: str = "") -> None:
    """Take the offer back."""
    with as_person(by):
        handovers.withdraw(handover=handover, by=by, reason=reason)


def take(by: User, dossier: Dossier) -> None:
    """Take a dossier that nobody handles."""
    with as_person(by):
        taking.take(dossier=dossier, by=by)


def reassign(by: User, dossier: Dossier, to: User, reason: str = "On leave.") -> None:
    """Give a dossier to another of the team."""
    with as_person(by):
        taking.reassign(dossier=dossier, by=by, to=to.person_ptr, reason=reason)


def give(by: User, mandate: Mandate, **terms: Any) -> Mandate:
    """Give a mandate."""
    with as_person(by):
        return mandates.give(mandate=mandate, by=by, **{"ends_at": in_(days=30)} | terms)


def refuse(by: User, mandate: Mandate, reason: str = "No.") -> Mandate:
    """Refuse a mandate."""
    with as_person(by):
        return mandates.refuse(mandate=mandate, by=by, reason=reason)


def end(by: User, mandate: Mandate) -> Mandate:
    """Revoke a mandate."""
    with as_person(by):
        return mandates.end(mandate=mandate, by=by)


def tell_of_leaving() -> int:
    """What beat does once an hour."""
    with as_person(None):
        return time.tell_of_leaving()


def be_absent(by: User, person: User, *, days: int = 9) -> Absence:
    """Enter an absence from today on."""
    today = timezone.localdate()
    with as_person(by):
        return absences.enter(
            person=person.person_ptr, starts_on=today, ends_on=today + timedelta(days=days), by=by
        )


def take_back(by: User, absence: Absence) -> None:
    """Take an absence back."""
    with as_person(by):
        absences.take_back(absence=absence, by=by)


def stand_in(
    by: User, absent: User, stand_in: User, desk: Desk, dossier: Dossier | None = None, **times: Any
) -> StandIn:
    """Say who stands in, from now on for nine days unless told otherwise."""
    times = {"starts_at": in_(hours=-1), "ends_at": in_(days=9)} | times
    with as_person(by):
        return standins.make(
            absent=absent.person_ptr, stand_in=stand_in.person_ptr, desk=desk, dossier=dossier,
            by=by, **times,
        )  # fmt: skip


def end_standin(by: User, standin: StandIn) -> None:
    """End a stand-in early."""
    with as_person(by):
        standins.end(standin=standin, by=by)


def tidy_up() -> int:
    """What beat does every few seconds."""
    with as_person(None):
        ended = time.tidy_up()
    with as_person(None):
        return ended + standins.tidy_up()


def mandate_of(handover: Handover) -> Mandate:
    """The mandate an offer waits for or stands on."""
    mandate = Mandate.objects.get(pk=handover.mandate_id)
    assert mandate is not None
    return mandate


def across(
    giver: User, dossier: Dossier, to: Person | NationalGroup, coordinator: User
) -> Handover:
    """An offer across the border for which the mandate has been given."""
    handover = offer(giver, dossier, to)
    give(coordinator, mandate_of(handover))
    handover.refresh_from_db()
    return handover
