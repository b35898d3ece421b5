"""The first wall alone: every answer of cases/policy.py, asked where PostgreSQL hides nothing.

The tests act as nobody, on the connection of the owner of the tables, whom no policy holds: what
comes back is what Python alone decides.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.postgres.functions import TransactionNow
from django.utils import timezone

from accounts.models import Certificate, Posting, User
from cases import policy
from cases.models import (
    Contact,
    Document,
    Dossier,
    Handover,
    Link,
    Mandate,
    Project,
    ProjectMember,
    Rotation,
    RotationLine,
    SavedView,
    StandIn,
    Task,
    Template,
)
from cases.states import STATUS_STEPS, Level, Sight, Status, Step
from tests.border.test_each_wall import moved
from tests.border.test_each_wall_at_work import _leaves as leaves
from tests.factories import (
    Cast,
    ClockFactory,
    ContactFactory,
    DocumentFactory,
    DossierFactory,
    HandoverFactory,
    LinkFactory,
    MandateFactory,
    SavedViewFactory,
    StandInFactory,
    TaskFactory,
    TemplateFactory,
    add_posting,
    grant,
    newer,
    project_of,
    rotation_of,
)
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


# Which rows -----------------------------------------------------------------------------------


class World:
    """Dutch dossiers that a Belgian officer reached in every way there is, and his own."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.me, self.team = cast, cast.belgian_officer, cast.team("BE")
        self.made: dict[str, Dossier] = {
            "own": DossierFactory(handler=self.me),
            "confined": DossierFactory(handler=cast.belgian_colleague, confined=True),
            "dutch": DossierFactory(owner="NL"),
        }
        now, second = TransactionNow(), timedelta(seconds=1)
        self._under("named", self.me)
        self._under("through the team", self.team)
        self._under("named by the team's mandate", self.team, self.me)
        self._under("begins now", self.me, starts_at=now)
        for to in (self.me, self.team):
            self._under(f"ended by date {to}", to, ends_at=now)
            self._under(f"begins in a second {to}", to, starts_at=now + second)
            self._under(f"ended {to}", to, state="ended")
        # A colleague's grant stands; the own one on the same dossier stood on another mandate.
        both = self._under("a colleague's", self.team, cast.belgian_colleague)
        moved(self._under("", self.me, dossier=both.dossier), ends_at=now)
        self._of_a_team_that_was_left()

    def _under(
        self, name: str, receiver: Any, to: Any = None, dossier: Any = None, **values: Any
    ) -> Mandate:
        made = dossier or DossierFactory(owner="NL", confined=True)
        mandate: Mandate = MandateFactory(dossier=made, receiver=receiver, level="contribute")
        grant(made, to or receiver, "contribute", mandate)
        if values:
            moved(mandate, **values)
        if name:
            self.made[name] = made
        return mandate

    def _of_a_team_that_was_left(self) -> None:
        other = self.cast.team("BE", "BSB")
        posting = add_posting(self.cast, self.me, "officer", "BSB")
        self._under("of a team that was left", other, self.me)
        Posting.objects.filter(pk=posting.pk).update(ends_at=TransactionNow())

    def names(self, keys: Any) -> set[str]:
        return {name for name, dossier in self.made.items() if dossier.pk in set(keys)}

    def seen(self, user: User) -> set[str]:
        rows = policy.visible(Dossier.objects.all(), user)
        return self.names(rows.values_list("pk", flat=True))


@pytest.fixture
def world(cast: Cast) -> World:
    """Everything there is."""
    return World(cast)


MINE = {"own", "named", "through the team", "named by the team's mandate", "begins now"}


@pytest.mark.parametrize("few", [policy.FEW, 0])
def test_visible_is_what_is_granted_and_of_the_country_or_under_a_mandate_valid_now(
    world: World, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "FEW", few)  # few are named one by one, many are asked for
    cast = world.cast
    assert world.seen(world.me) == MINE
    assert world.seen(cast.belgian_colleague) == {
        "own", "confined", "through the team", "a colleague's",
    }  # fmt: skip
    assert world.seen(cast.dutch_officer) == {"dutch"}
    assert world.seen(cast.dutch_headquarters) == set(world.made) - {"own", "confined"}
    assert world.seen(cast.belgian_auditor) == set()
    leaves(world.me)
    assert world.seen(world.me) == set()


def test_levels_are_those_of_grants_that_stand_now(world: World) -> None:
    def held(user: User, level: str) -> set[str]:
        return {
            name for name, each in world.made.items() if level in policy.levels(user, each)
        }  # fmt: skip

    assert held(world.me, Level.VIEW) == MINE
    assert held(world.me, Level.CONTRIBUTE) == MINE
    assert held(world.me, Level.HANDLE) == {"own"}
    assert held(world.cast.belgian_headquarters, Level.OVERSEE) == {"own", "confined"}
    leaves(world.me)
    assert held(world.me, Level.VIEW) == set()


