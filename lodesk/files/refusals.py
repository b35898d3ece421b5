"""Why a file is not taken: each reason a code for the log and a sentence for the person."""

from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise


class Refusal(StrEnum):
    """The reasons by code."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NO_ROOM = "no_room"
    UNKNOWN = "unknown"
    MISLABELLED = "mislabelled"
    EXECUTABLE = "executable"
    ACTIVE = "active"
    MACROS = "macros"
    ENCRYPTED = "encrypted"
    ARCHIVE = "archive"
    BOMB = "bomb"
    BROKEN = "broken"
    ENCODING = "encoding"
    DAMAGED = "damaged"
    ONE_TOO_MANY = "one_too_many"

    @property
    def sentence(self) -> "StrOrPromise":
        """What is wrong and what to do."""
        return SENTENCES[self]


SENTENCES: dict[Refusal, "StrOrPromise"] = {
    Refusal.EMPTY: _("The file is empty."),
    Refusal.TOO_LARGE: _("The file is too large: split it, or send it by another way."),
    Refusal.NO_ROOM: _("The documents of this dossier have no room for it."),
    Refusal.UNKNOWN: _(
        "The type of this file is not known here: make it a PDF, or put it in a ZIP."
    ),
    Refusal.MISLABELLED: _(
        "The content does not fit the ending of the name: give the file its right ending."
    ),
    Refusal.EXECUTABLE: _("It is a program, or holds one: programs are not kept here."),
    Refusal.ACTIVE: _("It may hold a script, as web pages and drawings do: make it a PDF."),
    Refusal.MACROS: _("It holds macros: save it without them, or as a PDF."),
    Refusal.ENCRYPTED: _(
        "It is encrypted, so nobody could look into it: take the password off, then add it."
    ),
    Refusal.ARCHIVE: _("An archive of this kind cannot be looked into: pack it as a ZIP."),
    Refusal.BOMB: _("It unpacks to far more than it should: add its files one by one."),
    Refusal.BROKEN: _("It is damaged or incomplete: ask for it again."),
    Refusal.ENCODING: _("The text is in an old encoding: save it as UTF-8."),
    Refusal.DAMAGED: _("It did not arrive as it was sent: choose it again."),
    Refusal.ONE_TOO_MANY: _("So many files do not come in with one mail: add it by itself."),
}


class RefusedError(Exception):
    """A file is not taken."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
