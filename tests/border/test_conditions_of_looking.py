"""Looking for names, numbers and foreign references, condition by condition, by raw SQL.

The functions run as their owner: what they leave out of sight no policy would hide again.
"""

from typing import Any

import pytest
from django.contrib.postgres.functions import TransactionNow

from accounts.models import User
from cases.models import Dossier, Mandate
from tests.border.test_each_wall import LOOKED
from tests.factories import (
    Cast,
    DossierFactory,
    MandateFactory,
    PartyFactory,
    grant,
    raw,
    without_rules,
)
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
CONTAINER, SHIP = "CSQU3054383", "IMO 9074729"
BY_NAME = "SELECT party_id FROM cases_known('acme', '', 9)"
BY_NUMBER = "SELECT party_id FROM cases_known('nowhere', 'CSQU305', 9)"
HOLDING = "SELECT party_id FROM cases_holding('{CSQU3054383}', 9)"
REFERENCES = "SELECT cases_same_references('siena 4410077', 9)"


class World:
    """The same party and the same foreign reference in dossiers seen and not seen."""

    def __init__(self, cast: Cast) -> None:
        self.me = cast.belgian_officer
        self.own = self._dossier(owner="BE", handler=self.me)
        self.hidden = self._dossier(owner="BE", desk="BSB", confined=True)
        self.dutch = self._dossier(owner="NL")
        self.mandated = self._dossier(owner="NL", confined=True)
        self.mandate = MandateFactory(dossier=self.mandated, receiver=self.me, level="view")
        grant(self.mandated, self.me, "view", self.mandate)
        self.parties = {
            each: PartyFactory(dossier=each, name="Acme Shipping", numbers=[CONTAINER])
            for each in (self.own, self.hidden, self.dutch, self.mandated)
        }

    def _dossier(self, **fields: Any) -> Dossier:
        made: Dossier = DossierFactory(foreign_references="SIENA 4410077", **fields)
        return made

    def of(self, *dossiers: Dossier) -> set[Any]:
        return {self.parties[each].pk for each in dossiers}

    def mandate_ends(self) -> None:
        """By its date alone: the grant and the lines of the list are still there."""
        with without_rules("cases_mandate"):
            Mandate.objects.filter(pk=self.mandate.pk).update(ends_at=TransactionNow())


@pytest.fixture
def world(cast: Cast) -> World:
    """As the Belgian officer sees it."""
    return World(cast)


def found(user: User | None, statement: str) -> set[Any]:
    return {key for (key,) in raw(user, statement)}


@pytest.mark.parametrize("statement", [BY_NAME, BY_NUMBER, HOLDING])
def test_parties_are_found_where_one_reads(cast: Cast, world: World, statement: str) -> None:
    assert found(world.me, statement) == world.of(world.own, world.mandated)
    assert found(cast.dutch_colleague, statement) == world.of(world.dutch)
    assert found(cast.luxembourg_headquarters, statement) == set()
    assert found(None, statement) == set()
    world.mandate_ends()
    assert found(world.me, statement) == world.of(world.own)


def test_references_are_the_same_where_one_reads(cast: Cast, world: World) -> None:
    DossierFactory(handler=world.me, foreign_references="")
    assert found(world.me, REFERENCES) == {world.own.pk, world.mandated.pk}
    assert found(cast.dutch_colleague, REFERENCES) == {world.dutch.pk}
    assert found(None, REFERENCES) == set()
    world.mandate_ends()
    assert found(world.me, REFERENCES) == {world.own.pk}


def test_what_was_corrected_is_not_found_under_what_it_was(world: World) -> None:
    old = PartyFactory(dossier=world.own, name="Zephyr", numbers=[SHIP])
    new = PartyFactory(
        dossier=world.own, name="Zenith", numbers=[CONTAINER], replaces=old, reason="x"
    )
    zephyr = BY_NAME.replace("acme", "zephyr")
    ship = BY_NUMBER.replace("CSQU305", "9074729")
    assert found(world.me, zephyr) == set()
    assert found(world.me, ship) == set()
    assert found(world.me, zephyr.replace("zephyr", "zenith")) == {new.pk}
    assert found(world.me, BY_NUMBER) == world.of(world.own, world.mandated) | {new.pk}


@pytest.mark.parametrize("which", ["own", "mandated"])
def test_a_number_is_found_by_how_it_begins(world: World, which: str) -> None:
    other = PartyFactory(dossier=getattr(world, which), name="Other", numbers=[SHIP])
    assert found(world.me, BY_NUMBER) == world.of(world.own, world.mandated)
    begins = BY_NUMBER.replace("CSQU305", "9074")
    assert found(world.me, begins) == {other.pk}
    assert found(world.me, BY_NUMBER.replace("CSQU305", "305")) == set()


def test_elsewhere_is_not_here(world: World) -> None:
    statement = "SELECT number, dossiers FROM cases_elsewhere('{CSQU3054383}', %s)"
    assert raw(world.me, statement, [world.own.pk]) == [(CONTAINER, 1)]
    assert raw(world.me, statement, [world.hidden.pk]) == [(CONTAINER, 2)]


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("SIENA 4410077", {"SIENA4410077", "4410077"}),
        ("siena 4410077, ABC-12", {"SIENA4410077", "4410077"}),  # two digits are no reference
        ("no 123; AB 1-2-3-4", {"AB1234"}),
        ("", set()),
    ],
)
def test_a_reference_has_four_digits_and_is_read_with_and_without_its_word(
    cast: Cast, written: str, keys: set[str]
) -> None:
    ((made,),) = raw(cast.belgian_officer, "SELECT cases_reference_keys(%s)", [written])
    assert set(made) == keys


def test_looks_at_one_dossier_are_not_those_at_another(world: World) -> None:
    for dossier, times in ((world.own, 1), (world.mandated, 3)):
        for _time in range(times):
            as_owner(LOOKED, [dossier.owner, world.me.pk, "dossier.viewed", dossier.reference])
    question = "SELECT looks FROM cases_looks(%s, now() - interval '1 day')"
    assert raw(world.me, question, [world.own.pk]) == [(1,)]
    assert raw(world.me, question, [world.mandated.pk]) == [(3,)]
