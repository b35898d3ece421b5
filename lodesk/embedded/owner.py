"""As whom PostgreSQL runs: it refuses root, and its data must stay with one owner.

One rule: **the server runs as whoever owns the data**. An ordinary user is himself. For data of
root the server runs in a user namespace, in which root is called by another name: its files stay
root's. Where that is not allowed, new data is given to `nobody`, and stays with it.
"""

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lodesk.embedded.console import Problem

NOBODY = 65534


@dataclass(frozen=True)
class RunAs:
    """How to start a program for this data: a command before it, or a user to become."""

    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None

    def start(self, words: list[str], *, output: IO[bytes]) -> "subprocess.Popen[bytes]":
        """Start it in a session of its own: Ctrl-C in the terminal does not reach it."""
        return subprocess.Popen(  # noqa: S603 - our own programs
            [*self.prefix, *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
            user=self.user,
            group=self.group,
            extra_groups=[] if self.user is not None else None,
            env=_plain_environment(),
        )

    def run(self, words: list[str], *, output: IO[bytes]) -> int:
        """Run it to its end."""
        return self.start(words, output=output).wait()

    def give(self, folder: Path) -> None:
        """Let a folder belong to whom the program runs as."""
        if self.user is not None and folder.stat().st_uid != self.user:
            os.chown(folder, self.user, -1 if self.group is None else self.group)


def run_as(data: Path) -> RunAs:
    """Decide it from who runs and who owns the data (or, before there is any, its folder)."""
    me, owner = os.geteuid(), data.stat().st_uid
    if me != 0:
        if owner != me:
            raise Problem(f"{data} belongs to {_name(owner)}: run as {_name(owner)}, or remove it.")
        return RunAs()
    if owner != 0:
        return RunAs(user=owner, group=data.stat().st_gid)
    prefix = _mapped_root()
    if prefix:
        return RunAs(prefix=prefix)
    if data.name == "data":
        raise Problem(f"{data} belongs to root, and this machine allows no user namespace.")
    return _nobody(data)


def _mapped_root() -> tuple[str, ...]:
    """`unshare` with root under a name that exists here (initdb asks for the name)."""
    tool = shutil.which("unshare")
    if not tool:
        return ()
    other = next((each.pw_uid for each in pwd.getpwall() if each.pw_uid == NOBODY), 1000)
    prefix = (tool, "--user", f"--map-user={other}", f"--map-group={other}", "--")
    tried = subprocess.run([*prefix, "true"], capture_output=True, check=False)  # noqa: S603
    return prefix if tried.returncode == 0 else ()


def _nobody(folder: Path) -> RunAs:
    """As `nobody`, who must be able to reach the folder and the programs."""
    ways = [*folder.resolve().parents, *Path(sys.prefix).resolve().parents]
    closed = [each for each in ways if not each.stat().st_mode & 0o001]
    if closed:
        raise Problem(
            f"PostgreSQL refuses root and `nobody` cannot enter {closed[0]}: "
            "run as an ordinary user, or set LODESK_VAR to an open folder."
        )
    return RunAs(user=NOBODY, group=NOBODY)


def _plain_environment() -> dict[str, str]:
    """Without the caller's PG… settings, which are meant for other servers."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
