"""Conditions of rotations, each by itself, by raw SQL: see test_each_wall.py."""

from collections.abc import Iterable
from typing import Any

import pytest
from django.contrib.postgres.functions import TransactionNow

from accounts.models import Posting, User
from cases.models import Dossier, Handover, Rotation, RotationLine
from cases.states import Step
from tests import steps
from tests.factories import (
    Cast,
    DossierFactory,
    HandoverFactory,
    MandateFactory,
    raw,
    refused,
    rotation_of,
)
from tests.looking import as_owner

pytestmark = pytest.mark.django_db

BEGIN = (
    "INSERT INTO cases_rotation (id, leaver_id, country, desk_id, begun_by_id, begun_at, state)"
    " VALUES (gen_random_uuid(), %(leaver)s, %(country)s, %(desk)s, %(by)s, '2001-01-01',"
    " %(state)s)"
)
PLAN = (
    "INSERT INTO cases_rotationline (id, rotation_id, dossier_id, receiver_id, handover_id)"
    " VALUES (gen_random_uuid(), %(rotation)s, %(dossier)s, %(receiver)s, %(handover)s)"
)
OFFER = (
    "INSERT INTO cases_handover (id, dossier_id, kind, giver_id, to_person_id, state, offered_at,"
    " answer_by, note_state, note_promises, note_deadline, note_contacts, note_risks, giver_keeps,"
    " answer_reason) VALUES (%(id)s, %(dossier)s, %(kind)s, %(by)s, %(to)s, %(state)s, now(),"
    " now() + interval '1 day', 'x', 'x', 'x', 'x', 'x', 'none', '')"
)
ID = "00000000-0000-4000-8000-0000000000aa"


@pytest.fixture
def rotation(cast: Cast, dossier: Dossier) -> Rotation:
    """The officer's own, with one dossier planned to go to the colleague."""
    return rotation_of(cast.belgian_officer, dossier, to=cast.belgian_colleague)


def ends_now(person: User) -> None:
    """Let the postings of somebody be over."""
    Posting.objects.filter(person=person.pk).update(ends_at=TransactionNow())


def seen_by(people: Iterable[User], table: str) -> dict[str, int]:
    """How many rows each of them reads."""
    return {each.name: len(raw(each, f"SELECT id FROM {table}")) for each in people}


# Reading ------------------------------------------------------------------------------------


def test_who_reads_a_rotation(cast: Cast, rotation: Rotation) -> None:
    follow = (cast.belgian_officer, cast.belgian_head, cast.belgian_headquarters,
              cast.belgian_coordinator)  # fmt: skip
    others = (cast.belgian_colleague, cast.belgian_elsewhere, cast.dutch_head, cast.dutch_officer,
              cast.dutch_headquarters, cast.dutch_coordinator, cast.belgian_auditor,
              cast.luxembourg_headquarters)  # fmt: skip
    for table in ("cases_rotation", "cases_rotationline"):
        assert set(seen_by(follow, table).values()) == {1}
        assert set(seen_by(others, table).values()) == {0}


def test_a_head_of_desk_reads_those_of_his_desk_and_country(cast: Cast) -> None:
    rotation_of(cast.belgian_officer)
    rotation_of(cast.belgian_elsewhere, desk="BSB")
    rotation_of(cast.dutch_officer)
    assert len(raw(cast.belgian_head, "SELECT id FROM cases_rotation")) == 1
    ends_now(cast.belgian_head)
    assert not raw(cast.belgian_head, "SELECT id FROM cases_rotation")


def test_whoever_leaves_reads_his_own_with_a_posting_only(cast: Cast, rotation: Rotation) -> None:
    ends_now(cast.belgian_officer)
    for table in ("cases_rotation", "cases_rotationline"):
        assert not raw(cast.belgian_officer, f"SELECT id FROM {table}")


def test_who_receives_reads_what_was_offered_to_him_and_not_the_plan(
    cast: Cast, dossier: Dossier
) -> None:
    me, you = cast.belgian_officer, cast.belgian_colleague
    more = DossierFactory.create_batch(2, handler=me)
    rotation = rotation_of(me, dossier, to=you)
    steps.offer_rotation(me, rotation)
    steps.plan_rotation(me, rotation, {more[0]: you, more[1]: cast.belgian_head})
    assert len(raw(you, "SELECT id FROM cases_rotation")) == 1
    assert raw(you, "SELECT dossier_id FROM cases_rotationline") == [(dossier.pk,)]
    ends_now(you)
    assert not raw(you, "SELECT id FROM cases_rotation")
    assert not raw(you, "SELECT id FROM cases_rotationline")


