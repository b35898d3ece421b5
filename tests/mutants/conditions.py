"""Conditions made looser: one operand at a time is taken out.

Loosening depends on which way a condition works. Where it allows, an operand of AND is taken out;
where it refuses (`IF … THEN RAISE`, `NOT EXISTS (…)`), an operand of OR. NOT turns one into the
other.
"""

from collections.abc import Iterator

from tests.mutants.mutant import Edit, in_a_line
from tests.mutants.tokens import Token, Tokens, groups, top

ENDS = (
    "GROUP", "ORDER", "LIMIT", "FOR", "UNION", "RETURNING", "HAVING", "LOOP", "WHERE", "JOIN",
    "LEFT", "ON", ";",
)  # fmt: skip


def loosened(text: str, found: Tokens, *, refuses: bool = False) -> Iterator[Edit]:
    """Every way to take one operand out of a condition, and out of those inside it."""
    for word in ("OR", "AND"):
        parts = _split(found, word)
        if len(parts) > 1:
            if refuses == (word == "OR"):
                yield from _each_out(text, parts)
            for part in parts:
                yield from loosened(text, part, refuses=refuses)
            return
    yield from _in_one(text, found, refuses=refuses)


def in_query(text: str, found: Tokens, *, refuses: bool = False) -> Iterator[Edit]:
    """The conditions of a query (WHERE, ON, HAVING) and of the queries inside it, loosened."""
    index = 0
    while index < len(found):
        if _begins_condition(found, index):
            end = _end_of_condition(found, index + 1)
            yield from _whole(text, found[index + 1 : end], refuses=refuses)
            index = end
        elif found[index].is_("("):
            inside = next(groups(found[index:]))[1]
            yield from in_query(text, inside, refuses=refuses)
            index += len(inside) + 2
        else:
            index += 1


def _whole(text: str, condition: Tokens, *, refuses: bool) -> Iterator[Edit]:
    if not refuses and len(_split(condition, "AND")) == 1:
        yield _edit(text, condition, "true")
    yield from loosened(text, condition, refuses=refuses)


def _in_one(text: str, found: Tokens, *, refuses: bool) -> Iterator[Edit]:
    if found[0].is_("NOT"):
        yield from loosened(text, found[1:], refuses=not refuses)
    elif _is_bracketed(found):
        yield from loosened(text, found[1:-1], refuses=refuses)
    else:
        for index, inside in groups(found):
            turned = found[index - 1].is_("IN") and found[index - 2].is_("NOT")
            yield from in_query(text, inside, refuses=refuses != turned)


def _is_bracketed(found: Tokens) -> bool:
    index, inside = next(iter(groups(found)), (1, ()))
    if index or len(inside) + 2 != len(found) or not inside:
        return False
    return not inside[0].is_("SELECT", "WITH") and not any(
        token.is_(",") for _, token in top(inside)
    )


def _split(found: Tokens, word: str) -> list[Tokens]:
    parts, begun, between = [], 0, False
    for index, token in top(found):
        if token.is_("BETWEEN"):
            between = True
        elif token.is_("AND") and between:
            between = False
        elif token.is_(word):
            parts.append(found[begun:index])
            begun = index + 1
    return [*parts, found[begun:]]


def _each_out(text: str, parts: list[Tokens]) -> Iterator[Edit]:
    for number, part in enumerate(parts):
        said = f"without {in_a_line(text[part[0].start : part[-1].end])}"
        if number + 1 < len(parts):
            yield Edit(part[0].start, parts[number + 1][0].start, "", said)
        else:
            yield Edit(parts[number - 1][-1].end, part[-1].end, "", said)


def _edit(text: str, found: Tokens, put: str) -> Edit:
    start, end = found[0].start, found[-1].end
    return Edit(start, end, put, f"without {in_a_line(text[start:end])}")


def _begins_condition(found: Tokens, index: int) -> bool:
    token: Token = found[index]
    if token.is_("ON"):
        return not found[index + 1].is_("CONFLICT")
    return token.is_("WHERE", "HAVING")


def _end_of_condition(found: Tokens, begun: int) -> int:
    for index, token in top(found[begun:]):
        if token.is_(*ENDS):
            return begun + index
    return len(found)
