"""A mail catcher: real SMTP that keeps what it gets, and can behave badly when a test asks.

`make run` starts it with a page that shows the mails (`python -m lodesk.embedded mail`), tests use
`MailCatcher` directly::

    with MailCatcher() as catcher:
        settings.EMAIL_PORT = catcher.port
        ...
        assert catcher.messages[0].message["Subject"] == ...
"""

import email
import email.policy
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import Envelope

from lodesk.embedded.smtp import Faults, Listener


@dataclass(frozen=True)
class Caught:
    """One mail as it arrived: who it was really for, and what it said."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes
    at: datetime


@dataclass
class MailCatcher:
    """An SMTP server on 127.0.0.1; port 0 takes a free one."""

    wanted_port: int = 0
    folder: Path | None = None
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self._messages: list[Caught] = []
        self._changed = threading.Condition()
        self._listener: Listener | None = None

    @property
    def port(self) -> int:
        """The port it listens on; after a stop, the one it will listen on again."""
        return self._listener.port if self._listener is not None else self.wanted_port

    @property
    def url(self) -> str:
        """What EMAIL_URL must say."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[Caught]:
        """Everything caught since the start or the last `clear`, oldest first."""
        with self._changed:
            return list(self._messages)

    def start(self) -> Self:
        """Listen."""
        if self._listener is None:
            self._listener = Listener(self.wanted_port, self.faults, self._keep)
        return self

    def stop(self) -> None:
        """Stop listening: a client is now refused its connection. `start` uses the same port."""
        if self._listener is not None:
            self.wanted_port = self._listener.port
            self._listener.stop()
            self._listener = None

    def clear(self) -> None:
        """Forget the mails and behave well again."""
        with self._changed:
            self._messages.clear()
        self.faults.clear()

    def refuse(self, on: bool, *, code: int = 451, to: frozenset[str] = frozenset()) -> None:  # noqa: FBT001 - reads well
        """Refuse every recipient (or only these) with this code, until told otherwise."""
        self.faults.refuse = code if on else None
        self.faults.recipients = to

    def delay(self, seconds: float) -> None:
        """Take this long over every mail."""
        self.faults.delay = seconds

    def drop_after_data(self, on: bool) -> None:  # noqa: FBT001 - as refuse
        """Take the mail, then hang up before saying so: the sender cannot know."""
        self.faults.drop_after_data = on

    def clear_faults(self) -> None:
        """Behave well again; the mails stay."""
        self.faults.clear()

    def wait_for(self, count: int, *, seconds: float = 10.0) -> list[Caught]:
        """Wait until so many mails are here, or time is up; what is here then."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while len(self._messages) < count and time.monotonic() < deadline:
                self._changed.wait(max(0.0, deadline - time.monotonic()))
            return list(self._messages)

    def _keep(self, envelope: Envelope) -> None:
        """Put a mail with the others."""
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        caught = Caught(
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            message=parse(raw),
            raw=raw,
            at=datetime.now(UTC),
        )
        if self.folder is not None:
            _write(self.folder, caught)
        with self._changed:
            self._messages.append(caught)
            self._changed.notify_all()

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()


def parse(raw: bytes) -> EmailMessage:
    """A mail from its bytes, with headers decoded."""
    return email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)


def _write(folder: Path, caught: Caught) -> None:
    """As a file: envelope first, as mail programs write it, so nothing is lost."""
    envelope = f"X-Caught-At: {caught.at.isoformat()}\r\n"
    envelope += f"X-Caught-For: {', '.join(caught.recipients)}\r\n"
    file = folder / f"{caught.at:%Y%m%dT%H%M%S%f}.eml"
    fresh = file.with_suffix(".part")
    fresh.write_bytes(envelope.encode() + caught.raw)
    fresh.replace(file)
