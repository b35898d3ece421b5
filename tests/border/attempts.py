"""What people try with raw SQL on one Belgian dossier, and who of them may.

`WHO` are the kinds of people; every attempt names those whom PostgreSQL lets through. All others
must be refused, whatever Python would have said.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.postgres.functions import TransactionNow
from django.utils import timezone

from accounts.models import Absence, User
from cases.models import Dossier, DossierUserPermission, Draft, Export, Mandate, Upload
from lodesk.alerts.models import MailPreference
from tests.factories import (
    Cast,
    ClockFactory,
    ConnectionFactory,
    ContactFactory,
    DocumentFactory,
    DossierFactory,
    EntryFactory,
    HandoverFactory,
    IntervalFactory,
    LinkFactory,
    MandateFactory,
    Part,
    PartyFactory,
    SavedViewFactory,
    StandInFactory,
    TaskFactory,
    TemplateFactory,
    add_person,
    grant,
    newer,
    on_duty,
    project_of,
    rotation_of,
    without_rules,
)

NOBODY, STRANGER, CLOSED = "nobody", "stranger", "closed account"
VIEWER, CONTRIBUTOR, HANDLER = "viewer", "contributor", "handler"
HEAD, ELSEWHERE = "head of desk", "officer elsewhere"
OVERSEER, COORDINATOR = "overseer", "coordinator"
AUDITOR, ADMINISTRATOR = "auditor", "administrator"
LEAVER, NEWCOMER = "leaver", "newcomer"
FOREIGN_CONTRIBUTOR, FOREIGN_HANDLER = "foreign contributor", "foreign handler"
FOREIGN_FORMER = "foreign handler until a moment ago"
FOREIGN_HEADQUARTERS, FOREIGN_COORDINATOR = "foreign headquarters", "foreign coordinator"
FOREIGN_AUDITOR, FOREIGN_ADMINISTRATOR = "foreign auditor", "foreign administrator"
THIRD_COUNTRY = "coordinator of a third country"
WHO = (
    NOBODY, STRANGER, CLOSED, VIEWER, CONTRIBUTOR, HANDLER, HEAD, ELSEWHERE, OVERSEER, COORDINATOR,
    AUDITOR, ADMINISTRATOR, LEAVER, NEWCOMER, FOREIGN_CONTRIBUTOR, FOREIGN_HANDLER, FOREIGN_FORMER,
    FOREIGN_HEADQUARTERS, FOREIGN_COORDINATOR, FOREIGN_AUDITOR, FOREIGN_ADMINISTRATOR,
    THIRD_COUNTRY,
)  # fmt: skip
WITH_ACCOUNT = frozenset(WHO) - {NOBODY, CLOSED}
HEADQUARTERS = frozenset({OVERSEER, COORDINATOR})
AT_THE_DESK = frozenset({CONTRIBUTOR, HANDLER, HEAD})
OPENERS = AT_THE_DESK | HEADQUARTERS  # who may open a dossier of BE at that desk
CONTRIBUTORS = OPENERS | {FOREIGN_CONTRIBUTOR, FOREIGN_HANDLER}
READERS = CONTRIBUTORS | {VIEWER}
OWN_MOVERS = HEADQUARTERS | {HANDLER}  # who may hand over and ask, on any dossier of the handler
MOVERS = OWN_MOVERS | {FOREIGN_HANDLER}  # on the dossier that the foreign handler holds, too
# Who reads dossiers at all.
WITH_A_POSTING = WITH_ACCOUNT - {
    AUDITOR, ADMINISTRATOR, LEAVER, NEWCOMER, FOREIGN_AUDITOR, FOREIGN_ADMINISTRATOR,
}  # fmt: skip
DUTCH = frozenset({FOREIGN_COORDINATOR, FOREIGN_HEADQUARTERS})  # everything with the Dutch dossier
DUTCH_OPENERS = DUTCH | {STRANGER, VIEWER, FOREIGN_CONTRIBUTOR, FOREIGN_HANDLER, FOREIGN_FORMER}
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Attempt:
    """One statement, and who may run it with effect."""

    name: str
    statement: str
    allowed: frozenset[str] = NONE

    def __str__(self) -> str:
        return self.name

    @property
    def about(self) -> str:
        """The table or function of ours that it names first."""
        found = re.search(r"\b(accounts|alerts|audit|auth|cases|django|lodesk)_\w+", self.statement)
        return found[0] if found else "PostgreSQL"


@dataclass(frozen=True)
class Scene:
    """The people by kind, and the values the statements name."""

    people: dict[str, User | None]
    values: dict[str, Any]

    def of(self, who: str) -> dict[str, Any]:
        """The values, with the acting person as `me`."""
        person = self.people[who]
        return self.values | {"me": person.pk if person else None}


def scene(cast: Cast) -> Scene:
    """A Belgian dossier with everything on it, and a Dutch one out of sight."""
    people: dict[str, User | None] = {
        NOBODY: None,
        STRANGER: cast.dutch_colleague,
        CLOSED: cast.belgian_closed,
        VIEWER: cast.dutch_officer,
        CONTRIBUTOR: cast.belgian_colleague,
        HANDLER: cast.belgian_officer,
        HEAD: cast.belgian_head,
        # The one of the cast is another person in the statements, to write in the name of.
        ELSEWHERE: add_person(cast, "belgian_far", Part("BE", "officer", "X. Ver", "BSB")),
        OVERSEER: cast.belgian_headquarters,
        COORDINATOR: cast.belgian_coordinator,
        AUDITOR: cast.belgian_auditor,
        ADMINISTRATOR: cast.belgian_administrator,
        LEAVER: cast.belgian_leaver,
        NEWCOMER: cast.belgian_newcomer,
        FOREIGN_CONTRIBUTOR: cast.dutch_uncertified,
        FOREIGN_HANDLER: cast.dutch_head,
        FOREIGN_FORMER: add_person(cast, "dutch_former", Part("NL", "officer", "Y. Toen", "BOG")),
        FOREIGN_HEADQUARTERS: cast.dutch_headquarters,
        FOREIGN_COORDINATOR: cast.dutch_coordinator,
        FOREIGN_AUDITOR: cast.dutch_auditor,
        FOREIGN_ADMINISTRATOR: cast.dutch_administrator,
        THIRD_COUNTRY: cast.luxembourg_coordinator,
    }
    return Scene(people, _values(cast, people))


def _values(cast: Cast, people: dict[str, User | None]) -> dict[str, Any]:
    dossier = DossierFactory(handler=cast.belgian_officer)
    other = DossierFactory(handler=cast.belgian_officer)
    answered = DossierFactory(handler=cast.belgian_officer, status="answered")
    closed = DossierFactory(handler=cast.belgian_officer, status="closed")
    dutch = DossierFactory(owner="NL", confined=True)
    given = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, level="view")
    grant(dossier, cast.dutch_officer, "view", given)
    _under_a_mandate(dossier, people[FOREIGN_CONTRIBUTOR], "contribute")
    _under_a_mandate(dossier, people[FOREIGN_HANDLER], "handle")
    _ended_a_moment_ago(_under_a_mandate(dossier, people[FOREIGN_FORMER], "handle"))
    handler = {"asked_by": cast.belgian_officer, "state": "asked"}
    asked = MandateFactory(dossier=dossier, receiver=cast.dutch_colleague, **handler)
    own = MandateFactory(
        dossier=dossier, receiver=cast.dutch_colleague, state="asked",
        asked_by=cast.belgian_coordinator,
    )  # fmt: skip
    ended = MandateFactory(dossier=dossier, receiver=cast.dutch_colleague, state="ended")
    handover = HandoverFactory(dossier=other, to=cast.belgian_colleague)
    Draft.objects.create(dossier=other, person=cast.belgian_colleague.person_ptr)
    asks = ClockFactory(dossier=other, rule="8h")
    question = {"kind": "own", "rule": "", "term_at": timezone.now() + timedelta(hours=1)}
    project = project_of(
        cast.belgian_head,
        cast.belgian_officer,
        cast.belgian_colleague,
        people[FOREIGN_HANDLER],
        dossiers=[dossier],
    )
    members = {row.person_id: row.pk for row in project.members.all()}
    dutch_project = project_of(cast.dutch_coordinator)
    rotated = DossierFactory(handler=cast.belgian_officer)
    rotation = rotation_of(cast.belgian_officer, rotated, to=cast.belgian_colleague)
    gone = LinkFactory(
        source=dossier, target=answered, ended_by_id=cast.belgian_officer.pk,
        ended_at=timezone.now(),
    )  # fmt: skip
    finished = TaskFactory(
        dossier=dossier, state="done", finished_by_id=cast.belgian_officer.pk,
        finished_at=timezone.now(),
    )  # fmt: skip
    return _parties(dossier, other, dutch) | {
        "clock": ClockFactory(dossier=dossier, rule="8h").pk,
        "own_clock": ClockFactory(dossier=dossier, **question).pk,
        "other_clock": asks.pk,
        "interval": IntervalFactory(clock=asks).pk,
        "over": IntervalFactory(clock=asks, ends_at=timezone.now()).pk,
        "dutch_clock": ClockFactory(dossier=dutch, rule="8h").pk,
        "closed_clock": ClockFactory(dossier=closed, rule="8h").pk,
        "review": ClockFactory(
            dossier=closed, kind="review", rule="6m", term_at=timezone.now() + timedelta(days=180)
        ).pk,
        "other_entry": EntryFactory(dossier=other).pk,
        "task": TaskFactory(dossier=dossier).pk,
        "finished": finished.pk,
        "closed_task": TaskFactory(dossier=closed).pk,
        "dutch_task": TaskFactory(dossier=dutch, assignee=cast.dutch_coordinator).pk,
        "link": LinkFactory(source=dossier, target=other).pk,
        "gone": gone.pk,
        "project": project.pk,
        "member": members[cast.belgian_colleague.pk],
        "in_project": project.dossiers.get().pk,
        "dutch_project": dutch_project.pk,
        "foreign_project": project_of(cast.belgian_second_coordinator).pk,
        "rotation": rotation.pk,
        "line": rotation.lines.get().pk,
        "rotated": rotated.pk,
        "dutch_rotation": rotation_of(cast.dutch_officer, desk="TIA").pk,
        "standin": StandInFactory(
            absent=cast.belgian_officer,
            stand_in=cast.belgian_colleague,
            dossier=other,
            planned=True,
        ).pk,
        "of_head": StandInFactory(absent=cast.belgian_head, stand_in=cast.belgian_officer).pk,
        "stood_in": StandInFactory(
            absent=cast.belgian_officer,
            stand_in=cast.belgian_head,
            planned=True,
            ended_by=cast.belgian_officer,
            ended_at=timezone.now(),
        ).pk,
        "absence": Absence.objects.create(
            person_id=cast.belgian_officer.pk,
            starts_on=timezone.localdate(),
            ends_on=timezone.localdate(),
        ).pk,
        "view": SavedViewFactory(person=cast.belgian_officer).pk,
        **_contacts(cast),
        "duty": on_duty(cast, cast.belgian_officer, "BOG").pk,
        "over_duty": on_duty(
            cast,
            cast.belgian_officer,
            "BOG",
            starts_at=timezone.now() - timedelta(days=2),
            ends_at=timezone.now() - timedelta(days=1),
        ).pk,
        "dutch_duty": on_duty(cast, cast.dutch_officer, "BOG").pk,
        "template": TemplateFactory().pk,
        "dutch_template": TemplateFactory(owner="NL").pk,
        "dossier": dossier.pk,
        "other": other.pk,
        "answered": answered.pk,
        "queue": DossierFactory().pk,
        "closed": closed.pk,
        "dutch": dutch.pk,
        "entry": EntryFactory(dossier=dossier).pk,
        **_papers(cast, people, dossier, other, closed, dutch),
        "given": given.pk,
        "asked": asked.pk,
        "own": own.pk,
        "ended": ended.pk,
        "handover": handover.pk,
        "grant": DossierUserPermission.objects.filter(user=cast.dutch_officer.pk)[0].pk,
        "officer": cast.belgian_officer.pk,
        "overseer": cast.belgian_headquarters.pk,
        "colleague": cast.belgian_colleague.pk,
        "head": cast.belgian_head.pk,
        "elsewhere": cast.belgian_elsewhere.pk,
        "quiet": MailPreference.objects.create(person_id=cast.belgian_second_coordinator.pk).pk,
        "dutch_officer": cast.dutch_officer.pk,
        "dutch_stranger": cast.dutch_colleague.pk,
        "bog": cast.desks["BOG"].pk,
        "bsb": cast.desks["BSB"].pk,
        "team": cast.team("BE").pk,
        "headquarters": cast.headquarters("BE").pk,
        "bsb_team": cast.team("BE", "BSB").pk,
        "reference": dossier.reference,
    }


def _parties(dossier: Dossier, other: Dossier, dutch: Dossier) -> dict[str, Any]:
    """What the handler added an hour ago."""
    then = {"added_at": timezone.now() - timedelta(hours=1)}
    one, another = (PartyFactory(dossier=dossier, name=name, **then) for name in ("One", "Two"))
    gone = PartyFactory(dossier=dossier, name="Gone", **then)
    last = PartyFactory(dossier=dossier, replaces=gone, withdrawn=True, reason="x", **then)
    connection = ConnectionFactory(one=one, other=another)
    ended = ConnectionFactory(one=one, other=another, kind="owner")
    end = ConnectionFactory(one=one, other=another, kind="owner", replaces=ended, reason="x")
    return {
        "party": one.pk,
        "another": another.pk,
        "gone": last.pk,
        "other_party": PartyFactory(dossier=other, **then).pk,
        "dutch_party": PartyFactory(dossier=dutch, **then).pk,
        "connection": connection.pk,
        "end": end.pk,
    }


def _contacts(cast: Cast) -> dict[str, Any]:
    """Of the Belgian officer one of each sort, and what somebody left who kept it."""
    me, gone = cast.belgian_officer, cast.belgian_leaver
    first = ContactFactory(keeper=me)
    return {
        "contact_before": first.pk,
        "contact": newer(first, note="x").pk,
        "contact_origin": first.pk,
        "mine": ContactFactory(keeper=me, visibility="mine").pk,
        "shown": ContactFactory(keeper=me, visibility="desk").pk,
        "retired": newer(ContactFactory(keeper=me), act="retired", reason="x").pk,
        "left": ContactFactory(keeper=gone).pk,
        "left_mine": ContactFactory(keeper=gone, visibility="mine").pk,
        "dutch_contact": ContactFactory(keeper=cast.dutch_colleague).pk,
    }


def _papers(
    cast: Cast, people: dict[str, User | None], dossier: Dossier, other: Dossier,
    closed: Dossier, dutch: Dossier,
) -> dict[str, Any]:  # fmt: skip
    """Documents on each dossier, and files that have arrived for everybody who may send one."""
    document, of_closed, of_dutch = (
        DocumentFactory(dossier=each, added_by=each.opened_by) for each in (dossier, closed, dutch)
    )
    mine = DocumentFactory(dossier=dossier, added_by=cast.belgian_colleague)
    withdrawn = DocumentFactory(
        dossier=dossier, withdrawn_at=timezone.now(), withdrawn_reason="x",
        withdrawn_by=cast.belgian_officer.person_ptr,
    )  # fmt: skip
    destroyed = DocumentFactory(dossier=dossier, destroyed_at=timezone.now())
    version = document.versions.get()
    for number, person in enumerate(people.values()):
        if person is not None:
            for state in ("arriving", "arrived", "refused"):
                for place in (dossier, other):
                    _upload(place, person, state, f"{state} {place.pk} {number}"[:60])
    for place in (closed, dutch):
        _upload(place, cast.belgian_officer, "arrived", f"at {place.pk}")
    _exports(people, dossier)
    return {
        "document": document.pk, "of_colleague": mine.pk, "withdrawn": withdrawn.pk,
        "destroyed": destroyed.pk, "of_closed": of_closed.pk, "of_dutch": of_dutch.pk,
        "version": version.pk,
    }  # fmt: skip


def _upload(dossier: Dossier, person: User, state: str, file: str) -> None:
    Upload.objects.create(
        dossier=dossier, person_id=person.pk, state=state, file=file, size=9, kind="text/plain",
        sha256="a" * 64, key_name="BE:1", wrapped_key=b"wrapped", received=9, parts=2,
        file_name="x.txt",
    )  # fmt: skip


def _exports(people: dict[str, User | None], dossier: Dossier) -> None:
    """Of everybody an export that waits and one that is being made, of the same dossier."""
    for number, person in enumerate(people.values()):
        if person is not None:
            for state in ("waiting", "working"):
                _export(dossier, person, state, f"{state} export {number}")


def _export(dossier: Dossier, person: User, state: str, file: str) -> None:
    Export.objects.create(
        dossier=dossier, person_id=person.pk, form="print", use="work", reason="x", language="en",
        state=state, steps=3, file=file, key_name="BE:1", wrapped_key=b"wrapped",
    )  # fmt: skip


def _under_a_mandate(dossier: Dossier, receiver: User | None, level: str) -> Mandate:
    mandate: Mandate = MandateFactory(dossier=dossier, receiver=receiver, level=level)
    assert receiver is not None
    grant(dossier, receiver, level, mandate)
    return mandate


def _ended_a_moment_ago(mandate: Mandate) -> None:
    """By its date alone: nobody has tidied up, and the grants are still there.

    By the time of the transaction, which is what the border compares with: it began a while ago.
    """
    with without_rules("cases_mandate"):
        moment = TransactionNow() - timedelta(seconds=1)
        Mandate.objects.filter(pk=mandate.pk).update(ends_at=moment)


# Statements -----------------------------------------------------------------------------------


def _dossier(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "reference": "''", "owner": "'BE'", "desk_id": "%(bog)s",
        "year": "0", "number": "0", "title": "'x'", "summary": "''", "kind": "'other'",
        "crime_area": "''", "purpose": "'investigation'", "legal_basis": "'x'",
        "host_country": "'CO'", "requesting_authority": "''", "foreign_references": "''",
        "urgency": "'normal'", "handling_codes": "'{}'", "handling_note": "''", "marking": "''",
        "language": "'en'", "confined": "false", "status": "'open'", "waiting_for": "''",
        "urgency_ground": "''", "facts": "''", "reasons": "''", "people_concerned": "''",
        "use_restriction": "''", "result": "''",
        "status_since": "now()", "received_at": "now()", "next_step": "''", "due_rule": "''",
        "opened_by_id": "%(me)s", "opened_at": "now()", "changed_at": "now()", "version": "1",
        "readers": "'{}'",
    } | values  # fmt: skip
    return _insert("cases_dossier", columns)


def _entry(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "dossier_id": "%(dossier)s", "kind": "'note'",
        "author_id": "%(me)s", "at": "now()", "text": "'x'", "language": "'en'",
        "handling_codes": "'{}'", "event": "''", "facts": "'{}'",
    } | values  # fmt: skip
    return _insert("cases_entry", columns)


def _translation(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "entry_id": "%(entry)s", "language": "'fr'", "text": "'x'",
        "translator": "'x'", "author_id": "%(me)s", "at": "now()",
    } | values  # fmt: skip
    return _insert("cases_translation", columns)


def _draft(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "dossier_id": "%(dossier)s", "person_id": "%(me)s",
        '"values"': "'{}'", "at": "now()",
    } | values  # fmt: skip
    return _insert("cases_draft", columns)


def _party(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "dossier_id": "%(dossier)s", "number": "1", "current": "true",
        "added_at": "now()", "place": "0", "withdrawn": "false", "reason": "''",
        "added_by_id": "%(me)s", "kind": "'item'", "role": "''", "name": "'x'", "part": "''",
        "note": "''", "nationality": "''", "address": "''", "aliases": "''", "birth_place": "''",
        "sex": "''", "occupation": "''", "appearance": "''", "conduct": "''",
        "special_categories": "'{}'", "special_data": "''", "special_reason": "''",
    } | values  # fmt: skip
    return _insert("cases_party", columns)


def _identifier(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "party_id": "%(party)s", "dossier_id": "%(dossier)s",
        "owner": "'BE'", "current": "true", "place": "0", "kind": "'other'", "value": "'x'",
        "normal": "'X'",
    } | values  # fmt: skip
    return _insert("cases_identifier", columns)


def _connection(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "dossier_id": "%(dossier)s", "kind": "'shipper'",
        "one_id": "%(party)s", "other_id": "%(another)s", "note": "''", "reason": "''",
        "added_by_id": "%(me)s", "added_at": "now()", "current": "true",
    } | values  # fmt: skip
    return _insert("cases_connection", columns)


def _document(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "dossier_id": "%(dossier)s", "title": "'x'",
        "language": "'en'", "handling_codes": "'{}'", "added_by_id": "%(me)s", "at": "now()",
        "withdrawn_reason": "''",
    } | values  # fmt: skip
    return _insert("cases_document", columns)


# The file of a version: of the acting person, arrived for the dossier, unless told otherwise.
ARRIVED = (
    "SELECT file FROM cases_upload WHERE state = 'arrived' AND person_id = %(me)s"
    " AND dossier_id = %(dossier)s"
)


def _version(file: str = f"({ARRIVED})", **values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "document_id": "%(document)s", "number": "0",
        "file_name": "'x.txt'", "file": f"COALESCE({file}, 'none')", "kind": "'text/plain'",
        "size": "9", "sha256": f"'{'a' * 64}'", "key_name": "'BE:1'",
        "wrapped_key": "'wrapped'", "added_by_id": "%(me)s", "at": "now()",
    } | values  # fmt: skip
    return _insert("cases_documentversion", columns)


def _new_upload(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "dossier_id": "%(dossier)s", "person_id": "%(me)s",
        "state": "'arriving'", "problem": "''", "received": "0", "parts": "0", "at": "now()",
        "file_name": "'x.txt'", "file": "gen_random_uuid()::text", "kind": "''", "size": "9",
        "sha256": "''", "key_name": "'BE:1'", "wrapped_key": "'wrapped'",
    } | values  # fmt: skip
    return _insert("cases_upload", columns)


def _new_export(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "dossier_id": "%(dossier)s", "person_id": "%(me)s",
        "form": "'print'", "use": "'work'", "reason": "'x'", "consent": "''", "language": "'en'",
        "state": "'waiting'", "done": "0", "steps": "0", "tries": "0", "size": "0",
        "sha256": "''", "file": "gen_random_uuid()::text", "key_name": "'BE:1'",
        "wrapped_key": "'wrapped'", "at": "now()", "touched_at": "now()",
    } | values  # fmt: skip
    return _insert("cases_export", columns)


def _rotation(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "leaver_id": "%(me)s", "country": "'BE'", "desk_id": "%(bog)s",
        "begun_by_id": "%(me)s", "begun_at": "now()", "state": "'planned'",
    } | values  # fmt: skip
    # One that goes on already is no refusal by the border.
    return f"{_insert('cases_rotation', columns)} ON CONFLICT DO NOTHING"


def _line(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "rotation_id": "%(rotation)s", "dossier_id": "%(other)s",
        "receiver_id": "%(colleague)s",
    } | values  # fmt: skip
    return _insert("cases_rotationline", columns)


def _of_my_export(change: str, state: str = "working") -> str:
    return f"UPDATE cases_export SET {change} WHERE person_id = %(me)s AND state = '{state}'"


def _of_mine(change: str, state: str = "arriving") -> str:
    return (
        f"UPDATE cases_upload SET {change} WHERE person_id = %(me)s AND state = '{state}'"
        " AND dossier_id = %(dossier)s"
    )


def _mandate(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "number": "''", "owner": "'BE'", "dossier_id": "%(dossier)s",
        "kinds": "'{}'", "receiver_country": "'NL'", "receiver_person_id": "%(dutch_stranger)s",
        "level": "'handle'", "purpose": "'investigation'", "purpose_text": "''",
        "legal_basis": "'x'", "conditions": "''", "starts_at": "now()",
        "ends_at": "now() + interval '9 days'", "state": "'asked'", "asked_by_id": "%(me)s",
        "asked_at": "now()", "decision_reason": "''",
    } | values  # fmt: skip
    return _insert("cases_mandate", columns)


def _handover(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "dossier_id": "%(dossier)s", "kind": "'handover'",
        "giver_id": "%(me)s", "to_person_id": "%(colleague)s", "state": "'offered'",
        "offered_at": "now()", "answer_by": "now() + interval '1 day'", "note_state": "''",
        "note_promises": "''", "note_deadline": "''", "note_contacts": "''", "note_risks": "''",
        "giver_keeps": "'none'", "answer_reason": "''",
    } | values  # fmt: skip
    return _insert("cases_handover", columns)


def _alert(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "event": "'test.told'", "subject_id": "%(dossier)s",
        "reference": "%(reference)s", "owner": "'BE'", "recipient_id": "%(elsewhere)s",
        "actor_id": "%(me)s", "facts": "'{}'", "because": "''", "path": "'/x/'",
        "survives_access": "false", "unique_key": "'test.told:x'", "created_at": "now()",
    } | values  # fmt: skip
    return _insert("alerts_alert", columns)


def _preference(person: str) -> str:
    return _insert("alerts_mailpreference", {
        "person_id": person, "tasks": "'inbox'", "openings": "'digest'",
    })  # fmt: skip


def _clock(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "dossier_id": "%(dossier)s", "kind": "'own'", "rule": "''",
        "text": "''", "starts_at": "now()", "term_at": "now() + interval '1 day'",
        "started_by_id": "%(me)s", "settled_as": "''", "told": "0",
    } | values  # fmt: skip
    return _insert("cases_clock", columns)


def _interval(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "clock_id": "%(clock)s", "kind": "'clarification'",
        "starts_at": "now()", "started_by_id": "%(me)s", "reason": "''",
    } | values  # fmt: skip
    return _insert("cases_clockinterval", columns)


def _task(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "dossier_id": "%(dossier)s", "title": "'x'", "note": "''",
        "assignee_id": "%(officer)s", "due_at": "now() + interval '1 day'", "state": "'open'",
        "made_by_id": "%(me)s", "made_at": "now()", "finish_reason": "''",
    } | values  # fmt: skip
    return _insert("cases_task", columns)


def _kept(table: str, **values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "made_by_id": "%(me)s", "made_at": "now()",
        "ended_reason": "''",
    } | values  # fmt: skip
    return _insert(f"cases_{table}", columns)


def _link(**values: str) -> str:
    ends = {"source_id": "%(dossier)s", "target_id": "%(closed)s", "kind": "'related'"}
    return _kept("link", **ends | values)


def _member(**values: str) -> str:
    return _kept(
        "projectmember", **{"project_id": "%(project)s", "person_id": "%(elsewhere)s"} | values
    )


def _in_project(**values: str) -> str:
    return _kept(
        "projectdossier", **{"project_id": "%(project)s", "dossier_id": "%(other)s"} | values
    )


def _template(**values: str) -> str:
    columns = {
        "owner": "'BE'", "series": "gen_random_uuid()", "version": "1", "kind": "'other'",
        "name": "'x'", "title": "''", "summary": "''", "purpose": "'investigation'",
        "legal_basis": "'x'", "language": "'en'", "next_step": "''",
    } | values  # fmt: skip
    return _kept("template", **columns)


def _view(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "person_id": "%(me)s", "place": "7", "name": "'x'",
        "asked": "'kind=other'",
    } | values  # fmt: skip
    return _insert("cases_savedview", columns)


def _absence(**values: str) -> str:
    columns = {
        "person_id": "%(me)s", "starts_on": "current_date", "ends_on": "current_date",
        "made_by_id": "%(me)s", "made_at": "now()",
    } | values  # fmt: skip
    return _insert("accounts_absence", columns)


def _standin(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "absent_id": "%(officer)s", "stand_in_id": "%(head)s",
        "country": "'BE'", "desk_id": "%(bog)s", "starts_at": "now()",
        "ends_at": "now() + interval '9 days'", "made_by_id": "%(me)s", "made_at": "now()",
    } | values  # fmt: skip
    return _insert("cases_standin", columns)


CONTACT = {
    "id": "gen_random_uuid()", "owner": "'BE'", "desk_id": "%(bog)s", "keeper_id": "%(me)s",
    "visibility": "'team'", "number": "1", "current": "true", "act": "'made'", "reason": "''",
    "made_by_id": "%(me)s", "made_at": "now()", "name": "'x'", "authority": "''",
    "function": "''", "kind": "'other'", "host_country": "'CO'", "phones": "'{}'",
    "email": "''", "channel": "''", "languages": "'{}'", "note": "''",
}  # fmt: skip


def _contact(**values: str) -> str:
    return _insert("cases_contact", CONTACT | values)


def _version_of(key: str, act: str, **values: str) -> str:
    """A version in the place of another: the same but for these values."""
    same = {name: name for name in CONTACT} | {
        "id": "gen_random_uuid()", "act": f"'{act}'", "made_by_id": "%(me)s",
        "replaces_id": f"%({key})s",
    } | values  # fmt: skip
    return (
        f"INSERT INTO cases_contact ({', '.join(same)}) SELECT {', '.join(same.values())}"
        f" FROM cases_contact WHERE id = %({key})s"
    )


def _duty(**values: str) -> str:
    columns = {
        "id": "gen_random_uuid()", "country": "'BE'", "group_id": "%(team)s",
        "person_id": "%(officer)s", "starts_at": "now()", "ends_at": "now() + interval '1 day'",
        "made_by_id": "%(me)s",
    } | values  # fmt: skip
    return _insert("accounts_duty", columns)


def _insert(table: str, columns: dict[str, str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(columns.values())})"


def _update(table: str, change: str, key: str) -> str:
    return f"UPDATE {table} SET {change} WHERE id = %({key})s"


def _merge(table: str, change: str, key: str) -> str:
    return (
        f"MERGE INTO {table} t USING (SELECT 1) AS s ON t.id = %({key})s"
        f" WHEN MATCHED THEN UPDATE SET {change}"
    )


def _over(insert: str, change: str) -> str:
    """An insert on a key that is taken, which then changes the row that has it."""
    return f"{insert} ON CONFLICT (id) DO UPDATE SET {change}"


def _grant(table: str, holder: str, value: str, codename: str) -> str:
    return (
        f"INSERT INTO cases_dossier{table}permission (id, content_object_id, {holder},"
        " permission_id, granted_at) SELECT gen_random_uuid(), %(dossier)s,"
        f" {value}, id, now() FROM auth_permission WHERE codename = '{codename}_dossier'"
    )


DOSSIERS = (
    Attempt("open a dossier of BE", _dossier(), OPENERS),
    Attempt("open one as a draft", _dossier(status="'draft'"), OPENERS),
    Attempt("open one in another's name", _dossier(opened_by_id="%(elsewhere)s")),
    Attempt("open one that is closed", _dossier(status="'closed'")),
    Attempt("open one at another desk", _dossier(desk_id="%(bsb)s"), HEADQUARTERS | {ELSEWHERE}),
    Attempt("open one for a handler elsewhere", _dossier(handler_id="%(elsewhere)s")),
    Attempt("open one for the Dutch officer", _dossier(handler_id="%(dutch_officer)s")),
    Attempt("open one for the officer", _dossier(handler_id="%(officer)s"),
            frozenset({HANDLER}) | HEADQUARTERS),
    Attempt("change the title", _update("cases_dossier", "title = 'x'", "dossier"), MOVERS),
    Attempt("change the title of the Dutch one", _update("cases_dossier", "title = 'x'", "dutch"),
            DUTCH),
    Attempt("change a closed one", _update("cases_dossier", "title = 'x'", "closed")),
    Attempt("change all at once", "UPDATE cases_dossier SET title = 'x'"
            " WHERE status <> 'closed'", MOVERS | DUTCH),
    Attempt("change the title by merging", _merge("cases_dossier", "title = 'x'", "dossier"),
            MOVERS),
    Attempt("change the title on the side", "WITH this AS (SELECT %(dossier)s::uuid AS id)"
            " UPDATE cases_dossier d SET title = 'x' FROM this WHERE d.id = this.id", MOVERS),
    Attempt("re-own it by merging", _merge("cases_dossier", "owner = 'NL'", "dossier")),
    Attempt("write a new one over it", _over(_dossier(id="%(dossier)s"), "title = 'x'"),
            OWN_MOVERS),
    Attempt("write a new one over the Dutch one", _over(_dossier(id="%(dutch)s"), "title = 'x'")),
    Attempt("open one without an owner", _dossier(owner="''")),
    Attempt("open one of NL", _dossier(owner="'NL'"), DUTCH_OPENERS),
    Attempt("open one of LU", _dossier(owner="'LU'", handler_id="%(me)s")),
    Attempt("skip to closed", _update("cases_dossier", "status = 'closed'", "dossier")),
    Attempt("close what is answered", _update(
        "cases_dossier", "status = 'closed', result = 'done'", "answered"),
        frozenset({COORDINATOR})),
    Attempt("close without a result", _update("cases_dossier", "status = 'closed'", "answered")),
    Attempt("wait until a day", _update("cases_dossier", "status = 'waiting', waiting_for ="
            " 'headquarters', waiting_until = now() + interval '1 day'", "dossier"), MOVERS),
    Attempt("wait for ever", _update(
        "cases_dossier", "status = 'waiting', waiting_for = 'headquarters'", "dossier")),
    Attempt("mark as answered without an answer", _update(
        "cases_dossier", "status = 'answered'", "dossier")),
    Attempt("open a closed one again", _update("cases_dossier", "status = 'open'", "closed")),
    *(Attempt(f"set {change}", _update("cases_dossier", change, "dossier")) for change in (
        "owner = 'NL'", "owner = ''", "owner = NULL", "handler_id = %(me)s", "handler_id = NULL",
        "readers = '{1}'", "opened_by_id = %(me)s", "confined = true", "desk_id = %(bsb)s",
        "number = 7", "reference = 'BE-BOG-2026-00007'", "year = 2020", "opened_at = now()",
        "changed_at = now()", "id = gen_random_uuid()",
    )),
    Attempt("delete it", "DELETE FROM cases_dossier WHERE id = %(dossier)s"),
    Attempt("delete all", "TRUNCATE cases_dossier CASCADE"),
)  # fmt: skip

ENTRIES = (
    Attempt("add a note", _entry(), CONTRIBUTORS),
    Attempt("add a note in another's name", _entry(author_id="%(elsewhere)s")),
    Attempt("add a note in nobody's name", _entry(author_id="NULL")),
    Attempt("add an event", _entry(kind="'event'", event="'handover.accepted'")),
    Attempt("add a note that is an event", _entry(event="'handover.accepted'")),
    Attempt("add a note to the Dutch one", _entry(dossier_id="%(dutch)s"), DUTCH),
    Attempt("add a note to a closed one", _entry(dossier_id="%(closed)s")),
    Attempt("give an instruction", _entry(kind="'instruction'"), HEADQUARTERS),
    Attempt("answer", _entry(kind="'answer'", counterpart="'CGI'", direction="'out'"),
            CONTRIBUTORS),
    Attempt("correct an entry", _entry(replaces_id="%(entry)s"), CONTRIBUTORS),
    Attempt("correct an entry in another dossier", _entry(
        replaces_id="%(entry)s", dossier_id="%(other)s")),
    Attempt("correct a note into an answer", _entry(replaces_id="%(entry)s", kind="'answer'")),
    Attempt("replace an entry", _update("cases_entry", "replaces_id = %(entry)s", "entry")),
    Attempt("raise a version", _update("cases_entry", "version = 9", "entry")),
    Attempt("translate an entry", _translation(), CONTRIBUTORS),
    Attempt("translate in another's name", _translation(author_id="%(elsewhere)s")),
    Attempt("change a translation", "UPDATE cases_translation SET text = 'x'"),
    Attempt("delete a translation", "DELETE FROM cases_translation"),
    Attempt("begin a draft", _draft(), CONTRIBUTORS),
    Attempt("begin another's draft", _draft(person_id="%(elsewhere)s")),
    Attempt("begin a draft in the Dutch one", _draft(dossier_id="%(dutch)s"), DUTCH),
    Attempt("go on with a draft", "UPDATE cases_draft SET \"values\" = '{}'",
            frozenset({CONTRIBUTOR})),
    Attempt("move a draft", "UPDATE cases_draft SET dossier_id = %(other)s"),
    Attempt("give a draft away", "UPDATE cases_draft SET person_id = %(elsewhere)s"),
    Attempt("delete a draft", "DELETE FROM cases_draft"),
    Attempt("change an entry", _update("cases_entry", "text = 'x'", "entry")),
    Attempt("move an entry", _update("cases_entry", "dossier_id = %(other)s", "entry")),
    Attempt("write a note over an entry", _over(_entry(id="%(entry)s"), "text = 'x'")),
    Attempt("take an entry for one's own", _update("cases_entry", "author_id = %(me)s", "entry")),
    Attempt("move a visit", "UPDATE cases_visit SET dossier_id = %(dutch)s"),
    Attempt("give a visit to another", "UPDATE cases_visit SET person_id = %(elsewhere)s"),
    Attempt("visit the Dutch one", _insert("cases_visit", {
        "id": "gen_random_uuid()", "dossier_id": "%(dutch)s", "person_id": "%(me)s",
        "at": "now()"}), DUTCH),
    Attempt("delete an entry", "DELETE FROM cases_entry WHERE id = %(entry)s"),
    Attempt("note a visit", _insert("cases_visit", {
        "id": "gen_random_uuid()", "dossier_id": "%(dossier)s", "person_id": "%(me)s",
        "at": "now()"}), READERS),
    Attempt("note another's visit", _insert("cases_visit", {
        "id": "gen_random_uuid()", "dossier_id": "%(dossier)s", "person_id": "%(elsewhere)s",
        "at": "now()"})),
    Attempt("forget a visit", "DELETE FROM cases_visit"),
    Attempt("enter the list index", _insert("cases_reader", {
        "dossier_id": "%(dossier)s", "principal": "COALESCE(%(me)s, 1)", "owner": "'BE'",
        "desk": "%(bog)s", "handler": "0", "phase": "'open'", "due": "now()",
        "opened_at": "now()"})),
    Attempt("move in the list index", "UPDATE cases_reader SET principal = 1"),
    Attempt("leave the list index", "DELETE FROM cases_reader"),
)  # fmt: skip

CORRECTED = {"replaces_id": "%(party)s", "reason": "'x'"}
PARTIES = (
    Attempt("add a party", _party(), CONTRIBUTORS),
    Attempt("add a party in another's name", _party(added_by_id="%(elsewhere)s")),
    Attempt("add a party in nobody's name", _party(added_by_id="NULL")),
    Attempt("add a party to the Dutch one", _party(dossier_id="%(dutch)s"), DUTCH),
    Attempt("add a party to a closed one", _party(dossier_id="%(closed)s")),
    Attempt("add a party as a later version", _party(reason="'x'", withdrawn="true")),
    Attempt("correct a party", _party(**CORRECTED), CONTRIBUTORS),
    Attempt("correct a party without a reason", _party(replaces_id="%(party)s")),
    Attempt("withdraw a party", _party(**CORRECTED, withdrawn="true"), CONTRIBUTORS),
    Attempt("withdraw what is withdrawn", _party(replaces_id="%(gone)s", reason="'x'")),
    Attempt("correct a party of another dossier", _party(
        replaces_id="%(other_party)s", reason="'x'")),
    Attempt("correct a party of the Dutch one", _party(
        replaces_id="%(dutch_party)s", reason="'x'")),
    Attempt("ask what only a suspect is asked", _party(
        kind="'person'", role="'witness'", occupation="'x'")),
    Attempt("write special data without a reason", _party(
        kind="'person'", role="'suspect'", special_categories="'{health}'")),
    Attempt("change a party", _update("cases_party", "name = 'x'", "party")),
    Attempt("take a party off the list", _update("cases_party", "current = false", "party")),
    Attempt("put a party back", _update("cases_party", "withdrawn = false", "gone")),
    Attempt("move a party", _update("cases_party", "dossier_id = %(other)s", "party")),
    Attempt("write a party over another", _over(_party(id="%(party)s"), "name = 'x'")),
    Attempt("delete a party", "DELETE FROM cases_party WHERE id = %(party)s"),
    Attempt("add a number to an old version", _identifier()),
    Attempt("add a number to the Dutch party", _identifier(party_id="%(dutch_party)s")),
    Attempt("change a number", "UPDATE cases_identifier SET normal = 'X'"),
    Attempt("hide a number", "UPDATE cases_identifier SET current = false"),
    Attempt("delete a number", "DELETE FROM cases_identifier"),
    Attempt("connect two parties", _connection(), CONTRIBUTORS),
    Attempt("connect in another's name", _connection(added_by_id="%(elsewhere)s")),
    Attempt("connect a party of another dossier", _connection(other_id="%(other_party)s")),
    Attempt("connect a party of the Dutch one", _connection(one_id="%(dutch_party)s")),
    Attempt("connect a later version", _connection(one_id="%(gone)s")),
    Attempt("connect a party with itself", _connection(other_id="%(party)s")),
    Attempt("connect on the Dutch dossier", _connection(dossier_id="%(dutch)s")),
    Attempt("connect on a closed one", _connection(dossier_id="%(closed)s")),
    Attempt("withdraw a connection", _connection(
        replaces_id="%(connection)s", reason="'x'"), CONTRIBUTORS),
    Attempt("withdraw a connection without a reason", _connection(replaces_id="%(connection)s")),
    Attempt("withdraw another connection", _connection(
        replaces_id="%(connection)s", kind="'owner'", reason="'x'")),
    Attempt("withdraw a withdrawal", _connection(
        replaces_id="%(end)s", kind="'owner'", reason="'x'")),
    Attempt("change a connection", _update("cases_connection", "kind = 'owner'", "connection")),
    Attempt("hide a connection", _update("cases_connection", "current = false", "connection")),
    Attempt("delete a connection", "DELETE FROM cases_connection WHERE id = %(connection)s"),
)  # fmt: skip

WITHDRAW = "withdrawn_at = now(), withdrawn_by_id = %(me)s, withdrawn_reason = 'x'"
DOCUMENTS = (
    Attempt("add a document", _document(), CONTRIBUTORS),
    Attempt("add a document in another's name", _document(added_by_id="%(elsewhere)s")),
    Attempt("add a document in nobody's name", _document(added_by_id="NULL")),
    Attempt("add a document to the Dutch one", _document(dossier_id="%(dutch)s"), DUTCH),
    Attempt("add a document to a closed one", _document(dossier_id="%(closed)s")),
    Attempt("add a document that is withdrawn", _document(
        withdrawn_at="now()", withdrawn_reason="'x'")),
    Attempt("add a document that is destroyed", _document(destroyed_at="now()")),
    Attempt("add a document to another's entry", _document(entry_id="%(entry)s"),
            frozenset({HANDLER})),  # whose entry it is
    Attempt("write a document over another", _over(
        _document(id="%(document)s"), "withdrawn_reason = 'y'")),
    Attempt("withdraw a document", _update("cases_document", WITHDRAW, "document"), MOVERS),
    Attempt("withdraw the colleague's", _update("cases_document", WITHDRAW, "of_colleague"),
            MOVERS | {CONTRIBUTOR}),
    Attempt("withdraw by merging", _merge("cases_document", WITHDRAW, "document"), MOVERS),
    Attempt("withdraw without a reason", _update(
        "cases_document", "withdrawn_at = now(), withdrawn_reason = ''", "document")),
    Attempt("sign a withdrawal that is none", _update(
        "cases_document", "withdrawn_by_id = %(me)s", "document")),
    Attempt("withdraw it once more", _update("cases_document", WITHDRAW, "withdrawn")),
    Attempt("take it back", _update(
        "cases_document", "withdrawn_at = NULL, withdrawn_reason = ''", "withdrawn")),
    Attempt("give another reason", _update(
        "cases_document", "withdrawn_reason = 'y'", "withdrawn")),
    Attempt("withdraw what is of a closed one", _update("cases_document", WITHDRAW, "of_closed")),
    Attempt("withdraw what is of the Dutch one", _update("cases_document", WITHDRAW, "of_dutch"),
            DUTCH),
    *(Attempt(f"of a document set {change}", _update("cases_document", change, "document"))
      for change in (
        "title = 'x'", "dossier_id = %(other)s", "entry_id = %(entry)s", "language = 'nl'",
        "handling_codes = '{H1}'", "added_by_id = %(me)s", "at = now()", "destroyed_at = now()",
        "id = gen_random_uuid()",
    )),
    Attempt("delete a document", "DELETE FROM cases_document WHERE id = %(document)s"),
    Attempt("add a version", _version(), CONTRIBUTORS),
    Attempt("add a version in another's name", _version(added_by_id="%(elsewhere)s")),
    Attempt("add a version of nothing that arrived", _version("'none'")),
    Attempt("add a version of another's file", _version(
        "(SELECT file FROM cases_upload WHERE person_id <> %(me)s AND state = 'arrived' LIMIT 1)")),
    Attempt("add a version of what is arriving", _version(
        f"({ARRIVED.replace('arrived', 'arriving')})")),
    Attempt("add a version of what was refused", _version(
        f"({ARRIVED.replace('arrived', 'refused')})")),
    Attempt("add a version of what arrived elsewhere", _version(
        f"({ARRIVED.replace('%(dossier)s', '%(other)s')})")),
    *(Attempt(f"add a version with another {column}", _version(**{column: value}))
      for column, value in (
        ("size", "8"), ("sha256", f"'{'b' * 64}'"), ("kind", "'text/html'"),
        ("key_name", "'NL:1'"), ("wrapped_key", "'other'"),
    )),
    Attempt("add a version to what is withdrawn", _version(document_id="%(withdrawn)s")),
    Attempt("add a version to what is destroyed", _version(document_id="%(destroyed)s")),
    *(Attempt(f"add a version to what is {which}", _version(
        f"({ARRIVED.replace('dossier)s', place)})", document_id=f"%({which})s"))
      for which, place in (("of_closed", "closed)s"), ("of_dutch", "dutch)s"))),
    *(Attempt(f"of a version set {change}", _update("cases_documentversion", change, "version"))
      for change in ("wrapped_key = ''", "sha256 = ''", "file = 'x'", "number = 9",
                     "document_id = %(withdrawn)s", "added_by_id = %(me)s")),
    Attempt("delete a version", "DELETE FROM cases_documentversion WHERE id = %(version)s"),
    Attempt("begin a file", _new_upload(), CONTRIBUTORS),
    Attempt("begin a file in another's name", _new_upload(person_id="%(elsewhere)s")),
    Attempt("begin a file for the Dutch one", _new_upload(dossier_id="%(dutch)s"), DUTCH),
    Attempt("begin a file for a closed one", _new_upload(dossier_id="%(closed)s")),
    Attempt("begin a file that has arrived", _new_upload(state="'arrived'", received="9")),
    Attempt("begin a file in its midst", _new_upload(received="1")),
    Attempt("go on with a file", _of_mine("received = 9, parts = 2, state = 'arrived'"),
            CONTRIBUTORS),
    Attempt("give a file up", _of_mine("state = 'refused'", "arrived"), CONTRIBUTORS),
    Attempt("go back with a file", _of_mine("received = 8")),
    Attempt("count the parts backwards", _of_mine("parts = 1")),
    Attempt("send what has arrived again", _of_mine("state = 'arriving'", "arrived")),
    Attempt("change what has arrived", _of_mine(f"sha256 = '{'b' * 64}'", "arrived")),
    Attempt("take what was refused", _of_mine("state = 'arrived'", "refused")),
    Attempt("go on with another's file", "UPDATE cases_upload SET state = 'arrived'"
            " WHERE person_id <> %(me)s"),
    *(Attempt(f"of a file set {change}", _of_mine(change)) for change in (
        "person_id = %(elsewhere)s", "dossier_id = %(other)s", "size = 99", "wrapped_key = ''",
        "key_name = ''", "file = 'x'", "file_name = 'x'", "at = now()",
    )),
    Attempt("delete a file", "DELETE FROM cases_upload"),
    Attempt("forget files", "SELECT count(*) FROM cases_forget_uploads(9)",
            frozenset({NOBODY, CLOSED})),
    Attempt("ask for an export", _new_export(), READERS),
    Attempt("ask in another's name", _new_export(person_id="%(elsewhere)s")),
    Attempt("ask for one of the Dutch one", _new_export(dossier_id="%(dutch)s"), DUTCH),
    Attempt("ask for one of a closed one", _new_export(dossier_id="%(closed)s"), OPENERS),
    Attempt("ask for one to pass on", _new_export(use="'pass_on'"), MOVERS),
    Attempt("ask for evidence", _new_export(use="'evidence'"), MOVERS),
    Attempt("say that the provider consents", _new_export(consent="'x'"), HEADQUARTERS),
    *(Attempt(f"ask for one with {name} = {value}", _new_export(**{name: value}))
      for name, value in (("state", "'working'"), ("tries", "1"), ("steps", "1"))),
    Attempt("ask for one that is begun", _new_export(done="1", steps="1")),
    Attempt("ask for one that is ready",
            _new_export(state="'ready'", size="9", sha256=f"'{'a' * 64}'")),
    Attempt("go on with one's export", _of_my_export("done = 1, touched_at = now()"), READERS),
    Attempt("finish one's export",
            _of_my_export(f"state = 'ready', size = 9, sha256 = '{'b' * 64}'"), READERS),
    Attempt("take up one's export", _of_my_export("state = 'working'", "waiting")),
    Attempt("go back with one's export", _of_my_export("state = 'waiting'")),
    Attempt("go on with another's export",
            "UPDATE cases_export SET done = 1 WHERE person_id <> %(me)s"),
    *(Attempt(f"of an export set {change}", _of_my_export(change)) for change in (
        "person_id = %(elsewhere)s", "dossier_id = %(other)s", "use = 'pass_on'", "consent = 'x'",
        "reason = 'x'", "tries = 0", "wrapped_key = ''", "file = 'x'", "at = now()",
    )),
    Attempt("delete an export", "DELETE FROM cases_export"),
    Attempt("claim an export", "SELECT count(*) FROM cases_claim_export()",
            frozenset({NOBODY, CLOSED})),
    Attempt("give up an export", "SELECT cases_give_up_export(NULL)",
            frozenset({NOBODY, CLOSED})),
    Attempt("forget exports", "SELECT count(*) FROM cases_forget_exports(9)",
            frozenset({NOBODY, CLOSED})),
)  # fmt: skip

GRANTS = (
    *(Attempt(f"give oneself {level}", _grant("user", "user_id", "%(me)s", level))
      for level in ("view", "contribute", "handle")),
    Attempt("give the Dutch stranger view",
            _grant("user", "user_id", "%(dutch_stranger)s", "view")),
    Attempt("give a group view", _grant("group", "group_id", "%(headquarters)s", "view")),
    Attempt("give one's group all of it", _grant("group", "group_id",
            "(SELECT group_id FROM accounts_posting WHERE person_id = %(me)s LIMIT 1)",
            "oversee")),
    Attempt("move a grant to another dossier", "UPDATE cases_dossieruserpermission SET"
            " content_object_id = %(dutch)s"),
    Attempt("raise a grant", "UPDATE cases_dossieruserpermission SET permission_id = (SELECT id"
            " FROM auth_permission WHERE codename = 'handle_dossier')"),
    Attempt("take a grant by merging", "MERGE INTO cases_dossieruserpermission t USING"
            " (SELECT 1) AS s ON t.id = %(grant)s WHEN MATCHED THEN DELETE"),
    Attempt("forge history", "INSERT INTO cases_granthistory (id, \"grant\", dossier_id, person_id,"
            " level, granted_at) VALUES (gen_random_uuid(), gen_random_uuid(), %(dossier)s, %(me)s,"
            " 'handle', now())"),
    Attempt("count backwards", "UPDATE cases_referencecounter SET last = 0"),
    Attempt("change a grant", "UPDATE cases_dossieruserpermission SET user_id = %(me)s"),
    Attempt("prolong a grant", "UPDATE cases_dossieruserpermission SET mandate_id = NULL"),
    Attempt("take a grant", "DELETE FROM cases_dossieruserpermission WHERE id = %(grant)s"),
    Attempt("take the groups' grants", "DELETE FROM cases_dossiergrouppermission"),
    Attempt("change history", "UPDATE cases_granthistory SET ended_at = now()"),
    Attempt("delete history", "DELETE FROM cases_granthistory"),
    Attempt("first grants again", "SELECT cases_first_grants(%(dossier)s)"),
    Attempt("first grants of the Dutch one", "SELECT cases_first_grants(%(dutch)s)"),
    *(Attempt(f"call {call.split('(')[0]}", f"SELECT {call}") for call in (
        "cases_grant_person(%(dossier)s, %(me)s, 'handle', NULL, NULL, now())",
        "cases_grant_group(%(dossier)s, %(team)s, '{view}', NULL, NULL, now())",
        "cases_derive_readers(ARRAY[%(dossier)s])",
        "cases_readers_of(%(dossier)s)",
        "cases_record(%(dossier)s, 'handover.accepted', '{}')",
        "cases_next_number('dossier', 'BE', %(bog)s, 2026)",
        "cases_people_of(%(team)s, '{}')",
        "cases_standing_mandate(%(me)s, 'BE', %(bog)s, 'other')",
        "cases_take_over(NULL::cases_handover, NULL::cases_dossier, %(me)s)",
        "cases_may_move(NULL::cases_handover, NULL::cases_dossier, 'accept')",
        "cases_handover_facts(NULL::cases_handover)",
        "cases_in_the_team(NULL::cases_dossier, %(me)s, '')",
        "cases_moves_at_once(NULL::cases_dossier)",
        "cases_move_at_once(NULL::cases_dossier, 'taken', %(me)s, '')",
        "cases_steering(NULL::cases_dossier)",
    )),
)  # fmt: skip

SETTLE = "settled_at = now(), settled_as = 'done', settled_by_id = %(me)s"
END = "ends_at = now(), ended_by_id = %(me)s"
OTHERS = OPENERS  # who may contribute to the dossier that no mandate reaches
CLOCKS = (
    Attempt("start a clock", _clock(), CONTRIBUTORS),
    Attempt("start a clock in another's name", _clock(started_by_id="%(elsewhere)s")),
    Attempt("start a clock in nobody's name", _clock(started_by_id="NULL")),
    Attempt("start a clock on the Dutch one", _clock(dossier_id="%(dutch)s"), DUTCH),
    Attempt("start a clock on a closed one", _clock(dossier_id="%(closed)s")),
    Attempt("start a clock that is settled", _clock(settled_at="now()", settled_as="'done'")),
    Attempt("start a clock by an entry of another dossier", _clock(entry_id="%(other_entry)s")),
    Attempt("start a clock by its entry", _clock(entry_id="%(entry)s"), CONTRIBUTORS),
    Attempt("start nine hours for eight", _clock(
        kind="'confirmation'", rule="'24h'", term_at="now() + interval '25 hours'")),
    Attempt("start a review in a year", _clock(
        kind="'review'", term_at="now() + interval '1 year'")),
    Attempt("start what no rule knows", _clock(rule="'9x'")),
    Attempt("settle a clock", _update("cases_clock", SETTLE, "clock"), CONTRIBUTORS),
    Attempt("settle the Dutch clock", _update("cases_clock", SETTLE, "dutch_clock"), DUTCH),
    Attempt("settle it in another's name", _update(
        "cases_clock", "settled_at = now(), settled_as = 'done', settled_by_id = %(elsewhere)s",
        "clock")),
    Attempt("settle it tomorrow", _update(
        "cases_clock", "settled_at = now() + interval '1 day', settled_as = 'done',"
        " settled_by_id = %(me)s", "clock")),
    Attempt("settle it by an entry of another dossier", _update(
        "cases_clock", f"{SETTLE}, settling_entry_id = %(other_entry)s", "clock")),
    Attempt("settle it by its entry", _update(
        "cases_clock", f"{SETTLE}, settling_entry_id = %(entry)s", "clock"), CONTRIBUTORS),
    Attempt("settle it and say nothing", _update("cases_clock", "settled_at = now()", "clock")),
    Attempt("settle the answer of a closed one", _update("cases_clock", SETTLE, "closed_clock")),
    Attempt("settle the review of a closed one", _update("cases_clock", SETTLE, "review"),
            HEADQUARTERS),
    *(Attempt(f"of a clock set {change}", _update("cases_clock", change, "clock")) for change in (
        "due_at = now() + interval '9 days'", "term_at = now() + interval '9 days'",
        "rule = '7d'", "kind = 'own'", "text = 'x'", "starts_at = now()", "paused_since = now()",
        "told = 5", "told_at = now()", "tell_at = NULL", "dossier_id = %(other)s",
        "started_by_id = %(me)s", "entry_id = NULL",
    )),
    Attempt("delete a clock", "DELETE FROM cases_clock WHERE id = %(clock)s"),
    Attempt("pause a clock", _interval(), CONTRIBUTORS),
    Attempt("pause a clock for what is over", _interval(
        ends_at="now()", ended_by_id="%(me)s"), CONTRIBUTORS),
    Attempt("pause it in another's name", _interval(started_by_id="%(elsewhere)s")),
    Attempt("pause it and end that in another's name", _interval(
        ends_at="now()", ended_by_id="%(elsewhere)s")),
    Attempt("pause it into the future", _interval(
        ends_at="now() + interval '9 days'", ended_by_id="%(me)s")),
    Attempt("pause it before it was asked", _interval(
        ends_at="now() - interval '1 day'", ended_by_id="%(me)s")),
    Attempt("pause it by an entry of another dossier", _interval(entry_id="%(other_entry)s")),
    Attempt("pause it by its entry", _interval(entry_id="%(entry)s"), CONTRIBUTORS),
    Attempt("pause it for a court and tell nobody", _interval(kind="'authorisation'")),
    Attempt("pause it for fun", _interval(kind="'fun'")),
    Attempt("pause an own deadline", _interval(clock_id="%(own_clock)s")),
    Attempt("pause the Dutch clock", _interval(clock_id="%(dutch_clock)s"), DUTCH),
    Attempt("pause the clock of a closed one", _interval(clock_id="%(closed_clock)s")),
    Attempt("end a pause", _update("cases_clockinterval", END, "interval"), OTHERS),
    Attempt("end a pause in another's name", _update(
        "cases_clockinterval", "ends_at = now(), ended_by_id = %(elsewhere)s", "interval")),
    Attempt("end a pause tomorrow", _update(
        "cases_clockinterval", "ends_at = now() + interval '1 day', ended_by_id = %(me)s",
        "interval")),
    Attempt("end a pause by an entry of another dossier", _update(
        "cases_clockinterval", f"{END}, ending_entry_id = %(entry)s", "interval")),
    Attempt("end a pause by its entry", _update(
        "cases_clockinterval", f"{END}, ending_entry_id = %(other_entry)s", "interval"), OTHERS),
    Attempt("end a pause again", _update("cases_clockinterval", END, "over")),
    Attempt("open a pause again", _update("cases_clockinterval", "ends_at = NULL", "over")),
    *(Attempt(f"of a pause set {change}", _update("cases_clockinterval", change, "interval"))
      for change in ("starts_at = now() - interval '9 days'", "kind = 'authorisation'",
                     "clock_id = %(clock)s", "started_by_id = %(me)s", "reason = 'x'",
                     "expected_until = now()", "asker_told_at = now()", "entry_id = NULL")),
    Attempt("delete a pause", "DELETE FROM cases_clockinterval WHERE id = %(interval)s"),
    Attempt("remind", "SELECT count(*) FROM cases_remind(9)", frozenset({NOBODY, CLOSED})),
    *(Attempt(f"call {call.split('(')[0]}", f"SELECT {call}") for call in (
        "cases_derive_due(%(dossier)s)", "cases_reckon(%(clock)s)",
        "cases_tells_next(NULL::cases_clock)", "cases_moments(now(), now(), now())",
        "cases_answers_for(NULL::cases_clock, NULL::cases_dossier, 1)",
        "cases_headquarters(NULL::cases_dossier)",
        "cases_above_handler(NULL::cases_dossier, NULL)",
    )),
    *(Attempt(f"set {change}", _update("cases_dossier", change, "dossier"))
      for change in ("due_at = now()", "due_rule = '8h'")),
)  # fmt: skip

DECIDE = "state = 'given', decided_by_id = %(me)s, decided_at = now()"
MANDATES = (
    Attempt("ask for a mandate", _mandate(), MOVERS),
    Attempt("ask in another's name", _mandate(asked_by_id="%(elsewhere)s")),
    Attempt("ask for oneself what is given", _mandate(
        state="'given'", decided_by_id="%(officer)s", decided_at="now()")),
    Attempt("ask and decide at once", _mandate(decided_by_id="%(elsewhere)s")),
    Attempt("ask with a reason decided", _mandate(decision_reason="'Agreed.'")),
    Attempt("ask for what has ended", _mandate(ended_at="now()")),
    Attempt("ask for a mandate to oversee", _mandate(level="'oversee'")),
    Attempt("ask for a mandate without an end", _mandate(ends_at="now()")),
    Attempt("ask for the Dutch one", _mandate(owner="'NL'", dossier_id="%(dutch)s",
            receiver_country="'BE'", receiver_person_id="%(officer)s"), DUTCH),
    Attempt("ask the wrong owner", _mandate(owner="'LU'")),
    Attempt("ask for everybody", _mandate(receiver_person_id="NULL")),
    Attempt("ask for all dossiers of all desks", _mandate(dossier_id="NULL")),
    Attempt("ask over what is given", _over(_mandate(id="%(given)s"),
            "ends_at = now() + interval '9 years'")),
    Attempt("ask with a forged country", _mandate(
        receiver_country="'LU'", receiver_person_id="%(dutch_stranger)s")),
    Attempt("ask for a standing mandate", _mandate(dossier_id="NULL", desk_id="%(bog)s"),
            HEADQUARTERS),
    Attempt("ask for a standing mandate of NL", _mandate(
        owner="'NL'", dossier_id="NULL", desk_id="%(bog)s", receiver_country="'BE'",
        receiver_person_id="%(officer)s"), DUTCH),
    Attempt("give what is asked", _update("cases_mandate", DECIDE, "asked"),
            frozenset({COORDINATOR})),
    Attempt("give one's own", _update("cases_mandate", DECIDE, "own")),
    Attempt("give by merging", _merge("cases_mandate", DECIDE, "asked"), frozenset({COORDINATOR})),
    Attempt("give and re-own", _update("cases_mandate", f"{DECIDE}, owner = 'NL'", "asked")),
    Attempt("give for another dossier", _update(
        "cases_mandate", f"{DECIDE}, dossier_id = %(other)s", "asked")),
    Attempt("give to another", _update(
        "cases_mandate", f"{DECIDE}, receiver_person_id = %(dutch_officer)s", "asked")),
    Attempt("give to oversee", _update("cases_mandate", f"{DECIDE}, level = 'oversee'", "asked")),
    Attempt("ask again what has ended", _update("cases_mandate", "state = 'asked'", "ended")),
    Attempt("refuse what is asked", _update("cases_mandate", "state = 'refused'", "asked"),
            frozenset({COORDINATOR})),
    Attempt("end what is given", _update(
        "cases_mandate", "state = 'ended', ended_by_id = %(me)s, ended_at = now()", "given"),
        frozenset({COORDINATOR})),
    Attempt("end it in another's name", _update(
        "cases_mandate", "state = 'ended', ended_by_id = %(elsewhere)s", "given")),
    Attempt("give again what has ended", _update("cases_mandate", DECIDE, "ended")),
    *(Attempt(f"set {change}", _update("cases_mandate", change, "given")) for change in (
        "ends_at = now() + interval '9 years'", "level = 'handle'",
        "starts_at = now() - interval '9 years'", "receiver_person_id = %(me)s",
        "dossier_id = %(other)s", "owner = 'NL'", "number = 'BE-M-2026-001'",
        "asked_by_id = %(me)s", "receiver_group_id = %(team)s",
    )),
    Attempt("prolong what is asked", _update(
        "cases_mandate", "ends_at = now() + interval '9 years'", "asked")),
    Attempt("delete a mandate", "DELETE FROM cases_mandate WHERE id = %(given)s"),
)  # fmt: skip

ANSWER = "SELECT cases_move_work(%(handover)s, '{}', '')"
HANDOVERS = (
    Attempt("offer a dossier", _handover(), MOVERS),
    Attempt("offer in another's name", _handover(giver_id="%(elsewhere)s")),
    Attempt("offer and accept at once", _handover(state="'accepted'")),
    Attempt("offer across the border", _handover(to_person_id="%(dutch_stranger)s")),
    Attempt("offer on what is only asked", _handover(
        to_person_id="%(dutch_stranger)s", mandate_id="%(asked)s")),
    Attempt("offer on a mandate to view", _handover(
        to_person_id="%(dutch_officer)s", mandate_id="%(given)s")),
    Attempt("offer on what has ended", _handover(
        to_person_id="%(dutch_stranger)s", mandate_id="%(ended)s")),
    Attempt("offer and wait for what is asked", _handover(
        to_person_id="%(dutch_stranger)s", mandate_id="%(asked)s", state="'awaiting_mandate'"),
        MOVERS),
    Attempt("offer to oneself", _handover(to_person_id="%(me)s")),
    Attempt("offer to nobody", _handover(to_person_id="NULL")),
    Attempt("offer to two", _handover(to_group_id="%(team)s")),
    Attempt("offer and keep sight for good", _handover(giver_keeps="'view'")),
    Attempt("offer to somebody elsewhere", _handover(to_person_id="%(elsewhere)s")),
    Attempt("offer to a team elsewhere", _handover(
        to_person_id="NULL", to_group_id="%(bsb_team)s")),
    Attempt("offer to headquarters", _handover(
        to_person_id="NULL", to_group_id="%(headquarters)s")),
    Attempt("offer and keep the hand on it", _handover(
        giver_keeps="'handle'", giver_keeps_until="now() + interval '9 days'")),
    Attempt("offer a closed one", _handover(dossier_id="%(closed)s")),
    Attempt("offer the Dutch one", _handover(dossier_id="%(dutch)s")),
    Attempt("answer in the table", _update("cases_handover", "answer_reason = 'x'", "handover")),
    *(Attempt(f"set {change}", _update("cases_handover", change, "handover")) for change in (
        "state = 'accepted'", "answered_by_id = %(me)s", "to_person_id = %(me)s",
        "answer_by = now() + interval '9 years'", "giver_keeps = 'view'", "giver_id = %(me)s",
        "dossier_id = %(dossier)s", "to_group_id = %(team)s", "mandate_id = %(given)s",
        "told = 9", "tell_at = NULL",
    )),
    Attempt("write that it was taken", _handover(
        kind="'taken'", giver_id="NULL", state="'accepted'", to_person_id="%(me)s")),
    Attempt("write that it was re-assigned", _handover(
        kind="'reassigned'", state="'accepted'", to_person_id="%(me)s")),
    Attempt("offer as if it was re-assigned", _handover(kind="'reassigned'")),
    Attempt("take what nobody handles", "SELECT cases_take_work(%(queue)s)",
            AT_THE_DESK),
    *(Attempt(f"take {which}", f"SELECT cases_take_work(%({which})s)") for which in (
        "dossier", "other", "answered", "closed", "dutch", "handover")),
    Attempt("re-assign it", "SELECT cases_reassign_work(%(dossier)s, %(colleague)s, 'x')",
            frozenset({HEAD})),
    Attempt("re-assign it to oneself", "SELECT cases_reassign_work(%(dossier)s, %(me)s, 'x')",
            frozenset({HEAD})),
    Attempt("re-assign what is offered",
            "SELECT cases_reassign_work(%(other)s, %(officer)s, 'x')"),
    Attempt("re-assign it without a reason",
            "SELECT cases_reassign_work(%(dossier)s, %(colleague)s, '')"),
    *(Attempt(f"re-assign it to {which}",
              f"SELECT cases_reassign_work(%(dossier)s, %({which})s, 'x')") for which in (
        "officer", "elsewhere", "dutch_officer")),
    Attempt("re-assign the Dutch one", "SELECT cases_reassign_work(%(dutch)s, %(me)s, 'x')"),
    Attempt("accept the offer", ANSWER.format("accept"), frozenset({CONTRIBUTOR})),
    Attempt("decline the offer", ANSWER.format("decline"), frozenset({CONTRIBUTOR})),
    Attempt("withdraw the offer", ANSWER.format("withdraw"), OWN_MOVERS),
    Attempt("offer it once more", ANSWER.format("offer")),
    *(Attempt(step, ANSWER.format(step)) for step in (
        "give_mandate", "refuse_mandate", "expire", "view", "")),
    Attempt("move what is not there", "SELECT cases_move_work(%(dossier)s, 'accept', '')"),
    Attempt("delete an offer", "DELETE FROM cases_handover WHERE id = %(handover)s"),
    Attempt("tidy up", "SELECT count(*) FROM cases_tidy_up(9)", frozenset({NOBODY, CLOSED})),
    Attempt("remind of offers", "SELECT count(*) FROM cases_offers_waiting(9)",
            frozenset({NOBODY, CLOSED})),
    *(Attempt(f"call {call.split('(')[0]}", f"SELECT {call}") for call in (
        "cases_offer_moments('offered', now(), now())",
        "cases_moments_of_offer(NULL::cases_handover)",
        "cases_answers_for_offer(NULL::cases_handover, NULL::cases_dossier, 'x')",
    )),
)  # fmt: skip

DONE = "state = 'done', finished_by_id = %(me)s, finished_at = now()"
DROPPED = "state = 'dropped', finished_by_id = %(me)s, finished_at = now()"
TASKS = (
    Attempt("make a task", _task(), CONTRIBUTORS),
    Attempt("make one in another's name", _task(made_by_id="%(elsewhere)s")),
    Attempt("make one for oneself", _task(assignee_id="%(me)s"), CONTRIBUTORS),
    Attempt("make one for somebody elsewhere", _task(assignee_id="%(elsewhere)s")),
    Attempt("make one for who may only view", _task(assignee_id="%(dutch_officer)s")),
    Attempt("make one for a stranger", _task(assignee_id="%(dutch_stranger)s")),
    Attempt("make one that is done", _task(
        state="'done'", finished_by_id="%(me)s", finished_at="now()")),
    Attempt("make one that somebody finished", _task(finished_by_id="%(me)s")),
    Attempt("make one for the Dutch one", _task(dossier_id="%(dutch)s"), NONE),
    Attempt("make a Dutch one for oneself", _task(dossier_id="%(dutch)s", assignee_id="%(me)s"),
            DUTCH),
    Attempt("make one for a closed one", _task(dossier_id="%(closed)s")),
    Attempt("write a task over another", _over(_task(id="%(task)s"), "due_at = now()"),
            CONTRIBUTORS),
    Attempt("finish a task", _update("cases_task", DONE, "task"), CONTRIBUTORS),
    Attempt("finish a Dutch task", _update("cases_task", DONE, "dutch_task"), DUTCH),
    Attempt("finish what is finished", _update("cases_task", DONE, "finished")),
    Attempt("open what is finished", _update("cases_task", "state = 'open', finished_by_id = NULL,"
            " finished_at = NULL", "finished")),
    Attempt("finish a task of a closed one", _update("cases_task", DONE, "closed_task")),
    Attempt("drop a task with a reason", _update(
        "cases_task", f"{DROPPED}, finish_reason = 'x'", "task"), CONTRIBUTORS),
    Attempt("drop a task without one", _update("cases_task", DROPPED, "task")),
    Attempt("finish and give away", _update(
        "cases_task", f"{DONE}, assignee_id = %(colleague)s", "task")),
    Attempt("give a task away", _update("cases_task", "assignee_id = %(colleague)s", "task"),
            CONTRIBUTORS),
    Attempt("give a task to somebody elsewhere", _update(
        "cases_task", "assignee_id = %(elsewhere)s", "task")),
    Attempt("give a task more time", _update(
        "cases_task", "due_at = now() + interval '9 days'", "task"), CONTRIBUTORS),
    *(Attempt(f"of a task set {change}", _update("cases_task", change, "task")) for change in (
        "title = 'x'", "note = 'x'", "made_by_id = %(me)s", "dossier_id = %(other)s",
        "made_at = now()", "reminded_at = now()", "finish_reason = 'x'",
        "finished_by_id = %(me)s",
    )),
    Attempt("delete a task", "DELETE FROM cases_task WHERE id = %(task)s"),
    Attempt("tell of who leaves", "SELECT count(*) FROM cases_leaving()",
            frozenset({NOBODY, CLOSED})),
    Attempt("remind of tasks", "SELECT count(*) FROM cases_tasks_due(9)",
            frozenset({NOBODY, CLOSED})),
)  # fmt: skip

END = "ended_by_id = %(me)s, ended_at = now()"
OWN_BOTH = OPENERS  # who contributes to all that the handler handles
LEADERS = frozenset({HEAD}) | HEADQUARTERS  # who may make a project, of those named above
MAKERS = LEADERS | DUTCH | {FOREIGN_HANDLER, THIRD_COUNTRY}
MEMBERS = frozenset({HEAD, HANDLER, CONTRIBUTOR, FOREIGN_HANDLER})
NAMERS = frozenset({HEAD, FOREIGN_HANDLER})  # members who may make projects
KEPT = (
    Attempt("link two dossiers", _link(), OWN_BOTH),
    Attempt("link in another's name", _link(made_by_id="%(elsewhere)s")),
    Attempt("link what is closed to another", _link(
        source_id="%(closed)s", target_id="%(dossier)s")),
    Attempt("link to the Dutch one", _link(target_id="%(dutch)s")),
    Attempt("link the Dutch one", _link(source_id="%(dutch)s", target_id="%(dossier)s")),
    Attempt("link one to itself", _link(target_id="%(dossier)s")),
    Attempt("link and remove at once", _link(ended_by_id="%(me)s", ended_at="now()")),
    Attempt("write a link over another", _over(_link(id="%(link)s"), "ended_at = now()"), OWN_BOTH),
    Attempt("remove a link", _update("cases_link", END, "link"), OWN_BOTH),
    Attempt("remove a link again", _update("cases_link", END, "gone")),
    Attempt("put a removed link back", _update(
        "cases_link", "ended_by_id = NULL, ended_at = NULL", "gone")),
    *(Attempt(f"of a link set {change}", _update("cases_link", change, "link")) for change in (
        "kind = 'same_person'", "target_id = %(closed)s", "source_id = %(closed)s",
        "made_by_id = %(me)s", "made_at = now()",
    )),
    Attempt("delete a link", "DELETE FROM cases_link WHERE id = %(link)s"),
    Attempt("make a project", _kept("project", name="'x'"), MAKERS),
    Attempt("make one in another's name", _kept(
        "project", name="'x'", made_by_id="%(elsewhere)s")),
    Attempt("make one that has ended", _kept(
        "project", name="'x'", ended_by_id="%(me)s", ended_at="now()")),
    Attempt("rename a project", _update("cases_project", "name = 'x'", "project"), NAMERS),
    Attempt("rename the Dutch one", _update("cases_project", "name = 'x'", "dutch_project"),
            frozenset({FOREIGN_COORDINATOR})),
    Attempt("end a project", _update("cases_project", END, "project"), NAMERS),
    Attempt("rename and end a project at once", _update(
        "cases_project", f"name = 'x', {END}", "project")),
    *(Attempt(f"of a project set {change}", _update("cases_project", change, "project"))
      for change in ("made_by_id = %(me)s", "made_at = now()", "ended_by_id = %(me)s")),
    Attempt("delete a project", "DELETE FROM cases_project WHERE id = %(project)s"),
    Attempt("name a person", _member(), NAMERS),
    Attempt("name a person in another's name", _member(made_by_id="%(colleague)s")),
    Attempt("name a person who leaves at once", _member(ended_by_id="%(me)s", ended_at="now()")),
    Attempt("name oneself", _member(person_id="%(me)s", project_id="%(foreign_project)s")),
    Attempt("name a person in the Dutch one", _member(project_id="%(dutch_project)s"),
            frozenset({FOREIGN_COORDINATOR})),
    Attempt("name who has left", _member(
        person_id="(SELECT id FROM accounts_person WHERE name = 'U. Geweest')")),
    Attempt("name an auditor", _member(
        person_id="(SELECT id FROM accounts_person WHERE name = 'H. Témoin')")),
    Attempt("take a person out", _update("cases_projectmember", END, "member"),
            NAMERS | {CONTRIBUTOR}),
    *(Attempt(f"of a member set {change}", _update("cases_projectmember", change, "member"))
      for change in ("person_id = %(me)s", "project_id = %(dutch_project)s")),
    Attempt("delete a member", "DELETE FROM cases_projectmember WHERE id = %(member)s"),
    Attempt("put a dossier in", _in_project(), frozenset({HANDLER})),
    Attempt("put one in in another's name", _in_project(made_by_id="%(elsewhere)s")),
    Attempt("put one in that is taken out", _in_project(
        ended_by_id="%(me)s", ended_at="now()")),
    Attempt("put a foreign one in", _in_project(dossier_id="%(dutch)s")),
    Attempt("put one into the Dutch one", _in_project(project_id="%(dutch_project)s")),
    Attempt("put the Dutch one into the Dutch one", _in_project(
        project_id="%(dutch_project)s", dossier_id="%(dutch)s"),
        frozenset({FOREIGN_COORDINATOR})),
    Attempt("take a dossier out", _update("cases_projectdossier", END, "in_project"),
            frozenset({HANDLER, FOREIGN_HANDLER})),
    Attempt("change a dossier of a project", _update(
        "cases_projectdossier", "dossier_id = %(other)s", "in_project")),
    Attempt("delete a dossier of a project", "DELETE FROM cases_projectdossier"),
    Attempt("add a template", _template(), frozenset({COORDINATOR})),
    Attempt("add a template of NL", _template(owner="'NL'"), frozenset({FOREIGN_COORDINATOR})),
    Attempt("add a template in another's name", _template(made_by_id="%(elsewhere)s")),
    Attempt("add one that is retired", _template(ended_by_id="%(me)s", ended_at="now()")),
    Attempt("retire a template", _update("cases_template", END, "template"),
            frozenset({COORDINATOR})),
    Attempt("retire a template of NL", _update("cases_template", END, "dutch_template"),
            frozenset({FOREIGN_COORDINATOR})),
    *(Attempt(f"of a template set {change}", _update("cases_template", change, "template"))
      for change in ("title = 'x'", "owner = 'NL'", "version = 9", "made_by_id = %(me)s")),
    Attempt("delete a template", "DELETE FROM cases_template WHERE id = %(template)s"),
    *(Attempt(f"call {call.split('(')[0]}", f"SELECT {call}") for call in (
        "cases_holds(%(dossier)s, %(me)s, '{view}')", "cases_named(%(officer)s)",
    )),
)  # fmt: skip

OFF = "taken_off_at = now(), taken_off_by_id = %(me)s"
PEOPLE = (
    Attempt("choose one's language", "UPDATE accounts_user SET language = 'nl' WHERE"
            " person_ptr_id = %(me)s", WITH_ACCOUNT),
    Attempt("choose another's language", "UPDATE accounts_user SET language = 'nl' WHERE"
            " person_ptr_id = %(elsewhere)s"),
    *(Attempt(f"set {change}", f"UPDATE accounts_user SET {change} WHERE person_ptr_id = %(me)s")
      for change in ("password = 'x'", "email = 'x@x.example'", "is_active = true",
                     "service = 'x'", "person_ptr_id = 1")),
    *(Attempt(f"of another set {change}", f"UPDATE accounts_user SET {change} WHERE"
              " person_ptr_id = %(elsewhere)s")
      for change in ("password = 'x'", "email = 'x@x.example'", "is_active = false",
                     "time_zone = ''")),
    *(Attempt(f"of another set {change}", f"UPDATE accounts_person SET {change} WHERE"
              " id = %(elsewhere)s") for change in ("country = 'NL'", "name = 'x'")),
    Attempt("open a closed account", "UPDATE accounts_user SET is_active = true"),
    Attempt("delete an account", "DELETE FROM accounts_user WHERE person_ptr_id = %(elsewhere)s"),
    Attempt("delete a person", "DELETE FROM accounts_person WHERE id = %(elsewhere)s"),
    Attempt("everybody's language", "UPDATE accounts_user SET language = 'nl'", WITH_ACCOUNT),
    *(Attempt(f"set {change}", f"UPDATE accounts_person SET {change} WHERE id = %(me)s")
      for change in ("country = 'NL'", "name = 'x'", "public_id = gen_random_uuid()")),
    Attempt("add a person", "INSERT INTO accounts_person (public_id, name, country) VALUES"
            " (gen_random_uuid(), 'x', 'BE')"),
    Attempt("add an account", "INSERT INTO accounts_user (person_ptr_id, password, email, service,"
            " language, time_zone, is_active) VALUES (%(me)s, '', 'x', 'x', 'en', '', true)"),
    Attempt("add a posting", "INSERT INTO accounts_posting (person_id, country, role, group_id,"
            " starts_at) VALUES (%(me)s, 'BE', 'coordinator', %(headquarters)s, now())"),
    Attempt("prolong a posting", "UPDATE accounts_posting SET ends_at = NULL WHERE"
            " person_id = %(me)s"),
    Attempt("rise in a posting", "UPDATE accounts_posting SET role = 'coordinator' WHERE"
            " person_id = %(me)s"),
    Attempt("join a group by one's posting", "UPDATE accounts_posting SET group_id ="
            " %(headquarters)s, desk_id = NULL WHERE person_id = %(me)s"),
    Attempt("move one's posting to another country", "UPDATE accounts_posting SET country = 'NL'"
            " WHERE person_id = %(me)s"),
    Attempt("take another's posting", "UPDATE accounts_posting SET person_id = %(me)s WHERE"
            " person_id = %(elsewhere)s"),
    Attempt("add a posting to another", "INSERT INTO accounts_posting (person_id, country, role,"
            " desk_id, group_id, starts_at) VALUES (%(elsewhere)s, 'BE', 'officer', %(bog)s,"
            " %(team)s, now())"),
    Attempt("add a national group", "INSERT INTO accounts_nationalgroup (group_id, country)"
            " SELECT min(id), 'BE' FROM auth_group"),
    Attempt("move a desk", "UPDATE accounts_desk SET code = 'XXX'"),
    Attempt("move a headquarters", "UPDATE accounts_headquarters SET country = 'NL'"),
    Attempt("end another's posting", "DELETE FROM accounts_posting WHERE"
            " person_id = %(elsewhere)s"),
    Attempt("add a certificate", "INSERT INTO accounts_certificate (person_id, rules_of, issued_on,"
            " valid_until) VALUES (%(me)s, 'NL', current_date, current_date)"),
    Attempt("prolong a certificate", "UPDATE accounts_certificate SET valid_until = '2099-01-01'"),
    Attempt("add an absence", "INSERT INTO accounts_absence (person_id, starts_on, ends_on) VALUES"
            " (%(me)s, current_date, current_date)"),
    Attempt("put on duty", _duty(), frozenset({HEAD})),
    Attempt("put on duty at headquarters", _duty(
        group_id="%(headquarters)s", person_id="%(overseer)s"), frozenset({COORDINATOR})),
    Attempt("put on duty in another's name", _duty(made_by_id="%(elsewhere)s")),
    Attempt("put on duty who is not posted there", _duty(person_id="%(elsewhere)s")),
    Attempt("put on duty who is of another country", _duty(person_id="%(dutch_officer)s")),
    Attempt("put on duty elsewhere", _duty(
        group_id="%(bsb_team)s", person_id="%(elsewhere)s")),
    Attempt("put on duty before one is posted", _duty(
        starts_at="now() - interval '900 days'", ends_at="now() - interval '899 days'")),
    Attempt("put on duty what is over", _duty(
        starts_at="now() - interval '2 days'", ends_at="now()")),
    Attempt("put on duty for a year", _duty(ends_at="now() + interval '365 days'")),
    Attempt("put on duty and take off at once", _duty(
        taken_off_at="now()", taken_off_by_id="%(me)s")),
    Attempt("take off duty", _update("accounts_duty", OFF, "duty"), frozenset({HEAD})),
    Attempt("take off duty in another's name", _update(
        "accounts_duty", "taken_off_at = now(), taken_off_by_id = %(elsewhere)s", "duty")),
    Attempt("take off duty yesterday", _update(
        "accounts_duty", "taken_off_at = now() - interval '1 day', taken_off_by_id = %(me)s",
        "duty")),
    Attempt("take off the Dutch one", _update("accounts_duty", OFF, "dutch_duty"),
            frozenset({FOREIGN_HANDLER})),
    Attempt("take off what is over", _update("accounts_duty", OFF, "over_duty")),
    *(Attempt(f"of a turn set {change}", _update("accounts_duty", change, "duty")) for change in (
        "person_id = %(me)s", "ends_at = now()", "group_id = %(bsb_team)s", "country = 'NL'",
    )),
    Attempt("delete a turn", "DELETE FROM accounts_duty WHERE id = %(duty)s"),
    Attempt("call accounts_on_duty", "SELECT accounts_on_duty(%(team)s)"),
    *(Attempt(f"call {call.split('(')[0]}", f"SELECT {call}") for call in (
        "cases_awake(%(team)s, '{}')", "cases_heads(NULL::cases_dossier)",
    )),
    Attempt("add a group", "INSERT INTO auth_group (name) VALUES ('x')"),
    Attempt("move a group", "UPDATE accounts_nationalgroup SET country = 'NL'"),
    Attempt("grant by guardian's own tables", "INSERT INTO guardian_userobjectpermission"
            " (object_pk, content_type_id, permission_id, user_id) VALUES ('x', 1, 1, %(me)s)"),
    Attempt("add a permission", "INSERT INTO auth_permission (name, content_type_id, codename)"
            " VALUES ('x', 1, 'x')"),
    Attempt("grant a group a permission", "INSERT INTO auth_group_permissions (group_id,"
            " permission_id) VALUES (%(team)s, 1)"),
    Attempt("add an address to sign in", "INSERT INTO account_emailaddress (user_id, email,"
            " verified, \"primary\") VALUES (%(me)s, 'x@x.example', true, true)"),
)  # fmt: skip

LOG = (
    Attempt("log one's act", "INSERT INTO audit_logrow (id, chain, actor, action, target,"
            " target_id, reference, mandate, ip, agent, facts, why, personal) VALUES"
            " (gen_random_uuid(), 'BE', %(me)s, 'x', '', NULL, '', '', NULL, '', '{}', '', '')",
            WITH_ACCOUNT | {NOBODY}),
    Attempt("log another's act", "INSERT INTO audit_logrow (id, chain, actor, action, target,"
            " target_id, reference, mandate, ip, agent, facts, why, personal) VALUES"
            " (gen_random_uuid(), 'BE', %(elsewhere)s, 'x', '', NULL, '', '', NULL, '', '{}', '',"
            " '')"),
    Attempt("change the log", "UPDATE audit_logrow SET action = 'x'"),
    Attempt("delete from the log", "DELETE FROM audit_logrow"),
    Attempt("seal the log", "SELECT audit_seal(9)", frozenset({NOBODY, CLOSED})),
    Attempt("erase from the log", "SELECT audit_erase(%(dossier)s)"),
    Attempt("change the chain's head", "UPDATE audit_chainhead SET position = 0"),
    Attempt("log what is sealed", "INSERT INTO audit_logrow (id, chain, actor, action, position,"
            " previous, hash) VALUES (gen_random_uuid(), 'BE', %(me)s, 'x', 1, 'x', 'x')"),
    Attempt("log at another time", "INSERT INTO audit_logrow (id, chain, actor, action, at) VALUES"
            " (gen_random_uuid(), 'BE', %(me)s, 'x', '2001-01-01')"),
)  # fmt: skip

TIME = frozenset({NOBODY})  # nobody acts when a time has come: beat tells whom it concerns
ALERTS = (
    Attempt("tell of what one sees", _alert(), READERS | TIME),
    Attempt("tell in another's name", _alert(actor_id="%(elsewhere)s")),
    Attempt("tell of the Dutch one", _alert(subject_id="%(dutch)s"), TIME),
    Attempt("tell another reference", _alert(reference="'NL-BOG-2026-00001'"), TIME),
    Attempt("tell another owner", _alert(owner="'NL'"), TIME),
    Attempt("tell of nothing", _alert(subject_id="NULL"), TIME),
    Attempt("tell a stranger that access ended", _alert(
        event="'access.ended'", unique_key="'access.ended:x'", survives_access="true", path="''",
        recipient_id="%(dutch_stranger)s"), TIME),
    Attempt("mark another's alert", "UPDATE alerts_alert SET read_at = now()"),
    Attempt("delete alerts", "DELETE FROM alerts_alert"),
    Attempt("point an alert elsewhere", "UPDATE alerts_alert SET subject_id = %(dutch)s"),
    Attempt("take another's alert", "UPDATE alerts_alert SET recipient_id = %(me)s"),
    Attempt("queue a mail", "INSERT INTO alerts_delivery (id, alert_id, channel, state, attempts,"
            " next_try_at, last_error) SELECT gen_random_uuid(), gen_random_uuid(), 'mail',"
            " 'pending', 0, now(), ''"),
    Attempt("send a mail again", "UPDATE alerts_delivery SET state = 'pending'"),
    Attempt("settle a mail", "SELECT alerts_settle(%(dossier)s, 0, 'sent', '', NULL)",
            frozenset({NOBODY, CLOSED})),
    Attempt("work the outbox", "SELECT count(*) FROM alerts_claim(9, 9)",
            frozenset({NOBODY, CLOSED})),
    Attempt("gather a digest", "SELECT count(*) FROM alerts_claim_digests(9, 9)",
            frozenset({NOBODY, CLOSED})),
    Attempt("settle a digest", "SELECT count(*) FROM alerts_settle_digest(%(dossier)s, 0, 'sent',"
            " '', NULL, NULL)", frozenset({NOBODY, CLOSED})),
    Attempt("read the digests", "SELECT * FROM alerts_digest"),
    Attempt("choose what comes by mail", _preference("%(me)s"), WITH_ACCOUNT),
    Attempt("choose for a colleague", _preference("%(elsewhere)s")),
    Attempt("mute a colleague", "UPDATE alerts_mailpreference SET tasks = 'inbox'"),
    Attempt("write over what a colleague chose", f"{_preference('%(quiet)s')} ON CONFLICT"
            " (person_id) DO UPDATE SET tasks = 'inbox'"),
    Attempt("forget what one chose", "DELETE FROM alerts_mailpreference"),
)  # fmt: skip

ARRANGERS = frozenset({HANDLER, HEAD})
TAKE_BACK = "taken_back_at = now(), taken_back_by_id = %(me)s"
END_IT = "ended_at = now(), ended_by_id = %(me)s"
STANDINS = (
    Attempt("enter an absence", _absence(), WITH_ACCOUNT - {LEAVER, NEWCOMER}),
    Attempt("enter one of the officer", _absence(person_id="%(officer)s"), ARRANGERS),
    Attempt("enter one in another's name", _absence(made_by_id="%(elsewhere)s")),
    Attempt("enter one that is taken back", _absence(
        taken_back_at="now()", taken_back_by_id="%(me)s")),
    Attempt("take an absence back", _update("accounts_absence", TAKE_BACK, "absence"), ARRANGERS),
    Attempt("take one back in another's name", _update(
        "accounts_absence", "taken_back_at = now(), taken_back_by_id = %(elsewhere)s", "absence")),
    *(Attempt(f"of an absence set {change}", _update("accounts_absence", change, "absence"))
      for change in ("ends_on = current_date + 9", "person_id = %(me)s", "made_by_id = %(me)s")),
    Attempt("delete an absence", "DELETE FROM accounts_absence"),
    Attempt("say who stands in", _standin(), ARRANGERS),
    Attempt("say it for one dossier", _standin(dossier_id="%(dossier)s"), ARRANGERS),
    Attempt("say it for one of somebody else", _standin(dossier_id="%(dutch)s")),
    Attempt("say it for one that has a stand-in", _standin(dossier_id="%(other)s")),
    Attempt("say it of somebody elsewhere", _standin(stand_in_id="%(elsewhere)s")),
    Attempt("say it of somebody of another country", _standin(stand_in_id="%(dutch_officer)s")),
    Attempt("say it at another desk", _standin(desk_id="%(bsb)s")),
    Attempt("say it in another's name", _standin(made_by_id="%(elsewhere)s")),
    Attempt("say it as if it had begun", _standin(begun_at="now()")),
    Attempt("say it as if somebody acted", _standin(acting_id="%(head)s")),
    Attempt("stand in oneself", _standin(stand_in_id="%(me)s"), frozenset({HEAD})),
    Attempt("end a stand-in", _update("cases_standin", END_IT, "standin"), ARRANGERS),
    Attempt("end the one of the head", _update("cases_standin", END_IT, "of_head"),
            frozenset({HEAD})),
    Attempt("end one that is over", _update("cases_standin", END_IT, "stood_in")),
    Attempt("end one in another's name", _update(
        "cases_standin", "ended_at = now(), ended_by_id = %(elsewhere)s", "standin")),
    *(Attempt(f"of a stand-in set {change}", _update("cases_standin", change, "standin"))
      for change in ("ends_at = now() + interval '99 days'", "stand_in_id = %(me)s",
                     "acting_id = %(me)s", "dossier_id = NULL", "begun_at = now()")),
    Attempt("follow a stand-in", "SELECT cases_follow_standin(%(standin)s)", ARRANGERS),
    Attempt("follow the one of the head", "SELECT cases_follow_standin(%(of_head)s)",
            frozenset({HEAD})),
    Attempt("tidy stand-ins", "SELECT count(*) FROM cases_tidy_standins()",
            frozenset({NOBODY, CLOSED})),
    Attempt("delete a stand-in", "DELETE FROM cases_standin"),
)  # fmt: skip

VIEWS = (
    Attempt("keep a view", _view(), WITH_A_POSTING),
    Attempt("keep a view of the officer", _view(person_id="%(officer)s", place="8"),
            frozenset({HANDLER})),
    Attempt("keep a view for a colleague", _view(person_id="%(elsewhere)s")),
    *(Attempt(f"of a view set {change}", _update("cases_savedview", change, "view"), allowed)
      for change, allowed in (
          ("name = 'x'", frozenset({HANDLER})), ("asked = 'kind=x'", frozenset({HANDLER})),
          ("name = '', asked = ''", frozenset({HANDLER})), ("person_id = %(me)s", NONE),
          ("place = 9", NONE))),
    Attempt("write over a view", _over(_view(id="%(view)s"), "name = 'x'"),
            frozenset({HANDLER})),
    Attempt("delete a view", "DELETE FROM cases_savedview"),
)  # fmt: skip

DUTCH_TEAM = DUTCH_OPENERS - DUTCH
GIVEN = {"keeper_id": "%(colleague)s"}
TAKEN = {"keeper_id": "%(me)s"}
CONTACTS = (
    Attempt("add a contact", _contact(), AT_THE_DESK),
    Attempt("add one at another desk", _contact(desk_id="%(bsb)s"), frozenset({ELSEWHERE})),
    Attempt("add one of NL", _contact(owner="'NL'"), DUTCH_TEAM),
    Attempt("add one of LU, which has no team", _contact(owner="'LU'"),
            frozenset({THIRD_COUNTRY})),
    Attempt("add one for the officer", _contact(keeper_id="%(officer)s"), frozenset({HANDLER})),
    Attempt("add a contact in another's name", _contact(made_by_id="%(elsewhere)s")),
    Attempt("add one that is retired", _contact(act="'retired'", reason="'x'")),
    Attempt("add one that changes nothing before it", _contact(act="'changed'")),
    Attempt("add one over a contact", _over(_contact(id="%(contact)s"), "name = 'x'")),
    Attempt("add one without a name", _contact(name="''")),
    Attempt("change a contact", _version_of("contact", "changed", name="'y'"), AT_THE_DESK),
    Attempt("change what all at the desk see", _version_of("shown", "changed", name="'y'"),
            AT_THE_DESK),
    Attempt("change the Dutch contact", _version_of("dutch_contact", "changed", name="'y'"),
            DUTCH_TEAM),
    Attempt("change what the officer keeps for himself",
            _version_of("mine", "changed", name="'y'"), frozenset({HANDLER})),
    Attempt("show a contact to all", _version_of("contact", "changed", visibility="'desk'"),
            frozenset({HANDLER})),
    Attempt("show a contact to nobody", _version_of("contact", "changed", visibility="'mine'"),
            frozenset({HANDLER})),
    Attempt("show what the officer keeps for himself",
            _version_of("mine", "changed", visibility="'team'"), frozenset({HANDLER})),
    Attempt("change in another's name",
            _version_of("contact", "changed", made_by_id="%(elsewhere)s")),
    Attempt("change a retired contact", _version_of("retired", "changed", name="'y'")),
    Attempt("change a version of before", _version_of("contact_before", "changed", name="'y'")),
    *(Attempt(f"change the {name} of a contact", _version_of("contact", "changed", **{name: to}))
      for name, to in (("keeper_id", "%(colleague)s"), ("owner", "'NL'"), ("desk_id", "%(bsb)s"))),
    Attempt("hand a contact over", _version_of("contact", "handed_over", **GIVEN),
            frozenset({HANDLER})),
    Attempt("hand over what one keeps for oneself", _version_of("mine", "handed_over", **GIVEN),
            frozenset({HANDLER})),
    Attempt("hand over and change", _version_of("contact", "handed_over", name="'y'", **GIVEN)),
    Attempt("hand over and show", _version_of(
        "contact", "handed_over", visibility="'desk'", **GIVEN)),
    Attempt("hand over to nobody else", _version_of("contact", "handed_over")),
    Attempt("hand over to somebody elsewhere", _version_of(
        "contact", "handed_over", keeper_id="%(elsewhere)s")),
    Attempt("hand over to the Dutch officer", _version_of(
        "shown", "handed_over", keeper_id="%(dutch_officer)s")),
    Attempt("hand over in another's name", _version_of(
        "contact", "handed_over", made_by_id="%(elsewhere)s", **GIVEN)),
    Attempt("hand over what is retired", _version_of("retired", "handed_over", **GIVEN)),
    Attempt("take what somebody keeps", _version_of("contact", "handed_over", **TAKEN)),
    Attempt("take what nobody keeps", _version_of("left", "handed_over", **TAKEN), AT_THE_DESK),
    Attempt("give what nobody keeps", _version_of("left", "handed_over", **GIVEN),
            frozenset({COORDINATOR, CONTRIBUTOR})),
    Attempt("take what somebody kept for himself", _version_of(
        "left_mine", "handed_over", **TAKEN)),
    Attempt("give what somebody kept for himself", _version_of(
        "left_mine", "handed_over", **GIVEN), frozenset({COORDINATOR})),
    Attempt("retire a contact", _version_of("contact", "retired", reason="'x'"), AT_THE_DESK),
    Attempt("retire what the officer keeps for himself",
            _version_of("mine", "retired", reason="'x'"), frozenset({HANDLER})),
    Attempt("retire a contact without a reason", _version_of("contact", "retired", reason="''")),
    Attempt("retire and change", _version_of("contact", "retired", reason="'x'", name="'y'")),
    Attempt("retire and give away", _version_of("contact", "retired", reason="'x'", **GIVEN)),
    *(Attempt(f"of a contact set {change}", _update("cases_contact", change, "contact"))
      for change in ("name = 'y'", "keeper_id = %(me)s", "visibility = 'desk'", "owner = 'NL'",
                     "current = false", "made_by_id = %(me)s")),
    Attempt("delete a contact", "DELETE FROM cases_contact WHERE id = %(contact)s"),
    Attempt("tell of a contact", _alert(subject_id="%(contact_origin)s", reference="''"),
            AT_THE_DESK | HEADQUARTERS | TIME),
    Attempt("tell of a contact by a reference", _alert(
        subject_id="%(contact_origin)s", reference="'BE-1'"), TIME),
    Attempt("tell of a Dutch contact as of a Belgian one", _alert(
        subject_id="%(dutch_contact)s", reference="''"), TIME),
    Attempt("tell of a version", _alert(subject_id="%(contact)s", reference="''"), TIME),
)  # fmt: skip

SYSTEM = (
    *(Attempt(f"alter: {statement[:40]}", statement) for statement in (
        "ALTER TABLE cases_dossier DISABLE ROW LEVEL SECURITY",
        "DROP POLICY dossier_read ON cases_dossier",
        "CREATE TABLE mine (id integer)",
        "CREATE TEMPORARY TABLE accounts_posting (person_id integer)",
        "CREATE TEMPORARY VIEW accounts_user AS SELECT 1 AS person_ptr_id",
        "CREATE VIEW mine AS SELECT * FROM cases_dossier",
        "CREATE RULE mine AS ON SELECT TO cases_dossier DO INSTEAD NOTHING",
        "CREATE POLICY mine ON cases_dossier USING (true)",
        "CREATE SCHEMA mine",
        "DROP TRIGGER dossier_changes ON cases_dossier",
        "ALTER TABLE cases_dossier DISABLE TRIGGER ALL",
        "ALTER TABLE cases_dossier OWNER TO lodesk_app",
        "ALTER FUNCTION lodesk_holds(uuid, text[]) OWNER TO lodesk_app",
        "ALTER FUNCTION lodesk_enter(integer) SET search_path = pg_temp",
        "SET LOCAL session_replication_role = replica",
        "LOCK TABLE cases_dossier IN ACCESS EXCLUSIVE MODE",
        "SELECT pg_terminate_backend(0, 0)",
        "SELECT rolpassword FROM pg_authid",
        "SELECT pg_ls_dir('.')",
        "SELECT last FROM cases_referencecounter",
        "SELECT session_key FROM django_session",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION lodesk_me() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "UPDATE lodesk_border SET digest = 'x'",
        "DELETE FROM django_session",
        "SELECT session_data FROM django_session",
        "SELECT nextval('accounts_person_id_seq')",
        "SELECT last_value FROM accounts_person_id_seq",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY cases_dossier TO PROGRAM 'cat'",
    )),
)  # fmt: skip

STEERERS = frozenset({HANDLER, HEAD})  # the own rotation, and as head of desk
ROTATIONS = (
    # The handler's goes on already.
    Attempt("begin one's own rotation", _rotation(), frozenset({CONTRIBUTOR, HEAD})),
    Attempt("begin the colleague's", _rotation(leaver_id="%(colleague)s"),
            frozenset({CONTRIBUTOR, HEAD})),
    Attempt("begin it in another's name", _rotation(begun_by_id="%(elsewhere)s")),
    Attempt("begin one at another desk", _rotation(desk_id="%(bsb)s"), frozenset({ELSEWHERE})),
    Attempt("begin one for the other country", _rotation(country="'NL'"),
            frozenset({STRANGER, VIEWER, FOREIGN_CONTRIBUTOR, FOREIGN_HANDLER, FOREIGN_FORMER})),
    Attempt("begin one that is offered", _rotation(state="'offered'")),
    Attempt("offer a rotation", _update("cases_rotation", "state = 'offered'", "rotation"),
            STEERERS),
    Attempt("end a rotation", _update("cases_rotation", "state = 'done'", "rotation"), STEERERS),
    Attempt("end the Dutch one", _update("cases_rotation", "state = 'done'", "dutch_rotation"),
            frozenset({VIEWER})),
    *(Attempt(f"of a rotation set {change}", _update("cases_rotation", change, "rotation"))
      for change in ("state = 'planned'", "leaver_id = %(me)s", "country = 'NL'",
                     "desk_id = %(bsb)s", "begun_by_id = %(me)s", "leaves_at = now()")),
    Attempt("delete a rotation", "DELETE FROM cases_rotation WHERE id = %(rotation)s"),
    Attempt("plan a dossier", _line(), STEERERS),
    Attempt("plan it for nobody", _line(receiver_id="NULL"), STEERERS),
    Attempt("plan it for somebody elsewhere", _line(receiver_id="%(elsewhere)s")),
    Attempt("plan it for the other country", _line(receiver_id="%(dutch_stranger)s")),
    Attempt("plan it for who leaves", _line(receiver_id="%(officer)s")),
    Attempt("plan it in the Dutch one", _line(rotation_id="%(dutch_rotation)s")),
    Attempt("plan a closed one", _line(dossier_id="%(closed)s")),
    Attempt("plan the Dutch dossier", _line(dossier_id="%(dutch)s")),
    Attempt("plan it as offered", _line(handover_id="%(handover)s")),
    Attempt("plan for somebody else", _update(
        "cases_rotationline", "receiver_id = %(head)s", "line"), STEERERS),
    Attempt("put another offer on a line", _update(
        "cases_rotationline", "handover_id = %(handover)s", "line")),
    *(Attempt(f"of a line set {change}", _update("cases_rotationline", change, "line"))
      for change in ("dossier_id = %(other)s", "rotation_id = %(dutch_rotation)s")),
    Attempt("delete a line", "DELETE FROM cases_rotationline WHERE id = %(line)s"),
    Attempt("offer what is planned", _handover(
        dossier_id="%(rotated)s", kind="'rotation'", to_person_id="%(colleague)s"), STEERERS),
    Attempt("offer what is planned to another", _handover(
        dossier_id="%(rotated)s", kind="'rotation'", to_person_id="%(head)s")),
    Attempt("offer by rotation what is in none", _handover(kind="'rotation'")),
)  # fmt: skip

ATTEMPTS = (
    *DOSSIERS,
    *ENTRIES,
    *PARTIES,
    *DOCUMENTS,
    *CLOCKS,
    *GRANTS,
    *MANDATES,
    *HANDOVERS,
    *ROTATIONS,
    *TASKS,
    *KEPT,
    *VIEWS,
    *STANDINS,
    *CONTACTS,
    *PEOPLE,
    *LOG,
    *ALERTS,
    *SYSTEM,
)
