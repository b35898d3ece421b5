"""The keys of the countries, and the keys of files wrapped by them.

Envelope encryption: every file has a random key of its own, which stands in the database wrapped
(encrypted) by the key of the country that owns the dossier. The countries' keys come from the
environment and are in no database and no backup of it. Whoever forgets the wrapped key of a file
has destroyed the file.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

COUNTRIES: Final = ("BE", "NL", "LU")
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


class KeyProblemError(Exception):
    """A file cannot be sealed or read: its country's key is missing, malformed or another one."""


@dataclass(frozen=True)
class WrappedKey:
    """The key of a file as it may be stored, and by which key of the country it is wrapped."""

    name: str  # "BE:2"
    wrapped: bytes


@dataclass(frozen=True)
class Keyring:
    """The keys by name, "BE:1"; the last one named of a country is its current one."""

    keys: Mapping[str, bytes]

    def names(self, country: str) -> list[str]:
        """Names of a country's keys, the current one last."""
        return [name for name in self.keys if name.startswith(f"{country}:")]

    def current(self, country: str) -> str:
        """Name of the key with which a country wraps today."""
        found = self.names(country)
        if not found:
            raise KeyProblemError(f"there is no document key of {country}")
        return found[-1]

    def wrap(self, key: bytes, *, country: str, name: str) -> WrappedKey:
        """Wrap the key of the file of this name by the country's current key.

        Country and name are authenticated: a wrapped key is of no use in another row.
        """
        by = self.current(country)
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self.keys[by]).encrypt(nonce, key, _context(country, name))
        return WrappedKey(by, nonce + sealed)

    def unwrap(self, held: WrappedKey, *, country: str, name: str) -> bytes:
        """Give the key of a file. Raises KeyProblemError: never a wrong key, never a guess."""
        if not held.wrapped:
            raise KeyProblemError("the key of this file was destroyed, and the file with it")
        if held.name not in self.names(country):
            raise KeyProblemError(f"the document key {held.name} is not at hand")
        nonce, sealed = held.wrapped[:NONCE_BYTES], held.wrapped[NONCE_BYTES:]
        try:
            return AESGCM(self.keys[held.name]).decrypt(nonce, sealed, _context(country, name))
        except InvalidTag as error:
            words = f"the document key {held.name} is not the one this file was wrapped by"
            raise KeyProblemError(words) from error


def keyring() -> Keyring:
    """The keys the settings name; read once for each text."""
    return _read(settings.DOCUMENT_KEYS)


def new_key() -> bytes:
    """Make a random key for one file."""
    return os.urandom(KEY_BYTES)


@lru_cache(maxsize=4)
def _read(text: str) -> Keyring:
    """Words `BE:1:<base64 of 32 bytes>`; lines that begin with # are comments."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found: dict[str, bytes] = {}
    for number, word in enumerate(" ".join(lines).replace(",", " ").split(), start=1):
        country, _, rest = word.partition(":")
        version, _, encoded = rest.partition(":")
        key = _decoded(encoded)
        if country not in COUNTRIES or not version.isdecimal() or len(key) != KEY_BYTES:
            raise KeyProblemError(f"word {number} of the document keys is not COUNTRY:N:BASE64")
        if f"{country}:{version}" in found:
            raise KeyProblemError(f"the document key {country}:{version} is named twice")
        found[f"{country}:{version}"] = key
    return Keyring(found)


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _context(country: str, name: str) -> bytes:
    return f"lodesk document key {country} {name}".encode()
