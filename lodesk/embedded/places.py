"""Where everything lies: data under `var/`, sockets in a short private folder.

A Unix socket path may have 107 bytes, and a checkout may lie deep: the sockets go to a folder of
the temporary directory named after a digest of `var/`, and `var/sockets` points to it, so that a
later start with another TMPDIR still finds a server that is running.
"""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lodesk.embedded.console import Problem

REPOSITORY = Path(__file__).resolve().parents[2]
LONGEST_SOCKET_FOLDER = 80


@dataclass(frozen=True)
class Places:
    """The folders of one set of servers: the demo's own, or the tests'."""

    root: Path

    @property
    def database(self) -> Path:
        """PostgreSQL's data folder and what belongs to it."""
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        """Valkey's data folder."""
        return self.root / "valkey"

    @property
    def mail(self) -> Path:
        """The mails that were caught."""
        return self.root / "mail"

    @property
    def state(self) -> Path:
        """Locks and the processes that run now."""
        return self.root / "state"

    def prepare(self) -> None:
        """Make the folders, or say in one line why that is not possible."""
        try:
            for folder in (self.database, self.valkey, self.mail, self.state):
                folder.mkdir(parents=True, exist_ok=True)
            self.root.chmod(0o711)  # a database that runs as `nobody` must get through
            for folder in (self.valkey, self.mail, self.state):
                folder.chmod(0o700)
        except (FileExistsError, NotADirectoryError) as error:
            raise Problem(
                f"{error.filename}: a folder is needed and a file is in the way."
            ) from error
        except PermissionError as error:
            raise Problem(
                f"{self.root} belongs to another user: run as that user, or remove the folder."
            ) from error

    def sockets(self) -> Path:
        """The private folder of the sockets, made when it is missing."""
        pointer = self.root / "sockets"
        folder = _recorded(pointer) or _short_folder(self.root)
        folder.mkdir(mode=0o700, exist_ok=True)
        data = self.database / "data"
        _refuse_foreign(folder, data.stat().st_uid if data.exists() else os.geteuid())
        if not pointer.is_symlink() or pointer.readlink() != folder:
            pointer.unlink(missing_ok=True)
            pointer.symlink_to(folder)
        return folder


def var_folder() -> Path:
    """`var/` of this checkout, or the folder LODESK_VAR names."""
    return Path(os.environ.get("LODESK_VAR") or REPOSITORY / "var").resolve()


def demo_places() -> Places:
    """The folders `make run` uses."""
    return Places(var_folder())


def test_places() -> Places:
    """The folders the tests use: never the demo's."""
    return Places(var_folder() / "test")


test_places.__test__ = False  # type: ignore[attr-defined]  # pytest must not collect it


def _recorded(pointer: Path) -> Path | None:
    if pointer.is_symlink() and pointer.readlink().is_dir():
        return pointer.readlink()
    return None


def _short_folder(root: Path) -> Path:
    digest = hashlib.sha256(str(root).encode()).hexdigest()[:12]
    name = f"lodesk-{os.geteuid()}-{digest}"
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - checked below
        if len(str(parent / name).encode()) <= LONGEST_SOCKET_FOLDER:
            return parent / name
    raise Problem("The temporary directory has too long a path for sockets: set TMPDIR=/tmp.")


def _refuse_foreign(folder: Path, data_owner: int) -> None:
    """Anybody may write to the temporary directory: trust only a real folder of our own."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), data_owner):
        raise Problem(f"{folder} was made by somebody else: remove it or set TMPDIR.")
    folder.chmod(0o700)
