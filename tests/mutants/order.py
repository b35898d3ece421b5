"""Which tests are asked first: those most likely to notice, and quick ones before slow ones.

Nobody but PostgreSQL knows which test touches a function or a table: its statistics of the
transaction are read at the end of each test (`measuring.py`). A test that does not touch what a
mutant changes cannot notice it and is not asked, unless nothing is known of it. Among the others
those that noticed its neighbours come first, and those that speak of the same things. Tests that
share what their module makes are asked together, as late as their module is slow to set up.
"""

import inspect
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import log, log1p
from typing import Any

import pytest

from tests.mutants.kept import NOTICED, Result, Touch
from tests.mutants.mutant import Mutant

# These look at the catalogue, and touch nothing by name.
CATALOGUE = ("tests/border/test_rights.py", "tests/test_house.py")
BORDER = "tests/border/"
# Tries everything on one table as everybody: slow, and the likeliest of all.
MATRIX = "tests/border/test_write_matrix.py::test_postgresql_lets_through"
# Asks policy.py itself, where nothing else decides.
FIRST_WALL = "tests/border/test_first_wall.py"
# Ask one condition by itself, or one lock.
SINGLE = tuple(
    f"tests/border/test_{name}"
    for name in ("clock_conditions", "conditions_of_", "each_", "grant_border", "single_")
)
LOCKS = ("tests/border/test_locks.py", "tests/border/test_races")
TYPICAL = Touch(0.3, None)


class Order:
    """The order of the tests for one mutant after the other; learns from what noticed."""

    def __init__(self, items: Sequence[pytest.Item], touches: Mapping[str, Touch]) -> None:
        self._items, self._touches = items, touches
        self._known = frozenset().union(*(each.touched or () for each in touches.values()))
        self._words = {item.nodeid: _words(_source(item)) for item in items}
        self._tests_with = Counter(word for words in self._words.values() for word in words)
        self._shares = {item.nodeid for item in items if _of_module(item)}
        self._slowest: dict[str, float] = {}
        for item in items:
            test, seconds = item.nodeid, self._touch(item).seconds
            self._slowest[_file(test)] = max(seconds, self._slowest.get(_file(test), 0))
        self._noticed: Counter[str] = Counter()
        self._noticed_about: Counter[tuple[str, str]] = Counter()

    def learn(self, result: Result) -> None:
        """A test that noticed one mutant may notice its neighbours; so may its variants."""
        if result.outcome == NOTICED:
            for of in {result.by, _function(result.by), _file(result.by)}:
                self._noticed[of] += 1
                self._noticed_about[of, _subject(result.name)] += 1

    def of(self, mutant: Mutant) -> list[pytest.Item]:
        """The tests that may notice it, the likeliest first."""
        asked = [item for item in self._items if self._may_notice(mutant, item)]
        words = _words(f"{mutant.subject} {mutant.change}")
        worth = {item.nodeid: self._worth(mutant, words, item) for item in asked}
        shared: dict[str, float] = {}
        for test in worth.keys() & self._shares:
            together = _together(mutant, test)
            shared[together] = max(self._worth_together(worth, test), shared.get(together, 0))

        def place(item: pytest.Item) -> tuple[float, str, float, str]:
            test = item.nodeid
            together = _together(mutant, test) if test in self._shares else ""
            return -(shared[together] if together else worth[test]), together, -worth[test], test

        return sorted(asked, key=place)

    def within(self, items: Sequence[pytest.Item], patience: float) -> list[pytest.Item]:
        """As many of the tests as take so many seconds."""
        totals = accumulate(self._touch(item).seconds for item in items)
        return [item for item, total in zip(items, totals, strict=True) if total <= patience]

    def _may_notice(self, mutant: Mutant, item: pytest.Item) -> bool:
        touched = self._touch(item).touched
        if touched is None or item.nodeid.startswith(CATALOGUE):
            return True
        return not (mutant.about & self._known) or bool(mutant.about & touched)

    def _worth(self, mutant: Mutant, words: frozenset[str], item: pytest.Item) -> float:
        test, touch = item.nodeid, self._touch(item)
        common = words & self._words[test]
        likely = 0.05 + 0.1 * sum(log(len(self._items) / self._tests_with[word]) for word in common)
        for of, much in ((test, 1.0), (_function(test), 2.0), (_file(test), 0.2)):
            likely += much * min(3, self._noticed_about[of, mutant.subject])
            likely += 0.05 * log1p(self._noticed[of])
        likely += 0.2 * test.startswith(BORDER) + 1.5 * test.startswith(SINGLE)
        likely += 20.0 * test.startswith(LOCKS)
        if _of_its_own_table(mutant, test) or _of_its_own_wall(mutant, test):
            likely += 150.0
        return likely / (0.1 + touch.seconds)

    def _worth_together(self, worth: Mapping[str, float], test: str) -> float:
        """Its worth if it had to be asked alone, with what its module sets up."""
        seconds = self._touches.get(test, TYPICAL).seconds
        return worth[test] * (0.1 + seconds) / (0.1 + self._slowest[_file(test)])

    def _touch(self, item: pytest.Item) -> Touch:
        return self._touches.get(item.nodeid, TYPICAL)


def _subject(name: str) -> str:
    return name.split(": ")[0]


def _function(test: str) -> str:
    return test.split("[")[0]


def _file(test: str) -> str:
    return test.split("::")[0]


def of_locks(mutant: Mutant) -> bool:
    """Whether it takes a lock away: only two connections at once can tell."""
    return "without FOR" in mutant.change


def _of_its_own_table(mutant: Mutant, test: str) -> bool:
    of_rights = not mutant.subject.startswith("constraint")
    return of_rights and test.startswith(MATRIX) and test[:-1].split("[")[1] in mutant.about


def _of_its_own_wall(mutant: Mutant, test: str) -> bool:
    return mutant.subject.startswith("policy.") and test.startswith(FIRST_WALL)


def _together(mutant: Mutant, test: str) -> str:
    """What is asked in a row: the tests of a module, but for the one that is likeliest of all."""
    return f"{_file(test)} first" if _of_its_own_table(mutant, test) else _file(test)


def _of_module(item: pytest.Item) -> bool:
    """Whether it uses something that is made once for its whole module."""
    fixtures: Any = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009 - pytest's own
    return any(each.scope == "module" for found in fixtures.values() for each in found)


def _source(item: pytest.Item) -> str:
    function = inspect.unwrap(getattr(item, "function", None) or _source)
    return f"{item.nodeid} {inspect.getsource(function)}"


def _words(text: str) -> frozenset[str]:
    """Names in a text, whole and in their parts."""
    names = re.findall(r"[a-z]\w+", text.lower())
    return frozenset(names) | {part for name in names for part in name.split("_") if len(part) > 2}
