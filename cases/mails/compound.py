"""Properties in the streams of a compound file, as Outlook keeps a mail ([MS-OXMSG], section 2).

The library olefile opens the compound file. Whoever sends a mail chooses what is in it: no more is
read than the file has bytes, and a file of more places than any mail has is not read.
"""

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final

import olefile

from cases.mails.parts import BrokenMailError, UnreadableMailError
from cases.mails.words import page_of

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_PLACES: Final = 20_000
_PROPERTIES: Final = "__properties_version1.0"
_PROBLEMS = (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError,
             RecursionError, struct.error)  # fmt: skip  # of files that were cut off or changed
_WIDE, _NARROW, _BINARY, _STORAGE = 0x001F, 0x001E, 0x0102, 0x000D  # types of properties
_PAGE: Final = 0x3FFD
_WITHIN: Final = 24  # bytes before the first property of a mail within another


@dataclass
class File:
    """An open compound file, and how many bytes may still be read from it."""

    ole: olefile.OleFileIO
    left: int

    @cached_property
    def places(self) -> frozenset[tuple[str, ...]]:
        """Every stream and storage."""
        return frozenset(tuple(each) for each in self.ole.listdir(streams=True, storages=True))

    def stream(self, place: tuple[str, ...]) -> bytes:
        """The bytes of a stream, none where there is none."""
        if place not in self.places:
            return b""
        size = self.ole.get_size(list(place))
        self.left -= size
        if self.left < 0:  # streams that lie over one another
            raise BrokenMailError
        content: bytes = self.ole.openstream(list(place)).read()
        if len(content) != size:
            raise BrokenMailError
        return content


@dataclass
class Storage:
    """A mail, a recipient or an attachment: its properties by their numbers ([MS-OXPROPS])."""

    file: File
    place: tuple[str, ...] = ()
    head: int = 32  # bytes before its first property
    page: str = ""  # the encoding of its 8-bit strings
    fixed: dict[int, bytes] = field(default_factory=dict)  # properties of at most eight bytes

    def __post_init__(self) -> None:
        rows = self.file.stream((*self.place, _PROPERTIES))[self.head :]
        for start in range(0, len(rows) - 15, 16):
            _type, number, _flags, value = struct.unpack_from("<HHI8s", rows, start)
            self.fixed[number] = value
        self.page = self.page or page_of(self.number(_PAGE))

    def number(self, prop: int) -> int:
        """A property that is a whole number, 0 where it is not said."""
        return int.from_bytes(self.fixed.get(prop, b"")[:4], "little", signed=True)

    def moment(self, prop: int) -> datetime | None:
        """A property that is a time: tenths of a microsecond since 1601, in UTC."""
        ticks = int.from_bytes(self.fixed.get(prop, b""), "little")
        if not ticks:
            return None
        try:
            return datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
        except OverflowError:
            return None

    def words(self, prop: int) -> str:
        """A property that is a string, in Unicode or in the code page of the mail."""
        wide = self._stream(prop, _WIDE)
        if wide:
            return wide.decode("utf-16-le", "replace")
        return self._stream(prop, _NARROW).decode(self.page, "replace")

    def content(self, prop: int) -> bytes:
        """A property that is bytes."""
        return self._stream(prop, _BINARY)

    def within(self, prefix: str) -> Iterator["Storage"]:
        """Its storages of this kind (recipients, attachments), in their order."""
        depth = len(self.place)
        for place in sorted(self.file.places):
            if (
                len(place) == depth + 1
                and place[:depth] == self.place
                and place[-1].startswith(prefix)
            ):
                yield Storage(self.file, place, head=8, page=self.page)

    def mail_within(self, prop: int) -> "Storage | None":
        """A property that is a whole mail."""
        place = (*self.place, _name(prop, _STORAGE))
        if (*place, _PROPERTIES) not in self.file.places:
            return None
        return Storage(self.file, place, head=_WITHIN)

    def _stream(self, prop: int, kind: int) -> bytes:
        return self.file.stream((*self.place, _name(prop, kind)))


@contextmanager
def opened(content: bytes) -> Iterator[Storage]:
    """The mail in a compound file.

    Raises UnreadableMailError when the file holds something else, BrokenMailError when it cannot
    be read to its end.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            yield _mail_in(ole, len(content))
    except UnreadableMailError:
        raise
    except _PROBLEMS as error:
        raise BrokenMailError from error


def _mail_in(ole: olefile.OleFileIO, size: int) -> Storage:
    if len(ole.direntries) > MOST_PLACES:
        raise BrokenMailError
    file = File(ole, left=size)
    if (_PROPERTIES,) not in file.places:
        raise UnreadableMailError
    return Storage(file)


def _name(prop: int, kind: int) -> str:
    return f"__substg1.0_{prop:04X}{kind:04X}"
