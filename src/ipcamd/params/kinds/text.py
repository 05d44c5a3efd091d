"""Texts, free and of a given form."""

import re

from ipcamd.dataclass import dataclass
from ipcamd.params.kinds.kind import TextKind, ValueKind


@dataclass(frozen=True, slots=True)
class Text(TextKind):
    """Printable text, at most `longest` characters."""

    longest: int = 64

    @property
    def allowed(self) -> str:
        """See `ValueKind`."""
        return f"at most {self.longest} printable characters"

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        if len(text) > self.longest or not text.isprintable():
            raise ValueError(self.allowed)
        return text


@dataclass(frozen=True, slots=True)
class Matching(TextKind):
    """Printable text of one form."""

    pattern: str
    """Regular expression of the whole text, in the common dialect of Python and a browser's ``pattern``."""
    allowed: str
    """See `ValueKind`."""
    longest: int = 255
    """Maximum number of characters."""

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        if len(text) > self.longest or not text.isprintable() or not re.fullmatch(self.pattern, text):
            raise ValueError(self.allowed)
        return text


@dataclass(frozen=True, slots=True)
class AnyOf(TextKind):
    """A text accepted by one of several kinds; the first matching one determines its form."""

    kinds: tuple[ValueKind, ...]

    @property
    def allowed(self) -> str:
        """See `ValueKind`."""
        return ", or ".join(kind.allowed for kind in self.kinds)

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        for kind in self.kinds:
            try:
                return kind.normalize(text)
            except ValueError:
                continue
        raise ValueError(self.allowed)


NOTHING = Matching("", "nothing")
"""The empty text, for alternatives in `AnyOf`."""
HEX = Matching("([0-9A-Fa-f]{2})*", "at most 64 hexadecimal digits, an even number of them", 64)
"""Bytes as hexadecimal digits, at most 32 of them."""
PATH = Matching(r"(?!(.*[\/\\])?\.\.([\/\\]|$)).*", "a path without '..', at most 255 printable characters")
"""Folder on a server, which cannot be outside the login's folder."""
SHARE = Matching(r'(?!\.\.?$)[^\/\\:*?"<>\|]*', "a share's name, at most 80 printable characters", 80)
"""Name of a Samba share: one folder of a server."""
