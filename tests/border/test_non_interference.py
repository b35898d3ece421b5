"""Nobody notices what another country keeps to itself (house.md section 6, number 3).

The people of one country walk everything twice: as it stands, and after both others have lived for
a day. `tests/border/non_interference.py` says how a new page, mail or export is walked, too.
"""

from collections.abc import Iterator

import pytest
import pytest_django
from django.db import transaction

from tests.border.non_interference import Ground, TwoWorlds
from tests.border.walks import everything
from tests.factories import COUNTRIES

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def ground(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[Ground]:
    """The template, for all tests of this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Ground()
        transaction.set_rollback(True)


@pytest.mark.parametrize("of", COUNTRIES)
def test_a_day_of_the_other_two_countries_shows_nowhere(ground: Ground, of: str) -> None:
    worlds = TwoWorlds(ground, of=of, changed=[each for each in COUNTRIES if each != of])
    worlds.assert_same(everything)
