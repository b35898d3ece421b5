"""Absences and stand-ins: who may say so, which rights follow, and what becomes of them."""

from datetime import timedelta

import pytest
from django.contrib.postgres.functions import TransactionNow
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import DirectoryEntry, Posting, User
from cases import policy
from cases.models import Clock, Dossier, Entry, GrantHistory, StandIn
from cases.selectors import access, access_diff, heads, standins, worklist
from cases.selectors.hand_over import Party
from cases.services import time
from cases.services.standins import OverlapError
from cases.states import Step
from lodesk.alerts.mail import compose
from lodesk.alerts.models import Alert
from lodesk.audit.models import LogRow
from tests import steps
from tests.factories import (
    Cast,
    ClockFactory,
    Desk,
    DossierFactory,
    MandateFactory,
    StandInFactory,
    as_person,
    grant,
    raw,
    without_rules,
)
from tests.looking import as_owner, grants_of, readers_of

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)


@pytest.fixture
def away(cast: Cast) -> User:
    """The officer, who handles things and leaves."""
    return cast.belgian_officer


@pytest.fixture
def mate(cast: Cast) -> User:
    """Who stands in."""
    return cast.belgian_colleague


def _let_it_end(standin: StandIn) -> None:
    with without_rules("cases_standin"):
        StandIn.objects.filter(pk=standin.pk).update(
            starts_at=TransactionNow() - 2 * A_DAY, ends_at=TransactionNow() - timedelta(seconds=1)
        )


# Absences ---------------------------------------------------------------------------------


def test_an_absence_is_entered_once_and_taken_back(cast: Cast, away: User) -> None:
    absence = steps.be_absent(away, away)
    assert steps.be_absent(away, away).pk == absence.pk
    with as_person(cast.dutch_officer):
        assert DirectoryEntry.objects.get(person=away.pk).absent
    steps.take_back(away, absence)
    with as_person(cast.dutch_officer):
        assert not DirectoryEntry.objects.get(person=away.pk).absent
    absence.refresh_from_db()
    assert absence.taken_back_by_id == away.pk
    with pytest.raises(PermissionDenied):
        steps.take_back(away, absence)
    acts = LogRow.objects.filter(action__startswith="absence.").values_list("action", "chain")
    assert sorted(acts) == [("absence.entered", "BE"), ("absence.taken_back", "BE")]


def test_the_head_of_desk_enters_for_the_own_team_and_for_nobody_else(
    cast: Cast, away: User
) -> None:
    assert steps.be_absent(cast.belgian_head, away).made_by_id == cast.belgian_head.pk
    for other in (cast.belgian_elsewhere, cast.dutch_officer, cast.belgian_coordinator):
        with pytest.raises(PermissionDenied):
            steps.be_absent(cast.belgian_head, other)
    for who in (cast.belgian_colleague, cast.dutch_head, cast.belgian_coordinator):
        with pytest.raises(PermissionDenied):
            steps.be_absent(who, away)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])  # 25 hours apart
def test_a_day_of_absence_is_a_day_of_the_desk(cast: Cast, away: User, zone: str) -> None:
    as_owner("UPDATE accounts_desk SET time_zone = %s WHERE code = 'BOG'", [zone])
    absent = "SELECT absent FROM accounts_directory WHERE person_id = %s"
    for days, expected in ((-1, False), (0, True), (1, False)):
        as_owner("DELETE FROM accounts_absence")
        as_owner(
            "INSERT INTO accounts_absence (person_id, starts_on, ends_on) SELECT %s, day, day"
            " FROM (SELECT (now() AT TIME ZONE %s)::date + %s AS day) AS at_the_desk",
            [away.pk, zone, days],
        )
        assert raw(cast.dutch_officer, absent, [away.pk]) == [(expected,)], days
        chain = as_owner("SELECT accounts_absent(%s, %s)", [away.pk, cast.desks["BOG"].pk])
        assert chain == [(expected,)]


# Rights -----------------------------------------------------------------------------------


