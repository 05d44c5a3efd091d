"""Dataclass decorator: the standard library's interface at a tenth of its import time.

``dataclasses.dataclass`` compiles up to six methods for each class: for two hundred classes this takes a third of the
camera's start. Here all classes share these methods, and ``__init__`` is compiled for the first instance.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, FrozenInstanceError
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: TID251
else:

    def dataclass(*, slots: Literal[True], frozen: bool = False, eq: bool = True) -> Callable[[type], type]:
        """Add ``__slots__``, ``__init__``, ``__repr__``, ``__eq__`` and, if `frozen`, ``__hash__`` to a class.

        Its fields are its own annotations, without those of a base class. ``dataclasses.field``, ``fields``,
        ``replace`` and ``asdict`` work; ``copy`` and ``pickle`` of frozen instances do not.
        """
        return lambda cls: _make(cls, frozen, eq)


Fields = Mapping[str, "Field[Any]"]
"""The fields of a class by name."""


def _make(cls: type, frozen: bool, eq: bool) -> Any:
    """Return a new version of `cls` with slots and methods."""
    body = {name: value for name, value in vars(cls).items() if name not in ("__dict__", "__weakref__")}
    fields = {name: _as_field(body.pop(name, MISSING)) for name in cls.__annotations__}
    methods = _shared_methods(fields, frozen, eq) | {"__dataclass_fields__": _LateFields(cls, fields)}
    made: Any = type(cls)(cls.__name__, cls.__bases__, methods | body)
    made.__qualname__ = cls.__qualname__
    made.__init__ = _late_init(made, fields, frozen)
    return made


def _as_field(default: Any) -> "Field[Any]":
    return default if isinstance(default, Field) else dataclasses.field(default=default)


def _shared_methods(fields: Fields, frozen: bool, eq: bool) -> dict[str, Any]:
    """Return the body of a class with these fields."""
    compared = [name for name, field in fields.items() if field.compare]
    body = {
        "__slots__": tuple(fields),
        "__match_args__": tuple(name for name, field in fields.items() if field.init),
        "__repr__": _represent,
        "_shown": [name for name, field in fields.items() if field.repr],
        "_compared": attrgetter(*compared or ["__class__"]),
    }
    if eq:
        body |= {"__eq__": _equal, "__hash__": _hash if frozen else None}
    if frozen:
        body |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
    return body


def _equal(self: Any, other: Any) -> bool:
    return self._compared(self) == self._compared(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(self._compared(self))


def _represent(self: Any) -> str:
    return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self._shown)})"


def _refuse_to_set(self: object, name: str, _: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


class _LateFields:
    """``__dataclass_fields__`` of a class, created when ``replace``, ``fields`` or ``asdict`` first use it."""

    def __init__(self, cls: type, fields: Fields) -> None:
        self._cls = cls
        self._fields = fields

    def __get__(self, _: object, owner: Any) -> Any:
        types = self._cls.__annotations__
        like: Any = dataclasses.make_dataclass("", [(name, types[name], field) for name, field in self._fields.items()])
        owner.__dataclass_fields__ = like.__dataclass_fields__
        return like.__dataclass_fields__


def _late_init(cls: Any, fields: Fields, frozen: bool) -> Callable[..., None]:
    """Return an ``__init__`` that replaces itself by the compiled one, and calls that."""

    def initialize(self: object, /, *values: object, **named: object) -> None:
        cls.__init__ = _compile_init(cls, fields, frozen)
        cls.__init__(self, *values, **named)

    return initialize


def _compile_init(cls: type, fields: Fields, frozen: bool) -> Callable[..., None]:
    parameters = ", ".join(["self", *(_parameter(name, field) for name, field in fields.items() if field.init)])
    store = "_set_{0}(self, {1})" if frozen else "self.{0} = {1}"
    lines = [store.format(name, _value(name, field)) for name, field in fields.items() if _is_set(field)]
    lines.append("self.__post_init__()" if hasattr(cls, "__post_init__") else "pass")
    scope: dict[str, Any] = {"_MISSING": MISSING}
    for name, field in fields.items():
        scope[f"_set_{name}"] = getattr(cls, name).__set__
        scope |= {f"_default_{name}": field.default, f"_make_{name}": field.default_factory}
    exec("\n ".join((f"def __init__({parameters}):", *lines)), scope)
    scope["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    return cast(Callable[..., None], scope["__init__"])


def _parameter(name: str, field: "Field[Any]") -> str:
    if field.default is not MISSING:
        return f"{name}=_default_{name}"
    return name if field.default_factory is MISSING else f"{name}=_MISSING"


def _is_set(field: "Field[Any]") -> bool:
    """Return whether ``__init__`` sets the field; if not, ``__post_init__`` does."""
    return field.init or field.default_factory is not MISSING


def _value(name: str, field: "Field[Any]") -> str:
    if field.default_factory is MISSING:
        return name
    return f"_make_{name}() if {name} is _MISSING else {name}" if field.init else f"_make_{name}()"
