"""What is kept between runs, in var/mutants: results, and what each test touches.

A mutant that was noticed need not be tried again while it and the test that noticed it stay the
same; everything else is tried again.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path

from lodesk.embedded.places import REPOSITORY, var_folder
from tests.mutants.mutant import Mutant

NOTICED, MISSED, BROKEN = "noticed", "missed", "broken"


@dataclass(frozen=True)
class Result:
    """What became of one mutant."""

    name: str
    fingerprint: str
    outcome: str
    by: str = ""  # the test that noticed it first, or why it could not be tried
    seconds: float = 0.0
    proof: str = ""  # digest of that test's file

    def still_holds(self, mutant: Mutant) -> bool:
        """Whether it need not be tried again."""
        same = self.fingerprint == mutant.fingerprint and self.proof == digest_of(self.by)
        return self.outcome == NOTICED and same


@dataclass(frozen=True)
class Touch:
    """How long a test takes, and which tables and functions it touches; None: not known."""

    seconds: float
    touched: frozenset[str] | None
    proof: str = field(default="", compare=False)


@cache
def digest_of(test: str) -> str:
    """Digest of the file a test is in."""
    path = REPOSITORY / test.split("::")[0]
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else ""


def folder() -> Path:
    """Where it is kept."""
    found = var_folder() / "mutants"
    found.mkdir(parents=True, exist_ok=True)
    return found


def results() -> dict[str, Result]:
    """The last result of each mutant, by name."""
    return {result.name: result for result in news(0)}


def news(since: int) -> list[Result]:
    """The results of every process, but for so many that one has heard of."""
    return [Result(**each) for each in islice(_lines("results.jsonl"), since, None)]


def keep(result: Result) -> None:
    """Remember a result; several processes may write at once."""
    _append("results.jsonl", asdict(result))


def touches() -> dict[str, Touch]:
    """What is known of the tests whose files have not changed, by test."""
    found = {
        each["test"]: Touch(
            each["seconds"],
            None if each["touched"] is None else frozenset(each["touched"]),
            each["proof"],
        )
        for each in _lines("tests.jsonl")
    }
    return {test: touch for test, touch in found.items() if touch.proof == digest_of(test)}


def keep_touch(test: str, touch: Touch) -> None:
    """Remember what a test touches."""
    touched = None if touch.touched is None else sorted(touch.touched)
    line = {"test": test, "seconds": touch.seconds, "touched": touched, "proof": digest_of(test)}
    _append("tests.jsonl", line)


def forget() -> None:
    """Begin anew."""
    for name in ("results.jsonl", "tests.jsonl"):
        (folder() / name).unlink(missing_ok=True)


def _lines(name: str) -> Iterator[dict]:
    file = folder() / name
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def _append(name: str, line: dict) -> None:
    with (folder() / name).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
