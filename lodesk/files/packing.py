"""Packages: a ZIP that is given out while it is written, so that no file is whole in memory."""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Final

PIECE: Final = 256 * 1024
EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the first moment a ZIP knows: the data in it say when


class Digest:
    """Size in bytes and SHA-256 of what streams by."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._digest, self.size = pieces, hashlib.sha256(), 0

    def pieces(self) -> Iterator[bytes]:
        """Give the pieces on, once."""
        for piece in self._pieces:
            self._digest.update(piece)
            self.size += len(piece)
            yield piece

    @property
    def sha256(self) -> str:
        """The digest of what has streamed by so far, in hexadecimal."""
        return self._digest.hexdigest()


class Archive:
    """A ZIP without compression: what is large in it is compressed already."""

    def __init__(self) -> None:
        self._out = _Out()
        self._zip = zipfile.ZipFile(self._out, "w", zipfile.ZIP_STORED)

    def add(self, path: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Put a file in; gives what is to be stored of the archive so far."""
        about = zipfile.ZipInfo(path, EPOCH)
        about.external_attr = 0o600 << 16
        with self._zip.open(about, "w", force_zip64=True) as file:
            for piece in pieces:
                for begin in range(0, len(piece), PIECE):
                    file.write(piece[begin : begin + PIECE])
                    yield self._out.taken()
        yield self._out.taken()

    def end(self) -> Iterator[bytes]:
        """Write the list of contents; gives the last piece."""
        self._zip.close()
        yield self._out.taken()


class _Out(io.RawIOBase):
    """What the archive has written and nobody has taken yet; it cannot seek, and ZIP need not."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]
        self._held += piece
        return len(piece)

    def taken(self) -> bytes:
        piece = bytes(self._held)
        self._held.clear()
        return piece
