"""A mail in its source, as a file (.eml) or pasted, read by Python's own parser."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.message import EmailMessage, MIMEPart
from email.utils import formataddr, getaddresses

from cases.mails.parts import (
    Address,
    Attachment,
    EncryptedMailError,
    Mail,
    UnreadableMailError,
    line_of,
    text_of,
)
from cases.mails.words import of_html

SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"})

TEXTS = frozenset({"text/plain", "text/html"})
# They prove nothing without the mail as it came, which is not kept.
SIGNATURES = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
LARGEST_ICON = 4096  # bytes


def read(source: bytes) -> Mail:
    """Read a mail from its source. Raises UnreadableMailError when it is none, or sealed."""
    message = message_from_bytes(source, policy=policy.default)
    if not isinstance(message, EmailMessage):  # the policy makes these
        raise UnreadableMailError
    if message.get_content_type() in SEALED:
        raise EncryptedMailError
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


def contents(source: bytes) -> tuple[str, tuple[Attachment, ...]]:
    """Text and attachments of a part that stands alone, as Outlook keeps a signed mail."""
    message = message_from_bytes(source, policy=policy.default)
    if not isinstance(message, EmailMessage):  # the policy makes these
        raise UnreadableMailError
    return _text(message), tuple(_attachments(message))


def _header(message: EmailMessage, name: str) -> str:
    """A header in one line; what cannot be decoded stands as it came."""
    try:
        value = message[name]
    except (HeaderParseError, ValueError, IndexError):
        return ""
    return line_of(str(value or ""))


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
        words = of_html(words)
    return text_of(words)


def _content(part: MIMEPart) -> str:
    """The words of a part, also where the character set is wrong or unknown."""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _attachments(message: EmailMessage) -> list[Attachment]:
    found = []
    for number, part in enumerate(_beside(message), start=1):
        content = _bytes(part)
        if content and not _is_icon(part, content):
            found.append(Attachment(part.get_filename() or f"attachment-{number}", content))
    return found


def _beside(part: MIMEPart, *, told_otherwise: bool = False) -> Iterator[MIMEPart]:
    """Whatever is not the text, at any depth: mail programs put files within the text, too.

    Within an alternative, further texts say the same again.
    """
    texts = set()
    for each in part.iter_parts():
        kind = each.get_content_type()
        if each.get_content_maintype() == "multipart":
            again = told_otherwise or part.get_content_subtype() == "alternative"
            yield from _beside(each, told_otherwise=again)
        elif kind in TEXTS and not each.is_attachment() and (told_otherwise or kind not in texts):
            texts.add(kind)
        elif kind not in SIGNATURES:
            yield each


def _is_icon(part: MIMEPart, content: bytes) -> bool:
    """Whether it is an ornament of the text: a sign of a firm, a dot that tells who reads."""
    is_within = part.get_content_maintype() == "image" and not part.is_attachment()
    return is_within and len(content) < LARGEST_ICON


def _bytes(part: MIMEPart) -> bytes:
    if part.get_content_type() == "message/rfc822":  # a mail in a mail stays a mail
        return b"".join(each.as_bytes() for each in part.iter_parts()) or part.as_bytes()
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def written(mail: Mail) -> bytes:
    """A mail as source again: what was read of a mail within another stays a mail."""
    message = EmailMessage()
    message["From"] = _said(mail.sender)
    if mail.recipients:
        message["To"] = ", ".join(_said(each) for each in mail.recipients)
    message["Subject"] = mail.subject
    if mail.sent_at is not None:
        message["Date"] = mail.sent_at
    message.set_content(mail.text)
    for each in mail.attachments:
        message.add_attachment(
            each.content, maintype="application", subtype="octet-stream", filename=each.name
        )
    return message.as_bytes()


def _said(who: Address) -> str:
    """A person in a header; where there is no address a header can hold, the name must do."""
    if who.address.isascii():
        return formataddr((who.name, who.address))
    return formataddr((str(who), ""))