def test_acts_under_a_mandate_name_it(world: World) -> None:
    numbers = {name: policy.mandate_number(world.me, each) for name, each in world.made.items()}
    acting = MINE - {"own"}
    for name, number in numbers.items():
        mandates = Mandate.objects.filter(dossier=world.made[name].pk)
        expected = mandates.get().number if name in acting else ""
        assert number == expected, name


def test_who_holds_a_level_now_is_told_by_name_and_by_group(world: World) -> None:
    cast, me, team = world.cast, world.me.pk, world.team.pk
    found = {name: policy.in_force(each, Level.VIEW) for name, each in world.made.items()}
    dutch = [cast.headquarters("NL").pk]
    assert found["own"][0] == [(me, None)]
    assert set(found["own"][1]) == {cast.headquarters("BE").pk, team}
    assert found["named"] == ([(me, None)], dutch)
    assert found["named by the team's mandate"] == ([(me, team)], dutch)
    assert found["a colleague's"] == ([(cast.belgian_colleague.pk, team)], dutch)
    assert set(found["through the team"][1]) == {*dutch, team}
    for name, (people, groups) in found.items():
        if name.startswith(("ended", "begins in a second")):
            assert (people, groups) == ([], dutch), name
    assert policy.in_force(world.made["own"], Level.OVERSEE) == ([], [cast.headquarters("BE").pk])


def test_other_owners_are_in_sight_while_a_mandate_is_held(world: World) -> None:
    everywhere = ("BE", "NL", "LU")
    assert policy.owners_in_sight(world.me, Dossier) == everywhere
    assert policy.owners_in_sight(world.cast.belgian_headquarters, Dossier) == ("BE",)
    assert policy.owners_in_sight(world.cast.dutch_officer, Dossier) == ("NL",)
    leaves(world.me)
    assert policy.owners_in_sight(world.me, Dossier) == ("BE",)


# Rows beside the dossiers ---------------------------------------------------------------------


def test_a_link_is_seen_with_both_ends(cast: Cast, dossier: Dossier) -> None:
    other, hidden = DossierFactory(handler=cast.belgian_officer), DossierFactory(owner="NL")
    seen = LinkFactory(source=dossier, target=other)
    LinkFactory(source=dossier, target=hidden)
    LinkFactory(source=DossierFactory(owner="NL"), target=dossier)
    in_sight = policy.visible(Dossier.objects.all(), cast.belgian_officer)
    assert [link.pk for link in policy.with_both_ends(Link.objects.all(), in_sight)] == [seen.pk]


def test_projects_are_of_their_members_now(cast: Cast) -> None:
    me = cast.belgian_officer
    mine = project_of(cast.belgian_head, me)
    project_of(cast.belgian_head)
    left = project_of(cast.belgian_head, me)
    ended = {"ended_at": timezone.now(), "ended_by": me.person_ptr}
    ProjectMember.objects.filter(project=left, person=me.pk).update(**ended)
    assert list(policy.projects(Project.objects.all(), me)) == [mine]
    leaves(me)
    assert not policy.projects(Project.objects.all(), me).exists()


def test_templates_and_views_are_of_the_country_and_of_the_person(cast: Cast) -> None:
    me = cast.belgian_officer
    template, view = TemplateFactory(), SavedViewFactory(person=me)
    TemplateFactory(owner="NL")
    SavedViewFactory(person=cast.belgian_colleague)
    assert list(policy.templates(Template.objects.all(), me)) == [template]
    assert list(policy.saved_views(SavedView.objects.all(), me)) == [view]
    leaves(me)
    assert not policy.templates(Template.objects.all(), me).exists()
    assert not policy.saved_views(SavedView.objects.all(), me).exists()


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("belgian_officer", {"BE mine", "BE team", "BE desk", "NL desk", "LU desk"}),
        ("belgian_colleague", {"BE team", "BE desk", "NL desk", "LU desk"}),
        ("belgian_headquarters", {"BE team", "BE desk"}),
        ("belgian_coordinator", {"BE mine", "BE team", "BE desk"}),
        ("belgian_elsewhere", set()),
        ("belgian_auditor", set()),
        ("belgian_leaver", set()),
        ("dutch_colleague", {"NL mine", "NL team", "NL desk", "BE desk", "LU desk"}),
        ("dutch_coordinator", {"NL mine", "NL team", "NL desk"}),
        ("luxembourg_headquarters", {"LU mine", "LU team", "LU desk"}),
        ("luxembourg_coordinator", {"LU mine", "LU team", "LU desk"}),
    ],
)
def test_contacts_are_of_the_team_of_one_person_or_of_the_desk(
    cast: Cast, who: str, seen: set[str]
) -> None:
    for keeper in (cast.belgian_officer, cast.dutch_colleague, cast.luxembourg_headquarters):
        for sight in Sight.values:
            ContactFactory(keeper=keeper, name=f"{keeper.country} {sight}", visibility=sight)
    rows = policy.contacts(Contact.objects.all(), getattr(cast, who))
    assert set(rows.values_list("name", flat=True)) == seen


