"""A machine that lets several people act on dossiers in any order, and time do its part.

After every act everything is compared with `handover_rules.py`: who handles each dossier, which
offers are open, who holds what, that no clock moved by handing over, and for everybody what
PostgreSQL shows.
"""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from accounts.models import NationalGroup, Person, Posting
from cases.clocks import Rule
from cases.models import (
    Dossier,
    DossierGroupPermission,
    DossierUserPermission,
    Handover,
    Mandate,
)
from cases.states import OPEN_OFFER_STATES
from tests import steps
from tests.border.handover_rules import (
    AT_THE_DESK,
    PEOPLE,
    TEAMS,
    Held,
    Matter,
    Offer,
    Rules,
    country_of,
)
from tests.factories import Cast, raw, without_rules
from tests.looking import as_owner, principals_of_grants, readers_of
from tests.steps import in_

MOST, LEAVE = 3, 2  # dossiers a run; people who leave
CLOCKS = (
    "SELECT id, kind, starts_at, term_at, due_at, paused_since, settled_at FROM cases_clock"
    " WHERE dossier_id = %s ORDER BY id"
)
people, numbers = st.sampled_from(PEOPLE), st.integers(min_value=0, max_value=5)


class Life(RuleBasedStateMachine):
    """People open, offer, decide, answer and leave; a subclass says who the `cast` is."""

    cast: ClassVar[Cast]

    def __init__(self) -> None:
        super().__init__()
        self._undone = transaction.savepoint()
        self.rules = Rules()
        self.clocks: dict[UUID, Any] = {}

    def teardown(self) -> None:
        """Undo the run: the next one begins with the same cast."""
        transaction.savepoint_rollback(self._undone)

    # Acts -------------------------------------------------------------------------------------

    @initialize(confined=st.booleans())
    def begin(self, confined: bool) -> None:
        """There is always a dossier."""
        self._opened("belgian_officer", confined=confined)

    @precondition(lambda self: len(self.rules.matters) < MOST)
    @rule(by=st.sampled_from(AT_THE_DESK), confined=st.booleans())
    def open(self, by: str, confined: bool) -> None:
        """Somebody opens a dossier and handles it."""
        if by not in self.rules.gone:
            self._opened(by, confined=confined)

    @rule(number=numbers, by=people, to=st.sampled_from((*AT_THE_DESK, *TEAMS)),
          keeps=st.sampled_from(["none", "view", "contribute"]))  # fmt: skip
    def offer(self, number: int, by: str, to: str, keeps: str) -> None:
        """Somebody offers a dossier to a person or a team of the desk."""
        self._offered(self._matter(number), by, to, keeps)

    @precondition(lambda self: any(each.handler for each in self.rules.matters))
    @rule(number=numbers, to=st.sampled_from((*AT_THE_DESK, *TEAMS)))
    def hand_on(self, number: int, to: str) -> None:
        """Who handles a dossier offers it: most offers are made by them."""
        matter = self._matter(number)
        if matter.handler is not None:
            self._offered(matter, matter.handler, to, "view")

    @rule(number=numbers, by=people, given=st.booleans())
    def decide(self, number: int, by: str, given: bool) -> None:
        """Somebody decides on the mandate an offer waits for."""
        matter = self._matter(number)
        offer = matter.open
        if offer is None or offer.mandate is None:
            return
        mandate, person = Mandate.objects.get(pk=offer.mandate), self.cast.people[by]
        act = steps.give if given else steps.refuse
        may = self.rules.may_decide(matter, offer, by)
        if self._tries(may, lambda: act(person, mandate)) is not None:
            self.rules.decided(matter, offer, given=given)

    @rule(number=numbers, by=people, step=st.sampled_from(["accept", "decline", "withdraw"]))
    def answer(self, number: int, by: str, step: str) -> None:
        """Somebody answers the open offer or takes it back."""
        matter = self._matter(number)
        if matter.open is not None:
            self._answered(matter, matter.open, by, step)

    @rule(number=numbers)
    def accept(self, number: int) -> None:
        """Whom it is offered to takes it."""
        matter = self._matter(number)
        offer = matter.open
        if offer is not None:
            by = f"{'belgian' if offer.to == 'team BE' else 'dutch'}_colleague"
            self._answered(matter, offer, by if offer.to in TEAMS else offer.to, "accept")

    @rule(number=numbers, by=people)
    def revoke(self, number: int, by: str) -> None:
        """Somebody revokes a mandate."""
        key = self._some_mandate(number, "given", "over")
        if key is None:
            return
        mandate = Mandate.objects.get(pk=key)
        may = by.endswith("coordinator") and country_of(by) == mandate.owner
        if self._tries(may, lambda: steps.end(self.cast.people[by], mandate)) is not None:
            self.rules.mandate_ended(key)

    # What time does ---------------------------------------------------------------------------

    @rule(number=numbers)
    def lapse(self, number: int) -> None:
        """The time to answer passes; nobody has tidied up yet."""
        offer = self._matter(number).open
        if offer is not None:
            with without_rules("cases_handover"):
                Handover.objects.filter(pk=offer.key).update(answer_by=in_(hours=-1))
            offer.lapsed = True

    @rule(number=numbers)
    def mandate_runs_out(self, number: int) -> None:
        """A mandate comes to its end; rights end with it, rows stay until beat tidies up."""
        key = self._some_mandate(number, "given")
        if key is not None:
            with without_rules("cases_mandate"):
                Mandate.objects.filter(pk=key).update(starts_at=in_(days=-2), ends_at=in_(hours=-1))
            self.rules.mandates[key] = "over"

    @precondition(lambda self: len(self.rules.gone) < LEAVE)
    @rule(who=st.sampled_from(AT_THE_DESK))
    def posting_ends(self, who: str) -> None:
        """Somebody's posting ends; the work is still there."""
        Posting.objects.filter(person=self.cast.people[who].pk).update(ends_at=in_(days=-1))
        self.rules.gone.add(who)

    @rule()
    def tidy_up(self) -> None:
        """Beat comes by."""
        steps.tidy_up()
        self.rules.tidied()

    # What must hold after every act -----------------------------------------------------------

    @invariant()
    def one_handler_or_a_queue(self) -> None:
        """The handler is who the rules say, and nobody else holds `handle`."""
        for matter in self.rules.matters:
            handler = Dossier.objects.values_list("handler", flat=True).get(pk=matter.key)
            assert self._name(handler) == matter.handler
            handling = {held.who for held in matter.held if held.level == "handle"}
            assert handling == ({matter.handler} if matter.handler else set())

    @invariant()
    def grants_are_what_the_rules_say(self) -> None:
        """Row by row, and so are the readers."""
        for matter in self.rules.matters:
            dossier = Dossier.objects.get(pk=matter.key)
            assert self._grants(dossier) == set(matter.held)
            assert readers_of(dossier) == principals_of_grants(dossier)

    @invariant()
    def offers_are_as_they_should_be(self) -> None:
        """And at most one of a dossier is open."""
        for matter in self.rules.matters:
            rows = dict(Handover.objects.filter(dossier=matter.key).values_list("pk", "state"))
            assert rows == {each.key: each.state for each in matter.offers}
            assert sum(state in OPEN_OFFER_STATES for state in rows.values()) <= 1

    @invariant()
    def no_clock_moved(self) -> None:
        """Clocks never stop for a handover."""
        for matter in self.rules.matters:
            assert as_owner(CLOCKS, [matter.key]) == self.clocks[matter.key]

    @invariant()
    def sight_follows_grants_mandates_and_postings(self) -> None:
        """For everybody: what is held and valid now is seen, and nothing else."""
        for name in PEOPLE:
            expected = {
                matter.key
                for matter in self.rules.matters
                if "view" in self.rules.levels(matter, name)
            }
            seen = raw(self.cast.people[name], "SELECT id FROM cases_dossier")
            assert {key for (key,) in seen} == expected, name

    # Taking a step ----------------------------------------------------------------------------

    def _opened(self, by: str, *, confined: bool) -> None:
        person = self.cast.people[by]
        dossier = steps.open_dossier(
            person,
            self.cast.desks["BOG"],
            handler=person.person_ptr,
            confined=confined,
            due_rule=Rule.EIGHT_HOURS,
        )
        self.clocks[dossier.pk] = as_owner(CLOCKS, [dossier.pk])
        assert self.clocks[dossier.pk]
        self.rules.opened(dossier.pk, by, confined=confined)

    def _offered(self, matter: Matter, by: str, to: str, keeps: str) -> None:
        dossier = Dossier.objects.get(pk=matter.key)
        until = None if keeps == "none" else in_(days=5)
        made = self._tries(
            self.rules.may_offer(matter, by, to, keeps=keeps),
            lambda: steps.offer(
                self.cast.people[by],
                dossier,
                self._addressee(to),
                giver_keeps=keeps,
                giver_keeps_until=until,
            ),
        )
        if made is not None:
            assert (made.mandate_id is None) == (country_of(to) == matter.owner)
            offer = Offer(made.pk, by, to, made.mandate_id, keeps, str(made.state))
            self.rules.offered(matter, offer)

    def _answered(self, matter: Matter, offer: Offer, by: str, step: str) -> None:
        row, person = Handover.objects.get(pk=offer.key), self.cast.people[by]
        act: Callable[..., None] = getattr(steps, step)
        may = self.rules.may_answer(matter, offer, by, step)
        if self._tries(may, lambda: act(person, row) or True) is None:
            return
        if step == "accept":
            self.rules.accepted(matter, offer, by)
        else:
            ends = {"decline": "declined", "withdraw": "withdrawn"}
            self.rules.closed(matter, offer, ends[step])

    def _tries(self, may: bool, act: Callable[[], Any]) -> Any:
        """What an act returns; None when it was refused. It is taken just when it may be."""
        try:
            with transaction.atomic():
                done = act()
        except (PermissionDenied, ObjectDoesNotExist):
            assert not may
            return None
        assert may
        return done

    # Rows and names ---------------------------------------------------------------------------

    def _matter(self, number: int) -> Matter:
        return self.rules.matters[number % len(self.rules.matters)]

    def _some_mandate(self, number: int, *states: str) -> UUID | None:
        fitting = [key for key, state in self.rules.mandates.items() if state in states]
        return fitting[number % len(fitting)] if fitting else None

    def _addressee(self, to: str) -> Person | NationalGroup:
        if to in TEAMS:
            return self.cast.team(country_of(to))
        return self.cast.people[to].person_ptr

    def _name(self, key: int | None) -> str | None:
        return next((name for name in PEOPLE if self.cast.people[name].pk == key), None)

    def _grants(self, dossier: Dossier) -> set[Held]:
        groups = {self.cast.team(each).pk: f"team {each}" for each in ("BE", "NL")}
        groups |= {self.cast.headquarters(each).pk: f"headquarters {each}" for each in ("BE", "NL")}
        held = "permission__codename", "mandate"
        own = DossierUserPermission.objects.filter(content_object=dossier)
        shared = DossierGroupPermission.objects.filter(content_object=dossier)
        found = [(str(self._name(who)), *rest) for who, *rest in own.values_list("user", *held)]
        found += [(groups[who], *rest) for who, *rest in shared.values_list("group", *held)]
        return {Held(who, code.removesuffix("_dossier"), under) for who, code, under in found}
