"""One process that has Django and pytest loaded, and forks for each mutant."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from unittest.mock import patch

import hypothesis
import pytest
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases
from pytest_django.plugin import blocking_manager_key

from lodesk.border import sql
from lodesk.embedded.places import test_places
from lodesk.embedded.servers import Servers
from tests.mutants import kept
from tests.mutants.children import HungError, Report, Say, reports
from tests.mutants.copies import copy_of, use
from tests.mutants.kept import BROKEN, MISSED, NOTICED, Result, Touch
from tests.mutants.measuring import Touching
from tests.mutants.mutant import Mutant
from tests.mutants.order import Order, of_locks

# Not asked: what drives a browser or whole processes, walks every page or counts queries, or is
# this check itself.
LEFT_OUT = (
    "tests/e2e", "tests/embedded", "tests/bench", "tests/test_growth.py",
    "tests/alerts/test_worker.py", "tests/border/test_start.py",
    "tests/border/test_non_interference.py", "tests/border/test_mutants.py",
)  # fmt: skip
# Compares the installed border with the files: it would notice everything, and prove nothing.
COMPARES = "tests/test_house.py::test_the_border_can_be_applied_again_and_is_the_same"
OPTIONS = [
    "tests", "-s", "-qq", "--disable-warnings", "-p", "no:cacheprovider", "-n0",
    "--hypothesis-seed=0", "-m", "not soak and not browser", f"--deselect={COMPARES}",
    *(f"--ignore={path}" for path in LEFT_OUT),
]  # fmt: skip
MEASURE = "measure"  # the part that looks at what the tests touch
Choose = Callable[[], Sequence[Mutant]]
Tell = Callable[[Result], None]


class Trying:
    """A pytest plugin in place of the loop over the tests."""

    def __init__(self, part: str, choose: Choose, tell: Tell, patience: float) -> None:
        self._part, self._choose, self._tell = part, choose, tell
        self._patience = patience
        self._green: dict[str, bool] = {}
        self._failed = False

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self) -> None:
        """A failure need not be made small: that it fails is enough."""
        phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
        plain = hypothesis.settings(
            hypothesis.settings.get_profile("suite"), phases=phases, database=None
        )
        hypothesis.settings.register_profile("mutants", plain)
        hypothesis.settings.load_profile("mutants")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try mutants instead of running tests."""
        with session.config.stash[blocking_manager_key].unblock():
            connection.settings_dict["TEST"]["NAME"] = self._name()
            made = setup_databases(verbosity=0, interactive=False)
            self._template = str(connection.settings_dict["NAME"])
            connections.close_all()
            try:
                self._loop(session.items)
            finally:
                use(self._template)
                teardown_databases(made, verbosity=0)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """In a child: whether the test of the moment failed."""
        self._failed = self._failed or report.failed

    def _name(self) -> str:
        """A database of its own for each process; those that begin so are no production's."""
        name, part = connection.settings_dict["NAME"], self._part.replace("/", "_of_")
        return f"test_{name}_mutants_{part}"

    def _loop(self, items: list[pytest.Item]) -> None:
        if self._part == MEASURE:
            self._measure_all(items)
            return
        border = sql.digest()
        order, heard = Order(items, kept.touches()), 0
        for mutant in self._choose():
            for news in kept.news(heard):  # of the other processes too
                heard += 1
                order.learn(news)
            if sql.digest() != border:
                pytest.exit("the SQL files changed meanwhile: every test would fail", 3)
            parts = _parts(order.of(mutant), locks_first=of_locks(mutant))
            self._tell(self._try(mutant, [order.within(part, self._patience) for part in parts]))

    # One mutant ------------------------------------------------------------------------------

    def _try(self, mutant: Mutant, parts: list[list[pytest.Item]]) -> Result:
        begun = time.monotonic()
        outcome, by = MISSED, ""
        for part in parts:
            outcome, by = self._ask(mutant, part)
            if outcome != MISSED:
                break
        seconds = round(time.monotonic() - begun, 2)
        return Result(mutant.name, mutant.fingerprint, outcome, by, seconds, kept.digest_of(by))

    def _ask(self, mutant: Mutant, items: list[pytest.Item]) -> tuple[str, str]:
        """Ask tests until one notices that notices nothing where nothing is loosened."""
        while items:
            outcome, by = self._first_failure(mutant, items)
            if outcome != NOTICED or self._is_green(by, items):
                return outcome, by
            items = items[[item.nodeid for item in items].index(by) + 1 :]
        return MISSED, ""

    def _first_failure(self, mutant: Mutant | None, items: list[pytest.Item]) -> tuple[str, str]:
        asked = ""
        try:
            for report in self._reports(items, mutant):
                asked = report.test
                if report.failed:
                    return (NOTICED, report.test) if report.test else (BROKEN, report.why)
        except HungError:
            return NOTICED, asked  # the test after this one waits for ever
        return MISSED, ""

    def _is_green(self, test: str, items: list[pytest.Item]) -> bool:
        if test not in self._green:
            alone = [item for item in items if item.nodeid == test]
            self._green[test] = self._first_failure(None, alone)[0] == MISSED
        return self._green[test]

    def _reports(self, items: list[pytest.Item], mutant: Mutant | None) -> Iterator[Report]:
        def work(say: Say) -> None:
            use(name)
            if mutant is not None:
                mutant.apply()
                connections.close_all()
            self._run(items, say)

        with copy_of(self._template, f"{self._template}_mutant") as name:
            yield from reports(work)

    # In the child ----------------------------------------------------------------------------

    def _run(self, items: Sequence[pytest.Item], say: Say, watch: Touching | None = None) -> None:
        with (
            patch("django.test.utils.setup_databases", lambda **_options: []),
            patch("django.test.utils.teardown_databases", lambda *_all, **_options: None),
        ):
            for item, following in zip(items, [*items[1:], None], strict=True):
                begun, self._failed = time.monotonic(), False
                say(Report(item.nodeid, failed=False, why="begins"))
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                seconds = round(time.monotonic() - begun, 3)
                say(Report(item.nodeid, failed=self._failed, seconds=seconds))
                if self._failed and watch is None:
                    return

    # What the tests touch --------------------------------------------------------------------

    def _measure_all(self, items: list[pytest.Item]) -> None:
        known = kept.touches()
        for part in _parts([item for item in items if item.nodeid not in known], locks_first=False):
            for report in self._measured(part):
                touched = None if report.touched is None else frozenset(report.touched)
                kept.keep_touch(report.test, Touch(report.seconds, touched))

    def _measured(self, items: list[pytest.Item]) -> Iterator[Report]:
        def work(say: Say) -> None:
            use(name)
            watcher = _Watcher(Touching(), say)
            items[0].config.pluginmanager.register(watcher)
            self._run(items, watcher.say, watcher.watch)

        with copy_of(self._template, f"{self._template}_mutant") as name:
            _count_function_calls(name)
            yield from (report for report in reports(work) if report.why != "begins")


