"""Sealed files: they stream, they can be read anywhere, and whatever is done to them is noticed."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodesk.files.keys import new_key
from lodesk.files.sealing import (
    BLOCK,
    HEAD,
    TAG,
    DamagedFileError,
    SealedReader,
    Sealer,
    seal,
)

KEY = b"k" * 32
NAME = "ab/cdef"
SEALED_BLOCK = BLOCK + TAG


def sealed(content: bytes, *, key: bytes = KEY, name: str = NAME) -> bytes:
    """The stored form."""
    return b"".join(seal([content], key=key, name=name))


def reader(stored: bytes, *, key: bytes = KEY, name: str = NAME) -> SealedReader:
    """A reader of the stored form."""
    return SealedReader(io.BytesIO(stored), key=key, name=name, sealed_size=len(stored))


def opened(stored: bytes, **how: object) -> bytes:
    """The whole content."""
    return b"".join(reader(stored, **how).chunks())  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 5])
def test_what_goes_in_comes_out(size: int) -> None:
    content = (b"0123456789abcdef!" * (size // 17 + 1))[:size]
    stored = sealed(content)
    assert opened(stored) == content
    assert reader(stored).size == size
    if len(content) >= 16:  # a few bytes stand in any noise
        assert content[:64] not in stored


@given(st.lists(st.binary(max_size=3000), max_size=8), st.integers(0, 9000), st.integers(0, 4000))
def test_it_can_be_read_anywhere(pieces: list[bytes], place: int, length: int) -> None:
    content = b"".join(pieces) * 20
    sealer = Sealer(key=KEY, name=NAME)
    stored = sealer.head + b"".join(sealer.update(each) for each in [*pieces] * 20)
    found = io.BufferedReader(reader(stored + sealer.finish()))
    found.seek(place)
    assert found.read(length) == content[place : place + length]


def test_the_end_is_found_from_the_end() -> None:
    found = io.BufferedReader(reader(sealed(b"x" * BLOCK + b"the end")))
    found.seek(-3, io.SEEK_END)
    assert found.read() == b"end"


def test_two_files_of_the_same_content_have_nothing_in_common() -> None:
    one, other = sealed(b"x" * 100), sealed(b"x" * 100)
    assert one[HEAD:] != other[HEAD:]
    assert one[4:HEAD] != other[4:HEAD]


def test_another_key_opens_nothing() -> None:
    with pytest.raises(DamagedFileError):
        reader(sealed(b"x"), key=new_key())


def test_files_cannot_change_places() -> None:
    with pytest.raises(DamagedFileError):
        reader(sealed(b"x"), name="ab/other")


@pytest.mark.parametrize("place", [0, 4, HEAD, HEAD + BLOCK + 3, -1])
def test_one_changed_bit_is_noticed(place: int) -> None:
    stored = bytearray(sealed(b"x" * (BLOCK + 100)))
    stored[place] ^= 1
    with pytest.raises(DamagedFileError):
        opened(bytes(stored))


@pytest.mark.parametrize("kept", [0, 3, HEAD, HEAD + 5, HEAD + SEALED_BLOCK, HEAD + 90_000])
def test_a_file_that_was_cut_off_is_noticed_before_anything_is_read(kept: int) -> None:
    stored = sealed(b"x" * (3 * BLOCK))
    with pytest.raises(DamagedFileError):
        reader(stored[:kept])


def test_blocks_cannot_be_moved_repeated_or_left_out() -> None:
    stored = sealed(b"a" * BLOCK + b"b" * BLOCK + b"c")
    head, first = stored[:HEAD], stored[HEAD : HEAD + SEALED_BLOCK]
    second, last = stored[HEAD + SEALED_BLOCK : -TAG - 1], stored[-TAG - 1 :]
    assert opened(head + first + second + last)[-1:] == b"c"
    for wrong in (head + second + first + last, head + first + first + last, head + first + last):
        with pytest.raises(DamagedFileError):
            opened(wrong)


def test_the_stored_file_is_closed_with_its_reader() -> None:
    stored = io.BytesIO(sealed(b"x"))
    found = SealedReader(stored, key=KEY, name=NAME, sealed_size=len(stored.getvalue()))
    list(found.chunks())
    assert stored.closed
