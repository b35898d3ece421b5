"""Site, worker, beat and mail catcher under one supervisor, until one ends or Ctrl-C.

The servers are not under it: honcho stops everything at once, and they must stop last.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from honcho.compat import ProcessManager
from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer

from lodesk.embedded import processes
from lodesk.embedded.console import Problem
from lodesk.embedded.places import REPOSITORY

Watch = Callable[[threading.Event], None]


class LeadersOnly(ProcessManager):  # type: ignore[misc]  # honcho has no types
    """Who is told to end: the process itself, which ends its own children when they are done.

    honcho tells the whole group at once, and a worker's child died in the middle of its task.
    """

    def terminate(self, pid: int) -> None:
        """Ask it to end."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)

    def terminate_group(self, pid: int) -> None:
        """Ask everybody it left behind to end."""
        super().terminate(pid)


class Supervisor(Manager):  # type: ignore[misc]  # honcho has no types
    """honcho's manager, with watchers that begin when the processes do."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        if sys.platform.startswith("linux"):
            # honcho hands its processes over as they are; newer Pythons would copy them.
            multiprocessing.set_start_method("fork", force=True)
        super().__init__(Printer(sys.stdout, time_format="%H:%M:%S"))
        self._procmgr = LeadersOnly()
        self.environment = dict(environment)
        self.over = threading.Event()
        self._ended_alone: list[tuple[str, int]] = []
        self._watches: list[threading.Thread] = []
        self.watch(self._end_orphans)

    def add(self, name: str, command: str) -> None:
        """One more process."""
        self.add_process(name, command, env=self.environment, cwd=str(REPOSITORY))

    def add_procfile(self, file: Path) -> None:
        """The processes of production."""
        for name, command in parse_procfile(file.read_text()).processes.items():
            self.add(name, command)

    def watch(self, watch: Watch) -> None:
        """Run this in a thread from the moment the processes have started, until all is over."""
        self._watches.append(threading.Thread(target=watch, args=(self.over,), daemon=True))

    def run(self) -> None:
        """Everything, until it ends; says so when that was not wanted."""
        try:
            self.loop()
        finally:
            self.over.set()
            for each in self._watches:
                if each.is_alive():
                    each.join()
        culprit = self._first_to_fail()
        if culprit:
            raise Problem(f"{culprit}, so everything was stopped. `make run` starts it again.")

    def _end_orphans(self, over: threading.Event) -> None:
        """When a process is killed its own children may linger, and honcho waits for them."""
        while not over.wait(0.5):
            for process in list(self._processes.values()):
                pid = process.get("pid")
                if pid and "returncode" not in process and processes.began(pid) is None:
                    # Not collected yet, so its number and its group are still its own.
                    self._procmgr.terminate_group(pid)

    def _start(self) -> None:
        super()._start()
        for each in self._watches:
            each.start()

    def terminate(self) -> None:
        """Note who ended by itself before the others are told to."""
        if not self._terminating:
            self._ended_alone = [
                (name, process["returncode"])
                for name, process in self._processes.items()
                if process.get("returncode") is not None
            ]
        super().terminate()

    def _first_to_fail(self) -> str:
        for name, code in self._ended_alone:
            return f"{name} was killed (signal {-code})" if code < 0 else f"{name} ended ({code})"
        return ""
