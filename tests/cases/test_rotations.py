"""The portfolio of who leaves: proposed, planned, offered, answered, certified (product.md 4)."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.postgres.functions import TransactionNow
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Absence, Posting, User
from accounts.zones import zones_of
from cases.models import Dossier, Handover, Rotation, RotationLine
from cases.selectors import rotation_certificates, rotation_pages, rotations
from cases.services import rotations as services
from cases.states import Step
from lodesk.alerts.models import Alert
from lodesk.audit.models import LogRow
from tests import steps
from tests.factories import Cast, DossierFactory, MandateFactory, as_person, rotation_of
from tests.looking import grants_of, sees
from tests.steps import in_

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossiers(cast: Cast) -> list[Dossier]:
    """Three Belgian dossiers that the Belgian officer handles."""
    return DossierFactory.create_batch(3, handler=cast.belgian_officer)


def planned(cast: Cast, dossiers: list[Dossier], to: User | None = None) -> Rotation:
    """The officer's own rotation, everything planned to go to one colleague."""
    me, to = cast.belgian_officer, to or cast.belgian_colleague
    rotation = steps.begin_rotation(me)
    steps.plan_rotation(me, rotation, dict.fromkeys(dossiers, to))
    return rotation


def offered(cast: Cast, dossiers: list[Dossier]) -> Rotation:
    """The same, offered."""
    rotation = planned(cast, dossiers)
    steps.offer_rotation(cast.belgian_officer, rotation)
    return rotation


def told(person: User, event: str) -> list[Alert]:
    """The alerts of an event that somebody was told."""
    return list(Alert.objects.filter(recipient=person.pk, event=event))


def preview(person: User, rotation: Rotation) -> rotation_pages.Preview:
    """The rotation as somebody sees it."""
    with as_person(person):
        return rotation_pages.preview(rotation, person)


# Proposals ----------------------------------------------------------------------------------


def spread_among(cast: Cast, rotation: Rotation) -> list[str]:
    """Whom each dossier is proposed to, in the order of what is due."""
    names = {str(each.person.public_id): each.person.name
             for each in preview(cast.belgian_officer, rotation).people}  # fmt: skip
    return [names[row.chosen] for row in preview(cast.belgian_officer, rotation).to_plan]


def test_the_proposal_goes_to_whoever_has_least_on_hand(
    cast: Cast, dossiers: list[Dossier]
) -> None:
    DossierFactory.create_batch(2, handler=cast.belgian_colleague)
    assert spread_among(cast, steps.begin_rotation(cast.belgian_officer)) == [
        "C. Beispiel", "C. Beispiel", "B. Exemple",
    ]  # fmt: skip


def test_what_burns_is_spread_evenly_before_the_rest(cast: Cast) -> None:
    DossierFactory.create_batch(4, handler=cast.belgian_colleague)
    for hours in (-2, 3, 5, 7):
        DossierFactory(handler=cast.belgian_officer, due_at=in_(hours=hours))
    rotation = steps.begin_rotation(cast.belgian_officer)
    assert spread_among(cast, rotation) == [
        "C. Beispiel", "B. Exemple", "C. Beispiel", "B. Exemple",
    ]  # fmt: skip


def test_who_is_absent_is_proposed_nothing_unless_all_are(
    cast: Cast, dossiers: list[Dossier]
) -> None:
    rotation = steps.begin_rotation(cast.belgian_officer)
    today = timezone.now().date()
    Absence.objects.create(person_id=cast.belgian_head.pk, starts_on=today, ends_on=today)
    assert set(spread_among(cast, rotation)) == {"B. Exemple"}
    Absence.objects.create(person_id=cast.belgian_colleague.pk, starts_on=today, ends_on=today)
    assert set(spread_among(cast, rotation)) == {"B. Exemple", "C. Beispiel"}


def test_what_is_planned_already_counts_as_on_hand(cast: Cast, dossiers: list[Dossier]) -> None:
    rotation = planned(cast, dossiers[:2])
    rows = {row.reference: row for row in preview(cast.belgian_officer, rotation).to_plan}
    new = rows[dossiers[2].reference]
    assert (new.receiver, new.new) == ("C. Beispiel", True)
    assert not rows[dossiers[0].reference].new


