"""What a file is, by its content; and what is refused, with its reason."""

import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from lodesk.files import archives, kinds, texts
from lodesk.files.inspection import inspect
from lodesk.files.refusals import SENTENCES, Refusal, RefusedError
from tests.files.samples import JPEG, REFUSED, TAKEN, packed

KILO = 1024
MEGA = KILO * KILO


def reason(name: str, content: bytes) -> str:
    """Why a file is refused; nothing when it is not."""
    try:
        inspect(io.BytesIO(content), name=name, size=len(content))
    except RefusedError as error:
        return error.refusal.value
    return ""


@pytest.mark.parametrize("name", TAKEN)
def test_the_type_comes_from_the_content(name: str) -> None:
    content, type_ = TAKEN[name]
    assert inspect(io.BytesIO(content), name=name, size=len(content)).type == type_


@pytest.mark.parametrize("which", REFUSED)
def test_what_must_not_be_kept_is_refused_with_its_reason(which: str) -> None:
    name, content, expected = REFUSED[which]
    assert reason(name, content) == expected


def test_every_reason_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Refusal)
    assert all(str(each.sentence).endswith(".") for each in Refusal)


def test_every_kind_says_its_type_once() -> None:
    assert len(kinds.BY_TYPE) == len({*kinds.BY_MAGIC, *kinds.OTHERS})


def test_an_unknown_type_is_bytes() -> None:
    assert kinds.kind_of("text/html").type == kinds.OCTETS


def test_text_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "PIECE", 7)
    good = ("é" * 20).encode()  # a letter lies across two pieces
    assert texts.is_text(io.BytesIO(good))
    assert not texts.is_text(io.BytesIO(good + b"\xff"))
    assert not texts.is_text(io.BytesIO(good + b"\x00"))
    assert not texts.is_text(io.BytesIO(good + "é".encode()[:1]))


# Bombs ------------------------------------------------------------------------------------


def test_an_archive_that_unpacks_to_far_more_is_refused() -> None:
    assert reason("a.zip", packed({"zeros": b"\0" * (12 * MEGA)})) == "bomb"


def test_a_small_archive_of_zeros_is_none() -> None:
    assert reason("a.zip", packed({"zeros": b"\0" * MEGA})) == ""


def test_what_an_archive_declares_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "RATIO_FROM", 64 * KILO)
    honest = packed({"zeros": b"\0" * MEGA})
    lying = honest.replace(struct.pack("<L", MEGA), struct.pack("<L", 10))
    assert lying != honest
    assert reason("a.zip", lying) in ("bomb", "broken")


def test_many_files_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_ENTRIES", 10)
    content = {str(number): b"x" for number in range(10)}
    assert reason("a.zip", packed(content)) == ""
    assert _limited(packed({**content, "one more": b"x"}), entries=10) == "bomb"


def test_the_total_counts_and_not_only_each_file() -> None:
    each = packed({str(number): bytes([number]) * 100 for number in range(10)})
    assert _limited(each, left=1000) == ""
    assert _limited(each, left=999) == "bomb"


def test_archives_within_count_towards_the_same_total() -> None:
    inner = packed({"x": b"y" * 900}, stored=True)
    assert _limited(packed({"in.zip": inner}), left=900 + len(inner)) == ""
    assert _limited(packed({"in.zip": inner}), left=899 + len(inner)) == "bomb"


def test_archives_within_archives_have_an_end() -> None:
    content = {"a.txt": b"x"}
    for _depth in range(archives.DEEPEST):
        content = {"in.zip": packed(content)}
    assert reason("a.zip", packed(content)) == "bomb"
    assert reason("a.zip", content["in.zip"]) == ""


def test_an_archive_within_is_held_in_memory_only_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = packed({"x": b"y" * 900}, stored=True)
    assert reason("a.zip", packed({"in.zip": inner})) == ""
    monkeypatch.setattr(archives, "LARGEST_INNER", 800)
    assert reason("a.zip", packed({"in.zip": inner})) == "bomb"


def test_files_that_lie_over_one_another_are_refused() -> None:
    # The directory names the same bytes a hundred times: small, and opens to anything.
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a", bytes(range(256)) * 40)
        (first,) = archive.infolist()
        archive.filelist += [first] * 99
    assert reason("a.zip", held.getvalue()) == "bomb"


def test_an_encrypted_archive_is_refused_by_its_mark() -> None:
    content = bytearray(packed({"a.txt": b"Hello"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    assert reason("a.zip", bytes(content)) == "encrypted"


def test_nothing_is_unpacked_to_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_args: Any, **_options: Any) -> None:
        raise AssertionError("something was written to disk")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    monkeypatch.setattr(zipfile.ZipFile, "extract", refuse)
    monkeypatch.chdir(tmp_path)
    assert reason("a.zip", packed({"b.zip": packed({"seal.jpg": JPEG})})) == ""
    assert not list(tmp_path.iterdir())


def _limited(content: bytes, **limits: int) -> str:
    """Why an archive is refused under a smaller budget."""
    budget = archives.Budget(**limits)
    try:
        archives._inspect(io.BytesIO(content), len(content), budget, 1)
    except RefusedError as error:
        return error.refusal.value
    return ""
