"""XML elements of an untrusted document: parsed by Expat, without document types, with limited size and depth."""

from collections.abc import Iterator
from dataclasses import field
from xml.parsers import expat

from ipcamd.dataclass import dataclass

SIZE_BYTES = 64 * 1024
"""Maximum bytes of a document."""
DEPTH = 32
"""Maximum depth of nested elements."""
TEXT_LENGTH = 2048
"""Maximum number of stored characters of one element."""


@dataclass(slots=True)
class XmlElement:
    """An element, its names without namespaces."""

    name: str
    text: str = ""
    children: list["XmlElement"] = field(default_factory=list)

    def walk(self) -> Iterator["XmlElement"]:
        """Yield the element and all its descendants."""
        yield self
        for child in self.children:
            yield from child.walk()

    def value(self, name: str) -> str:
        """Return the text of the first child with this name; "" without one."""
        return next((child.text.strip() for child in self.children if child.name == name), "")


def parse_xml(data: bytes) -> XmlElement:
    """Return the root element. Raises ``ValueError`` if it is not XML, has a document type or is too large."""
    if len(data) >= SIZE_BYTES:
        raise ValueError("the XML document is too large")
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.refuse_doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError) as error:
        raise ValueError(f"not XML ({error})") from error
    return reader.root.children[0]


class _Reader:
    def __init__(self) -> None:
        self.root = XmlElement("")
        self._open = [self.root]

    def start(self, name: str, _: dict[str, str]) -> None:
        if len(self._open) > DEPTH:
            raise ValueError("the XML document is too deep")
        element = XmlElement(name.rpartition(":")[2])
        self._open[-1].children.append(element)
        self._open.append(element)

    def end(self, _: str) -> None:
        self._open.pop()

    def text(self, text: str) -> None:
        element = self._open[-1]
        element.text += text[: TEXT_LENGTH - len(element.text)]

    def refuse_doctype(self, *_: object) -> None:
        raise ValueError("the XML document has a document type")