class _Watcher:
    """In a child that measures: asks what was touched before a test is undone."""

    def __init__(self, watch: Touching, say: Say) -> None:
        self.watch, self._say = watch, say
        self._touched: set[str] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """A new test."""
        self._touched = set()
        self.watch.begin()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        """Before its transaction is rolled back."""
        self._touched = None if _commits(item) else self.watch.touched()

    def say(self, report: Report) -> None:
        """Add what was touched."""
        touched = None if self._touched is None else sorted(self._touched)
        self._say(Report(report.test, report.failed, report.seconds, touched, report.why))


def _count_function_calls(database: str) -> None:
    """Only a superuser may have PostgreSQL count the calls of functions: on servers of our own."""
    servers = Servers(test_places(), for_tests=True)
    if servers.postgres.pid() is not None:
        with servers.postgres.connect() as opened:
            opened.execute(f"ALTER DATABASE \"{database}\" SET track_functions = 'all'")


def _parts(items: list[pytest.Item], *, locks_first: bool) -> list[list[pytest.Item]]:
    """Tests inside one transaction, and those that commit and empty the tables: never mixed."""
    plain = [item for item in items if not _commits(item)]
    committing = [item for item in items if _commits(item)]
    parts = [committing, plain] if locks_first else [plain, committing]
    return [part for part in parts if part]


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    named = {"transactional_db", "live_server"} & _fixtures(item)
    return bool(named or (marker and marker.kwargs.get("transaction")))


def _fixtures(item: pytest.Item) -> set[str]:
    found: Any = getattr(item, "fixturenames", ())
    return set(found)