def the_directory_is_open() -> None:
    """The joint directory tells nobody who keeps a contact: somebody of Belgium reads it."""
    as_owner("SELECT set_config('lodesk.country', 'BE', true)")


def test_contacts_are_of_nobody_whose_posting_is_over(cast: Cast) -> None:
    the_directory_is_open()
    me = cast.belgian_officer
    contact = ContactFactory(keeper=me)
    assert list(policy.contacts(Contact.objects.all(), me)) == [contact]
    assert policy.is_kept(contact)
    leaves(me)
    assert not policy.contacts(Contact.objects.all(), me).exists()
    assert not policy.is_kept(contact)


def test_who_keeps_contacts_is_the_team_or_headquarters_of_a_country_without_one(
    cast: Cast,
) -> None:
    bogota = cast.desks["BOG"].pk
    keeps = {
        name for name, person in cast.people.items() if policy.may_keep_contacts(person, bogota)
    }
    assert keeps == {
        "belgian_officer", "belgian_colleague", "belgian_head", "dutch_officer",
        "dutch_colleague", "dutch_uncertified", "dutch_head", "luxembourg_headquarters",
        "luxembourg_coordinator",
    }  # fmt: skip


def test_a_contact_is_changed_by_the_team_and_what_is_kept_for_oneself_by_its_keeper(
    cast: Cast,
) -> None:
    me, mate, headquarters = cast.belgian_officer, cast.belgian_colleague, cast.belgian_coordinator
    team, mine = (ContactFactory(keeper=me, visibility=each) for each in ("team", "mine"))
    gone = newer(ContactFactory(keeper=me), act="retired", reason="Left.")
    assert [bool(policy.may_change_contact(who, team)) for who in (me, mate, headquarters)] == [
        True, True, False,
    ]  # fmt: skip
    assert [bool(policy.may_change_contact(who, mine)) for who in (me, mate)] == [True, False]
    assert not policy.may_change_contact(me, gone)
    assert [bool(policy.may_say_who_sees(who, team)) for who in (me, mate)] == [True, False]
    assert not policy.may_say_who_sees(me, gone)


def test_a_contact_is_given_by_its_keeper_and_one_that_nobody_keeps_by_a_coordinator(
    cast: Cast,
) -> None:
    the_directory_is_open()
    me, mate, coordinator = cast.belgian_officer, cast.belgian_colleague, cast.belgian_coordinator
    kept, left = (ContactFactory(keeper=who) for who in (me, cast.belgian_leaver))
    gone = newer(ContactFactory(keeper=me), act="retired", reason="Left.")
    asked = (
        (me, kept, None, True), (me, gone, None, False), (mate, kept, mate.pk, False),
        (coordinator, kept, None, False), (coordinator, left, None, True),
        (mate, left, mate.pk, True), (mate, left, me.pk, False), (mate, left, None, False),
        (cast.belgian_headquarters, left, cast.belgian_headquarters.pk, False),
    )  # fmt: skip
    for who, contact, to, may in asked:
        assert bool(policy.may_give_contact(who, contact, to=to)) is may, (who, contact, to)


def test_one_opens_with_templates_in_use_of_ones_own_and_of_what_a_mandate_covers(
    cast: Cast,
) -> None:
    me = cast.dutch_officer
    made = {
        (owner, kind): TemplateFactory(owner=owner, kind=kind).pk
        for owner, kind in (("NL", "other"), ("BE", "other"), ("BE", "visit"), ("LU", "other"))
    }
    old = TemplateFactory(owner="NL", kind="visit")
    ended = {"ended_at": timezone.now(), "ended_by": cast.dutch_coordinator.person_ptr}
    Template.objects.filter(pk=old.pk).update(**ended)
    every = MandateFactory(owner="BE", desk="BOG", receiver=me)
    visits = MandateFactory(owner="BE", desk="BSB", receiver=me, kinds=["visit"])

    def found(user: User, *standing: Mandate) -> set[tuple[str, str]]:
        rows = policy.templates_to_open_with(Template.objects.all(), user, standing)
        keys = set(rows.values_list("pk", flat=True))
        assert keys <= set(made.values())
        return {what for what, key in made.items() if key in keys}

    own = {("NL", "other")}
    assert found(me) == own
    assert found(me, visits) == own | {("BE", "visit")}
    assert found(me, visits, every) == own | {("BE", "visit"), ("BE", "other")}
    assert found(cast.dutch_uncertified, every) == own
    leaves(me)
    assert found(me, every) == set()


# Steps on a dossier ---------------------------------------------------------------------------


