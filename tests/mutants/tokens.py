"""SQL as tokens: enough to find the statements and conditions of our own, regular files.

No SQL parser in a wheel reads PL/pgSQL bodies as well as SQL; the files are ours, and
`tests/border/test_mutants.py` compares what is found here with PostgreSQL's own catalogue.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<comment> --[^\n]* | /\*.*?\*/ )
    | (?P<dollar> \$(?P<tag>\w*)\$ .*? \$(?P=tag)\$ )
    | (?P<string> '(?:[^']|'')*' )
    | (?P<quoted> "[^"]*" )
    | (?P<word> [A-Za-z_]\w* )
    | (?P<number> \$?\d+(?:\.\d+)? )
    | (?P<sign> :: | := | [-+*/<>=~!@%^&|?\#]+ | [(),;.:\[\]] )
    | (?P<space> \s+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_OPENING, _CLOSING = "([", ")]"


@dataclass(frozen=True)
class Token:
    """A word, sign, string or body, and where it stands."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the next one may begin."""
        return self.start + len(self.text)

    def is_(self, *words: str) -> bool:
        """Whether this is one of these words, in any case, or one of these signs."""
        return self.kind in ("word", "sign") and self.text.upper() in words


Tokens = Sequence[Token]


def tokens(text: str) -> list[Token]:
    """The tokens of a text, without space and comments; raises ValueError at what is no SQL."""
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"not understood: {text[at : at + 40]!r}")
        kind = str(match.lastgroup if match.lastgroup != "tag" else "dollar")
        if kind not in ("space", "comment"):
            found.append(Token(kind, match[0], at))
        at = match.end()
    return found


def statements(text: str) -> Iterator[str]:
    """The statements of a file, without their semicolons and the comments above them."""
    begun: int | None = None
    for token in tokens(text):
        if token.is_(";"):
            if begun is not None:
                yield text[begun : token.start]
            begun = None
        elif begun is None:
            begun = token.start
    if begun is not None:
        raise ValueError(f"a statement without its semicolon: {text[begun:][:60]!r}")


def closing(found: Tokens, at: int) -> int:
    """Index of the bracket that closes the one at `at`."""
    depth = 0
    for index in range(at, len(found)):
        depth += found[index].is_(*_OPENING) - found[index].is_(*_CLOSING)
        if depth == 0:
            return index
    raise ValueError("a bracket is not closed")


def top(found: Tokens) -> Iterator[tuple[int, Token]]:
    """The tokens outside every bracket and every CASE, with their indexes.

    An opening bracket is shown, what stands inside and its closing one are not; so is CASE.
    """
    index = cases = 0
    while index < len(found):
        token = found[index]
        ends = cases > 0 and token.is_("END")
        if cases == 0:
            yield index, token
        cases += token.is_("CASE") - ends
        index = closing(found, index) + 1 if token.is_(*_OPENING) else index + 1


def groups(found: Tokens) -> Iterator[tuple[int, Tokens]]:
    """The outermost brackets: the index of the opening one, and what stands inside."""
    index = 0
    while index < len(found):
        if found[index].is_(*_OPENING):
            end = closing(found, index)
            yield index, found[index + 1 : end]
            index = end
        index += 1
