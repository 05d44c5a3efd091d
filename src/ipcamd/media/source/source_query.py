"""Source query: the ``name=value`` fields behind the ``?`` of a source, such as ``frames?rate=25``."""

import re
from collections.abc import Callable, Container, Mapping
from fractions import Fraction
from typing import Any

_SLOWEST = Fraction(1, 1000)
"""Lowest rate, in pictures per second."""
_FASTEST = 240
"""Highest rate, in pictures per second."""


def parse_query(query: str, parsers: Mapping[str, Callable[[str], Any]], secret: Container[str] = ()) -> dict[str, Any]:
    """Return the values of the fields in `query`, by name. Raises ``ValueError`` with the error and the permitted
    values.

    `parsers` has a function for each permitted name; it raises ``ValueError`` with the permitted values. Errors do not
    contain values of the names in `secret`.
    """
    values: dict[str, Any] = {}
    for field in filter(None, query.split("&")):
        name, _, text = field.partition("=")
        if name not in parsers:
            raise ValueError(f"unknown field {name}; use {', '.join(parsers)}")
        if name in values:
            raise ValueError(f"{name} is given twice")
        try:
            values[name] = parsers[name](text)
        except ValueError as error:
            raise ValueError(f"{name if name in secret else field}: {error}") from None
    return values


def parse_rate(text: str) -> Fraction:
    """Return pictures per second from a number or a fraction. Raises ``ValueError``."""
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6}|/[1-9][0-9]{0,5})?", text) and _SLOWEST <= Fraction(text) <= _FASTEST:
        return Fraction(text)
    raise ValueError(f"use pictures per second, {float(_SLOWEST)} to {_FASTEST}, such as 0.2, 25 or 30000/1001")
