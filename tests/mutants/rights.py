"""Mutants of what no file says: rights nobody gave, and the constraints of the models."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import BaseConstraint, CheckConstraint, Model, Q

from tests.mutants.border import Statement, all_statements, run
from tests.mutants.mutant import Mutant, in_a_line

EVERYTHING = frozenset({"*"})
OURS = ("accounts", "alerts", "audit", "cases")
ROWS = ("SELECT", "INSERT", "UPDATE")  # can be given by column
WHOLE = ("DELETE", "TRUNCATE")
OTHER_TABLES = ("lodesk_border", "django_migrations")
_GRANT = re.compile(r"GRANT (?P<verbs>.*?) ON (?P<tables>.*?) TO lodesk_app", re.DOTALL)
_VERB = re.compile(r"(SELECT|INSERT|UPDATE|DELETE|TRUNCATE)\s*(?:\(([^)]*)\))?")


@dataclass
class Table:
    """A table, its columns, and what the application may do with which of them."""

    name: str
    columns: tuple[str, ...]
    given: dict[str, frozenset[str]] = field(default_factory=dict)

    def missing(self) -> Iterator[tuple[str, str]]:
        """The rights nobody gave: ("INSERT", "") for the table, ("UPDATE", "owner") for columns."""
        for verb in (*ROWS, *WHOLE):
            given = self.given.get(verb, frozenset())
            if not given:
                yield verb, ""
            elif given != EVERYTHING:
                yield from ((verb, column) for column in self.columns if column not in given)


def mutants() -> Iterator[Mutant]:
    """Every missing right given, every constraint of our models dropped or made looser."""
    for table in tables(all_statements()).values():
        for verb, column in table.missing():
            what = f"{verb} ({column})" if column else verb
            command = f"GRANT {what} ON {table.name} TO lodesk_app"
            yield Mutant(f"table {table.name}", f"GRANT {what}", command, partial(run, command))
    command = "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO lodesk_app"
    yield Mutant("sequences", "GRANT USAGE", command, partial(run, command))
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            for constraint in model._meta.constraints:
                yield from _of_constraint(model, constraint)


def tables(statements: Iterable[Statement]) -> dict[str, Table]:
    """Every table of the models, with the rights the files give."""
    found = {name: Table(name, ()) for name in OTHER_TABLES}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed:
            columns = tuple(each.column for each in model._meta.local_concrete_fields)
            found[model._meta.db_table] = Table(model._meta.db_table, columns)
    for statement in statements:
        given = _GRANT.match(statement.text) if statement.kind == "right" else None
        for name in _names(given["tables"]) if given else ():
            if given and name in found:
                found[name].given |= _verbs(given["verbs"])
    return found


def _names(text: str) -> list[str]:
    return [each.strip().strip('"') for each in text.split(",")]


def _verbs(text: str) -> dict[str, frozenset[str]]:
    return {
        verb: frozenset(_names(columns)) if columns else EVERYTHING
        for verb, columns in _VERB.findall(text)
    }


# Constraints of the models --------------------------------------------------------------------


def _of_constraint(model: type[Model], constraint: BaseConstraint) -> Iterator[Mutant]:
    subject = f"constraint {constraint.name} on {model._meta.db_table}"
    text = repr(constraint)
    yield Mutant(subject, "dropped", text, partial(_drop, model._meta.db_table, constraint.name))
    if isinstance(constraint, CheckConstraint):
        condition = constraint.condition
        if isinstance(condition, Q) and condition.connector == Q.AND and not condition.negated:
            for part in condition.children if len(condition.children) > 1 else ():
                said = f"without {in_a_line(_said(part))}"
                yield Mutant(subject, said, text, partial(_loosen, model, constraint, part))


def _said(part: Any) -> str:
    if isinstance(part, Q):
        return f" {part.connector} ".join(_said(child) for child in part.children)
    return f"{part[0]}={part[1]}"


def _drop(table: str, name: str) -> None:
    """A constraint, and what leans on it; a unique one with a condition is an index."""
    run(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name} CASCADE")
    run(f"DROP INDEX IF EXISTS {name}")


def _loosen(model: type[Model], constraint: CheckConstraint, part: Any) -> None:
    condition = constraint.condition.copy()  # type: ignore[union-attr]
    condition.children = [each for each in condition.children if each is not part and each != part]
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
        editor.add_constraint(model, CheckConstraint(condition=condition, name=constraint.name))
