"""What a file is, from its content; and whether it may be kept under the name it came with."""

from typing import IO, Final

import puremagic

from lodesk.files import archives, kinds, texts
from lodesk.files.kinds import Kind
from lodesk.files.refusals import Refusal, RefusedError

BEGINNING: Final = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OOXML = {"word/": kinds.WORD, "xl/": kinds.SHEET, "ppt/": kinds.SLIDES}
_ODF = {kind.type: kind for kind in (kinds.OPEN_TEXT, kinds.OPEN_SHEET, kinds.OPEN_SLIDES)}
_MACROS_OF_OLE = ("_VBA_PROJECT".encode("utf-16-le"), "VBA_PROJECT_CUR".encode("utf-16-le"))
_LOCKED_OLE = "EncryptedPackage".encode("utf-16-le")


def inspect(stream: IO[bytes], *, name: str, size: int) -> Kind:
    """The kind of a file. Raises RefusedError when it must not be kept, or not by that name."""
    kind = _kind(stream, name, size)
    ending = kinds.ending_of(name)
    if ending and ending not in kind.endings:
        raise RefusedError(Refusal.MISLABELLED)
    return kind


def _kind(stream: IO[bytes], name: str, size: int) -> Kind:
    beginning = _beginning(stream)
    ending = kinds.ending_of(name)
    if ending in kinds.PROGRAMS or ending in kinds.SCRIPTS:
        raise RefusedError(Refusal.EXECUTABLE)
    if beginning.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _packed(stream, size)
    if beginning.startswith(_OLE):
        return _old_office(stream)
    candidates = _candidates(stream)
    if texts.is_text(stream):
        return _text(beginning, ending, candidates)
    return _binary(beginning, ending, candidates)


def _beginning(stream: IO[bytes]) -> bytes:
    stream.seek(0)
    return stream.read(BEGINNING)


def _candidates(stream: IO[bytes]) -> list[str]:
    """Endings that puremagic thinks of, the likeliest first."""
    stream.seek(0)
    try:
        found = puremagic.magic_stream(stream)
    except (puremagic.PureError, ValueError):
        return []
    return [each.extension.lstrip(".").lower() for each in found if each.extension]


def _text(beginning: bytes, ending: str, candidates: list[str]) -> Kind:
    start = beginning.lstrip(b"\xef\xbb\xbf \t\r\n")
    lower = start[:1024].lower()
    if start.startswith(b"%PDF-"):
        return kinds.PDF
    if start.startswith(b"{\\rtf"):
        return kinds.RTF
    if beginning.startswith(b"#!"):
        raise RefusedError(Refusal.EXECUTABLE)
    if ending in kinds.PAGES or b"<html" in lower or b"<svg" in lower or b"<script" in lower:
        raise RefusedError(Refusal.ACTIVE)
    return kinds.LETTER if ending == "eml" and "eml" in candidates else kinds.TEXT


def _binary(beginning: bytes, ending: str, candidates: list[str]) -> Kind:
    strong = candidates[:12]
    if beginning.startswith((b"MZ", b"\x7fELF")) or kinds.among(strong, kinds.PROGRAMS):
        raise RefusedError(Refusal.EXECUTABLE)
    if kinds.among(strong, kinds.PAGES):
        raise RefusedError(Refusal.ACTIVE)
    if kinds.among(strong, kinds.ARCHIVES):
        raise RefusedError(Refusal.ARCHIVE)
    fitting = [each for each in kinds.BY_MAGIC if kinds.among(each.endings, frozenset(strong))]
    named = [each for each in fitting if ending in each.endings]
    if fitting:
        return _likeliest(named or fitting, strong)
    if texts.looks_like_text(beginning):
        raise RefusedError(Refusal.ENCODING)
    raise RefusedError(Refusal.UNKNOWN)


def _likeliest(fitting: list[Kind], candidates: list[str]) -> Kind:
    """Of several kinds the one puremagic named first."""

    def place(kind: Kind) -> int:
        return min(candidates.index(each) for each in kind.endings if each in candidates)

    return min(fitting, key=place)


def _packed(stream: IO[bytes], size: int) -> Kind:
    """A ZIP, or what is packed as one: office documents, and programs for Java and Android."""
    names = archives.inspect(stream, size)
    lower = [each.lower() for each in names]
    if "classes.dex" in lower or "meta-inf/manifest.mf" in lower:
        raise RefusedError(Refusal.EXECUTABLE)
    if "[content_types].xml" in lower:
        found = [kind for place, kind in _OOXML.items() if any(n.startswith(place) for n in lower)]
        if len(found) != 1:
            raise RefusedError(Refusal.UNKNOWN)
        return found[0]
    if names[:1] == ["mimetype"]:
        return _open_document(stream)
    return kinds.ZIP


def _open_document(stream: IO[bytes]) -> Kind:
    """An OpenDocument says its type uncompressed at the very beginning."""
    beginning = _beginning(stream)
    for type_, kind in _ODF.items():
        if beginning[38 : 38 + len(type_)] == type_.encode():
            return kind
    raise RefusedError(Refusal.UNKNOWN)


def _old_office(stream: IO[bytes]) -> Kind:
    """Old office documents and mails; streams within are named in UTF-16 in their directory."""
    stream.seek(0)
    kept = b""
    while piece := stream.read(texts.PIECE):
        seen = kept + piece
        if _LOCKED_OLE in seen:
            raise RefusedError(Refusal.ENCRYPTED)
        if any(each in seen for each in _MACROS_OF_OLE):
            raise RefusedError(Refusal.MACROS)
        kept = seen[-64:]
    return kinds.OLD_OFFICE
