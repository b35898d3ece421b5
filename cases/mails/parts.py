"""What every mail has, in whatever way it was saved."""

import re
from dataclasses import dataclass
from datetime import datetime

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # all but tab and the ends of lines


class UnreadableMailError(ValueError):
    """This is no mail: nobody sent it, or it holds nothing."""


class EncryptedMailError(UnreadableMailError):
    """A mail that only its receiver's mail program can open."""


class BrokenMailError(UnreadableMailError):
    """A mail that was cut off or changed."""


@dataclass(frozen=True)
class Address:
    """Who sent or received a mail."""

    name: str
    address: str

    def __str__(self) -> str:
        return self.name or self.address


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail, under the name the sender gave it."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """A mail as an entry needs it."""

    sender: Address
    recipients: tuple[Address, ...]
    subject: str
    sent_at: datetime | None
    text: str
    attachments: tuple[Attachment, ...] = ()


def line_of(words: str) -> str:
    """Words in one line."""
    return " ".join(_CONTROLS.sub(" ", words).split())


def text_of(words: str) -> str:
    """Words in their lines, without what PostgreSQL does not keep (NUL) and nobody can read."""
    lines = _CONTROLS.sub("", words.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()