def test_a_line_is_there_while_its_dossier_is(cast: Cast) -> None:
    confined = DossierFactory(handler=cast.belgian_officer, confined=True)
    rotation_of(cast.belgian_officer, confined)
    assert seen_by(
        (cast.belgian_officer, cast.belgian_headquarters, cast.belgian_head), "cases_rotationline"
    ) == {"A. Voorbeeld": 1, "E. Modèle": 1, "C. Beispiel": 0}


def test_who_has_declined_a_confined_one_reads_its_line_no_more(cast: Cast) -> None:
    me, you = cast.belgian_officer, cast.belgian_colleague
    rotation = rotation_of(me, DossierFactory(handler=me, confined=True), to=you)
    steps.offer_rotation(me, rotation)
    assert len(raw(you, "SELECT id FROM cases_rotationline")) == 1
    steps.answer_rotation(you, rotation, Step.DECLINE)
    assert not raw(you, "SELECT id FROM cases_rotationline")


# Beginning and ending -----------------------------------------------------------------------


def begins(cast: Cast, person: User, leaver: User, **changes: Any) -> bool:
    """Whether somebody may begin the rotation of somebody."""
    values = {"leaver": leaver.pk, "by": person.pk, "country": leaver.country, "state": "planned",
              "desk": cast.desks["BOG"].pk}  # fmt: skip
    return not refused(person, BEGIN, values | changes)


def test_who_begins_one(cast: Cast) -> None:
    me, head = cast.belgian_officer, cast.belgian_head
    assert begins(cast, me, me)
    assert begins(cast, head, me)
    assert begins(cast, head, head)
    for by in (cast.belgian_colleague, cast.belgian_headquarters, cast.belgian_coordinator,
               cast.dutch_head, cast.belgian_elsewhere):  # fmt: skip
        assert not begins(cast, by, me)


def test_one_begins_planned_in_the_own_name_for_who_works_there(cast: Cast) -> None:
    me, head = cast.belgian_officer, cast.belgian_head
    assert not begins(cast, me, me, by=head.pk)
    assert not begins(cast, me, me, state="offered")
    assert not begins(cast, me, me, desk=cast.desks["BSB"].pk)
    assert not begins(cast, me, me, country="NL")
    assert not begins(cast, head, cast.belgian_elsewhere)
    assert not begins(cast, head, cast.dutch_officer)
    assert not begins(cast, head, cast.dutch_officer, country="BE")
    for gone in (cast.belgian_leaver, cast.belgian_newcomer, cast.belgian_closed):
        assert not begins(cast, head, gone)


def test_one_is_begun_now_whatever_is_written(cast: Cast) -> None:
    me = cast.belgian_officer
    raw(me, BEGIN, {"leaver": me.pk, "by": me.pk, "country": "BE", "state": "planned",
                    "desk": cast.desks["BOG"].pk})  # fmt: skip
    assert Rotation.objects.get().begun_at.year > 2001


@pytest.mark.parametrize(
    ("state", "change", "lets"),
    [
        ("planned", "state = 'offered'", True),
        ("planned", "state = 'done'", True),
        ("offered", "state = 'given_up'", True),
        ("offered", "state = 'planned'", False),
        ("done", "state = 'offered'", False),
        ("given_up", "state = 'done'", False),
    ],
)
def test_a_rotation_goes_forwards_only(
    cast: Cast, rotation: Rotation, state: str, change: str, *, lets: bool
) -> None:
    if state != "planned":
        as_owner("UPDATE cases_rotation SET state = %s", [state])
    for by in (cast.belgian_officer, cast.belgian_head):
        assert refused(by, f"UPDATE cases_rotation SET {change}") is not lets
    for by in (cast.belgian_headquarters, cast.belgian_colleague, cast.dutch_head):
        assert refused(by, f"UPDATE cases_rotation SET {change}")


def test_the_database_says_when_it_ended(cast: Cast, rotation: Rotation) -> None:
    raw(cast.belgian_officer, "UPDATE cases_rotation SET state = 'done', ended_at = '2001-01-01'")
    rotation.refresh_from_db()
    assert rotation.ended_at is not None
    assert rotation.ended_at.year > 2001


@pytest.mark.parametrize("column", ["leaver_id = begun_by_id + 0", "begun_at = now()"])
def test_nothing_else_of_it_changes_even_for_the_owner(
    cast: Cast, rotation: Rotation, column: str
) -> None:
    changed = column.replace("begun_by_id + 0", str(cast.belgian_head.pk))
    assert refused(None, f"UPDATE cases_rotation SET {changed}")
    with pytest.raises(Exception, match="forwards only"):
        as_owner(f"UPDATE cases_rotation SET state = 'offered', {changed}")


