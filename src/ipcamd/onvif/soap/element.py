"""XML element of a request, with accessors whose faults name the missing or invalid element."""

from collections.abc import Mapping
from dataclasses import field
from typing import TypeVar

from ipcamd.dataclass import dataclass
from ipcamd.errors import shown
from ipcamd.onvif.soap.fault import invalid_argument
from ipcamd.onvif.soap.values import Reader

T = TypeVar("T")


@dataclass(slots=True)
class Element:
    """One element. Lookups use local names, because clients disagree about namespaces."""

    namespace: str
    name: str
    """Local name."""
    attributes: Mapping[str, str]
    """Local name to value."""
    prefixes: Mapping[str, str]
    """Prefix to namespace, as in scope for this element: for QNames in texts."""
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Text without white space around it."""
        return "".join(self.pieces).strip()

    def find(self, *path: str) -> "Element | None":
        """Return the first descendant at this path of local names; None if there is none."""
        element: Element | None = self
        for name in path:
            element = next((child for child in element.children if child.name == name), None) if element else None
        return element

    def all(self, name: str) -> list["Element"]:
        """Return all children with this local name."""
        return [child for child in self.children if child.name == name]

    def require(self, *path: str) -> "Element":
        """Return the first descendant at this path. Raises ``Fault``."""
        element = self.find(*path)
        if element is None:
            raise invalid_argument(f"{'/'.join(path)} is missing")
        return element

    def read(self, reader: Reader[T]) -> T:
        """Return the text as a value. Raises ``Fault``."""
        try:
            return reader(self.text)
        except ValueError as error:
            raise invalid_argument(f"{self.name}={shown(self.text)}: {error}") from None

    def value(self, reader: Reader[T], *path: str) -> T:
        """Return the value of the first descendant at this path. Raises ``Fault``."""
        return self.require(*path).read(reader)

    def optional(self, reader: Reader[T], *path: str) -> T | None:
        """Return the value of the first descendant at this path; None if there is none. Raises ``Fault``."""
        element = self.find(*path)
        return None if element is None else element.read(reader)

    def attribute(self, reader: Reader[T], name: str) -> T | None:
        """Return the value of an attribute; None without it. Raises ``Fault``."""
        text = self.attributes.get(name)
        try:
            return None if text is None else reader(text)
        except ValueError as error:
            raise invalid_argument(f"{self.name} {name}={shown(text or '')}: {error}") from None
