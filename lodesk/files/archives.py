"""Looking into a ZIP without unpacking it: everything is counted as it comes out, nothing is kept.

Declared sizes may lie, so what comes out is counted; entries that lie over one another (the bombs
that are small and open to petabytes) are found by what they add up to.
"""

import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, Final

from lodesk.files import kinds
from lodesk.files.refusals import Refusal, RefusedError

MOST_ENTRIES: Final = 5_000
MOST_BYTES: Final = 512 * 1024 * 1024  # that come out of one archive, those within it included
MOST_RATIO: Final = 150
RATIO_FROM: Final = 8 * 1024 * 1024  # a small file may be all zeros
DEEPEST: Final = 3  # an archive that holds an office document that holds another, no further
LARGEST_INNER: Final = 48 * 1024 * 1024  # held in memory
PIECE: Final = 256 * 1024
ENCRYPTED: Final = 0x1
_PACKED = b"PK\x03\x04"
_BEGINNINGS = (b"MZ", b"\x7fELF", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe",
               b"\xca\xfe\xba\xbe", b"dex\n", b"#!/")  # fmt: skip
_MACROS = ("vbaproject.bin", "vbadata.xml", "script-lb.xml")  # of Microsoft's and of OpenDocument


@dataclass
class Budget:
    """What may still come out."""

    left: int = MOST_BYTES
    entries: int = MOST_ENTRIES

    def spend(self, count: int) -> None:
        """Count what came out; refuse what is too much."""
        self.left -= count
        if self.left < 0:
            raise RefusedError(Refusal.BOMB)


def inspect(stream: IO[bytes], size: int) -> list[str]:
    """Names of what a ZIP holds. Raises RefusedError for what must not be kept."""
    return _inspect(stream, size, Budget(), depth=1)


def _inspect(stream: IO[bytes], size: int, budget: Budget, depth: int) -> list[str]:
    try:
        with zipfile.ZipFile(stream) as archive:
            found = archive.infolist()
            _count(found, size, budget)
            for entry in found:
                _entry(archive, entry, budget, depth)
            return [entry.filename for entry in found]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise RefusedError(Refusal.BROKEN) from error
    except RuntimeError as error:  # zipfile's word for a password
        raise RefusedError(Refusal.ENCRYPTED) from error


def _count(found: list[zipfile.ZipInfo], size: int, budget: Budget) -> None:
    """What the directory says, before anything is opened."""
    budget.entries -= len(found)
    if any(entry.flag_bits & ENCRYPTED for entry in found):
        raise RefusedError(Refusal.ENCRYPTED)
    declared = sum(entry.file_size for entry in found)
    packed = sum(entry.compress_size for entry in found)
    if budget.entries < 0 or declared > budget.left or packed > size:
        raise RefusedError(Refusal.BOMB)


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget, depth: int) -> None:
    """One file of an archive, to its end; an archive within it is looked into in memory."""
    if entry.is_dir():
        return
    _name(entry.filename)
    with archive.open(entry) as opened:
        beginning = opened.read(4)
        if beginning.startswith(_BEGINNINGS):
            raise RefusedError(Refusal.EXECUTABLE)
        inner = io.BytesIO() if beginning == _PACKED else None
        total = _read(opened, beginning, entry.compress_size, budget, inner)
    if inner is not None:
        if depth >= DEEPEST:
            raise RefusedError(Refusal.BOMB)
        _inspect(inner, total, budget, depth + 1)


def _name(file_name: str) -> None:
    """What a name alone gives away."""
    ending = kinds.ending_of(file_name)
    if ending in kinds.PROGRAMS or ending in kinds.SCRIPTS:
        raise RefusedError(Refusal.EXECUTABLE)
    if ending in kinds.ARCHIVES:
        raise RefusedError(Refusal.ARCHIVE)
    if file_name.lower().rpartition("/")[2] in _MACROS:
        raise RefusedError(Refusal.MACROS)


def _read(
    opened: IO[bytes], piece: bytes, packed: int, budget: Budget, inner: io.BytesIO | None
) -> int:
    """Count what comes out, and keep it for an archive within; the rest is thrown away."""
    total = 0
    while piece:
        total += len(piece)
        budget.spend(len(piece))
        too_much = total > RATIO_FROM and total > MOST_RATIO * max(packed, 1)
        if too_much or (inner is not None and total > LARGEST_INNER):
            raise RefusedError(Refusal.BOMB)
        if inner is not None:
            inner.write(piece)
        piece = opened.read(PIECE)
    return total
