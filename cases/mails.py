"""What a mail says: read from a file (.eml) or from pasted source, by Python's own parser.

Pure functions. Nothing of a mail is executed or fetched: of HTML only the words are kept.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.message import EmailMessage, MIMEPart
from email.utils import getaddresses
from html.parser import HTMLParser

BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table"})
SILENT = frozenset({"script", "style", "head", "title"})


class UnreadableMailError(ValueError):
    """This is no mail: nobody sent it, or it holds nothing."""


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


def read(source: bytes) -> Mail:
    """Read a mail from its source. Raises UnreadableMailError when it is none."""
    message = message_from_bytes(source, policy=policy.default)
    if not isinstance(message, EmailMessage):  # the policy makes these
        raise UnreadableMailError
    senders = _addresses(message, "from") or _addresses(message, "sender")
    text, attachments = _text(message), tuple(_attachments(message))
    if not senders or not (text or attachments or message["subject"]):
        raise UnreadableMailError
    return Mail(
        sender=senders[0],
        recipients=(*_addresses(message, "to"), *_addresses(message, "cc")),
        subject=_header(message, "subject"),
        sent_at=_sent_at(message),
        text=text,
        attachments=attachments,
    )


def _header(message: EmailMessage, name: str) -> str:
    """A header in one line; what cannot be decoded stands as it came."""
    try:
        value = message[name]
    except (HeaderParseError, ValueError, IndexError):
        return ""
    return " ".join(str(value or "").split())


def _addresses(message: EmailMessage, name: str) -> tuple[Address, ...]:
    found = getaddresses([_header(message, name)])
    return tuple(Address(label.strip(), address) for label, address in found if "@" in address)


def _sent_at(message: EmailMessage) -> datetime | None:
    """When it says it was sent; a date without a zone is in UTC (RFC 5322, section 3.3)."""
    try:
        sent: datetime | None = message["date"].datetime if message["date"] else None
    except (AttributeError, ValueError, TypeError, HeaderParseError):
        return None
    if sent is None:
        return None
    return sent if sent.tzinfo else sent.replace(tzinfo=UTC)


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    if body is None:
        return ""
    words = _content(body)
    if body.get_content_type() == "text/html":
        words = words_of(words)
    lines = [line.rstrip() for line in words.replace("\r\n", "\n").split("\n")]
    return "\n".join(lines).strip()


def _content(part: MIMEPart) -> str:
    """The words of a part, also where the character set is wrong or unknown."""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _attachments(message: EmailMessage) -> list[Attachment]:
    found = []
    for number, part in enumerate(message.iter_attachments(), start=1):
        content = _bytes(part)
        if content:
            found.append(Attachment(part.get_filename() or f"attachment-{number}", content))
    return found


def _bytes(part: EmailMessage) -> bytes:
    if part.get_content_type() == "message/rfc822":  # a mail in a mail stays a mail
        return b"".join(each.as_bytes() for each in part.iter_parts()) or part.as_bytes()
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


class _Words(HTMLParser):
    """Keeps the words of a page, a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT and self._silent > 0
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(" ".join(data.split()) + " " if data.strip() else "")


def words_of(html: str) -> str:
    """The words of HTML, without markup, scripts and styles."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    lines = [line.strip() for line in "".join(reader.parts).split("\n")]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept).strip()
