"""Mutants of the SQL files: policies, functions, triggers, views, constraints, closed functions."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from django.db import connection

from lodesk.border import sql
from tests.mutants.conditions import in_query, loosened
from tests.mutants.mutant import Edit, Mutant, in_a_line
from tests.mutants.programs import in_program, in_sql_body, locks
from tests.mutants.tokens import Token, closing, statements, tokens

READS = re.compile(r"\b(FROM|INTO|UPDATE) (cases|accounts|alerts|audit)_")
PINNED = "SET search_path = pg_catalog, public"
TABLE = r"(?P<table>\w+)"
NAME = r"(?P<name>\w+)"


@dataclass(frozen=True)
class Statement:
    """One statement of a file: what kind of thing it makes, on which table, and its text."""

    kind: str
    name: str
    table: str
    text: str

    @property
    def subject(self) -> str:
        """What the report calls the thing it makes."""
        where = f" on {self.table}" if self.table and self.kind != "row security" else ""
        return f"{self.kind} {self.name or self.table}{where}".strip()


# What a statement may begin with. One that is like none of these stops the check: it would not
# be known what to loosen.
KINDS = {
    "function": rf"CREATE (OR REPLACE )?FUNCTION {NAME}\(",
    "policy": rf"CREATE POLICY {NAME} ON {TABLE}",
    "trigger": rf"CREATE (OR REPLACE )?TRIGGER {NAME} [\w\s,]*? ON {TABLE}",
    "view": rf"CREATE OR REPLACE VIEW {NAME}",
    "constraint": rf"ALTER TABLE {TABLE} ADD CONSTRAINT {NAME}",
    "row security": rf"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY",
    "closed function": rf"REVOKE (EXECUTE|ALL) ON FUNCTION {NAME}\b.* FROM PUBLIC",
    "default rights": r"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES",
    "right": r"GRANT .* TO lodesk_app",
    "": (  # nothing to loosen: what is taken from everybody is given back by rights.py
        r"DROP |DO \$\$|REVOKE ALL ON ALL |GRANT USAGE ON SCHEMA "
        r"|CREATE TABLE IF NOT EXISTS lodesk_border|CREATE (UNIQUE )?INDEX "
        r"|CREATE EXTENSION |ALTER TABLE \w+ DROP CONSTRAINT"
    ),
}


def all_statements() -> list[Statement]:
    """The statements of every SQL file, in their order; raises ValueError at an unknown one."""
    texts = (path.read_text(encoding="utf-8") for path in sql.files())
    return [_known(each) for text in texts for each in statements(text)]


def _known(text: str) -> Statement:
    line = re.sub(r"\s+", " ", re.sub(r"--[^\n]*", "", text))
    for kind, pattern in sorted(KINDS.items()):
        found = re.match(pattern, line)
        if found:
            names = found.groupdict()
            return Statement(kind, names.get("name") or "", names.get("table") or "", text)
    raise ValueError(f"a statement of no known kind: {line[:80]}")


def mutants(found: Iterable[Statement] | None = None) -> Iterator[Mutant]:
    """Everything that can be loosened in the files."""
    found = all_statements() if found is None else list(found)
    for statement in (each for each in found if not _nothing_is_taken(each, found)):
        loosen = LOOSEN.get(statement.kind)
        if loosen is not None:
            yield from loosen(statement)
        for old, new, said in BY_HAND.get(statement.subject, ()):
            yield _replaced(statement, _by_hand(statement, old, new, said))


def _nothing_is_taken(closed: Statement, found: list[Statement]) -> bool:
    """Whether a function is taken from everybody and of no use, or given back by name."""
    if closed.kind != "closed function":
        return False
    named = re.compile(rf"\b{closed.name}\b")
    given_back = any(each.kind == "right" and named.search(each.text) for each in found)
    makes = [each.text for each in found if each.kind == "function" and each.name == closed.name]
    of_trigger = any("RETURNS trigger" in text for text in makes)  # nobody can call one
    return given_back or of_trigger


def run(*commands: str) -> None:
    """Run SQL as the owner of the tables."""
    with connection.cursor() as cursor:
        for command in commands:
            cursor.execute(command)


def _mutant(statement: Statement, change: str, *commands: str) -> Mutant:
    return Mutant(statement.subject, change, "\n".join(commands), partial(run, *commands))


def _replaced(statement: Statement, edit: Edit) -> Mutant:
    """The same thing, made from a changed text."""
    return _mutant(statement, edit.said, *INSTEAD[statement.kind](statement, edit(statement.text)))


def _function_instead(_statement: Statement, text: str) -> list[str]:
    begins = re.compile(r"CREATE (OR REPLACE )?FUNCTION")
    return ["SET check_function_bodies = off", begins.sub("CREATE OR REPLACE FUNCTION", text, 1)]


INSTEAD: dict[str, Callable[[Statement, str], list[str]]] = {
    "function": _function_instead,
    "view": lambda _statement, text: [text],
    "policy": lambda it, text: [f"DROP POLICY {it.name} ON {it.table}", text],
    "constraint": lambda it, text: [f"ALTER TABLE {it.table} DROP CONSTRAINT {it.name}", text],
}


# Kind by kind ---------------------------------------------------------------------------------


def _policy(statement: Statement) -> Iterator[Mutant]:
    text, found = statement.text, tokens(statement.text)
    clauses = set()
    for index, token in enumerate(found):
        if not token.is_("USING", "CHECK") or not found[index + 1].is_("("):
            continue
        clauses.add(token.text.upper())
        name = "USING" if token.is_("USING") else "WITH CHECK"
        end = closing(found, index + 1)
        inside = found[index + 2 : end]
        if len(inside) == 1 and inside[0].is_("TRUE"):
            continue
        open_to_all = Edit(inside[0].start, inside[-1].end, "true", f"{name} (true)")
        yield _replaced(statement, open_to_all)
        for edit in loosened(text, inside):
            yield _replaced(statement, _said(edit, f"{name} {edit.said}"))
    if "FOR UPDATE" in text and clauses == {"USING"}:
        end = len(text)
        yield _replaced(statement, Edit(end, end, " WITH CHECK (true)", "WITH CHECK (true)"))


def _function(statement: Statement) -> Iterator[Mutant]:
    head, body, offset = _parts(statement.text)
    answers = "RETURNS boolean" in head
    if answers:
        yield _replaced(statement, _always_yes(statement.text, head, body, offset))
    inside = in_program if "LANGUAGE plpgsql" in head else in_sql_body
    for edit in (*inside(body, answers=answers), *locks(body)):
        yield _replaced(statement, edit.moved(offset))
    if "SECURITY DEFINER" not in head and READS.search(body):
        yield _replaced(statement, _as_owner(statement.text, head))


def _parts(text: str) -> tuple[str, str, int]:
    """Head and body of a function, and where the body begins."""
    dollar = next(token for token in tokens(text) if token.kind == "dollar")
    mark = dollar.text[: dollar.text.index("$", 1) + 1]
    offset = dollar.start + len(mark)
    return text[: dollar.start], dollar.text[len(mark) : -len(mark)], offset


def _always_yes(text: str, head: str, body: str, offset: int) -> Edit:
    put = "BEGIN RETURN true; END" if "LANGUAGE plpgsql" in head else "SELECT true"
    return Edit(offset, offset + len(body), put, "always true")


def _as_owner(text: str, head: str) -> Edit:
    at = re.search(r"\bAS\s*$", head)
    if at is None:
        raise ValueError(f"a function without AS: {in_a_line(head)}")
    pinned = "" if "search_path" in head else f" {PINNED}"
    return Edit(
        at.start(), at.start(), f"SECURITY DEFINER{pinned} ", "with the rights of the owner"
    )


def _trigger(statement: Statement) -> Iterator[Mutant]:
    drop = f"DROP TRIGGER {statement.name} ON {statement.table}"
    yield Mutant(statement.subject, "dropped", f"{drop}\n{statement.text}", partial(run, drop))


def _view(statement: Statement) -> Iterator[Mutant]:
    text = statement.text
    for edit in in_query(text, tokens(text)):
        yield _replaced(statement, edit)
    barrier = text.index(BARRIER)
    yield _replaced(statement, Edit(barrier, barrier + len(BARRIER), "", f"without {BARRIER}"))


BARRIER = "WITH (security_barrier)"


def _constraint(statement: Statement) -> Iterator[Mutant]:
    drop = f"ALTER TABLE {statement.table} DROP CONSTRAINT {statement.name}"
    yield _mutant(statement, "dropped", drop)
    found: list[Token] = tokens(statement.text)
    for index, token in enumerate(found):
        if token.is_("CHECK"):
            for edit in loosened(statement.text, found[index + 2 : closing(found, index + 1)]):
                yield _replaced(statement, edit)


def _row_security(statement: Statement) -> Iterator[Mutant]:
    off = f"ALTER TABLE {statement.table} DISABLE ROW LEVEL SECURITY"
    yield _mutant(statement, "switched off", off)


def _closed_function(statement: Statement) -> Iterator[Mutant]:
    opened = re.sub(r"FROM PUBLIC\s*$", "TO lodesk_app", statement.text)
    yield _mutant(statement, "opened", opened.replace("REVOKE", "GRANT", 1))


def _default(statement: Statement) -> Iterator[Mutant]:
    given = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {} ON TABLES TO lodesk_app"
    for verb in ("SELECT", "INSERT", "UPDATE", "DELETE"):
        yield _mutant(statement, f"{verb} on new tables", given.format(verb))


LOOSEN: dict[str, Callable[[Statement], Iterator[Mutant]]] = {
    "policy": _policy,
    "function": _function,
    "trigger": _trigger,
    "view": _view,
    "constraint": _constraint,
    "row security": _row_security,
    "closed function": _closed_function,
    "default rights": _default,
}


def _said(edit: Edit, said: str) -> Edit:
    return Edit(edit.start, edit.end, edit.put, said)


# By hand --------------------------------------------------------------------------------------
# What allows by a CASE, an assignment or an IF of one condition: (old, new, what the report says).

BY_HAND: dict[str, tuple[tuple[str, str, str], ...]] = {
    "function accounts_principals": (
        ("CASE WHEN count(p.group_id) = 0 THEN '{}'::integer[]\n"
         "         ELSE array_agg(DISTINCT p.group_id) || -who END",
         "array_agg(DISTINCT p.group_id) || -who", "the own number without any posting"),
    ),
    "function lodesk_enter": (
        ("CASE WHEN open_account THEN who::text ELSE '' END", "who::text",
         "a closed account keeps its number"),
    ),
    "function cases_holds": (
        ("SELECT d.owner = accounts_country(who) INTO own", "SELECT true INTO own",
         "every country is the own"),
    ),
    "function lodesk_may_ask": (
        ("lodesk_holds(about, 'handle', 'oversee')", "true", "anybody about any dossier"),
        ("lodesk_holds(about, 'handle', 'oversee')", "lodesk_holds(about, 'view')",
         "whoever may view"),
        ("accounts_serves(lodesk_me(), 'headquarters_officer', of_owner)", "true",
         "anybody for a standing mandate"),
    ),
    "function lodesk_may_open": (
        ("IF accounts_country(me) <> of_owner THEN", "IF false THEN",
         "another country's dossier like the own"),
    ),
    "function cases_rank": (
        ("WHEN 'contribute' THEN 2", "WHEN 'contribute' THEN 1",
         "a mandate to view lets contribute"),
        ("WHEN 'handle' THEN 3", "WHEN 'handle' THEN 2", "a mandate to contribute lets handle"),
    ),
    "function cases_grant_border": (
        ("IF country = d.owner THEN\n    NEW.mandate_id := NULL;", "IF true THEN",
         "no grant needs a mandate"),
    ),
    "function cases_handover_begins": (
        ("confined_to_team := d.confined AND NEW.to_group_id IS NOT NULL",
         "confined_to_team := false", "a confined dossier offered to a team"),
        ("IF country = d.owner THEN", "IF true THEN", "no offer needs a mandate"),
    ),
    "function cases_handover_follows": tuple(
        ("WHEN 'offered accept' THEN 'accepted'",
         f"WHEN 'offered accept' THEN 'accepted' WHEN '{state} accept' THEN 'accepted'",
         f"what is {state} is accepted")
        for state in ("awaiting_mandate", "withdrawn", "declined", "expired", "refused", "accepted")
    ),
    "function cases_take_over": (
        ("h.giver_keeps, kept_under", "'handle', kept_under", "the giver keeps the hand on it"),
    ),
    "function cases_answers_for": (
        ("c.kind = 'review' OR place = 5", "place = 5", "a review is told to the handler"),
        ("OR d.handler_id IS NULL", "", "of what nobody handles nobody is told"),
    ),
    "function cases_above_handler": (
        ("array_remove(cases_heads(d), whose)", "cases_heads(d)", "whose turn it was is told"),
        ("IF head = '{}' THEN", "IF false THEN", "where nobody stands above, nobody is told"),
    ),
    "function cases_awake": (
        ("WHEN awake = '{}' THEN", "WHEN true THEN", "everybody is told, whoever is on duty"),
        ("WHEN awake = '{}' THEN", "WHEN false THEN", "nobody is told when nobody is on duty"),
    ),
    "function cases_dossier_begins": (
        ("CASE WHEN lodesk_me() IS NULL THEN '{}' ELSE ARRAY[-lodesk_me()] END", "NEW.readers",
         "the readers the writer names"),
        ("IF NEW.reference = '' OR lodesk_me() IS NOT NULL THEN", "IF NEW.reference = '' THEN",
         "the reference the writer names"),
    ),
    "function cases_mandate_begins": (
        ("IF NEW.number = '' OR lodesk_me() IS NOT NULL THEN", "IF NEW.number = '' THEN",
         "the number the writer names"),
    ),
    "function cases_derive_readers": (
        ("PERFORM FROM cases_dossier WHERE id = ANY(changed) ORDER BY id FOR NO KEY UPDATE;", "",
         "derived in one statement"),
    ),
    "function audit_keep_row": (
        ("IF OLD.position IS NULL THEN", "IF true THEN", "a seal is put on twice"),
        ("IF NEW IS NOT DISTINCT FROM allowed THEN", "IF true THEN", "every change is allowed"),
        ("  IF TG_OP = 'UPDATE' THEN",
         "  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n  IF TG_OP = 'UPDATE' THEN",
         "a row can be deleted"),
    ),
    "function cases_search": (
        ("least(most, 100)", "most", "as many as asked for"),
    ),
}  # fmt: skip


def _by_hand(statement: Statement, old: str, new: str, said: str) -> Edit:
    if statement.text.count(old) != 1:
        raise ValueError(f"{statement.subject} no longer holds {in_a_line(old)!r} once")
    at = statement.text.index(old)
    return Edit(at, at + len(old), new, said)
