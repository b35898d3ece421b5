"""Small files of every kind, made here: no binary lies in the repository."""

import io
import zipfile
from collections.abc import Mapping

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n" + b"\0" * 200 + b"%%EOF\n"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000") + b"\0" * 200 + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 60
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0" + b"\0" * 60


def packed(files: Mapping[str, bytes], *, stored: bool = False) -> bytes:
    """A ZIP that holds these files."""
    held = io.BytesIO()
    how = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(held, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def office(part: str, **more: bytes) -> bytes:
    """A document of today's office programs, with this main part."""
    return packed({"[Content_Types].xml": b"<x/>", part: b"<a/>"} | more)


def open_document(what: str) -> bytes:
    """An OpenDocument."""
    type_ = f"application/vnd.oasis.opendocument.{what}".encode()
    return packed({"mimetype": type_, "content.xml": b"<a/>"}, stored=True)


TAKEN: dict[str, tuple[bytes, str]] = {
    "bill.pdf": (PDF, "application/pdf"),
    "seal.jpg": (JPEG, "image/jpeg"),
    "seal.jpeg": (JPEG, "image/jpeg"),
    "seal.JPG": (JPEG, "image/jpeg"),
    "no ending": (JPEG, "image/jpeg"),
    "scan.png": (PNG, "image/png"),
    "scan.gif": (b"GIF89a" + b"\0" * 60, "image/gif"),
    "scan.webp": (b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 60, "image/webp"),
    "scan.tif": (b"II*\0" + b"\0" * 60, "image/tiff"),
    "phone.heic": (b"\0\0\0\x18ftypheic\0\0\0\0" + b"\0" * 60, "image/heif"),
    "scan.bmp": (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0" + b"\0" * 60, "image/bmp"),
    "film.mp4": (MP4, "video/mp4"),
    "film.mov": (b"\0\0\0\x14ftypqt  \0\0\0\0" + b"\0" * 60, "video/quicktime"),
    "film.avi": (b"RIFF\x10\0\0\0AVI LIST" + b"\0" * 60, "video/x-msvideo"),
    "call.m4a": (b"\0\0\0\x18ftypM4A \0\0\0\0" + b"\0" * 60, "audio/mp4"),
    "call.mp3": (b"\xff\xfb\x90\x64" + b"\0" * 60, "audio/mpeg"),
    "call.wav": (b"RIFF\x10\0\0\0WAVEfmt " + b"\0" * 60, "audio/wav"),
    "call.ogg": (b"OggS\0\x02" + b"\0" * 60, "audio/ogg"),
    "call.amr": (b"#!AMR\n" + b"\0\1\2" * 60, "audio/amr"),
    "letter.docx": (office("word/document.xml"), "application/vnd.openxmlformats-officedocument."
                    "wordprocessingml.document"),
    "list.xlsx": (office("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument."
                  "spreadsheetml.sheet"),
    "letter.odt": (open_document("text"), "application/vnd.oasis.opendocument.text"),
    "list.ods": (open_document("spreadsheet"), "application/vnd.oasis.opendocument.spreadsheet"),
    "old.doc": (OLE, "application/x-ole-storage"),
    "mail.msg": (OLE, "application/x-ole-storage"),
    "letter.rtf": (b"{\\rtf1\\ansi Hello}", "application/rtf"),
    "mail.eml": (b"From: a@b.example\nTo: c@d.example\nSubject: x\n\nHello.\n", "message/rfc822"),
    "note.txt": ("Zegel 004417: gelé, größer.".encode(), "text/plain"),
    "wide.txt": ("Zegel 004417: gelé.".encode("utf-16"), "text/plain"),
    "rows.csv": (b"a,b\n1,2\n", "text/plain"),
    "photos.zip": (packed({"a.txt": b"Hello", "b/seal.jpg": JPEG}), "application/zip"),
}  # fmt: skip
REFUSED: dict[str, tuple[str, bytes, str]] = {
    "a program": ("tool.bin", b"MZ\x90\0\x03" + b"\0" * 200, "executable"),
    "a program called a photograph": ("seal.jpg", b"MZ\x90\0\x03" + b"\0" * 200, "executable"),
    "a program of another system": ("tool", b"\x7fELF\x02\x01\x01" + b"\0" * 60, "executable"),
    "a script": ("tool.txt", b"#!/bin/sh\necho hello\n", "executable"),
    "a script by its name": ("run.ps1", b"Write-Host hello\n", "executable"),
    "a shortcut": ("bill.pdf.lnk", bytes.fromhex("4c0000000114020000000000c000000000000046")
                   + b"\0" * 60, "executable"),
    "a Java program": ("tool.zip", packed({"META-INF/MANIFEST.MF": b"x"}), "executable"),
    "an Android program": ("tool.zip", packed({"classes.dex": b"dex\n035"}), "executable"),
    "a program in an archive": ("photos.zip", packed({"seal.jpg": b"MZ\x90\0" + b"\0" * 99}),
                                "executable"),
    "a program by name in an archive": ("photos.zip", packed({"run.bat": b"dir"}), "executable"),
    "a program in an archive in an archive": (
        "photos.zip", packed({"in.zip": packed({"x": b"\x7fELF\x02"})}), "executable"),
    "a web page": ("page.txt", b"<!DOCTYPE html><html><script>1</script></html>", "active"),
    "a drawing": ("seal.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "active"),
    "macros": ("list.xlsx", office("xl/workbook.xml", **{"xl/vbaProject.bin": b"x"}), "macros"),
    "macros in an archive": (
        "all.zip", packed({"list.xlsx": office("xl/a.xml", **{"xl/vbaProject.bin": b"x"})}),
        "macros"),
    "old macros": ("old.xls", OLE + "_VBA_PROJECT".encode("utf-16-le"), "macros"),
    "an office file with a password": ("list.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"),
                                       "encrypted"),
    "another archive": ("photos.rar", b"Rar!\x1a\x07\x01\0" + b"\0" * 60, "archive"),
    "another archive in an archive": ("photos.zip", packed({"all.7z": b"7z"}), "archive"),
    "a cut archive": ("photos.zip", packed({"a.txt": b"Hello" * 99})[:60], "broken"),
    "an image called a text": ("note.txt", PNG, "mislabelled"),
    "a text called an image": ("seal.jpg", b"Hello.\n", "mislabelled"),
    "a PDF called an image": ("seal.png", PDF, "mislabelled"),
    "a letter called a sheet": ("list.xlsx", office("word/document.xml"), "mislabelled"),
    "old letters": ("note.txt", "Zegel gel\xe9, gr\xf6\xdfer, en verder.".encode("latin-1"),
                    "encoding"),
    "noise": ("noise.bin", bytes(range(7, 200)), "unknown"),
    "no office document": ("x.docx", packed({"[Content_Types].xml": b"<x/>"}), "unknown"),
}  # fmt: skip
