"""Whether a file is text, and in which encoding; read to its end, never by a sample alone."""

import codecs
import re
from collections.abc import Iterator
from typing import IO, Final

PIECE: Final = 64 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")  # all but tab, lines, page, escape


def is_text(stream: IO[bytes]) -> bool:
    """UTF-8, or UTF-16 with its mark, without control characters, to the end."""
    beginning = next(_pieces(stream), b"")
    encoding = next((name for mark, name in _MARKS if beginning.startswith(mark)), "utf-8")
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        for piece in _pieces(stream):
            if _CONTROLS.search(decoder.decode(piece)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def looks_like_text(beginning: bytes) -> bool:
    """Whether bytes that are no UTF-8 read like text of an old encoding."""
    return bool(beginning) and not _CONTROLS.search(beginning.decode("latin-1"))


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    stream.seek(0)
    while piece := stream.read(PIECE):
        yield piece
