"""`make check`, `make test`, `make soak`: the tools and the suite, on the embedded servers."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lodesk.embedded.browser import chromium, ensure_browser
from lodesk.embedded.console import say, step
from lodesk.embedded.environment import RealServers
from lodesk.embedded.places import REPOSITORY, test_places
from lodesk.embedded.prepare import compile_catalogues
from lodesk.embedded.testing import lease

NO_TESTS = 5  # pytest's exit code
PRODUCTION = {
    "LODESK_SECRET_KEY": "not-a-real-key-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "LODESK_HOSTS": "lodesk.example",
    "LODESK_BASE_URL": "https://lodesk.example",
    "EMAIL_URL": "smtp://mail.lodesk.example:587?tls=true",
}
OWNER = {"LODESK_AS_OWNER": "1"}
PYTHON = sys.executable
OF_ONE_PART = ("DATABASE_URL", "LODESK_OWNER_DATABASE_URL", "REDIS_URL")
LEADING = ("-n", "--pdb", "-x", "-s", "--dist")
MOST_PARTS = 4  # each holds a database, and the browser's one a whole site
# Each with what it needs in the environment besides the test servers.
CHECKS: tuple[tuple[tuple[str, ...], dict[str, str]], ...] = (
    (("ruff", "format", "--check", "."), {}),
    (("ruff", "check", "."), {}),
    (("mypy", "lodesk", "accounts", "cases"), {}),
    (("lint-imports",), {}),
    (("djlint", "templates", "--lint", "--quiet"), {}),
    ((PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"), OWNER),
    ((PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"), PRODUCTION),
)


def check() -> int:
    """Every tool, also after one has found something; 1 when any did."""
    with test_environment() as environment:
        failed = [words for words, more in CHECKS if not _passes(words, {**environment, **more})]
    say(f"  {len(failed)} of {len(CHECKS)} checks failed." if failed else "  All checks passed.")
    return 1 if failed else 0


def suite(arguments: list[str], marks: str) -> int:
    """pytest with the browser and the servers it needs. No test found is a failure."""
    ensure_browser()
    with test_environment() as environment:
        environment["LODESK_CHROMIUM"] = chromium() or ""
        compile_catalogues(environment, test_places().state / "prepare.log")
        # tests/conftest.py names the settings: pytest-django would read them before it otherwise.
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        parts = _parts(arguments)
        if parts:  # each part takes a database and a number in Valkey of its own
            for name in OF_ONE_PART:
                environment.pop(name, None)
        words = [sys.executable, "-m", "pytest", "-m", marks, *parts, *arguments]
        code = _run(words, {**environment, **OWNER})
    if code == NO_TESTS:
        say(f"LO Desk: no test was found for `-m {marks}`, so nothing was proved.")
    return code


def _parts(arguments: list[str]) -> list[str]:
    """Options that spread the suite over the cores; none on real servers or where pytest is led."""
    real = RealServers.named()
    led = any(word.startswith(LEADING) for word in arguments)
    cores = min(len(os.sched_getaffinity(0)), MOST_PARTS) if sys.platform == "linux" else 1
    if real.database or real.redis or led or cores == 1:
        return []
    return ["-n", str(cores), "--dist", "loadfile", "--no-loadscope-reorder"]


def bench(arguments: list[str]) -> int:
    """Measure the product on databases of its own, kept under `var/bench`."""
    return _run([sys.executable, "-m", "tests.bench", *arguments], dict(os.environ))


@contextmanager
def test_environment() -> Iterator[dict[str, str]]:
    """What tests find in their environment: the embedded servers, or the real ones it names."""
    real = RealServers.named()
    with step("PostgreSQL and Valkey for tests"):
        taken = lease(database=not real.database, redis=not real.redis)
    environment = {**os.environ, **taken.environment()}
    environment.pop("LODESK_AS_OWNER")
    try:
        yield environment
    finally:
        taken.release()


def _passes(words: tuple[str, ...], environment: dict[str, str]) -> bool:
    begun = time.monotonic()
    code = _run([_program(words[0]), *words[1:]], environment)
    name = " ".join(Path(word).name if word == sys.executable else word for word in words)
    say(f"  {'ok' if code == 0 else 'FAILED'}  {name} ({time.monotonic() - begun:.1f} s)")
    return code == 0


def _program(name: str) -> str:
    inside = Path(sys.executable).parent / name
    return str(inside) if inside.exists() else name


def _run(words: list[str], environment: dict[str, str]) -> int:
    """Run it to its end; Ctrl-C reaches it through the terminal, and we wait for it."""
    process = subprocess.Popen(words, cwd=REPOSITORY, env=environment)  # noqa: S603
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
