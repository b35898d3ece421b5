"""A mail as Outlook saves it (.msg)."""

from collections.abc import Iterator
from email import message_from_string, policy
from email.utils import getaddresses
from itertools import islice
from typing import Final

import compressed_rtf

from cases.mails import source
from cases.mails.compound import MAGIC, Storage, opened
from cases.mails.parts import (
    Address,
    Attachment,
    BrokenMailError,
    EncryptedMailError,
    Mail,
    UnreadableMailError,
    line_of,
    text_of,
)
from cases.mails.words import of_html, of_rtf, page_of

DEEPEST: Final = 5  # mails within mails
MOST_ATTACHMENTS: Final = 200
MOST_RECIPIENTS: Final = 200
LARGEST_RTF: Final = 256 * 1024  # bytes, compressed; without pictures that is a long book

# Properties by number ([MS-OXPROPS]).
_CLASS, _SUBJECT, _BODY, _HTML, _RTF, _HEADERS = 0x001A, 0x0037, 0x1000, 0x1013, 0x1009, 0x007D
_SENT, _DELIVERED, _BODY_PAGE = 0x0039, 0x0E06, 0x3FDE
_AUTHOR = (0x0042, 0x5D02, 0x0065)  # on whose behalf: the name, and where the address may be
_SENDER = (0x0C1A, 0x5D01, 0x0C1F)
_RECIPIENT = (0x3001, 0x39FE, 0x3003)
_RECIPIENT_TYPE, _TO, _CC = 0x0C15, 1, 2
_FILE_NAMES, _CONTENT = (0x3707, 0x3704, 0x3001), 0x3701
_SEALED = "IPM.NOTE.SMIME"
_SIGNED = "IPM.NOTE.SMIME.MULTIPARTSIGNED"
_RIGHTS = "message.rpmsg"  # the one attachment of a mail under rights management


def is_compound(content: bytes) -> bool:
    """Whether it is a compound file: a mail of Outlook, or an old document of Office."""
    return content.startswith(MAGIC)


def read(content: bytes) -> Mail:
    """Read a mail of Outlook. Raises UnreadableMailError, BrokenMailError or EncryptedMailError."""
    with opened(content) as storage:
        return _mail(storage, depth=1)


def _mail(storage: Storage, *, depth: int) -> Mail:
    sender = _sender(storage)
    subject, text = line_of(storage.words(_SUBJECT)), _text(storage)
    attachments = tuple(_attachments(storage, depth))
    message_class = storage.words(_CLASS).upper()
    if message_class.startswith(_SIGNED) and attachments:  # the whole mail, signed, as one file
        signed, attachments = source.contents(attachments[0].content)
        text = signed or text
    elif message_class.startswith(_SEALED) or any(a.name == _RIGHTS for a in attachments):
        raise EncryptedMailError
    if sender is None or not (subject or text or attachments):
        raise UnreadableMailError
    return Mail(
        sender=sender,
        recipients=_recipients(storage),
        subject=subject,
        sent_at=storage.moment(_SENT) or storage.moment(_DELIVERED),
        text=text,
        attachments=attachments,
    )


def _sender(storage: Storage) -> Address | None:
    """Who wrote it; a colleague of the same mail server has a name and no address."""
    found = _person(storage, *_AUTHOR) or _person(storage, *_SENDER)
    if found is None or not found.address:
        headers = message_from_string(storage.words(_HEADERS), policy=policy.compat32)
        for name, address in getaddresses([str(headers["from"] or "")]):
            if "@" in address:
                return Address(found.name if found else line_of(name), line_of(address))
    return found


def _person(storage: Storage, name: int, *addresses: int) -> Address | None:
    said = [line_of(storage.words(each)) for each in addresses]
    address = next((each for each in said if "@" in each), "")
    label = line_of(storage.words(name))
    if not (label or address):
        return None
    return Address("" if label == address else label, address)


def _recipients(storage: Storage) -> tuple[Address, ...]:
    """To whom it went, then who got a copy; not who got it unseen."""
    found: dict[int, list[Address]] = {_TO: [], _CC: []}
    for each in islice(storage.within("__recip_version1.0_#"), MOST_RECIPIENTS):
        person = _person(each, *_RECIPIENT)
        if person is not None:
            found.get(each.number(_RECIPIENT_TYPE), []).append(person)
    return (*found[_TO], *found[_CC])


def _text(storage: Storage) -> str:
    """Its words: plain where there are, else of HTML, else of RTF."""
    plain = text_of(storage.words(_BODY))
    if plain:
        return plain
    html = storage.content(_HTML)
    page = storage.number(_BODY_PAGE)
    words = html.decode(page_of(page) if page else storage.page, "replace")
    return text_of(of_html(words or storage.words(_HTML))) or text_of(_rich(storage))


def _rich(storage: Storage) -> str:
    packed = storage.content(_RTF)
    if not packed:
        return ""
    if len(packed) > LARGEST_RTF:
        raise BrokenMailError
    try:
        return of_rtf(compressed_rtf.decompress(packed))
    except Exception as error:
        raise BrokenMailError from error


def _attachments(storage: Storage, depth: int) -> Iterator[Attachment]:
    held = islice(storage.within("__attach_version1.0_#"), MOST_ATTACHMENTS)
    for number, each in enumerate(held, start=1):
        name = next(filter(None, (line_of(each.words(n)) for n in _FILE_NAMES)), "")
        inner = each.mail_within(_CONTENT)
        if inner is not None:  # a mail in a mail stays a mail
            if depth >= DEEPEST:
                raise BrokenMailError
            mail = _mail(inner, depth=depth + 1)
            label = name or mail.subject or f"attachment-{number}"
            yield Attachment(f"{label.removesuffix('.msg')}.eml", source.written(mail))
        elif content := each.content(_CONTENT):
            yield Attachment(name or f"attachment-{number}", content)
