"""The whole product as processes: gunicorn, worker with beat, a real SMTP catcher, own database.

Everything runs as `lodesk_app`, as in production; only set-up logs in as the owner
(house.md section 2, trap 13).
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from lodesk.embedded.mail import MailCatcher
from lodesk.embedded.valkey import DATABASES
from tests.alerts.copies import url_of

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "lodesk-demo"
STARTED_WITHIN = 30  # seconds
NUMBERS = count()


@dataclass(frozen=True)
class Shape:
    """How the site is served, and with which data."""

    workers: int = 2
    threads: int = 1
    pool: int = 0  # connections a process shares among its threads
    template: str = ""  # the database it is a copy of; else a fresh one with the demo's story
    drawn: int = 0  # dossiers drawn beside the story


class Site:
    """A running LO Desk with the demo's people and story."""

    def __init__(self, folder: Path, shape: Shape | None = None) -> None:
        self.folder = folder
        self.shape = shape or Shape()
        self.database = f"e2e_{os.getpid()}_{next(NUMBERS)}"  # one process may serve several
        self.catcher = MailCatcher()
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        """Make the database, start every process and wait for the first answer."""
        self._admin(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
        copied = f' TEMPLATE "{self.shape.template}"' if self.shape.template else ""
        self._admin(f'CREATE DATABASE "{self.database}"{copied}')
        self.catcher.start()
        for command in ("migrate --no-input", "compile_catalogues", "collectstatic --no-input"):
            self.manage(command)
        self.manage(f"demo_data --dossiers {self.shape.drawn}")
        gunicorn = ["gunicorn", "lodesk.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        gunicorn += ["--workers", str(self.shape.workers), "--threads", str(self.shape.threads)]
        self._start("site", [*gunicorn, "--timeout", "60"])
        schedule = str(self.folder / "schedule")
        worker = ["celery", "-A", "lodesk.celery", "worker", "--beat", "--schedule", schedule]
        self._start("worker", [*worker, "--concurrency", "1", "--loglevel", "WARNING"])
        self._wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop what was started, by its own group, and drop the database."""
        for process in self._processes:
            os.killpg(process.pid, signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.catcher.stop()
        self._admin(f'DROP DATABASE "{self.database}" WITH (FORCE)')

    @property
    def owner_url(self) -> str:
        """Address of the database for the owner."""
        return url_of(self.database, owner=True)

    def manage(self, command: str) -> None:
        """Run a management command as the owner."""
        subprocess.run(
            [sys.executable, "manage.py", *command.split()],
            cwd=ROOT,
            env=self._environment(owner=True),
            check=True,
            capture_output=True,
            timeout=120,
        )

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a statement run as the owner: to look behind the scenes, or to let time pass."""
        with psycopg.connect(url_of(self.database, owner=True), autocommit=True) as server:
            answer = server.execute(statement, values)
            return answer.fetchall() if answer.description else []

    def processes(self) -> dict[str, int]:
        """Names and numbers of the processes it started."""
        return dict(zip(("site", "worker"), (each.pid for each in self._processes), strict=False))

    def log_of(self, name: str) -> str:
        """What a process printed."""
        return (self.folder / f"{name}.log").read_text()

    def _start(self, name: str, words: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", *words],
                    cwd=ROOT,
                    env=self._environment(owner=False),
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )

    def _environment(self, *, owner: bool) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": url_of(self.database),
            "LODESK_OWNER_DATABASE_URL": url_of(self.database, owner=True),
            "LODESK_AS_OWNER": "1" if owner else "0",
            "REDIS_URL": _beside(os.environ["REDIS_URL"]),
            "LODESK_BASE_URL": self.url,
            "LODESK_DEMO": "1",
            "LODESK_POOL": str(self.shape.pool),
            "LODESK_DOCUMENT_ROOT": str(self.folder / "documents"),
            "LODESK_STATIC_ROOT": str(self.folder / "static"),
            "LODESK_STATIC_STORAGE": "lodesk.ui.storage.BundledManifestStaticFilesStorage",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.catcher.port}",
        }

    def _wait(self) -> None:
        until = time.monotonic() + STARTED_WITHIN
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):  # noqa: S310
                    return
            except OSError:
                time.sleep(0.2)
        raise TimeoutError(f"the site did not answer:\n{self.log_of('site')[-3000:]}")

    def _admin(self, statement: str) -> None:
        with psycopg.connect(url_of("postgres", owner=True), autocommit=True) as server:
            server.execute(statement)


def _beside(redis_url: str) -> str:
    """A database of the embedded server for the site: its worker takes no task of the tests'."""
    return re.sub(r"db=(\d+)$", lambda found: f"db={int(found[1]) + DATABASES}", redis_url)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
