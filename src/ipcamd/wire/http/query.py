"""Parameters of a request: ``a=1&b=2``, with the deviations of the family's old clients."""

import re
from collections.abc import Iterable
from dataclasses import field
from typing import Self
from urllib.parse import unquote_to_bytes

from ipcamd.dataclass import dataclass
from ipcamd.errors import HttpError

PAIRS_LIMIT = 256
"""Maximum number of parameters of one request; the longest useful one, for a whole group, has about forty."""

_SEPARATOR = re.compile("[&?]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_IN_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Query:
    """Decoded names and values in the order sent; of a repeated name (in any case) only the last one remains."""

    pairs: tuple[tuple[str, str], ...] = ()
    """Names spelled as sent."""
    _values: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_values", {name.lower(): value for name, value in self.pairs})

    @classmethod
    def parse(cls, raw: str, form: bytes = b"", *, lines: bool = False) -> Self:
        """Return the parameters of a URL's query (as in ``Head.query``) and then of an urlencoded form.

        ``&`` and ``?`` separate parameters, empty ones are ignored; ``+`` and ``%20`` are blanks; a ``%`` without two
        hexadecimal digits is literal. `lines`: values may contain tabs and line ends. Raises ``HttpError`` 400 for text
        that is not UTF-8, for control characters, and for more than `PAIRS_LIMIT` parameters.
        """
        if not raw and not form:
            return cls()
        texts = (piece for text in (raw, form.decode("latin-1")) for piece in _SEPARATOR.split(text) if piece)
        return cls.of((_decode(text) for text in texts), lines=lines)

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]], *, lines: bool = False) -> Self:
        """Return the query of these decoded pairs; the last of a repeated name remains. Raises like `parse`."""
        kept: dict[str, tuple[str, str]] = {}
        for number, (name, value) in enumerate(pairs):
            if number == PAIRS_LIMIT:
                raise HttpError(400, "too many parameters")
            if _CONTROL.search(name) or (_CONTROL_IN_LINES if lines else _CONTROL).search(value):
                raise HttpError(400, "control character in a parameter")
            kept.pop(name.lower(), None)
            kept[name.lower()] = name, value
        return cls(tuple(kept.values()))

    def get(self, name: str) -> str | None:
        """Return the value of `name`, ignoring case; "" for a name without ``=``; None if it was not sent."""
        return self._values.get(name.lower())


def _decode(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return _plain(name), _plain(value)


def _plain(text: str) -> str:
    if text.isascii() and "%" not in text:
        return text.replace("+", " ")
    try:
        return unquote_to_bytes(text.replace("+", " ").encode("latin-1")).decode()
    except UnicodeDecodeError:
        raise HttpError(400, "a parameter is not UTF-8") from None
