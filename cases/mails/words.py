"""The words of a mail's text, of whatever markup: nothing is executed or fetched."""

import codecs
import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser

BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table"})
SILENT = frozenset({"script", "style", "head", "title"})


class _Words(HTMLParser):
    """Keeps the words of a page, a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT and self._silent > 0
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(" ".join(data.split()) + " " if data.strip() else "")


def of_html(html: str) -> str:
    """The words of HTML, without markup, scripts and styles."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    lines = [line.strip() for line in "".join(reader.parts).split("\n")]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept).strip()


# RTF: a reader of one pass, for whoever sends a mail chooses what is in it. Libraries that do the
# same (striprtf) use expressions whose time grows with the cube of what they are given.
_TOKEN = re.compile(
    r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\(.)|([{}])|([^\\{}\r\n]+)",
    re.IGNORECASE | re.DOTALL,
)
_UNSEEN = frozenset({"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "fldinst"})
_SIGNS = {"par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "cell": "\t",
          "tab": "\t", "emdash": "\u2014", "endash": "\u2013", "lquote": "\u2018",
          "rquote": "\u2019", "ldblquote": "\u201c", "rdblquote": "\u201d",
          "bullet": "\u2022"}  # fmt: skip


@dataclass(frozen=True)
class _Group:
    """What holds within the braces where the reader is."""

    unseen: bool = False
    skip: int = 1  # letters that stand in for one of Unicode, for programs that know none


class _Rtf:
    """Keeps the words of RTF."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._group, self._outer = _Group(), list[_Group]()
        self._left, self._page = 0, "cp1252"

    def read(self, rtf: str) -> str:
        for token in _TOKEN.finditer(rtf):
            word, number, code, sign, brace, plain = token.groups()
            if brace:
                self._brace(brace)
            elif word:
                self._word(word, int(number) if number else None)
            elif code:
                self._add(bytes.fromhex(code).decode(self._page, "replace"))
            elif sign:
                self._sign(sign)
            else:
                self._add(plain)
        return "".join(self.parts)

    def _brace(self, brace: str) -> None:
        self._left = 0
        if brace == "{":
            self._outer.append(self._group)
        else:
            self._group = self._outer.pop() if self._outer else _Group()

    def _sign(self, sign: str) -> None:
        if sign == "*":  # what only newer programs understand
            self._group = replace(self._group, unseen=True)
        else:
            self._add({"~": " ", "_": "-", "-": "", "\n": "\n", "\r": "\n"}.get(sign, sign))

    def _word(self, word: str, number: int | None) -> None:
        if word in _UNSEEN:
            self._group = replace(self._group, unseen=True)
        elif word == "ansicpg" and number is not None:
            self._page = page_of(number)
        elif word == "uc" and number is not None:
            self._group = replace(self._group, skip=max(0, number))
        elif word == "u" and number is not None:
            self._unicode(number)
        elif word in _SIGNS:
            self._add(_SIGNS[word])

    def _unicode(self, number: int) -> None:
        self._left = 0
        self._add(chr(number % 0x10000))
        self._left = self._group.skip

    def _add(self, words: str) -> None:
        gone = min(self._left, len(words))
        self._left -= gone
        if not self._group.unseen:
            self.parts.append(words[gone:])


def of_rtf(rtf: bytes) -> str:
    """The words of RTF, without fonts, pictures and fields; also of HTML wrapped in RTF."""
    words = _Rtf().read(rtf.decode("latin-1"))
    return words.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def page_of(number: int) -> str:
    """Python's name of a code page of Windows; the Western one where it is not known."""
    for name in (_PAGES.get(number, ""), f"cp{number}"):
        try:
            return codecs.lookup(name).name
        except LookupError:
            continue
    return "cp1252"


_PAGES = {65001: "utf-8", 1200: "utf-16-le", 20127: "ascii", 28591: "latin-1", 28592: "iso8859-2",
          28605: "iso8859-15", 20866: "koi8-r", 50220: "iso2022_jp", 51932: "euc-jp",
          936: "gbk", 54936: "gb18030"}  # fmt: skip