def test_nobody_of_the_team_is_left_and_the_preview_says_where_it_falls(cast: Cast) -> None:
    me = cast.belgian_officer
    open_one, confined = (DossierFactory(handler=me, confined=each) for each in (False, True))
    people = [cast.belgian_colleague.pk, cast.belgian_head.pk]
    Posting.objects.filter(person__in=people).update(ends_at=TransactionNow())
    shown = preview(me, steps.begin_rotation(me))
    states = {row.reference: row.state for row in shown.to_plan}
    assert shown.orphans == 2
    assert "falls to the team" in states[open_one.reference]
    assert "falls to headquarters" in states[confined.reference]


# The preview --------------------------------------------------------------------------------


def test_the_preview_holds_the_whole_portfolio(cast: Cast, dossiers: list[Dossier]) -> None:
    me = cast.belgian_officer
    MandateFactory(owner="NL", desk="BOG", receiver=me)
    foreign = DossierFactory(owner="NL", handler=me)
    mine = DossierFactory(handler=cast.belgian_colleague)
    steps.offer(cast.belgian_colleague, mine, me)
    DossierFactory(handler=me, status="closed", result="done")
    DossierFactory(handler=me, desk="BSB")
    shown = preview(me, steps.begin_rotation(me))
    assert {row.reference for row in shown.to_plan} == {each.reference for each in dossiers}
    assert [row.reference for row in shown.by_hand] == [foreign.reference]
    assert [row.reference for row in shown.incoming] == [mine.reference]


def test_of_a_confined_dossier_who_leaves_loses_sight_at_once(cast: Cast) -> None:
    confined = DossierFactory(handler=cast.belgian_officer, confined=True)
    (row,) = preview(cast.belgian_officer, steps.begin_rotation(cast.belgian_officer)).to_plan
    assert (row.reference, row.loses) == (
        confined.reference, "who leaves, at once: the team sees nothing of it",
    )  # fmt: skip


def test_the_head_of_desk_sees_no_confined_dossier_in_it(
    cast: Cast, dossiers: list[Dossier]
) -> None:
    me, head = cast.belgian_officer, cast.belgian_head
    confined = DossierFactory(handler=me, confined=True)
    rotation = planned(cast, [*dossiers, confined])
    assert len(preview(me, rotation).to_plan) == 4
    assert {row.reference for row in preview(head, rotation).to_plan} == {
        each.reference for each in dossiers
    }
    with as_person(head):
        assert len(rotations.lines(rotation, head)) == 3


# Who steers ---------------------------------------------------------------------------------


def test_who_leaves_and_the_own_head_of_desk_begin_one_and_nobody_else(cast: Cast) -> None:
    me = cast.belgian_officer
    rotation = steps.begin_rotation(cast.belgian_head, me)
    assert (rotation.leaver_id, rotation.country, rotation.state) == (me.pk, "BE", "planned")
    assert steps.begin_rotation(me) == rotation  # the one that goes on
    for other in (cast.dutch_head, cast.belgian_headquarters, cast.belgian_elsewhere):
        with pytest.raises(PermissionDenied):
            steps.begin_rotation(other, cast.belgian_colleague)


def test_it_knows_when_the_posting_ends(cast: Cast) -> None:
    ends = in_(days=30)
    Posting.objects.filter(person=cast.belgian_officer.pk).update(ends_at=ends)
    assert steps.begin_rotation(cast.belgian_officer).leaves_at == ends
    assert steps.begin_rotation(cast.belgian_colleague).leaves_at is None


def test_a_plan_goes_to_the_own_team_only(cast: Cast, dossiers: list[Dossier]) -> None:
    rotation = steps.begin_rotation(cast.belgian_officer)
    for other in (cast.dutch_officer, cast.belgian_elsewhere, cast.belgian_officer):
        with pytest.raises(PermissionDenied):
            steps.plan_rotation(cast.belgian_officer, rotation, {dossiers[0]: other})
    assert not RotationLine.objects.exists()


def test_a_plan_passes_by_what_the_leaver_does_not_handle(cast: Cast) -> None:
    other = DossierFactory(handler=cast.belgian_colleague)
    planned(cast, [other])
    assert not RotationLine.objects.exists()


# Offering -----------------------------------------------------------------------------------


