"""The drawn network: the same for the same seed, with the shares it says, and a whole border."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import pytest_django
from django.core.management import CommandError, call_command
from django.db.models import Count
from django.test import override_settings

from accounts.models import Desk, User
from cases.demo.scale import SUMMARY, fill, places
from cases.demo.scale.draw import CASELOAD, THREE, Drawn, draw
from cases.demo.scale.places import CLOSED_DESK, NEW_DESK, SHARES
from cases.models import Dossier
from cases.models.readers import PHASES
from cases.selectors import lists
from cases.selectors.lists import Wanted
from tests import steps
from tests.factories import as_person, for_a_module
from tests.looking import sees

pytestmark = pytest.mark.django_db
UNTIL = datetime(2026, 11, 24, tzinfo=UTC)
COUNT = 1500


@pytest.fixture(scope="module")
def network(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[list[Drawn]]:
    """The demo, and a drawn network in its tables, for all tests here; each is undone."""
    with for_a_module(django_db_blocker), override_settings(DEMO=True):
        call_command("demo_data", verbosity=0)
        drawn = list(draw(places.make(), COUNT, seed=7, until=UNTIL))
        fill.load(drawn)
        fill.expand(UNTIL)
        yield drawn


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


def test_a_second_drawing_is_refused(network: list[Drawn]) -> None:
    with pytest.raises(CommandError, match="already"):
        call_command("demo_data", dossiers=200, seed=1, until=UNTIL)
