"""Every kind of act that is logged anywhere has words for the auditor."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.utils import translation

from cases.states import HandoverState, Level, Status
from lodesk.audit.wording import FACTS, VALUES, WORDS, fact_in_words, words_for

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("accounts", "cases", "lodesk")


def kinds(source: str) -> Iterator[str]:
    """The kinds written out in calls of `log`: by name, or as the second argument."""
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name.strip("_") != "log":
            continue
        named = [each.value for each in call.keywords if each.arg == "action"]
        for each in [*named, *call.args[1:2]]:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value


def facts(source: str) -> Iterator[str]:
    """The names of facts written out in calls of `log`."""
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if name.strip("_") == "log":
                yield from (each.arg for each in call.keywords if each.arg)
                held = [each.value for each in call.keywords if each.arg == "facts"]
                yield from (
                    key.value
                    for each in held
                    if isinstance(each, ast.Dict)
                    for key in each.keys
                    if isinstance(key, ast.Constant)
                )


PARAMETERS = {"by", "chain", "target", "target_id", "reference", "mandate", "facts", "why"}


def test_every_fact_that_is_logged_has_words():
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    logged = {name for path in files for name in facts(path.read_text(encoding="utf-8"))}
    assert {"level", "recipient", "before"} <= logged
    assert logged - PARAMETERS - {"personal"} - FACTS.keys() == set()


def test_every_level_and_status_a_fact_may_have_has_words():
    assert VALUES["level"].keys() == set(Level.values)
    assert VALUES["before"].keys() == VALUES["after"].keys() == set(Status.values)
    assert VALUES["state"].keys() == {HandoverState.AWAITING_MANDATE, HandoverState.OFFERED}


def test_a_fact_is_said_in_the_readers_language():
    with translation.override("nl"):
        assert fact_in_words("level", "handle") == "niveau: behandelen"
    assert fact_in_words("no_such", "thing") == "no such: thing"


def test_every_kind_that_is_logged_has_words():
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    logged = {kind for path in files for kind in kinds(path.read_text(encoding="utf-8"))}
    assert {"sign_in", "log.viewed"} <= logged
    assert logged - WORDS.keys() == set()


def test_a_kind_without_words_is_shown_as_its_code():
    assert words_for("no.such") == "no.such"
