"""Ctrl-C in the middle of work: who is told to end, and who may finish."""

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

from lodesk.embedded.places import REPOSITORY

# A worker as Celery's is: told to end, it waits for its child, which dies of the signal itself.
WORKER = """
    import signal, subprocess, sys
    child = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(1.5)"], preexec_fn=lambda: signal.signal(
            signal.SIGTERM, signal.SIG_DFL))
    def end(*_):
        print("its task ended with", child.wait(), flush=True)
        raise SystemExit
    signal.signal(signal.SIGTERM, end)
    print("working", flush=True)
    while True:
        signal.pause()
"""

RUN = """
    import os, sys, time
    from lodesk.embedded.supervisor import Supervisor
    supervisor = Supervisor(os.environ)
    supervisor.add("worker", f"exec '{sys.executable}' '{sys.argv[1]}'")
    supervisor.run()
"""


def test_who_is_in_the_middle_of_a_task_finishes_it(tmp_path: Path) -> None:
    worker = tmp_path / "worker.py"
    worker.write_text(textwrap.dedent(WORKER))
    run = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(RUN), str(worker)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert run.stdout is not None
    said = ""
    for line in run.stdout:
        said += line
        if "working" in line:
            run.send_signal(signal.SIGINT)
    assert run.wait(30) == 0
    assert "its task ended with 0\n" in said
