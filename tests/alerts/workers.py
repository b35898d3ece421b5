"""A real Celery worker, with beat or without: a process of its own, as the application."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.alerts.copies import url_of


class Worker:
    """Started with the block, ended after it; `kill` is kill -9 for it and its children."""

    def __init__(self, *, database: str, mail: str, folder: Path, beat: bool = True) -> None:
        self.log = folder / "worker.log"
        self._beat = ["--beat", "--schedule", str(folder / "schedule")] if beat else []
        self._environment = os.environ | {
            "DATABASE_URL": url_of(database),
            "EMAIL_URL": mail,
            "LODESK_AS_OWNER": "0",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin."""
        words = ["-A", "lodesk.celery", "worker", "--concurrency", "2", "--loglevel", "INFO"]
        words += self._beat
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "celery", *words],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Die at once, with everything in hand."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, how)
            self._process.wait(timeout=30)
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end(signal.SIGKILL)