def test_everything_is_offered_and_each_receiver_told_once(
    cast: Cast, dossiers: list[Dossier]
) -> None:
    me, one, two = cast.belgian_officer, cast.belgian_colleague, cast.belgian_head
    rotation = steps.begin_rotation(me)
    steps.plan_rotation(me, rotation, {dossiers[0]: one, dossiers[1]: one, dossiers[2]: two})
    made = steps.offer_rotation(me, rotation)
    assert (made.dossiers, made.refused) == (3, {})
    offers = Handover.objects.filter(kind="rotation", state="offered")
    assert {(each.dossier_id, each.to_person_id) for each in offers} == {
        (dossiers[0].pk, one.pk), (dossiers[1].pk, one.pk), (dossiers[2].pk, two.pk),
    }  # fmt: skip
    assert all(each.note_state and each.note_promises for each in offers)
    for person, count in ((one, 2), (two, 1)):
        (alert,) = Alert.objects.filter(recipient=person.pk)
        assert (alert.event, alert.facts["dossiers"]) == ("rotation.offered", count)
        assert (alert.reference, alert.path) == ("BE-BOG", f"/rotations/{rotation.pk}/")
    rotation.refresh_from_db()
    assert rotation.state == "offered"


def test_the_head_of_desk_offers_for_the_leaver(cast: Cast, dossiers: list[Dossier]) -> None:
    head, me = cast.belgian_head, cast.belgian_officer
    rotation = steps.begin_rotation(head, me)
    steps.plan_rotation(head, rotation, dict.fromkeys(dossiers, cast.belgian_colleague))
    assert steps.offer_rotation(head, rotation).dossiers == 3
    steps.answer_rotation(cast.belgian_colleague, rotation, Step.ACCEPT)
    assert Dossier.objects.filter(handler=cast.belgian_colleague.pk).count() == 3


def test_a_dossier_that_cannot_be_offered_stays_and_the_others_go_on(
    cast: Cast, dossiers: list[Dossier]
) -> None:
    me = cast.belgian_officer
    rotation = planned(cast, dossiers)
    steps.offer(me, dossiers[1], cast.belgian_head)
    made = steps.offer_rotation(me, rotation)
    assert made.dossiers == 2
    assert made.refused == {
        dossiers[1].reference: "This dossier is already offered to somebody."
    }  # fmt: skip
    row = next(iter(preview(me, rotation).to_plan))
    assert (row.reference, row.state) == (
        dossiers[1].reference, "is offered to C. Beispiel (BE) already",
    )  # fmt: skip


def test_who_no_longer_works_at_the_desk_is_offered_nothing(
    cast: Cast, dossiers: list[Dossier]
) -> None:
    rotation = planned(cast, dossiers)
    Posting.objects.filter(person=cast.belgian_colleague.pk).update(ends_at=TransactionNow())
    made = steps.offer_rotation(cast.belgian_officer, rotation)
    assert (made.dossiers, len(made.refused)) == (0, 3)
    states = {row.state for row in preview(cast.belgian_officer, rotation).to_plan}
    assert states == {"B. Exemple no longer works at this desk"}
    rotation.refresh_from_db()
    assert rotation.state == "planned"


def test_what_comes_later_is_offered_the_next_time(cast: Cast, dossiers: list[Dossier]) -> None:
    me = cast.belgian_officer
    rotation = offered(cast, dossiers)
    late = DossierFactory(handler=me)
    steps.plan_rotation(me, rotation, {late: cast.belgian_head})
    assert steps.offer_rotation(me, rotation).dossiers == 1
    assert Handover.objects.filter(kind="rotation").count() == 4


# Answering ----------------------------------------------------------------------------------


def test_acceptance_moves_each_and_those_concerned_are_told_once(
    cast: Cast, dossiers: list[Dossier]
) -> None:
    me, you = cast.belgian_officer, cast.belgian_colleague
    rotation = offered(cast, dossiers)
    steps.answer_rotation(you, rotation, Step.ACCEPT)
    for dossier in dossiers:
        dossier.refresh_from_db()
        assert dossier.handler_id == you.pk
        assert grants_of(dossier)[you.name] == "handle"
        assert me.name not in grants_of(dossier)
    for person in (me, cast.belgian_head, cast.belgian_coordinator):
        (alert,) = told(person, "rotation.answered")
        assert (alert.facts["accepted"], alert.facts["declined"]) == (3, 0)
    assert not Alert.objects.filter(event__startswith="handover.").exists()