# Planning -----------------------------------------------------------------------------------


def plans(by: User, rotation: Rotation, dossier: Dossier, to: User | None, **more: Any) -> bool:
    """Whether somebody may plan a dossier of a rotation for somebody."""
    values = {"rotation": rotation.pk, "dossier": dossier.pk, "handover": None,
              "receiver": to and to.pk} | more  # fmt: skip
    return not refused(by, PLAN, values)


def test_who_plans_what_for_whom(cast: Cast) -> None:
    me, you, head = cast.belgian_officer, cast.belgian_colleague, cast.belgian_head
    rotation, mine = rotation_of(me), DossierFactory(handler=me)
    for by in (me, head):
        assert plans(by, rotation, mine, you)
        assert plans(by, rotation, mine, None)
    for by in (you, cast.belgian_headquarters, cast.dutch_head):
        assert not plans(by, rotation, mine, you)
    for to in (me, cast.dutch_officer, cast.belgian_elsewhere, cast.belgian_leaver,
               cast.belgian_newcomer, cast.belgian_closed):  # fmt: skip
        assert not plans(me, rotation, mine, to)


def test_only_what_the_leaver_handles_there_is_planned(cast: Cast) -> None:
    me, you = cast.belgian_officer, cast.belgian_colleague
    MandateFactory(owner="NL", desk="BOG", receiver=me)
    rotation = rotation_of(me)
    for not_his in (
        DossierFactory(handler=you),
        DossierFactory(handler=me, desk="BSB"),
        DossierFactory(handler=me, status="closed", result="done"),
        DossierFactory(handler=me, owner="NL"),
    ):
        assert not plans(me, rotation, not_his, you)
    confined = DossierFactory(handler=me, confined=True)
    assert plans(me, rotation, confined, you)
    assert not plans(cast.belgian_head, rotation, confined, you)


def test_a_line_begins_without_an_offer_and_while_the_rotation_goes_on(cast: Cast) -> None:
    me, you = cast.belgian_officer, cast.belgian_colleague
    rotation, mine = rotation_of(me), DossierFactory(handler=me)
    offer = HandoverFactory(dossier=mine, to=you, kind="rotation")
    assert not plans(me, rotation, mine, you, handover=offer.pk)
    as_owner("UPDATE cases_rotation SET state = 'done'")
    assert not plans(me, rotation, mine, you)


REPLAN = "UPDATE cases_rotationline SET receiver_id = %s"


def test_who_changes_a_plan_and_for_whom(cast: Cast, rotation: Rotation) -> None:
    me, head = cast.belgian_officer, cast.belgian_head
    assert not refused(me, REPLAN, [head.pk])
    assert not refused(head, REPLAN, [head.pk])
    assert not refused(me, REPLAN, [None])
    for by in (cast.belgian_colleague, cast.belgian_headquarters, cast.dutch_head):
        assert refused(by, REPLAN, [head.pk])
    for to in (me, cast.dutch_officer, cast.belgian_elsewhere, cast.belgian_leaver):
        assert refused(me, REPLAN, [to.pk])
    as_owner("UPDATE cases_rotation SET state = 'done'")
    assert refused(me, REPLAN, [head.pk])


def test_what_is_offered_or_accepted_is_not_planned_anew(cast: Cast, rotation: Rotation) -> None:
    me, you, head = cast.belgian_officer, cast.belgian_colleague, cast.belgian_head
    clear = "UPDATE cases_rotationline SET handover_id = NULL"
    steps.offer_rotation(me, rotation)
    assert refused(me, REPLAN, [head.pk])
    assert refused(me, clear)
    as_owner("UPDATE cases_handover SET state = 'declined'")
    assert not refused(me, clear)
    assert refused(me, REPLAN, [head.pk])  # the old offer was not made to this person
    as_owner("UPDATE cases_handover SET state = 'accepted'")
    assert refused(me, clear)
    assert refused(you, clear)


# Offering -----------------------------------------------------------------------------------


def offers(person: User, dossier: Dossier, to: User, **changes: Any) -> bool:
    """Whether somebody may write the offer of a rotation."""
    values = {"id": ID, "dossier": dossier.pk, "by": person.pk, "to": to.pk, "kind": "rotation",
              "state": "offered"}  # fmt: skip
    return not refused(person, OFFER, values | changes)


