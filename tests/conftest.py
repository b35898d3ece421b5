"""The cast, browsers that check the house rules, and the servers under it all.

Arrange as the owner with the factories, act as somebody under the unprivileged role.
"""

import os
import sys
from collections.abc import Callable

import pytest
import pytest_django

from lodesk.embedded.testing import ensure_test_servers

if not {"-h", "--help", "--version"} & set(sys.argv):
    ensure_test_servers()
os.environ.setdefault(
    "LODESK_STATIC_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage"
)
# Every client of Django's makes WhiteNoise look through the collected files: half of a test's time.
os.environ["LODESK_STATIC_ROOT"] = os.devnull
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lodesk.settings")

import django
from django.conf import settings

django.setup()
if (settings.STORAGES["staticfiles"]["BACKEND"], settings.REDIS_URL) != (
    os.environ["LODESK_STATIC_STORAGE"],
    os.environ["REDIS_URL"],
):
    raise pytest.UsageError("something read the settings before tests/conftest.py named them")

from django.core.cache import cache  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402
from zeal.constants import initialize_app_registry  # noqa: E402
from zeal.patch import patch as watch_queries  # noqa: E402

from accounts.models import User  # noqa: E402
from lodesk.border.start import refuse_unsafe_role  # noqa: E402
from tests import factories  # noqa: E402
from tests.browsers import HouseClient  # noqa: E402

# A part of the suite inherits this environment, and pytest-django would read settings too early.
del os.environ["DJANGO_SETTINGS_MODULE"]
initialize_app_registry()
watch_queries()  # django-zeal: a query repeated per row fails the request that made it
hypothesis_settings.register_profile("suite", deadline=None, print_blob=True)
hypothesis_settings.load_profile("suite")


# The files that take longest begin: one that begins last keeps one core busy while the other waits.
# Those that drive a browser and those that do not take turns.
LONGEST = (
    "tests/e2e/test_axe.py", "tests/border/test_non_interference.py",
    "tests/border/test_attacks.py", "tests/e2e/test_budget.py", "tests/test_leaks.py",
    "tests/e2e/test_uploads.py", "tests/border/test_write_matrix.py", "tests/e2e/test_exports.py",
    "tests/test_access.py", "tests/e2e/test_walk.py", "tests/border/test_two_walls.py",
    "tests/e2e/test_hands.py", "tests/alerts/test_worker.py", "tests/cases/test_odd_moments.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order of the files; within a file nothing changes."""
    place = {file: number for number, file in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.nodeid.split("::")[0], len(LONGEST)))


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> None:
    """The test database, made by the owner's login with the border applied, and proved safe."""
    with django_db_blocker.unblock():
        refuse_unsafe_role()


@pytest.fixture(autouse=True)
def _no_rate_limit_from_before() -> None:
    cache.clear()


@pytest.fixture
def cast(db: None) -> factories.Cast:
    """Everybody: `cast.belgian_officer`, `cast.dutch_coordinator` …; see factories.CAST."""
    return factories.make_cast()


def _fixture_of(name: str) -> Callable[..., User]:
    @pytest.fixture(name=name)
    def person(cast: factories.Cast) -> User:
        found: User = getattr(cast, name)
        return found

    person.__doc__ = f"{factories.CAST[name]}"
    return person


# Every person of the cast is a fixture: `def test_x(belgian_officer, dutch_officer)`.
globals().update({f"_{name}": _fixture_of(name) for name in factories.CAST})


@pytest.fixture
def bogota(cast: factories.Cast) -> "factories.Desk":
    """The desk BOG, where Belgium and the Netherlands both have a team."""
    return cast.desks["BOG"]


@pytest.fixture
def client_of(cast: factories.Cast) -> Callable[[User | None], HouseClient]:
    """A browser in which this person has signed in; None for somebody who has not.

    Every HTML answer is checked against the house rules, queries per row fail, what waits for
    the commit runs, and no page may show the canaries: dossiers nobody may see.
    """
    canaries = factories.make_canaries()

    def made(person: User | None) -> HouseClient:
        client = HouseClient(canaries=canaries)
        if person is not None:
            client.force_login(person, backend="accounts.backends.EmailBackend")
        return client

    return made
