"""Answers that several pages give."""

from collections.abc import Iterable

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from lodesk.files import kinds
from lodesk.files.sealing import SealedReader

HEADERS = {
    "Content-Encoding": "identity",  # what is compressed already is not compressed again
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def streamed(reader: SealedReader, *, name: str, size: int) -> StreamingHttpResponse:
    """Send a file as something to keep, never to show; no row is read while it streams."""
    return _kept(reader.chunks(), name=name, size=size)


def whole(content: bytes, *, name: str) -> StreamingHttpResponse:
    """Send what has just been made as something to keep, as a file is."""
    return _kept([content], name=name, size=len(content))


def _kept(pieces: Iterable[bytes], *, name: str, size: int) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces, content_type=kinds.OCTETS)
    disposition = content_disposition_header(as_attachment=True, filename=name) or ""
    about = {"Content-Disposition": disposition, "Content-Length": str(size)}
    for header, value in {**about, **HEADERS}.items():
        response[header] = value
    return response
