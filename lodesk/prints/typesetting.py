"""A template and its data become a PDF for archives that also reads aloud: PDF/A-2a and PDF/UA-1.

The data go in as data: nothing a person wrote is ever read as a command of the typesetter, and it
reads no file beside its template and the fonts here.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import typst
from fontTools.ttLib import TTFont

FONTS: Final = Path(__file__).parent / "fonts"
INSTEAD: Final = "□"  # stands for a character that no font here has
BREAKS: Final = "\n\t"


class TypesettingError(Exception):
    """A print could not be set. Says nothing of the content."""


def typeset(template: Path, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """Set a print; the same data at the same moment give the same bytes.

    Characters that no font here has must be replaced before (`printable`): an archive takes no
    text that cannot be seen. Raises TypesettingError.
    """
    try:
        made = typst.compile(
            str(template),
            root=str(template.parent),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data)},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=at.replace(microsecond=0),
        )
    except typst.TypstError as error:
        raise TypesettingError from error  # its text may quote what was to be printed
    return bytes(made)


def printable(data: Any) -> Any:
    """The same data, with a box for each character that cannot be printed."""
    if isinstance(data, str):
        return data if data.isascii() and data.isprintable() else _in_boxes(data)
    if isinstance(data, Mapping):
        return {key: printable(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [printable(each) for each in data]
    return data


def _in_boxes(text: str) -> str:
    known = _characters()
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        each if each in BREAKS or ord(each) in known else INSTEAD if each.isprintable() else ""
        for each in whole
    )


@lru_cache(maxsize=1)
def _characters() -> frozenset[int]:
    """Numbers of the characters that the fonts have."""
    found: set[int] = set()
    for path in sorted(FONTS.glob("*.ttf")):
        with TTFont(path, lazy=True) as font:
            found |= font.getBestCmap().keys()
    return frozenset(found)