def test_the_ticked_ones_alone_are_answered(cast: Cast, dossiers: list[Dossier]) -> None:
    you = cast.belgian_colleague
    rotation = offered(cast, dossiers)
    steps.answer_rotation(you, rotation, Step.ACCEPT, dossiers[0])
    steps.answer_rotation(you, rotation, Step.DECLINE, dossiers[1], reason="Too much.")
    states = dict(RotationLine.objects.values_list("dossier", "handover__state"))
    assert [states[each.pk] for each in dossiers] == ["accepted", "declined", "offered"]
    assert Handover.objects.get(state="declined").answer_reason == "Too much."
    counts = [(each.facts["accepted"], each.facts["declined"])
              for each in told(cast.belgian_officer, "rotation.answered")]  # fmt: skip
    assert sorted(counts) == [(0, 1), (1, 0)]


def test_who_loses_sight_of_a_confined_one_is_told_so(cast: Cast) -> None:
    me, you = cast.belgian_officer, cast.belgian_colleague
    confined = DossierFactory(handler=me, confined=True)
    rotation = offered(cast, [confined])
    assert sees(you, confined)
    steps.answer_rotation(you, rotation, Step.ACCEPT)
    assert not sees(me, confined)
    assert len(told(me, "access.ended")) == 1
    with as_person(me):
        assert rotations.lines(rotation, me) == []


def test_nobody_answers_for_another(cast: Cast, dossiers: list[Dossier]) -> None:
    rotation = offered(cast, dossiers)
    keys = set(RotationLine.objects.values_list("pk", flat=True))
    with as_person(cast.belgian_head):
        made = services.answer(
            rotation=rotation, by=cast.belgian_head, step=Step.ACCEPT, lines=keys
        )
    assert made.dossiers == 0
    assert not Handover.objects.filter(state="accepted").exists()


def test_what_was_declined_is_planned_and_offered_again(
    cast: Cast, dossiers: list[Dossier]
) -> None:
    me, rotation = cast.belgian_officer, offered(cast, dossiers)
    steps.answer_rotation(cast.belgian_colleague, rotation, Step.DECLINE)
    rows = preview(me, rotation).to_plan
    assert {(row.chosen, row.state) for row in rows} == {("", "declined by B. Exemple")}
    steps.plan_rotation(me, rotation, dict.fromkeys(dossiers))  # nobody chosen changes nothing
    assert {row.state for row in preview(me, rotation).to_plan} == {"declined by B. Exemple"}
    steps.plan_rotation(me, rotation, dict.fromkeys(dossiers, cast.belgian_head))
    assert steps.offer_rotation(me, rotation).dossiers == 3


def test_what_went_another_way_is_marked(cast: Cast, dossiers: list[Dossier]) -> None:
    me, rotation = cast.belgian_officer, planned(cast, dossiers)
    steps.accept(cast.belgian_head, steps.offer(me, dossiers[0], cast.belgian_head))
    shown = preview(me, rotation)
    assert [(row.reference, row.state) for row in shown.left] == [
        (dossiers[0].reference, "with C. Beispiel")
    ]
    assert len(shown.to_plan) == 2


# The end ------------------------------------------------------------------------------------


def certificate(person: User, rotation: Rotation) -> rotation_certificates.Certificate:
    """The certificate as somebody may have it."""
    with as_person(person):
        return rotation_certificates.certificate(rotation, person, zones_of(person))


def finished(cast: Cast, dossiers: list[Dossier]) -> Rotation:
    """Two moved, one stayed."""
    me, you = cast.belgian_officer, cast.belgian_colleague
    rotation = offered(cast, dossiers)
    steps.answer_rotation(you, rotation, Step.ACCEPT, *dossiers[:2])
    steps.answer_rotation(you, rotation, Step.DECLINE, dossiers[2])
    steps.finish_rotation(me, rotation)
    rotation.refresh_from_db()
    return rotation


def test_it_is_finished_when_no_offer_waits(cast: Cast, dossiers: list[Dossier]) -> None:
    rotation = offered(cast, dossiers)
    with pytest.raises(PermissionDenied, match="wait for an answer"):
        steps.finish_rotation(cast.belgian_officer, rotation)
    steps.answer_rotation(cast.belgian_colleague, rotation, Step.ACCEPT)
    steps.finish_rotation(cast.belgian_officer, rotation)
    rotation.refresh_from_db()
    assert rotation.state == "done"
    assert rotation.ended_at is not None
    with pytest.raises(PermissionDenied, match="has ended"):
        steps.plan_rotation(cast.belgian_officer, rotation, {})


