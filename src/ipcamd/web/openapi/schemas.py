"""Schemas of the description (JSON Schema 2020-12): kinds of values, arguments, groups of parameters."""

from typing import Any

from ipcamd.cgi.arguments import Argument
from ipcamd.params.group import Group, Param, ValueOrigin
from ipcamd.params.kinds.choice import OneOf
from ipcamd.params.kinds.date_and_time import Day, Time
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.number import Integer
from ipcamd.params.kinds.text import AnyOf, Matching, Text

Schema = dict[str, Any]
"""Schema object of OpenAPI 3.1 (JSON Schema 2020-12)."""
STRING: Schema = {"type": "string"}
"""Schema of any text."""


def kind_schema(kind: ValueKind | None) -> Schema:
    """Return the schema of a kind; rules that a schema cannot express are in its ``x-allowed``, as text."""
    match kind:
        case None:
            return STRING
        case OneOf(words=words, labels=labels):
            return {**STRING, "enum": list(words), **({"x-labels": list(labels)} if labels else {})}
        case Integer(low=low, high=high, step=step):
            return {"type": "integer", "minimum": low, "maximum": high, **_steps(low, step)}
        case Day():
            return {**STRING, "format": "date", "x-allowed": kind.allowed}
        case Time():
            return {**STRING, "pattern": "^[0-9]{1,2}:[0-5][0-9](:[0-5][0-9])?$", "x-allowed": kind.allowed}
        case Text(longest=longest):
            return {**STRING, "maxLength": longest, "x-allowed": kind.allowed}
        case Matching(pattern=pattern, longest=longest):
            return {**STRING, "pattern": f"^(?:{pattern})$", "maxLength": longest, "x-allowed": kind.allowed}
        case AnyOf(kinds=kinds):
            return {"anyOf": [kind_schema(each) for each in kinds], "x-allowed": kind.allowed}
        case _:
            return {**STRING, "x-allowed": kind.allowed}


def _steps(low: int, step: int) -> Schema:
    if step == 1:
        return {}
    return {"x-step": step} if low % step else {"multipleOf": step}


def argument_schema(argument: Argument) -> Schema:
    """Return the schema of an argument's value."""
    schema = kind_schema(argument.kind)
    return schema | ({"default": _value(schema, argument.default)} if argument.default else {})


def _value(schema: Schema, text: str) -> str | int:
    return int(text) if schema.get("type") == "integer" else text


def group_schema(group: Group) -> Schema:
    """Return the schema of a group of parameters, for the form of an update."""
    return {
        "title": group.name,
        "description": group.specification,
        "type": "object",
        "properties": {param.name: _param_schema(param) for param in group.params},
        **({"x-aliases": list(group.aliases)} if group.aliases else {}),
    }


def _param_schema(param: Param) -> Schema:
    schema = kind_schema(param.kind)
    notes: dict[str, Any] = {
        "readOnly": param.set is None,
        "writeOnly": param.secret,
        "x-unit": param.unit,
        "x-needs": param.needs,
    }
    described = schema | {"description": plain(param.help), "x-read": param.get.name.lower()}
    if param.set is not None:
        described["x-set"] = param.set.name.lower()
    if param.origin is ValueOrigin.STORED and not param.secret and (param.default or schema.get("type") == "string"):
        described["default"] = _value(schema, param.default)
    return described | {name: note for name, note in notes.items() if note}


def plain(text: str) -> str:
    """Return a docstring or a help text as Markdown (CommonMark)."""
    return text.replace("``", "`")
