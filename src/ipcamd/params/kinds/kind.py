"""Interface of a kind of value; requests, pages and the reference page use the same kinds."""

from typing import Protocol


class ValueKind(Protocol):
    """One kind of value: text on the wire and in the store, a Python value in the code."""

    @property
    def allowed(self) -> str:
        """Allowed values as a text: ``0 to 255``, ``on or off``."""

    def normalize(self, text: str) -> str:
        """Return the canonical form of `text`, as it is stored and listed. Raises ``ValueError`` with the allowed
        values."""

    def value(self, text: str) -> object:
        """Return the Python value (int, bool, str) of `text`, which is in canonical form."""


class TextKind:
    """Base of the kinds whose Python value is the text itself."""

    __slots__ = ()

    def value(self, text: str) -> str:
        """See `ValueKind`."""
        return text
