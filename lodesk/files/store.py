"""Where sealed files lie: Django's storage `documents`, by random names, never in clear.

The file system by default, any S3-compatible store by setting (docs/operations.md).
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from django.core.files import File
from django.core.files.storage import Storage, storages

from lodesk.files.sealing import SealedReader, seal

ALIAS: Final = "documents"
IN_MEMORY: Final = 1024 * 1024


class StoreProblemError(Exception):
    """The store does not have a file, or does not take one."""


def new_name() -> str:
    """Make a random name that says nothing, in one of 256 folders."""
    key = os.urandom(20).hex()
    return f"{key[:2]}/{key[2:]}"


def put(name: str, chunks: Iterable[bytes], *, key: bytes) -> None:
    """Seal a stream and store it; what had the name before is replaced."""
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as sealed:  # holds nothing in clear
        for block in seal(chunks, key=key, name=name):
            sealed.write(block)
        sealed.seek(0)
        remove([name])
        with _told("the store does not take the file"):
            if _storage().save(name, File(sealed, name=name)) != name:
                raise StoreProblemError("a file of this name came between")


def read(name: str, *, key: bytes) -> SealedReader:
    """Open a stored file. Raises before anything is read when it is missing or damaged."""
    with _told("the stored file is missing"):
        size = _storage().size(name)
        stored = _storage().open(name)
    return SealedReader(stored, key=key, name=name, sealed_size=size)


def remove(names: Iterable[str]) -> None:
    """Forget files; those that are gone already are no problem. A problem is the store's."""
    with _told("the store does not forget a file"):
        for name in names:
            with suppress(FileNotFoundError):
                _storage().delete(name)


def names(folder: str = "") -> Iterator[str]:
    """Every stored name; for the nightly check."""
    try:
        folders, files = _storage().listdir(folder)
    except FileNotFoundError:
        return
    place = f"{folder}/" if folder else ""
    yield from (f"{place}{file}" for file in sorted(files))
    for each in sorted(folders):
        yield from names(f"{place}{each}")


@contextmanager
def _told(problem: str) -> Iterator[None]:
    """Say in our words what a store raised in its own: each has others."""
    try:
        yield
    except StoreProblemError:
        raise
    except Exception as error:
        raise StoreProblemError(problem) from error


def _storage() -> Storage:
    return storages[ALIAS]