def test_a_second_rotation_begins_when_the_first_is_given_up(cast: Cast) -> None:
    me = cast.belgian_officer
    first = steps.begin_rotation(me)
    with as_person(me):
        services.give_up(rotation=first, by=me)
    assert steps.begin_rotation(me) != first


def test_the_certificate_says_what_moved_and_what_stayed_where(
    cast: Cast, dossiers: list[Dossier]
) -> None:
    me = cast.belgian_officer
    found = certificate(me, finished(cast, dossiers))
    assert [each.reference for each in found.moved] == [each.reference for each in dossiers[:2]]
    assert {each.receiver for each in found.moved} == {"B. Exemple (BE)"}
    handover = Handover.objects.get(dossier=dossiers[0])
    assert found.moved[0].digest == rotation_certificates.digest(handover)
    assert "Bogotá" in found.moved[0].offered
    assert "Brussels" in found.moved[0].accepted
    (stayed,) = found.stayed
    assert (stayed.reference, stayed.why, stayed.where) == (
        dossiers[2].reference, "declined by B. Exemple", "with A. Voorbeeld",
    )  # fmt: skip


def test_another_word_in_a_note_is_another_digest(cast: Cast, dossiers: list[Dossier]) -> None:
    rotation = finished(cast, dossiers)
    before = certificate(cast.belgian_officer, rotation)
    Handover.objects.filter(dossier=dossiers[0]).update(note_risks="Another word.")
    after = certificate(cast.belgian_officer, rotation)
    assert before.moved[0].digest != after.moved[0].digest
    assert before.moved[1].digest == after.moved[1].digest
    assert before.digest != after.digest


def test_each_reader_s_certificate_holds_what_he_sees(cast: Cast, dossiers: list[Dossier]) -> None:
    confined = DossierFactory(handler=cast.belgian_officer, confined=True)
    rotation = finished(cast, [dossiers[0], confined, dossiers[1]])
    seen = {person: len(certificate(person, rotation).moved)
            for person in (cast.belgian_headquarters, cast.belgian_head)}  # fmt: skip
    assert seen == {cast.belgian_headquarters: 2, cast.belgian_head: 1}


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_certificate_is_a_pdf_and_stands_in_the_log(
    cast: Cast, dossiers: list[Dossier], language: str
) -> None:
    me, rotation = cast.belgian_officer, finished(cast, dossiers)
    made = certified(me, rotation)
    assert made.content.startswith(b"%PDF-1.7")
    assert b"pdfaid" in made.content
    assert made.name == f"rotation-BE-BOG-{rotation.ended_at:%Y%m%d}.pdf"
    row = LogRow.objects.get(action="rotation.certified")
    assert (row.chain, row.target_id, len(row.facts["digest"])) == ("BE", rotation.pk, 64)


def certified(person: User, rotation: Rotation) -> Any:
    """The print for somebody."""
    with as_person(person):
        return services.certify(rotation=rotation, by=person, zones=zones_of(person))


def test_the_certificate_is_for_who_follows_the_rotation_once_it_is_done(
    cast: Cast, dossiers: list[Dossier]
) -> None:
    rotation = offered(cast, dossiers)
    with pytest.raises(PermissionDenied, match="is finished"):
        certified(cast.belgian_officer, rotation)
    steps.answer_rotation(cast.belgian_colleague, rotation, Step.ACCEPT)
    steps.finish_rotation(cast.belgian_head, rotation)
    for person in (cast.belgian_officer, cast.belgian_head, cast.belgian_headquarters):
        assert certified(person, rotation).content
    with pytest.raises(PermissionDenied, match="is for who leaves"):
        certified(cast.belgian_colleague, rotation)
    with pytest.raises(Rotation.DoesNotExist):
        certified(cast.dutch_head, rotation)


def test_when_the_posting_ends_the_right_to_the_rotation_ends_with_it(
    cast: Cast, dossiers: list[Dossier]
) -> None:
    rotation = rotation_of(cast.belgian_officer, *dossiers, to=cast.belgian_colleague)
    long_ago = timezone.now() - timedelta(days=400)
    Posting.objects.filter(person=cast.belgian_officer.pk).update(
        starts_at=long_ago, ends_at=TransactionNow()
    )
    with pytest.raises(Rotation.DoesNotExist):
        steps.offer_rotation(cast.belgian_officer, rotation)
    assert steps.offer_rotation(cast.belgian_head, rotation).dossiers == 3
