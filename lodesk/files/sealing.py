"""Sealed files: AES-256-GCM in blocks of 64 KiB, so that they stream and can be read anywhere.

    LOD1 · salt (16) · block · block … · last block         a block: up to 64 KiB and a tag of 16

Each file gets a key of its own from its stored key and the salt (HKDF-SHA256). The nonce of a block
is its number and whether it is the last (the STREAM construction): a block that was changed, moved,
left out or cut off is noticed when it is read, and nothing of it is given out.
"""

import io
import os
from collections.abc import Iterable, Iterator
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC: Final = b"LOD1"
SALT: Final = 16
HEAD: Final = len(MAGIC) + SALT
BLOCK: Final = 64 * 1024
TAG: Final = 16


class DamagedFileError(Exception):
    """A stored file is not what was stored: changed, cut off, or of another key."""


class Sealer:
    """Encrypts piece by piece; `name` is authenticated, so that files keep their places."""

    def __init__(self, *, key: bytes, name: str) -> None:
        salt = os.urandom(SALT)
        self.head = MAGIC + salt
        self._cipher, self._bound = _cipher(key, salt), name.encode()
        self._waiting, self._number = bytearray(), 0

    def update(self, piece: bytes) -> bytes:
        """Take a piece; give the blocks that are full. One is held back: it may be the last."""
        self._waiting += piece
        sealed = bytearray()
        while len(self._waiting) > BLOCK:
            sealed += self._block(BLOCK, last=False)
        return bytes(sealed)

    def finish(self) -> bytes:
        """Give the last block."""
        return self._block(len(self._waiting), last=True)

    def _block(self, length: int, *, last: bool) -> bytes:
        plain = bytes(self._waiting[:length])
        del self._waiting[:length]
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), plain, self._bound)
        self._number += 1
        return sealed


def seal(chunks: Iterable[bytes], *, key: bytes, name: str) -> Iterator[bytes]:
    """Encrypt a stream."""
    sealer = Sealer(key=key, name=name)
    yield sealer.head
    for chunk in chunks:
        yield sealer.update(chunk)
    yield sealer.finish()


class SealedReader(io.RawIOBase):
    """The plain content of a sealed file, to read and to seek in; nothing is unpacked to disk."""

    def __init__(self, stored: IO[bytes], *, key: bytes, name: str, sealed_size: int) -> None:
        super().__init__()
        self._stored, self._bound = stored, name.encode()
        stored.seek(0)
        head = stored.read(HEAD)
        if len(head) != HEAD or not head.startswith(MAGIC) or sealed_size < HEAD + TAG:
            raise DamagedFileError("this is no sealed file")
        self._cipher = _cipher(key, head[len(MAGIC) :])
        body = sealed_size - HEAD
        self._blocks = -(-body // (BLOCK + TAG))
        self.size = body - self._blocks * TAG
        self._place, self._at, self._block = 0, -1, b""
        self._load(self._blocks - 1)  # a wrong key or a cut end is found before anything is given

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read anywhere."""
        return True

    def tell(self) -> int:
        """Where the next byte comes from."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go elsewhere."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: "memoryview | bytearray", /) -> int:  # type: ignore[override]
        """Read at most to the end of the present block."""
        if self._place >= self.size:
            return 0
        number, begin = divmod(self._place, BLOCK)
        self._load(number)
        piece = self._block[begin : begin + len(buffer)]
        buffer[: len(piece)] = piece
        self._place += len(piece)
        return len(piece)

    def chunks(self) -> Iterator[bytes]:
        """The whole content from the beginning, block by block; closes the file at the end."""
        try:
            for number in range(self._blocks):
                self._load(number)
                yield self._block
        finally:
            self.close()

    def close(self) -> None:
        """Close the stored file too."""
        if not self.closed:
            self._stored.close()
        super().close()

    def _load(self, number: int) -> None:
        if number == self._at:
            return
        self._stored.seek(HEAD + number * (BLOCK + TAG))
        sealed = self._stored.read(BLOCK + TAG)
        nonce = _nonce(number, last=number == self._blocks - 1)
        try:
            self._block = self._cipher.decrypt(nonce, sealed, self._bound)
        except InvalidTag as error:
            raise DamagedFileError(f"block {number} is not what was stored") from error
        self._at = number


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    derived = HKDF(SHA256(), 32, salt, b"lodesk sealed file 1").derive(key)
    return AESGCM(derived)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
