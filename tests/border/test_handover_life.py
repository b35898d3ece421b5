"""Random acts of several people over time leave every dossier as the rules say (issue of handover).

See tests/border/handover_life.py for the acts, and for what is looked at after each of them.
"""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.border.handover_life import Life
from tests.factories import Cast

pytestmark = pytest.mark.django_db


def _lives(cast: Cast, *, runs: int, acts: int) -> None:
    class Lived(Life):
        pass

    Lived.cast = cast
    calm = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Lived,
        settings=settings(
            max_examples=runs,
            stateful_step_count=acts,
            suppress_health_check=calm,
            phases=[Phase.reuse, Phase.generate],  # to shorten a failure takes many minutes
        ),
    )


def test_whatever_people_do_and_whenever_time_ends_it_the_rules_hold(cast: Cast) -> None:
    _lives(cast, runs=8, acts=20)


@pytest.mark.soak
def test_whatever_people_do_for_longer_the_rules_hold(cast: Cast) -> None:
    _lives(cast, runs=60, acts=40)