def test_who_stands_in_for_all_handles_what_the_absent_person_handles(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    mine, confined = (DossierFactory(handler=away, confined=each) for each in (False, True))
    closed = DossierFactory(handler=away, status="closed")
    other = DossierFactory(handler=cast.belgian_head)
    standin = steps.stand_in(away, away, mate, bogota)
    assert standin.acting_id == mate.pk
    for dossier in (mine, confined):
        assert grants_of(dossier)[mate.name] == "handle"
        assert Dossier.objects.get(pk=dossier.pk).handler_id == away.pk
    for dossier in (closed, other):
        assert mate.name not in grants_of(dossier)
    history = GrantHistory.objects.filter(person=mate.pk, ended_at=None)
    assert set(history.values_list("standin", flat=True)) == {standin.pk}
    steps.end_standin(away, standin)
    for dossier in (mine, confined):
        assert mate.name not in grants_of(dossier)
        assert -mate.pk not in readers_of(dossier)


def test_for_one_dossier_it_is_that_one_alone(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    one, other = DossierFactory.create_batch(2, handler=away)
    steps.stand_in(away, away, mate, bogota, one)
    assert grants_of(one)[mate.name] == "handle"
    assert mate.name not in grants_of(other)


def test_one_for_a_dossier_goes_before_one_for_all(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    one, other = DossierFactory.create_batch(2, handler=away)
    steps.stand_in(away, away, cast.belgian_head, bogota)
    steps.stand_in(away, away, mate, bogota, one)
    steps.tidy_up()
    assert (mate.name in grants_of(one), cast.belgian_head.name in grants_of(one)) == (True, False)
    assert cast.belgian_head.name in grants_of(other)


def test_it_begins_and_comes_back_by_itself(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    dossier = DossierFactory(handler=away, confined=True)
    standin = steps.stand_in(away, away, mate, bogota, starts_at=steps.in_(days=1))
    steps.tidy_up()
    assert mate.name not in grants_of(dossier)
    with without_rules("cases_standin"):
        StandIn.objects.filter(pk=standin.pk).update(starts_at=TransactionNow() - A_DAY)
    assert steps.tidy_up() == 1
    assert grants_of(dossier)[mate.name] == "handle"
    assert steps.tidy_up() == 0
    _let_it_end(standin)
    assert steps.tidy_up() == 2  # who was absent, and who stood in
    assert mate.name not in grants_of(dossier)
    assert steps.tidy_up() == 0
    assert StandIn.objects.get().over_at is not None


def test_what_the_absent_person_gets_and_gives_meanwhile_follows(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    first = DossierFactory(handler=away, confined=True)
    steps.stand_in(away, away, mate, bogota)
    second = DossierFactory(handler=away)
    steps.tidy_up()
    assert grants_of(second)[mate.name] == "handle"
    steps.accept(cast.belgian_head, steps.offer(away, first, cast.belgian_head.person_ptr))
    assert mate.name not in grants_of(first)
    ended = Alert.objects.filter(event="access.ended", subject_id=first.pk)
    assert mate.pk in ended.values_list("recipient", flat=True)


def test_who_stands_in_and_takes_it_over_keeps_it(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    dossier = DossierFactory(handler=away, confined=True)
    standin = steps.stand_in(away, away, mate, bogota)
    offer = steps.offer(away, dossier, mate.person_ptr)
    steps.end_standin(away, standin)
    assert grants_of(dossier)[mate.name] == "view"  # the offer lets him look
    steps.accept(mate, offer)
    steps.tidy_up()
    assert grants_of(dossier)[mate.name] == "handle"
    assert Dossier.objects.get().handler_id == mate.pk


def test_what_one_holds_anyway_stays_when_standing_in_ends(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    dossier = DossierFactory(handler=away, confined=True)
    grant(dossier, mate, "contribute")
    standin = steps.stand_in(away, away, mate, bogota)
    assert grants_of(dossier)[mate.name] == "handle"
    steps.end_standin(away, standin)
    assert grants_of(dossier)[mate.name] == "contribute"


def test_the_head_of_desk_says_who_but_never_of_anothers_confined_dossier(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    plain, confined = (DossierFactory(handler=away, confined=each) for each in (False, True))
    steps.stand_in(cast.belgian_head, away, mate, bogota)
    assert mate.name in grants_of(plain)
    assert mate.name not in grants_of(confined)
    with pytest.raises(Dossier.DoesNotExist):
        steps.stand_in(cast.belgian_head, away, mate, bogota, confined)


@pytest.mark.parametrize(
    "who", ["belgian_colleague", "dutch_head", "belgian_coordinator", "belgian_elsewhere"]
)
def test_nobody_else_says_who_stands_in(
    cast: Cast, away: User, mate: User, bogota: Desk, who: str
) -> None:
    with pytest.raises(PermissionDenied):
        steps.stand_in(getattr(cast, who), away, mate, bogota)


@pytest.mark.parametrize("who", ["belgian_elsewhere", "dutch_officer", "belgian_leaver"])
def test_who_does_not_work_there_for_the_country_does_not_stand_in(
    cast: Cast, away: User, bogota: Desk, who: str
) -> None:
    with pytest.raises(PermissionDenied):
        steps.stand_in(away, away, getattr(cast, who), bogota)


def test_one_at_a_time_for_the_same_work(cast: Cast, away: User, mate: User, bogota: Desk) -> None:
    standin = steps.stand_in(away, away, mate, bogota)
    with pytest.raises(OverlapError):
        steps.stand_in(away, away, cast.belgian_head, bogota)
    steps.stand_in(
        away, away, mate, bogota, starts_at=standin.ends_at, ends_at=standin.ends_at + A_DAY
    )
    steps.end_standin(away, standin)
    steps.stand_in(away, away, cast.belgian_head, bogota, ends_at=standin.ends_at)
    with pytest.raises(PermissionDenied):
        steps.end_standin(away, standin)


def test_of_another_country_only_what_a_standing_mandate_covers(
    cast: Cast, mate: User, bogota: Desk
) -> None:
    away, other = cast.belgian_officer, cast.belgian_head  # both certified for NL
    kinds = ("incoming_request", "seizure")
    held = {kind: DossierFactory(owner="NL", kind=kind) for kind in kinds}
    for dossier in held.values():
        mandate = MandateFactory(dossier=dossier, receiver=away)
        grant(dossier, away, "handle", mandate)
        Dossier.objects.filter(pk=dossier.pk).update(handler=away.pk)
    standing = MandateFactory(owner="NL", desk="BOG", receiver=cast.team("BE"), kinds=["seizure"])
    standin = steps.stand_in(away, away, other, bogota)
    assert grants_of(held["seizure"])[other.name] == "handle"
    assert other.name not in grants_of(held["incoming_request"])
    with as_person(away):
        stays = standins.not_covered(standin, away)
    assert [each.row.reference for each in stays] == [held["incoming_request"].reference]
    with as_person(other):
        assert policy.may(other, Step.OFFER, held["seizure"])
    steps.end(cast.dutch_coordinator, standing)
    assert other.name not in grants_of(held["seizure"])
    steps.tidy_up()
    assert other.name not in grants_of(held["seizure"])


def test_without_the_certificate_nothing_of_another_country_is_covered(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    dossier = DossierFactory(owner="NL", kind="seizure")
    MandateFactory(owner="NL", desk="BOG", receiver=cast.team("BE"))
    grant(dossier, away, "handle", MandateFactory(dossier=dossier, receiver=away))
    Dossier.objects.update(handler=away.pk)
    standin = steps.stand_in(away, away, mate, bogota)
    assert mate.name not in grants_of(dossier)
    with as_person(away):
        assert len(standins.not_covered(standin, away)) == 1


def test_rights_end_with_the_posting_of_who_stands_in(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    dossier = DossierFactory(handler=away)
    steps.stand_in(away, away, mate, bogota)
    Posting.objects.filter(person=mate.pk).update(ends_at=TransactionNow())
    steps.tidy_up()
    assert mate.name not in grants_of(dossier)
    told = Alert.objects.filter(event="standin.nobody").values_list("recipient", flat=True)
    assert list(told) == [cast.belgian_head.pk]


def test_an_absence_that_is_taken_back_ends_its_stand_ins(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    dossier = DossierFactory(handler=away)
    absence = steps.be_absent(away, away, days=3)
    inside = steps.stand_in(away, away, mate, bogota, ends_at=steps.in_(days=1))
    later = {"starts_at": steps.in_(days=20), "ends_at": steps.in_(days=30)}
    outside = steps.stand_in(away, away, mate, bogota, **later)
    steps.take_back(away, absence)
    assert mate.name not in grants_of(dossier)
    inside.refresh_from_db()
    outside.refresh_from_db()
    assert inside.ended_by_id == away.pk
    assert outside.ended_at is None


# On behalf --------------------------------------------------------------------------------


def test_every_act_of_who_stands_in_says_on_whose_behalf(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    dossier = DossierFactory(handler=away)
    before = steps.add_note(mate, dossier)  # of the team
    standin = steps.stand_in(away, away, mate, bogota)
    note = steps.add_note(mate, dossier)
    own = steps.add_note(away, dossier)
    offer = steps.offer(mate, dossier, cast.belgian_head.person_ptr)
    said = {each.pk: each.on_behalf_of_id for each in Entry.objects.all()}
    assert (said[before.pk], said[note.pk], said[own.pk]) == (None, away.pk, None)
    event = Entry.objects.get(event="handover.offered")
    assert event.on_behalf_of_id == away.pk
    assert offer.giver_id == mate.pk
    logged = LogRow.objects.filter(actor=mate.pk, facts__on_behalf_of=str(away.public_id))
    assert set(logged.values_list("action", flat=True)) == {"entry.added", "handover.offered"}
    with as_person(away):
        done = standins.done(standin, away)
    assert [each.reference for each in done] == [dossier.reference] * 2
    steps.end_standin(away, standin)
    after = steps.add_note(mate, dossier)
    assert Entry.objects.get(pk=after.pk).on_behalf_of_id is None
    assert Entry.objects.get(pk=note.pk).on_behalf_of_id == away.pk  # recorded, not computed


def test_what_one_answers_oneself_is_not_on_behalf_of_anybody(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    dossier = DossierFactory(handler=away)
    steps.stand_in(away, away, mate, bogota)
    steps.accept(mate, steps.offer(away, dossier, mate.person_ptr))
    assert Entry.objects.get(event="handover.accepted").on_behalf_of_id is None


def test_the_pages_say_who_stands_in_and_until_when(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    DossierFactory(handler=away)
    standin = steps.stand_in(away, away, mate, bogota)
    for reader in (away, mate, cast.belgian_coordinator):
        with as_person(reader):
            seen = Dossier.objects.visible_to(reader).select_related("handler", "desk").get()
            holders = access.access(seen, reader).holders
            words = heads.full_head(seen, holders, None).stand_in
            assert f"{mate.name} stands in for {away.name} until" in words
            held = next(each for each in holders if each.person and each.person.pk == mate.pk)
            assert (held.stands_in, held.until) == (True, standin.ends_at)
    with as_person(away):
        situation = access_diff.situation(seen, holders)
        to = _to(cast.belgian_head)
        rows = access_diff.diff(situation, to, kept=access_diff.Kept(), why="")
        assert [row.change for row in rows if row.who == str(mate.person_ptr)] == ["loses"]


def _to(person: User) -> Party:
    return Party(
        value="", to=person.person_ptr, label="", groups=frozenset(), foreign=False, standing=None
    )


def test_the_worklist_of_who_stands_in_shows_it(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    dossier = DossierFactory(handler=away)
    late = DossierFactory(handler=away, due_at=timezone.now() - timedelta(hours=1))
    steps.stand_in(away, away, mate, bogota)
    with as_person(mate):
        groups = {group.slug: group.rows for group in worklist.groups_for(mate)}
    assert [row.reference for row in groups["stands_in"]] == [dossier.reference]
    assert [row.reference for row in groups["overdue"]] == [late.reference]
    assert groups["stands_in"][0].may_hand_over
    assert "desk" not in groups
    assert away.name in groups["stands_in"][0].handler


# Who is told ------------------------------------------------------------------------------


def test_who_stands_in_is_told_once_with_a_number_and_who_was_absent_that_it_is_over(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    DossierFactory.create_batch(3, handler=away)
    standin = steps.stand_in(away, away, mate, bogota)
    assert steps.tidy_up() == 1
    (told,) = Alert.objects.filter(event="standin.begun")
    assert (told.recipient_id, told.facts, told.reference) == (mate.pk, {"dossiers": 3}, "")
    assert told.path == f"/absences/stand-ins/{standin.pk}/"
    steps.end_standin(away, standin)
    steps.tidy_up()
    over = Alert.objects.filter(event="standin.ended").values_list("recipient", "because")
    assert set(over) == {(away.pk, "absent"), (mate.pk, "stood_in")}
    assert steps.tidy_up() == 0


def test_the_mail_holds_a_number_and_names_no_dossier(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    dossier = DossierFactory(handler=away)
    standin = steps.stand_in(away, away, mate, bogota)
    steps.tidy_up()
    with as_person(mate):
        alert = Alert.objects.visible_to(mate).get(event="standin.begun")
        mail = compose(alert, mate)
    assert mail.subject == "[LO Desk] you stand in for a colleague"
    body = " ".join(str(mail.body).split())
    assert f"/absences/stand-ins/{standin.pk}/" in body
    assert "because you stand in for somebody who is absent" in body
    assert not [word for word in (dossier.reference, dossier.title, away.name) if word in body]


def test_who_stands_in_is_reminded_of_what_is_due(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    dossier = DossierFactory(handler=away)
    past = {"starts_at": steps.in_(hours=-9), "term_at": steps.in_(minutes=-1)}
    ClockFactory(dossier=dossier, kind="own", rule="", **past)
    Clock.objects.update(told=2)
    steps.stand_in(away, away, mate, bogota)
    with as_person(None):
        time.remind()
    told = Alert.objects.filter(event="clock.past").values_list("recipient", "because")
    assert set(told) == {(away.pk, "handler"), (mate.pk, "stands_in")}


# Chains -----------------------------------------------------------------------------------


def test_a_stand_in_who_is_absent_too_gives_it_on(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    dossier, last = DossierFactory(handler=away), cast.belgian_head
    steps.stand_in(away, away, mate, bogota)
    steps.stand_in(mate, mate, last, bogota)
    steps.tidy_up()
    assert grants_of(dossier)[mate.name] == "handle"  # has said who, but is not away
    absence = steps.be_absent(mate, mate)
    steps.tidy_up()
    assert grants_of(dossier)[last.name] == "handle"
    assert mate.name not in grants_of(dossier)
    note = steps.add_note(last, dossier)
    assert Entry.objects.get(pk=note.pk).on_behalf_of_id == away.pk
    steps.take_back(mate, absence)
    steps.tidy_up()
    assert grants_of(dossier)[mate.name] == "handle"


def test_a_chain_in_a_round_ends_at_nobody_and_the_head_is_told(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    dossier = DossierFactory(handler=away)
    StandInFactory(absent=away, stand_in=mate)
    StandInFactory(absent=mate, stand_in=away)
    for person in (away, mate):
        steps.be_absent(person, person)
    steps.tidy_up()
    assert mate.name not in grants_of(dossier)
    told = Alert.objects.filter(event="standin.nobody").values_list("recipient", flat=True)
    assert set(told) == {cast.belgian_head.pk}
    assert steps.tidy_up() == 0


def test_a_confined_dossier_follows_no_chain_that_somebody_else_made(
    cast: Cast, away: User, mate: User, bogota: Desk
) -> None:
    plain, confined = (DossierFactory(handler=away, confined=each) for each in (False, True))
    steps.stand_in(away, away, mate, bogota)
    steps.be_absent(mate, mate)
    steps.stand_in(cast.belgian_head, mate, cast.belgian_head, bogota)
    steps.tidy_up()
    assert cast.belgian_head.name in grants_of(plain)
    assert cast.belgian_head.name not in grants_of(confined)
