"""The kinds of files that are kept: an allow list, by what puremagic finds in the content.

puremagic knows the beginnings (and ends) of thousands of types and is pure Python; filetype knows
fewer and has not been released since 2022, libmagic needs a system library. It only names
candidates: what is accepted is decided here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

OCTETS: Final = "application/octet-stream"
_OPEN = "application/vnd.oasis.opendocument."
_OOXML = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True)
class Kind:
    """A type of files: what it is called, and which endings of a name fit it (the usual first)."""

    type: str  # media type
    label: "StrOrPromise"
    endings: tuple[str, ...]

    @property
    def ending(self) -> str:
        """The usual ending."""
        return self.endings[0]


PDF = Kind("application/pdf", "PDF", ("pdf",))
JPEG = Kind("image/jpeg", _("photograph, JPEG"), ("jpg", "jpeg", "jpe", "jfif"))
TEXT = Kind("text/plain", _("text"), ("txt", "log", "md", "csv", "tsv", "json", "xml", "kml",
                                      "gpx", "vcf", "ics", "srt"))  # fmt: skip
LETTER = Kind("message/rfc822", _("e-mail"), ("eml",))
RTF = Kind("application/rtf", "RTF", ("rtf",))
ZIP = Kind("application/zip", _("archive, ZIP"), ("zip", "kmz"))
WORD = Kind(f"{_OOXML}wordprocessingml.document", _("text document"), ("docx",))
SHEET = Kind(f"{_OOXML}spreadsheetml.sheet", _("spreadsheet"), ("xlsx",))
SLIDES = Kind(f"{_OOXML}presentationml.presentation", _("presentation"), ("pptx", "ppsx"))
OPEN_TEXT = Kind(f"{_OPEN}text", _("text document"), ("odt",))
OPEN_SHEET = Kind(f"{_OPEN}spreadsheet", _("spreadsheet"), ("ods",))
OPEN_SLIDES = Kind(f"{_OPEN}presentation", _("presentation"), ("odp",))
OLD_OFFICE = Kind("application/x-ole-storage", _("document of an older office program, or e-mail"),
                  ("doc", "xls", "ppt", "pps", "msg"))  # fmt: skip
# What puremagic names by ending; every other kind is recognised by looking further.
BY_MAGIC = (
    PDF,
    JPEG,
    Kind("image/png", _("image, PNG"), ("png",)),
    Kind("image/gif", _("image, GIF"), ("gif",)),
    Kind("image/webp", _("image, WebP"), ("webp",)),
    Kind("image/tiff", _("image, TIFF"), ("tif", "tiff")),
    Kind("image/heif", _("photograph, HEIF"), ("heic", "heif", "heics")),
    Kind("video/quicktime", _("video"), ("mov", "qt")),
    Kind("audio/mp4", _("sound"), ("m4a", "f4a")),
    Kind("video/mp4", _("video"), ("mp4", "m4v", "3gp", "3ga", "mov", "m4a")),
    Kind("video/x-msvideo", _("video"), ("avi",)),
    Kind("video/x-matroska", _("video"), ("webm", "mkv", "mka")),
    Kind("audio/wav", _("sound"), ("wav",)),
    Kind("audio/ogg", _("sound"), ("ogg", "oga", "ogv", "opus", "ogx")),
    Kind("audio/amr", _("sound"), ("amr",)),
    Kind("audio/mpeg", _("sound"), ("mp3", "mpga", "mp2")),
    Kind("image/bmp", _("image, BMP"), ("bmp", "dib")),
)
OTHERS = (TEXT, LETTER, RTF, ZIP, WORD, SHEET, SLIDES, OPEN_TEXT, OPEN_SHEET, OPEN_SLIDES,
          OLD_OFFICE)  # fmt: skip
BY_TYPE: dict[str, Kind] = {kind.type: kind for kind in (*BY_MAGIC, *OTHERS)}


def _endings(words: str) -> frozenset[str]:
    return frozenset(words.split())


PROGRAMS = _endings(
    "exe dll com scr sys msi class dex jar apk elf so dylib appimage wasm lnk chm cab deb rpm dmg"
    " iso pif cpl ocx"
)
SCRIPTS = _endings(
    "bat cmd ps1 psm1 vbs vbe js jse mjs wsf wsh hta sh bash py pyw pl rb php lua reg scf url"
    " desktop ahk applescript"
)
PAGES = _endings("html htm xhtml mhtml mht svg svgz xht shtml swf")
ARCHIVES = _endings("rar 7z gz tgz bz2 xz tar zst lz lzma ace arj cb7 cbr z")


def ending_of(name: str) -> str:
    """The ending of a name in small letters, without its dot; "" for a name without one."""
    _stem, dot, ending = name.rpartition(".")
    return ending.strip().lower() if dot else ""


def kind_of(type_: str) -> Kind:
    """The kind by its media type; an unknown one is bytes and no more."""
    return BY_TYPE.get(type_) or Kind(OCTETS, _("file"), ("bin",))


def among(candidates: Iterable[str], wanted: frozenset[str]) -> bool:
    """Whether one of the candidates is among these endings."""
    return bool(wanted.intersection(candidates))
