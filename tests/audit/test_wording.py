"""Every kind of act that is logged anywhere has words for the auditor."""

import ast
from collections.abc import Iterator
from pathlib import Path

from lodesk.audit.wording import WORDS, words_for

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


def test_every_kind_that_is_logged_has_words():
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    logged = {kind for path in files for kind in kinds(path.read_text(encoding="utf-8"))}
    assert {"sign_in", "log.viewed"} <= logged
    assert logged - WORDS.keys() == set()


def test_a_kind_without_words_is_shown_as_its_code():
    assert words_for("no.such") == "no.such"