def test_who_steers_offers_what_the_plan_says_to_whom_it_says(
    cast: Cast, dossier: Dossier, rotation: Rotation
) -> None:
    me, you, head = cast.belgian_officer, cast.belgian_colleague, cast.belgian_head
    for by in (me, head):
        assert offers(by, dossier, you)
        assert not offers(by, dossier, you, by=cast.belgian_coordinator.pk)
        assert not offers(by, dossier, you, state="awaiting_mandate")
    assert not offers(head, dossier, you, kind="handover")
    assert not offers(me, dossier, head)
    assert not offers(head, DossierFactory(handler=me), you)
    for by in (you, cast.belgian_headquarters, cast.dutch_head):
        assert not offers(by, dossier, you)


def test_without_an_open_rotation_nothing_of_it_is_offered(
    cast: Cast, dossier: Dossier, rotation: Rotation
) -> None:
    as_owner("UPDATE cases_rotation SET state = 'given_up'")
    assert not offers(cast.belgian_officer, dossier, cast.belgian_colleague)
    assert not offers(cast.belgian_head, dossier, cast.belgian_colleague)


def test_what_the_leaver_no_longer_handles_is_not_offered(
    cast: Cast, dossier: Dossier, rotation: Rotation
) -> None:
    steps.accept(cast.belgian_head, steps.offer(cast.belgian_officer, dossier, cast.belgian_head))
    for by in (cast.belgian_officer, cast.belgian_head):
        assert not offers(by, dossier, cast.belgian_colleague)


def test_the_head_of_desk_offers_no_confined_one(cast: Cast) -> None:
    confined = DossierFactory(handler=cast.belgian_officer, confined=True)
    rotation_of(cast.belgian_officer, confined, to=cast.belgian_colleague)
    assert offers(cast.belgian_officer, confined, cast.belgian_colleague)
    assert not offers(cast.belgian_head, confined, cast.belgian_colleague)


def test_the_offer_of_a_line_is_of_its_dossier_to_its_receiver_by_who_writes_it(
    cast: Cast, dossier: Dossier, rotation: Rotation
) -> None:
    me, you, head = cast.belgian_officer, cast.belgian_colleague, cast.belgian_head
    put = "UPDATE cases_rotationline SET handover_id = %s"
    other = DossierFactory(handler=me)
    wrong = [
        HandoverFactory(dossier=other, to=you, kind="rotation"),
        HandoverFactory(dossier=dossier, to=you, kind="handover", state="declined"),
    ]
    assert all(refused(me, put, [each.pk]) for each in wrong)
    offer = HandoverFactory(dossier=dossier, to=you, kind="rotation")
    assert not refused(me, put, [offer.pk])
    assert refused(head, put, [offer.pk])  # it is not the head's
    for change in ("kind = 'handover'", "to_person_id = giver_id", "state = 'declined'"):
        as_owner(f"UPDATE cases_handover SET {change} WHERE id = %s", [offer.pk])
        assert refused(me, put, [offer.pk])
        Handover.objects.filter(pk=offer.pk).update(
            kind="rotation", to_person=you.pk, state="offered"
        )


def test_nothing_of_it_is_deleted(cast: Cast, rotation: Rotation) -> None:
    for table in ("cases_rotationline", "cases_rotation"):
        assert refused(cast.belgian_officer, f"DELETE FROM {table}")
    assert RotationLine.objects.count() == 1


# Telling ------------------------------------------------------------------------------------

TELL = (
    "INSERT INTO alerts_alert (id, event, subject_id, reference, owner, recipient_id, actor_id,"
    " facts, because, path, survives_access, unique_key, created_at) VALUES (gen_random_uuid(),"
    " 'rotation.offered', %(subject)s, %(reference)s, %(owner)s, %(to)s, %(by)s, '{}', 'named', '',"
    " false, 'rotation.offered:1', now())"
)


def test_who_sees_a_rotation_tells_of_it_by_its_own_name(cast: Cast, rotation: Rotation) -> None:
    def tells(by: User, **changes: Any) -> bool:
        values = {"subject": rotation.pk, "reference": "BE-BOG", "owner": "BE", "by": by.pk,
                  "to": cast.belgian_colleague.pk}  # fmt: skip
        return not refused(by, TELL, values | changes)

    assert tells(cast.belgian_officer)
    assert tells(cast.belgian_head)
    assert not tells(cast.belgian_elsewhere)
    assert not tells(cast.dutch_head)
    assert not tells(cast.belgian_officer, reference="BE-BSB")
    assert not tells(cast.belgian_officer, reference="BE-BOG", owner="NL")
