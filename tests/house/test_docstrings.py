"""Docstrings of public constants, number fields and constructors: the linter demands those of classes and functions.

Public is what no leading underscore hides. A docstring of a constant or a field is the string below it; a comment on
its line or above it counts as well. A number says its unit in its name or in such a docstring.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.modules import SOURCE, parse_modules

DESCRIBE_THEMSELVES = {
    "Endpoint",
    "numbered_endpoint",
    "stream_endpoint",
    "Group",
    "Arguments",
    "Argument",
    "Answer",
    "TypeVar",
    "ParamSpec",
    "getLogger",
}
"""Declarations with a help text inside, which the generated documentation shows; names that say all there is."""
UNITS = re.compile(
    r"(^|_)(ns|us|ms|s|hz|fps|bytes|bits|kbits|kbps|percent|px|pixels|samples|frames|degrees|rate|count|seconds|days)$"
)
PROGRAMMING_ERRORS = {"AssertionError", "NotImplementedError"}
PLAIN_TYPES = re.compile(r"\b(int|float|str|bytes|bool|Callable)\b")

Assignment = ast.Assign | ast.AnnAssign
Function = ast.FunctionDef | ast.AsyncFunctionDef


def names_of(node: Assignment) -> list[str]:
    """Return the public names that a statement assigns."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
    return [name for name in names if not name.startswith("_")]


def describes_itself(node: Assignment) -> bool:
    called = node.value.func if isinstance(node.value, ast.Call) else None
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    return name in DESCRIBE_THEMSELVES


def is_text(value: ast.expr | None) -> bool:
    """Whether a value consists of texts or of objects made by a class; such values need no unit."""
    if isinstance(value, ast.Tuple):
        return all(is_text(part) for part in value.elts)
    if isinstance(value, ast.Call):
        called = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        return called[:1].isupper()
    constant = value.value if isinstance(value, ast.Constant) else None
    return isinstance(value, ast.JoinedStr) or isinstance(constant, str | bytes)


def is_docstring(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def lines_of(path: Path) -> list[str]:
    return (SOURCE / path).read_text().splitlines()


def has_comment(lines: list[str], node: Assignment) -> bool:
    own = lines[node.lineno - 1 : node.end_lineno]
    above = lines[node.lineno - 2].strip() if node.lineno > 1 else ""
    reasons = re.compile(r"#(?! (fmt|noqa|type): )")
    return above.startswith("#") or any(reasons.search(line) for line in own)


def is_described(body: list[ast.stmt], index: int, lines: list[str]) -> bool:
    """Whether a statement has a docstring or a comment; texts that follow each other may share the last one's."""
    node = body[index]
    assert isinstance(node, Assignment)
    after = body[index + 1] if index + 1 < len(body) else None
    if has_comment(lines, node) or is_docstring(after):
        return True
    if isinstance(after, Assignment) and after.lineno == (node.end_lineno or 0) + 1:
        return is_text(node.value) and is_text(after.value) and is_described(body, index + 1, lines)
    return False


def assignments(body: list[ast.stmt], lines: list[str]) -> Iterator[tuple[Assignment, bool]]:
    """Yield the statements that assign public names, and whether they are described."""
    for index, node in enumerate(body):
        if isinstance(node, Assignment) and names_of(node):
            yield node, is_described(body, index, lines)


def public_classes(module: ast.Module) -> Iterator[ast.ClassDef]:
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node


def mentions(node: ast.ClassDef | ast.FunctionDef, name: str) -> bool:
    return re.search(rf"`{name}\b", ast.get_docstring(node) or "") is not None


def constructor(node: ast.ClassDef) -> ast.FunctionDef | None:
    return next((f for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"), None)


def has_fields(node: ast.ClassDef) -> bool:
    """Whether a class is a dataclass or a named tuple."""
    return any("dataclass" in ast.unparse(part) for part in node.decorator_list) or any(
        "NamedTuple" in ast.unparse(base) for base in node.bases
    )


def test_every_public_constant_is_described() -> None:
    found = [
        f"{path}:{node.lineno}: {', '.join(names_of(node))}"
        for path, module in parse_modules().items()
        for node, described in assignments(module.body, lines_of(path))
        if not described and not describes_itself(node)
    ]
    assert not found, "\n".join(found)


def test_every_number_of_a_dataclass_has_a_unit() -> None:
    found = [
        f"{path}:{node.lineno}: {owner.name}.{names_of(node)[0]}"
        for path, module in parse_modules().items()
        for owner in public_classes(module)
        if has_fields(owner)
        for node, described in assignments(owner.body, lines_of(path))
        if isinstance(node, ast.AnnAssign) and re.search(r"\b(int|float)\b", ast.unparse(node.annotation))
        if not (described or UNITS.search(names_of(node)[0]) or mentions(owner, names_of(node)[0]))
    ]
    assert not found, "\n".join(found)


def test_constructors_describe_arguments_of_plain_types() -> None:
    """A class describes itself; a number, a text or a function does not."""
    found = [
        f"{path}:{init.lineno}: {owner.name}({argument.arg})"
        for path, module in parse_modules().items()
        for owner in public_classes(module)
        if (init := constructor(owner))
        for argument in (*init.args.args[1:], *init.args.kwonlyargs)
        if argument.annotation and PLAIN_TYPES.search(ast.unparse(argument.annotation))
        if not (argument.arg.startswith("_") or UNITS.search(argument.arg))
        if not (mentions(owner, argument.arg) or mentions(init, argument.arg))
    ]
    assert not found, "\n".join(found)


def raised_by(node: ast.AST) -> list[str]:
    """Return the errors that a function itself raises, without those of its inner functions."""
    found = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Raise) and child.exc and ast.unparse(child.exc) not in PROGRAMMING_ERRORS:
            found.append(ast.unparse(child.exc))
        if not isinstance(child, Function | ast.Lambda):
            found += raised_by(child)
    return found


def is_action(node: Function) -> bool:
    """Whether a function is the action of an endpoint or operation: the type `Action` names their errors."""
    return any(ast.unparse(a.annotation) in ("Call", "OperationCall") for a in node.args.args if a.annotation)


def public_functions(module: ast.Module) -> Iterator[tuple[Function, str]]:
    """Yield the functions and methods that are public, with the docstrings that describe them."""
    for owner in (module, *public_classes(module)):
        for node in owner.body:
            if isinstance(node, Function) and not node.name.startswith("_"):
                above = ast.get_docstring(owner) or "" if isinstance(owner, ast.ClassDef) else ""
                yield node, f"{ast.get_docstring(node)} {above}"


def test_public_functions_document_their_errors() -> None:
    """A method of an interface refers to it: "See `Lens`"."""
    found = [
        f"{path}:{node.lineno}: {node.name} raises {raised_by(node)[0]}"
        for path, module in parse_modules().items()
        for node, described in public_functions(module)
        if raised_by(node) and not is_action(node) and not re.search(r"\b[Rr]aise|See [`*]", described)
    ]
    assert not found, "\n".join(found)
