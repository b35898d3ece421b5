"""The bodies of functions: conditions, refusals, what a trigger sets, and locks, each taken out."""

from collections.abc import Iterator

from tests.mutants.conditions import in_query, loosened
from tests.mutants.mutant import Edit, in_a_line
from tests.mutants.tokens import Token, Tokens, tokens, top

BREAKS = (";", "THEN", "ELSE", "LOOP", "BEGIN", "DECLARE")


def in_sql_body(text: str, *, answers: bool) -> Iterator[Edit]:
    """A body in SQL; `answers` says that it returns yes or no."""
    found = tokens(text)
    if answers and not any(token.is_("FROM") for _index, token in top(found)):
        yield from loosened(text, found[1:])  # what stands behind SELECT
    else:
        yield from in_query(text, found)


def in_program(text: str, *, answers: bool) -> Iterator[Edit]:
    """A body in PL/pgSQL."""
    found = tokens(text)
    for begun, end in _pieces(found):
        piece = found[begun:end]
        if piece[0].is_("IF", "ELSIF"):
            yield from _if(text, found, begun, end)
        elif piece[0].is_("RETURN") and answers:
            yield from _answer(text, piece[1:])
        else:
            yield from in_query(text, piece)
            yield from _set_by_the_trigger(text, piece, found[end])


def locks(text: str) -> Iterator[Edit]:
    """FOR UPDATE and its like, taken out."""
    found = tokens(text)
    for index, token in enumerate(found):
        words = [each.text.upper() for each in found[index + 1 : index + 6]]
        if not token.is_("FOR") or not ({"UPDATE", "SHARE"} & set(words[:3])):
            continue
        length = 1 + next(at for at, word in enumerate(words) if word in ("UPDATE", "SHARE"))
        if words[length : length + 2] == ["SKIP", "LOCKED"]:
            length += 2
        last = found[index + length]
        said = f"without {in_a_line(text[token.start : last.end])}{_of_what(text, found, index)}"
        yield Edit(token.start, last.end, "", said)


def _of_what(text: str, found: Tokens, index: int) -> str:
    begun = next(at for at in range(index, -1, -1) if found[at].is_("FROM"))
    return f" of {in_a_line(text[found[begun + 1].start : found[index].start])}"


def _pieces(found: Tokens) -> Iterator[tuple[int, int]]:
    """Statements and heads of blocks: from the first token to the one that ends them."""
    begun = 0
    for index, token in top(found):
        if token.is_(*BREAKS):
            if index > begun:
                yield begun, index
            begun = index + 1


def _if(text: str, found: Tokens, begun: int, then: int) -> Iterator[Edit]:
    condition = found[begun + 1 : then]
    end = _end_of_block(found, then + 1)
    block = found[then + 1 : end]
    refuses = _refuses(block)
    closed = found[begun].is_("IF") and found[end].is_("END")
    if refuses and closed:
        said = f"without the refusal: {in_a_line(text[condition[0].start : condition[-1].end])}"
        yield Edit(found[begun].start, found[end + 2].end, "", said)
    yield from loosened(text, condition, refuses=refuses)


def _end_of_block(found: Tokens, begun: int) -> int:
    """Index of the END (of END IF), ELSE or ELSIF that ends the block."""
    depth = 0
    for relative, token in top(found[begun:]):
        index = begun + relative
        if token.is_("IF") and not found[index - 1].is_("END"):
            depth += 1
        elif depth == 0 and (token.is_("ELSE", "ELSIF") or _is_end_if(found, index)):
            return index
        elif _is_end_if(found, index):
            depth -= 1
    raise ValueError("IF without END IF")


def _is_end_if(found: Tokens, index: int) -> bool:
    return found[index].is_("END") and found[index + 1].is_("IF")


def _refuses(block: Tokens) -> bool:
    if block[0].is_("RAISE"):
        return True
    if block[0].is_("RETURN"):
        return block[1].is_("FALSE")
    if block[0].is_("IF"):  # and nothing but that
        then = next(index for index, token in top(block) if token.is_("THEN"))
        end = _end_of_block(block, then + 1)
        return end + 3 == len(block) and _refuses(block[then + 1 : end])
    return False


def _answer(text: str, expression: Tokens) -> Iterator[Edit]:
    said = in_a_line(text[expression[0].start : expression[-1].end])
    if not expression[0].is_("TRUE", "FALSE"):
        yield Edit(expression[0].start, expression[-1].end, "true", f"true instead of {said}")
    yield from loosened(text, expression)


def _set_by_the_trigger(text: str, piece: Tokens, ended: Token) -> Iterator[Edit]:
    if len(piece) > 3 and piece[0].is_("NEW") and piece[3].is_(":="):
        said = f"without {in_a_line(text[piece[0].start : ended.start])}"
        yield Edit(piece[0].start, ended.end, "NULL;", said)