@pytest.fixture
def people(cast: Cast, dossier: Dossier) -> dict[str, User]:
    """One of each level on the dossier."""
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, level="view")
    grant(dossier, cast.dutch_officer, "view", mandate)
    return {
        "nobody": cast.dutch_colleague, "viewer": cast.dutch_officer,
        "contributor": cast.belgian_colleague, "handler": cast.belgian_officer,
        "overseer": cast.belgian_headquarters, "coordinator": cast.belgian_coordinator,
    }  # fmt: skip


EVERYBODY = {"viewer", "contributor", "handler", "overseer", "coordinator"}
WORKERS = EVERYBODY - {"viewer"}
MOVERS = {"handler", "overseer", "coordinator"}
OVERSEERS = {"overseer", "coordinator"}
ALWAYS = {Step.VIEW: EVERYBODY, Step.EXPORT: EVERYBODY, Step.EXPORT_TO_OTHERS: MOVERS}
WHILE_OPEN = ALWAYS | {
    Step.CONTRIBUTE: WORKERS, Step.INSTRUCT: OVERSEERS, Step.CHANGE: MOVERS, Step.OFFER: MOVERS,
}  # fmt: skip
STEPS: dict[str, dict[str, set[str]]] = {
    "draft": WHILE_OPEN | {Step.START: MOVERS},
    "open": WHILE_OPEN | {Step.WAIT: MOVERS, Step.ANSWER: MOVERS},
    "waiting": WHILE_OPEN | {Step.WAIT: MOVERS, Step.RESUME: MOVERS, Step.ANSWER: MOVERS},
    "answered": WHILE_OPEN | {Step.REOPEN: MOVERS, Step.CLOSE: {"coordinator"}},
    "closed": ALWAYS,
}


@pytest.mark.parametrize("status", STEPS)
def test_who_may_take_which_step_on_a_dossier(
    dossier: Dossier, people: dict[str, User], status: str
) -> None:
    dossier.status = status
    asked = {*WHILE_OPEN, *STATUS_STEPS}
    found = {
        step: {who for who, user in people.items() if policy.may(user, step, dossier)}
        for step in asked
    }
    assert {step: who for step, who in found.items() if who} == STEPS[status]


def test_a_refusal_explains_itself(dossier: Dossier, people: dict[str, User]) -> None:
    for step in (*WHILE_OPEN, *STATUS_STEPS):
        decision = policy.may(people["nobody"], step, dossier)
        assert not decision
        assert str(decision.reason)


def test_who_does_not_work_on_a_dossier_says_why(dossier: Dossier, people: dict[str, User]) -> None:
    asked = {who for who, user in people.items() if policy.must_say_why(user, dossier)}
    assert asked == {"nobody", "viewer"}


@pytest.mark.parametrize(
    ("use", "codes", "without_consent"),
    [
        ("work", ["H1", "H2"], EVERYBODY), ("evidence", [], MOVERS), ("pass_on", [], MOVERS),
        ("evidence", ["H1"], set()), ("evidence", ["H2"], MOVERS),
        ("pass_on", ["H2"], set()), ("pass_on", ["H1"], MOVERS),
    ],
)  # fmt: skip
def test_who_may_export_for_what(
    dossier: Dossier,
    people: dict[str, User],
    use: str,
    codes: list[str],
    without_consent: set[str],
) -> None:
    dossier.handling_codes = codes

    def may(consent: str) -> set[str]:
        return {
            who for who, user in people.items()
            if policy.may_export(user, dossier, use=use, consent=consent)
        }  # fmt: skip

    assert may("") == without_consent
    assert may("DEA, 3 March") == OVERSEERS


def test_who_settles_a_clock(dossier: Dossier, people: dict[str, User]) -> None:
    answer = ClockFactory(dossier=dossier, rule="8h")
    review = ClockFactory(
        dossier=dossier, kind="review", rule="6m", term_at=dossier.received_at + 180 * DAY
    )

    def settle(clock: Any) -> set[str]:
        return {who for who, user in people.items() if policy.may_settle(user, clock, dossier)}

    assert (settle(answer), settle(review)) == (WORKERS, WORKERS)
    dossier.status = Status.CLOSED
    assert (settle(answer), settle(review)) == (set(), OVERSEERS)
    review.settled_at = timezone.now()
    assert settle(review) == set()


def test_who_withdraws_a_document(dossier: Dossier, people: dict[str, User]) -> None:
    def withdraw(document: Document) -> set[str]:
        step = Step.WITHDRAW_DOCUMENT
        return {who for who, user in people.items() if policy.may(user, step, document)}

    of_handler = DocumentFactory(dossier=dossier)
    of_contributor = DocumentFactory(dossier=dossier, added_by=people["contributor"])
    of_viewer = DocumentFactory(dossier=dossier, added_by=people["viewer"])
    assert withdraw(of_handler) == withdraw(of_viewer) == MOVERS
    assert withdraw(of_contributor) == MOVERS | {"contributor"}
    of_handler.withdrawn_at = timezone.now()
    assert withdraw(of_handler) == set()
    of_contributor.dossier.status = Status.CLOSED
    assert withdraw(of_contributor) == set()


