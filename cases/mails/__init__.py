"""What a mail says: read from a file (.eml, .msg) or from pasted source.

Pure functions. Nothing of a mail is executed or fetched: of HTML and RTF only the words are kept.
"""

from cases.mails import outlook, source
from cases.mails.parts import (
    Address,
    Attachment,
    BrokenMailError,
    EncryptedMailError,
    Mail,
    UnreadableMailError,
)

__all__ = [
    "Address",
    "Attachment",
    "BrokenMailError",
    "EncryptedMailError",
    "Mail",
    "UnreadableMailError",
    "read",
]


def read(content: bytes) -> Mail:
    """Read a mail, Outlook's or any other, by its content and never by its name.

    Raises UnreadableMailError when it is none, and its subclasses when it cannot be opened.
    """
    return outlook.read(content) if outlook.is_compound(content) else source.read(content)
