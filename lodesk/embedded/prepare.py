"""The Django half of setting up a demo: catalogues, tables, static files, people and dossiers.

All steps run in one process of their own (`python -m lodesk.embedded.prepare LOG PEOPLE`): Django
takes longer to start than most of them take.
"""

import re
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

import django
from django.conf import settings
from django.core.management import call_command

from lodesk.embedded.console import Problem, step
from lodesk.embedded.places import REPOSITORY

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Translations", ("compile_catalogues",)),
    ("Tables and border", ("migrate", "--no-input", "--verbosity=0")),
    ("Style sheets and scripts", ("collectstatic", "--no-input", "--verbosity=0")),
    ("Demo people and dossiers (once)", ("demo_data",)),
)
HEAD_OF_AN_ERROR = re.compile(r"^[\w.]*[A-Z]\w+: .+")


def prepare(environment: Mapping[str, str], log: Path, people: Path) -> None:
    """Each step with its seconds; a failure in one line, and the rest in the log."""
    words = [sys.executable, "-m", "lodesk.embedded.prepare", str(log), str(people)]
    if _run(words, environment) != 0:
        raise Problem(f"Set-up failed: {_reason(log)} (all of it: {log})")


def compile_catalogues(environment: Mapping[str, str], log: Path) -> None:
    """The translations alone, which the tests read too."""
    with step("Translations"), log.open("w") as output:
        words = [sys.executable, "manage.py", "compile_catalogues"]
        code = _run(words, environment, output)
    if code != 0:
        raise Problem(f"The translations cannot be compiled: {_reason(log)} (all of it: {log})")


def main(log: Path, people: Path) -> int:
    """The process: every step, then who may sign in."""
    with log.open("w") as output:
        try:
            django.setup()
            for name, (command, *words) in STEPS:
                if command == "collectstatic" and _collected(log):
                    continue
                with step(name):
                    _call(command, words, output)
            _note_collected(log)
            with people.open("w") as list_of_people:
                _call("demo_data", ["--people"], list_of_people)
        except Exception:  # noqa: BLE001 - whatever it is, it is told in one line by the parent
            traceback.print_exc(file=output)
            return 1
    return 0


def _collected(log: Path) -> bool:
    """Whether the static files are as they were when they were collected last."""
    known = log.with_name("static.txt")
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    return known.is_file() and manifest.is_file() and known.read_text() == _static_files()


def _note_collected(log: Path) -> None:
    log.with_name("static.txt").write_text(_static_files())


def _static_files() -> str:
    """What decides how the collected files look: ours, the packages', and how they are bundled."""
    sources = [*REPOSITORY.glob("static/**/*"), REPOSITORY / "lodesk" / "ui" / "storage.py"]
    sources += [REPOSITORY / "requirements-dev.txt", REPOSITORY / "lodesk" / "settings.py"]
    found = [f"{each} {each.stat().st_mtime_ns}" for each in sources if each.is_file()]
    return "\n".join(sorted(found))


def _call(command: str, words: Sequence[str], output: TextIO) -> None:
    call_command(command, *words, stdout=output, stderr=output)


def _run(words: list[str], environment: Mapping[str, str], output: TextIO | None = None) -> int:
    return subprocess.run(  # noqa: S603 - our own command
        words,
        cwd=REPOSITORY,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        check=False,
    ).returncode


def _reason(log: Path) -> str:
    """The head of the last error, which may have more lines; else the last line."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    heads = [line for line in lines if HEAD_OF_AN_ERROR.match(line)]
    return (heads or lines or ["no reason was given"])[-1].strip()


if __name__ == "__main__":
    try:
        sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
    except KeyboardInterrupt:
        sys.exit(130)