def test_who_takes_a_step_on_a_task(dossier: Dossier, people: dict[str, User]) -> None:
    task: Task = TaskFactory(dossier=dossier)

    def may(step: Step) -> set[str]:
        return {who for who, user in people.items() if policy.may(user, step, task)}

    for step in (Step.MOVE_TASK, Step.FINISH_TASK, Step.DROP_TASK):
        task.state = "open"
        assert may(step) == WORKERS
        task.state = "done"
        assert may(step) == set()


# Handovers and mandates -----------------------------------------------------------------------


def may_on(handover: Handover, step: Step, *users: User) -> list[bool]:
    return [bool(policy.may(user, step, handover)) for user in users]


def test_an_offer_is_answered_by_its_addressee(cast: Cast, dossier: Dossier) -> None:
    me, colleague, head = cast.belgian_officer, cast.belgian_colleague, cast.belgian_head
    offer: Handover = HandoverFactory(dossier=dossier, to=colleague)
    for step in (Step.ACCEPT, Step.DECLINE):
        assert may_on(offer, step, colleague, head, me) == [True, False, False]
    offer.answer_by = timezone.now()
    for step in (Step.ACCEPT, Step.DECLINE, Step.WITHDRAW):
        assert may_on(offer, step, colleague, me) == [False, False]
    offer.answer_by = timezone.now() + DAY
    for state in ("accepted", "declined", "withdrawn", "expired", "awaiting_mandate"):
        offer.state = state
        assert may_on(offer, Step.ACCEPT, colleague) == [False]
    offer.state = "offered"
    leaves(colleague)
    assert may_on(offer, Step.DECLINE, colleague) == [False]


def test_an_offer_to_a_team_is_answered_by_who_is_in_it(cast: Cast, dossier: Dossier) -> None:
    offer = HandoverFactory(dossier=dossier, to=cast.team("BE"))
    people = (cast.belgian_colleague, cast.belgian_elsewhere, cast.belgian_headquarters)
    assert may_on(offer, Step.ACCEPT, *people) == [True, False, False]


def test_an_offer_is_withdrawn_by_its_giver_who_sees_it_and_by_headquarters(
    cast: Cast, dossier: Dossier
) -> None:
    offer = HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
    people = (cast.belgian_officer, cast.belgian_headquarters, cast.belgian_head,
              cast.belgian_colleague, cast.dutch_officer)  # fmt: skip
    assert may_on(offer, Step.WITHDRAW, *people) == [True, True, False, False, False]
    leaves(cast.belgian_officer)
    assert may_on(offer, Step.WITHDRAW, cast.belgian_officer) == [False]


