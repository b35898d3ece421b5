"""Mutants of the first wall: the functions of cases/policy.py, one by one, by their syntax tree."""

import ast
import copy
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from cases import policy
from tests.mutants.mutant import Mutant, in_a_line

Change = tuple[str, Callable[[ast.AST], ast.AST | None]]  # how to say it, and how to do it
YES = ast.Name("YES", ast.Load())
FILTERS = ("filter", "exclude", "Q")
TRUTHS = ("bool", "Decision")


def mutants() -> Iterator[Mutant]:
    """Everything that can be loosened in policy.py."""
    for node in ast.parse(source()).body:
        if isinstance(node, ast.FunctionDef):
            yield from _of_function(node, "")
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    yield from _of_function(method, node.name)
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NEEDS":
            yield from _of_needs(node)


def source() -> str:
    """The text of cases/policy.py."""
    return Path(str(policy.__file__)).read_text(encoding="utf-8")


def _of_function(function: ast.FunctionDef, owner: str) -> Iterator[Mutant]:
    subject = f"policy.{owner}.{function.name}" if owner else f"policy.{function.name}"
    for index, node in enumerate(_inside(function)):
        for said, change in _changes(node):
            changed = _changed(function, index, change)
            text = ast.unparse(changed)
            yield Mutant(subject, said, text, partial(_install, text, owner))
    if function.returns is not None and ast.unparse(function.returns) in TRUTHS and not owner:
        yes = "True" if ast.unparse(function.returns) == "bool" else "YES"
        always = copy.deepcopy(function)
        always.body = [ast.parse(f"return {yes}").body[0]]
        text = ast.unparse(always)
        yield Mutant(subject, f"always {yes}", text, partial(_install, text, owner))


def _of_needs(assigned: ast.Assign) -> Iterator[Mutant]:
    for index, node in enumerate(_inside(assigned)):
        if isinstance(node, ast.Set) and "Level.VIEW" not in ast.unparse(node):
            changed = _changed(assigned, index, lambda _node: ast.parse("set(Level)").body[0].value)
            text = ast.unparse(changed)
            said = f"any level instead of {ast.unparse(node)}"
            yield Mutant("policy.NEEDS", said, text, partial(_install, text, ""))


def _inside(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a body, in their order; annotations are left out."""
    skipped = {id(each.annotation) for each in ast.walk(tree) if isinstance(each, ast.AnnAssign)}
    roots = tree.body if isinstance(tree, ast.FunctionDef) else [tree]
    for root in roots:
        yield from (node for node in ast.walk(root) if id(node) not in skipped)


def _changed(tree: ast.AST, index: int, change: Callable[[ast.AST], ast.AST | None]) -> ast.AST:
    """A copy of the tree in which one node is changed."""
    fresh = copy.deepcopy(tree)
    wanted = next(node for at, node in enumerate(_inside(fresh)) if at == index)
    return ast.fix_missing_locations(_Swap(wanted, change).visit(fresh))


class _Swap(ast.NodeTransformer):
    def __init__(self, wanted: ast.AST, change: Callable[[ast.AST], ast.AST | None]) -> None:
        self.wanted, self.change = wanted, change

    def visit(self, node: ast.AST) -> ast.AST | None:
        return self.change(node) if node is self.wanted else super().generic_visit(node)


def _install(text: str, owner: str) -> None:
    """Put a changed function where the one of policy.py is."""
    place = policy.__dict__
    if not owner:
        exec(text, place)  # noqa: S102 - our own source, changed in one place
        return
    made: dict[str, object] = {}
    exec(text, place, made)  # noqa: S102
    for name, function in made.items():
        setattr(place[owner], name, function)


# What can be changed --------------------------------------------------------------------------


def _changes(node: ast.AST) -> Iterator[Change]:
    for kind, changes in KINDS.items():
        if isinstance(node, kind):
            yield from changes(node)


def _operands(node: ast.BoolOp) -> Iterator[Change]:
    for index, value in enumerate(node.values):
        yield f"without {_line(value)}", partial(_without_operand, index)


def _without_operand(index: int, node: ast.BoolOp) -> ast.AST:
    rest = [value for at, value in enumerate(node.values) if at != index]
    return rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _sides(node: ast.BinOp) -> Iterator[Change]:
    if isinstance(node.op, ast.BitAnd | ast.BitOr):
        yield f"without {_line(node.right)}", lambda each: each.left
        yield f"without {_line(node.left)}", lambda each: each.right


def _narrowed(node: ast.AugAssign) -> Iterator[Change]:
    if isinstance(node.op, ast.BitAnd):
        yield f"without {_line(node)}", lambda _each: ast.Pass()


def _filters(node: ast.Call) -> Iterator[Change]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
    if name == "valid_now":
        yield f"without {_line(node)}", lambda each: ast.Call(_all(each), [], [])
    if name not in FILTERS:
        return
    for index, argument in enumerate(node.args):
        yield f"without {_line(argument)}", partial(_without_argument, index)
    for index, keyword in enumerate(node.keywords):
        yield f"without {_line(keyword)}", partial(_without_keyword, index)


def _all(node: ast.Call) -> ast.AST:
    return ast.Attribute(node.func.value, "all", ast.Load())


def _without_argument(index: int, node: ast.Call) -> ast.AST:
    del node.args[index]
    return node


def _without_keyword(index: int, node: ast.Call) -> ast.AST:
    del node.keywords[index]
    return node


def _conditions_by_name(node: ast.Dict) -> Iterator[Change]:
    for index, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
        if "OuterRef" in ast.unparse(node):
            said = f"without {_line(key) if key else '**'}: {_line(value)}"
            yield said, partial(_without_entry, index)


def _without_entry(index: int, node: ast.Dict) -> ast.AST:
    del node.keys[index], node.values[index]
    return node


def _refusal(node: ast.If) -> Iterator[Change]:
    if len(node.body) == 1 and _says_no(node.body[0]) and not node.orelse:
        yield f"without the refusal: {_line(node.test)}", lambda _each: ast.Pass()


def _answer(node: ast.Return) -> Iterator[Change]:
    if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "no":
        yield f"YES instead of {_line(node.value)}", lambda _each: ast.Return(YES)


def _either(node: ast.IfExp) -> Iterator[Change]:
    yield f"always {_line(node.body)}, also not {_line(node.test)}", lambda each: each.body


NOTHING = ("dossiers.none()", "frozenset()", "''")


def _says_no(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Return) or node.value is None:
        return False
    said = ast.unparse(node.value)
    return said.startswith(("no(", "Principals(person=0")) or said in NOTHING


KINDS = {
    ast.BoolOp: _operands,
    ast.BinOp: _sides,
    ast.AugAssign: _narrowed,
    ast.Call: _filters,
    ast.Dict: _conditions_by_name,
    ast.If: _refusal,
    ast.Return: _answer,
    ast.IfExp: _either,
}


def _line(node: ast.AST) -> str:
    return in_a_line(ast.unparse(node))
