"""No process serves on another border than its own, as the owner, or with mail in clear.

It ends, and says why.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.alerts.copies import copied_database, url_of

ROOT = Path(__file__).resolve().parent.parent.parent
PROCESSES = {
    "site": ["gunicorn", "lodesk.wsgi", "--bind", "127.0.0.1:0", "--workers", "1"],
    "worker": ["celery", "--app", "lodesk.celery", "worker", "--concurrency", "1"],
    "beat": ["celery", "--app", "lodesk.celery", "beat", "--schedule", "{folder}/beat"],
    "both": ["celery", "--app", "lodesk.celery", "worker", "--beat", "--concurrency", "1",
             "--schedule", "{folder}/beat"],
}  # fmt: skip


@pytest.fixture
def copy(transactional_db: None) -> Iterator[str]:
    """A database of its own, which other processes see."""
    with copied_database() as copy:
        yield copy


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_ends_on_another_border(copy: str, name: str, tmp_path: Path) -> None:
    with psycopg.connect(url_of(copy, owner=True)) as owner:
        owner.execute("UPDATE lodesk_border SET digest = 'of another version'")
    assert "not this version's: run migrate" in _refusal(name, url_of(copy), tmp_path)


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_does_not_serve_as_the_owner(copy: str, name: str, tmp_path: Path) -> None:
    said = _refusal(name, url_of(copy, owner=True), tmp_path)
    assert "the database login lodesk_owner could look past the border" in said


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_does_not_send_mail_in_clear(copy: str, name: str, tmp_path: Path) -> None:
    said = _refusal(name, url_of(copy), tmp_path, mail="smtp://mail.example:25")
    assert "a mail server on another machine without TLS" in said


def _refusal(name: str, address: str, folder: Path, mail: str = "dummymail://") -> str:
    """What a process says before it ends with an error."""
    environment = os.environ | {
        "DATABASE_URL": address,
        "LODESK_AS_OWNER": "0",
        "LODESK_DEMO": "0",
        "EMAIL_URL": mail,
    }
    done = subprocess.run(
        [sys.executable, "-m", *(word.format(folder=folder) for word in PROCESSES[name])],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    return done.stdout + done.stderr