def test_who_accepts_across_the_border_is_certified_and_sees_it(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.dutch_officer
    mandate = MandateFactory(dossier=dossier, receiver=me)
    offer = HandoverFactory(dossier=dossier, to=me, mandate=mandate)
    assert may_on(offer, Step.ACCEPT, me) == [True]
    held = Certificate.objects.filter(person=me.pk, rules_of="BE")
    held.update(valid_until=timezone.now().date() - DAY)
    assert may_on(offer, Step.ACCEPT, me) == [False]
    assert may_on(offer, Step.DECLINE, me) == [True]
    held.update(valid_until=timezone.now().date() + DAY)
    moved(mandate, ends_at=TransactionNow())
    assert may_on(offer, Step.ACCEPT, me) == [False]


OF_THE_TEAM = {"belgian_officer", "belgian_colleague", "belgian_head"}


def at_once(cast: Cast, step: Step, dossier: Dossier) -> set[str]:
    """Who may take or give a dossier without an offer."""
    return {name for name, user in cast.people.items() if policy.may(user, step, dossier)}


def test_the_team_takes_from_its_queue_and_its_head_gives_on(cast: Cast, dossier: Dossier) -> None:
    queue = DossierFactory(status="draft")
    assert at_once(cast, Step.TAKE, queue) == OF_THE_TEAM
    assert at_once(cast, Step.TAKE, dossier) == set()
    for each in (queue, dossier):
        assert at_once(cast, Step.REASSIGN, each) == {"belgian_head"}
    closed, confined = DossierFactory(status="closed"), DossierFactory(confined=True)
    grant(confined, cast.team("BE"), "contribute")
    for step in (Step.TAKE, Step.REASSIGN):
        assert at_once(cast, step, closed) == at_once(cast, step, confined) == set()


def test_only_the_owners_team_that_may_add_to_it_moves_it_at_once(cast: Cast) -> None:
    queue, dutch = DossierFactory(grants=False), cast.team("NL")
    grant(queue, cast.team("BE"), "view")
    for team in (cast.headquarters("BE"), cast.team("BE", "BSB")):
        grant(queue, team, "contribute")
    for person in (cast.belgian_colleague, cast.belgian_head, cast.belgian_elsewhere):
        grant(queue, person, "contribute")
    grant(queue, dutch, "contribute", MandateFactory(dossier=queue, receiver=dutch))
    for step in (Step.TAKE, Step.REASSIGN):
        assert at_once(cast, step, queue) == set()
    grant(DossierFactory(grants=False), cast.team("BE"), "contribute")
    assert at_once(cast, Step.TAKE, queue) == set()
    grant(queue, cast.team("BE"), "contribute")
    assert at_once(cast, Step.TAKE, queue) == OF_THE_TEAM


def test_head_of_a_desk_is_who_heads_that_one_now(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_elsewhere
    add_posting(cast, me, "head_of_desk", "BSB")
    add_posting(cast, me, "officer", "BOG")
    assert at_once(cast, Step.REASSIGN, dossier) == {"belgian_head"}
    posting = add_posting(cast, me, "head_of_desk", "BOG")
    assert "belgian_elsewhere" in at_once(cast, Step.REASSIGN, dossier)
    Posting.objects.filter(pk=posting.pk).update(ends_at=TransactionNow())
    assert at_once(cast, Step.REASSIGN, dossier) == {"belgian_head"}


@pytest.mark.parametrize(
    ("rules_of", "begins", "ends", "counts"),
    [("BE", 0, 0, True), ("LU", 0, 0, False), ("BE", 1, 9, False), ("BE", -9, -1, False)],
)
def test_a_certificate_is_in_the_rules_of_a_country_and_of_its_days(
    cast: Cast, rules_of: str, begins: int, ends: int, *, counts: bool
) -> None:
    person, today = cast.dutch_uncertified, timezone.now().date()
    Certificate.objects.create(
        person=person, rules_of=rules_of, issued_on=today + begins * DAY,
        valid_until=today + ends * DAY,
    )  # fmt: skip
    assert policy.certified(person, "BE") is counts
    assert policy.certified(person, "NL")
    assert not policy.certified(cast.luxembourg_headquarters, "BE")


def test_who_decides_on_a_mandate(cast: Cast, dossier: Dossier) -> None:
    one, other = cast.belgian_coordinator, cast.belgian_second_coordinator
    foreign, headquarters = cast.dutch_coordinator, cast.belgian_headquarters
    mandate = MandateFactory(
        dossier=dossier, receiver=cast.dutch_officer, state="asked", asked_by=one
    )
    people = (one, other, foreign, headquarters)

    def may(step: Step) -> list[bool]:
        return [bool(policy.may(user, step, mandate)) for user in people]

    nobody = [False] * 4
    for step in (Step.GIVE_MANDATE, Step.REFUSE_MANDATE):
        assert may(step) == [False, True, False, False]
    assert may(Step.END_MANDATE) == nobody
    mandate.state = "given"
    assert may(Step.END_MANDATE) == [True, True, False, False]
    assert may(Step.GIVE_MANDATE) == nobody
    for state in ("refused", "ended"):
        mandate.state = state
        assert may(Step.END_MANDATE) == nobody


# Rotations ------------------------------------------------------------------------------------


def follow(cast: Cast, rows: Any, question: Any) -> dict[str, int]:
    """Of how many of these rows each of the cast may know."""
    found = {name: question(rows, person).count() for name, person in cast.people.items()}
    return {name: number for name, number in found.items() if number}


def test_a_rotation_is_of_who_leaves_the_head_of_desk_headquarters_and_who_receives(
    cast: Cast, dossier: Dossier
) -> None:
    rotation = rotation_of(cast.belgian_officer, dossier, to=cast.belgian_colleague)
    own = dict.fromkeys(
        ("belgian_officer", "belgian_head", "belgian_headquarters", "belgian_coordinator",
         "belgian_second_coordinator"), 1,
    )  # fmt: skip
    rotations, lines = Rotation.objects.all(), RotationLine.objects.all()
    assert follow(cast, rotations, policy.rotations) == own
    assert follow(cast, lines, policy.rotation_lines) == own
    offer = HandoverFactory(dossier=dossier, to=cast.belgian_colleague, kind="rotation")
    lines.filter(rotation=rotation).update(handover=offer)
    RotationLine.objects.create(
        rotation=rotation, dossier=DossierFactory(), receiver=cast.belgian_elsewhere.person_ptr
    )
    two = dict.fromkeys(own, 2)
    assert follow(cast, rotations, policy.rotations) == own | {"belgian_colleague": 1}
    assert follow(cast, lines, policy.rotation_lines) == two | {"belgian_colleague": 1}
    leaves(cast.belgian_colleague)
    leaves(cast.belgian_officer)
    leaves(cast.belgian_head)
    del own["belgian_officer"], own["belgian_head"]
    assert follow(cast, rotations, policy.rotations) == own
    assert follow(cast, lines, policy.rotation_lines) == dict.fromkeys(own, 2)


def test_a_head_of_desk_follows_those_of_the_desk_and_country(cast: Cast) -> None:
    made = [rotation_of(cast.belgian_officer), rotation_of(cast.belgian_elsewhere, desk="BSB"),
            rotation_of(cast.dutch_officer)]  # fmt: skip
    head = cast.belgian_head
    assert list(policy.rotations(Rotation.objects.all(), head)) == made[:1]
    assert [policy.follows(head, each) for each in made] == [True, False, False]
    add_posting(cast, head, "officer", "BSB")  # heads nothing there
    assert list(policy.rotations(Rotation.objects.all(), head)) == made[:1]
    assert [bool(policy.may_steer(head, each)) for each in made] == [True, False, False]


def test_who_steers_certifies_and_offers_in_a_rotation(cast: Cast, dossier: Dossier) -> None:
    rotation = rotation_of(cast.belgian_officer, dossier)
    everybody = cast.people.items()

    def may(question: Any) -> set[str]:
        return {name for name, person in everybody if question(person)}

    steers = {"belgian_officer", "belgian_head"}
    follows = steers | {"belgian_headquarters", "belgian_coordinator", "belgian_second_coordinator"}
    assert may(lambda person: policy.may_steer(person, rotation)) == steers
    assert may(lambda person: policy.follows(person, rotation)) == follows
    assert may(lambda person: policy.may_offer_in(person, rotation, dossier)) == steers
    assert may(lambda person: policy.may_certify(person, rotation)) == set()
    rotation.state = "done"
    assert may(lambda person: policy.may_steer(person, rotation)) == set()
    assert may(lambda person: policy.may_offer_in(person, rotation, dossier)) == set()
    assert may(lambda person: policy.may_certify(person, rotation)) == follows
    rotation.state = "given_up"
    assert may(lambda person: policy.may_certify(person, rotation)) == set()


def test_only_what_who_leaves_handles_and_one_may_add_to_is_offered_in_a_rotation(
    cast: Cast,
) -> None:
    me, head = cast.belgian_officer, cast.belgian_head
    rotation = rotation_of(me)
    confined = DossierFactory(handler=me, confined=True)
    assert policy.may_offer_in(me, rotation, confined)
    assert not policy.may_offer_in(head, rotation, confined)
    for other in (
        DossierFactory(handler=cast.belgian_colleague),
        DossierFactory(handler=me, status="closed", result="done"),
    ):
        assert not policy.may_offer_in(me, rotation, other)
        assert not policy.may_offer_in(head, rotation, other)


# Links, projects, views, templates, opening ---------------------------------------------------


def test_who_links_and_unlinks(cast: Cast, dossier: Dossier, people: dict[str, User]) -> None:
    elsewhere = DossierFactory(handler=cast.belgian_colleague, confined=True)
    closed = DossierFactory(handler=cast.belgian_officer, status="closed")

    def may(question: Any, source: Dossier, target: Dossier) -> set[str]:
        return {who for who, user in people.items() if question(user, source, target)}

    both = {"contributor", "overseer", "coordinator"}  # the other one is out of the handler's sight
    for question in (policy.may_link, policy.may_unlink):
        assert may(question, dossier, elsewhere) == both
        assert may(question, elsewhere, dossier) == both
    assert may(policy.may_link, dossier, closed) == WORKERS
    assert may(policy.may_link, closed, dossier) == set()
    assert may(policy.may_unlink, closed, dossier) == WORKERS


def test_who_leads_projects_and_keeps_views_and_templates(cast: Cast) -> None:
    people = (cast.belgian_head, cast.belgian_headquarters, cast.belgian_coordinator,
              cast.belgian_officer, cast.belgian_auditor, cast.belgian_leaver)  # fmt: skip
    leads = [True, True, True, False, False, False]
    project = project_of(cast.belgian_head)
    assert [bool(policy.may_lead(user)) for user in people] == leads
    assert [bool(policy.may_change_project(user, project)) for user in people] == leads
    project.ended_at = timezone.now()
    assert not any(policy.may_change_project(user, project) for user in people)
    views = [bool(policy.may_keep_views(user)) for user in people]
    assert views == [True, True, True, True, False, False]
    templates = [bool(policy.may_keep_templates(user)) for user in people]
    assert templates == [False, False, True, False, False, False]


def test_who_puts_a_dossier_into_a_project(dossier: Dossier, people: dict[str, User]) -> None:
    assert {who for who, user in people.items() if policy.may_put_in(user, dossier)} == MOVERS


@pytest.mark.parametrize(
    ("who", "owner", "desk", "standing", "lets"),
    [
        ("belgian_officer", "BE", "BOG", False, True),
        ("belgian_officer", "BE", "BSB", False, False),
        ("belgian_elsewhere", "BE", "BSB", False, True),
        ("belgian_headquarters", "BE", "BSB", False, True),
        ("belgian_officer", "NL", "BOG", False, False),
        ("belgian_headquarters", "NL", "BOG", False, False),
        ("belgian_officer", "NL", "BOG", True, True),
        ("belgian_auditor", "BE", "BOG", False, False),
        ("belgian_administrator", "BE", "BOG", False, False),
        ("belgian_leaver", "BE", "BOG", False, False),
        ("belgian_leaver", "NL", "BOG", True, False),
    ],
)
def test_who_opens_a_dossier_where(
    cast: Cast, who: str, owner: str, desk: str, *, standing: bool, lets: bool
) -> None:
    place, user = cast.desks[desk].pk, getattr(cast, who)
    assert bool(policy.may_open(user, owner=owner, desk_id=place, standing=standing)) is lets


def test_a_place_that_was_left_or_reads_no_dossiers_is_none_to_open_at(cast: Cast) -> None:
    me, desk = cast.belgian_officer, cast.desks["BSB"].pk
    add_posting(cast, me, "auditor")  # at headquarters, in no group

    def may() -> bool:
        return bool(policy.may_open(me, owner="BE", desk_id=desk, standing=False))

    assert not may()
    posting = add_posting(cast, me, "officer", "BSB")
    assert may()
    Posting.objects.filter(pk=posting.pk).update(ends_at=TransactionNow())
    assert not may()


# Absences and stand-ins -----------------------------------------------------------------------


def test_stand_ins_are_of_those_they_concern(cast: Cast) -> None:
    me, dossier = cast.belgian_officer, DossierFactory(handler=cast.belgian_officer, confined=True)
    standin = StandInFactory(absent=me, stand_in=cast.belgian_colleague, planned=True)
    of_one = StandInFactory(
        absent=me, stand_in=cast.belgian_colleague, planned=True, dossier=dossier
    )
    everything = {standin.pk, of_one.pk}

    def found(user: User) -> set[Any]:
        in_sight = Dossier.objects.visible_to(user)
        return set(policy.stand_ins(StandIn.objects.all(), user, in_sight).values_list("pk"))

    for name, expected in (
        ("belgian_officer", everything), ("belgian_headquarters", everything),
        ("belgian_coordinator", everything), ("belgian_colleague", {standin.pk}),
        ("belgian_head", {standin.pk}), ("belgian_elsewhere", set()), ("dutch_head", set()),
        ("dutch_headquarters", set()), ("belgian_auditor", set()), ("belgian_leaver", set()),
    ):  # fmt: skip
        assert found(getattr(cast, name)) == {(key,) for key in expected}, name
    last = cast.belgian_elsewhere
    StandIn.objects.filter(pk=standin.pk).update(acting=last.pk)
    assert found(last) == {(standin.pk,)}
    leaves(me)
    assert found(me) == set()


def test_one_speaks_for_oneself_and_the_head_for_the_team_at_the_desk(cast: Cast) -> None:
    away, bogota, brasilia = cast.belgian_officer, cast.desks["BOG"].pk, cast.desks["BSB"].pk
    speak = {"belgian_officer", "belgian_head"}
    for name, person in cast.people.items():
        assert bool(policy.may_arrange(person, away, bogota)) is (name in speak), name
        assert bool(policy.may_enter_absence(person, away, [bogota])) is (name in speak), name
    head = cast.belgian_head
    assert not policy.may_arrange(head, away, brasilia)
    assert not policy.may_enter_absence(head, away, [brasilia])
    assert not policy.may_enter_absence(head, away, [])
    assert not policy.may_arrange(head, cast.dutch_officer, bogota)
    assert not policy.may_enter_absence(head, cast.dutch_officer, [bogota])
    assert policy.may_be_absent(cast.belgian_auditor)
    assert not policy.may_arrange(cast.belgian_auditor, cast.belgian_auditor, bogota)
    leaves(away)
    assert not policy.may_be_absent(away)
    assert not policy.may_arrange(away, away, bogota)
    leaves(head)
    assert not policy.may_arrange(head, away, bogota)


def test_who_acts_for_whom_follows_from_the_grants(cast: Cast) -> None:
    away, mate = cast.belgian_officer, cast.belgian_colleague
    dossier, other = DossierFactory(handler=away), DossierFactory(handler=cast.belgian_head)
    assert policy.acts_for(mate, dossier) is None
    StandInFactory(absent=away, stand_in=mate)
    assert policy.acts_for(mate, dossier) == away.public_id
    assert policy.acts_for(mate, other) is None
    assert policy.acts_for(away, dossier) is None
    grant(other, mate, "handle")
    assert policy.acts_for(mate, other) is None
    leaves(mate)
    assert policy.acts_for(mate, dossier) is None
