"""Kinds of parameter values: what each accepts, in words and in code.

A kind turns the text of a request into the canonical text that is stored and listed, or raises ``ValueError``
with what is allowed. Requests, web forms, the client and the reference page all use the same kinds.
"""

import re
from dataclasses import dataclass
from typing import Protocol


class Kind(Protocol):
    """One kind of value."""

    @property
    def allowed(self) -> str:
        """What is allowed, as words for a person: ``0 to 255``, ``on or off``."""

    def parse(self, text: str) -> str:
        """Return the canonical form of `text`; raise ``ValueError`` if it is not of this kind."""


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number in decimal, `low` to `high` inclusive."""

    low: int
    high: int

    @property
    def allowed(self) -> str:
        """See `Kind`."""
        return f"{self.low} to {self.high}"

    def parse(self, text: str) -> str:
        """See `Kind`."""
        # int() alone would take '1_0', ' 5', '٥' and numbers of any length
        if not re.fullmatch("-?[0-9]{1,10}", text) or not self.low <= int(text) <= self.high:
            raise ValueError(self.allowed)
        return str(int(text))


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some words, matched without regard to case and listed as declared."""

    words: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """See `Kind`."""
        return ", ".join(self.words)

    def parse(self, text: str) -> str:
        """See `Kind`."""
        for word in self.words:
            if word.lower() == text.lower():
                return word
        raise ValueError(self.allowed)


@dataclass(frozen=True, slots=True)
class Text:
    """Printable text, at most `longest` characters."""

    longest: int = 64

    @property
    def allowed(self) -> str:
        """See `Kind`."""
        return f"at most {self.longest} printable characters"

    def parse(self, text: str) -> str:
        """See `Kind`."""
        if len(text) > self.longest or not text.isprintable():
            raise ValueError(self.allowed)
        return text


YES_NO = OneOf(("yes", "no"))
ON_OFF = OneOf(("on", "off"))
PORT = Integer(1, 65535)
