"""How the network is drawn: the same for the same seed, and nothing of the tables is left open."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_django
from django.core.management import CommandError, call_command
from django.test import override_settings

from cases.demo.scale import FEWEST, fill, places
from cases.demo.scale.draw import Drawn, draw
from cases.demo.scale.places import Team
from tests.factories import for_a_module
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
UNTIL = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture(scope="module")
def teams(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[list[Team]]:
    """The demo with its people and story, and the desks of the network; each test is undone."""
    with for_a_module(django_db_blocker), override_settings(DEMO=True):
        call_command("demo_data", verbosity=0)
        yield places.make()


def test_the_same_seed_draws_the_same_and_another_another(teams: list[Team]) -> None:
    def dossiers(seed: int) -> list[Drawn]:
        return list(draw(teams, 400, seed=seed, until=UNTIL))

    assert dossiers(7) == dossiers(7)
    assert dossiers(7) != dossiers(8)


@pytest.mark.parametrize("count", [1, FEWEST - 1])
def test_too_few_are_refused_in_one_line(teams: list[Team], count: int) -> None:
    with pytest.raises(CommandError, match="at least"):
        call_command("demo_data", dossiers=count, seed=1, until=UNTIL)


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
