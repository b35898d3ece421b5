"""The drawn network: the same for the same seed, with the shares it says, and a whole border."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from accounts.models import Desk, User
from cases.demo.scale import FEWEST, SUMMARY, fill, places
from cases.demo.scale.draw import CASELOAD, THREE, Drawn, draw
from cases.demo.scale.places import CLOSED_DESK, NEW_DESK, SHARES, Team
from cases.models import Dossier
from cases.models.readers import PHASES
from cases.selectors import lists, mandates
from cases.selectors.lists import Wanted
from tests import steps
from tests.factories import Cast, as_person
from tests.looking import as_owner, sees

UNTIL = datetime(2026, 11, 24, tzinfo=UTC)
COUNT = 1500


@pytest.fixture
def teams(db: None, settings: Any) -> list[Team]:
    """The demo with its people and story, and the desks of the network."""
    settings.DEMO = True
    call_command("demo_data", verbosity=0)
    return places.make()


@pytest.fixture
def network(teams: list[Team]) -> list[Drawn]:
    """A drawn network in the tables."""
    drawn = list(draw(teams, COUNT, seed=7, until=UNTIL))
    fill.load(drawn)
    fill.expand(UNTIL)
    return drawn


def test_the_same_seed_draws_the_same_and_another_another(teams: list[Team]) -> None:
    def dossiers(seed: int) -> list[Drawn]:
        return list(draw(teams, 400, seed=seed, until=UNTIL))

    assert dossiers(7) == dossiers(7)
    assert dossiers(7) != dossiers(8)


def test_the_border_of_a_drawn_network_is_whole(network: list[Drawn]) -> None:
    call_command("verify_border")


def test_countries_and_desks_have_their_shares(network: list[Drawn]) -> None:
    found = Dossier.objects.filter(summary=SUMMARY)
    assert found.count() == COUNT
    for owner, share in SHARES.items():
        assert found.filter(owner=owner).count() == pytest.approx(COUNT * share / 1000, abs=25)
    assert found.filter(desk__code=NEW_DESK, owner="BE").count() == THREE
    old = found.filter(desk__code=CLOSED_DESK)
    assert old.exists()
    assert not old.filter(opened_at__year__gt=UNTIL.year - 7).exists()
    assert found.filter(desk__code="BOG", owner="BE").exclude(status="closed").count() == CASELOAD


def test_references_are_whole_and_go_on_where_the_network_stops(network: list[Drawn]) -> None:
    numbers = Dossier.objects.values("owner", "desk", "year", "number")
    assert not numbers.annotate(same=Count("pk")).filter(same__gt=1).exists()
    officer = User.objects.get(email="be-lo-bog@lodesk.example")
    last = Dossier.objects.filter(owner="BE", desk__code="BOG", year=2026).latest("number").number
    opened = steps.open_dossier(officer, Desk.objects.get(code="BOG"))
    assert opened.number == last + 1


def test_people_work_in_a_drawn_network(network: list[Drawn]) -> None:
    officer = User.objects.get(email="be-officer1-bog@lodesk.example")
    with as_person(officer):
        lines = lists.read(officer, Wanted(phases=PHASES), most=100)
    assert lines
    assert {line.owner for line in lines} >= {"BE"}
    stranger = User.objects.get(email="nl-officer1-tia@lodesk.example")
    hidden = Dossier.objects.get(pk=lines[0].pk)
    assert sees(officer, hidden)
    assert not sees(stranger, hidden)


def test_a_mandate_of_a_drawn_dossier_lets_its_receiver_in_while_it_lasts(
    network: list[Drawn],
) -> None:
    across = [each for each in network if each.mandate is not None]
    lasting = next(each for each in across if each.handler is not None)
    ended = next(each for each in across if each.handler is None)
    for drawn, is_seen in ((lasting, True), (ended, False)):
        receiver = User.objects.get(pk=drawn.receiver)
        assert sees(receiver, Dossier.objects.get(pk=drawn.key)) is is_seen


def test_mandates_are_looked_up_by_their_dossier_not_in_the_set_of_all_in_sight(
    cast: Cast,
) -> None:
    # `dossier IN (all in sight)` is hashed whole: 35 ms more a page for somebody who reads 30,000
    # of a million dossiers (make bench, "who can see this").
    with as_person(cast.belgian_officer):
        statement = str(mandates.readable(cast.belgian_officer).query)
    assert '"dossier_id" IN (SELECT' not in statement
    assert 'EXISTS(SELECT 1 AS "a" FROM "cases_dossier"' in statement


@pytest.mark.parametrize("count", [1, FEWEST - 1])
def test_too_few_are_refused_in_one_line(teams: list[Team], count: int) -> None:
    with pytest.raises(CommandError, match="at least"):
        call_command("demo_data", dossiers=count, seed=1, until=UNTIL)


def test_a_second_drawing_is_refused(network: list[Drawn]) -> None:
    with pytest.raises(CommandError, match="already"):
        call_command("demo_data", dossiers=200, seed=1, until=UNTIL)


def test_the_triggers_and_indexes_are_back(teams: list[Team]) -> None:
    def rules() -> Any:
        return as_owner(
            "SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger"
            " WHERE NOT tgisinternal UNION ALL SELECT indexrelid::regclass::text,"
            " pg_get_indexdef(indexrelid), '' FROM pg_index WHERE indrelid::regclass::text"
            " LIKE 'cases\\_%%' UNION ALL SELECT conrelid::regclass::text, conname,"
            " pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid::regclass::text"
            " LIKE 'cases\\_%%' ORDER BY 1, 2, 3", []
        )  # fmt: skip

    before = rules()
    fill.load(draw(teams, 200, seed=3, until=UNTIL))
    fill.expand(UNTIL)
    assert rules() == before
