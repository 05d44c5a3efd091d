"""XML parser for requests: expat without document types and with limited depth; the HTTP server limits the size."""

from collections.abc import Mapping
from pyexpat import XMLParserType
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import Fault, sender_fault

DEPTH_LIMIT = 32
"""Maximum depth of nested elements."""
ELEMENT_LIMIT = 10_000
"""Maximum number of elements of a request."""

_XML = "http://www.w3.org/XML/1998/namespace"
_SEPARATOR = " "  # occurs neither in a namespace nor in a name


class _TreeBuilder:
    """Handlers of one parse."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._scopes: list[Mapping[str, str]] = [{"xml": _XML}]
        self._declared: dict[str, str] = {}
        self._count = 0

    def attach(self, parser: XMLParserType) -> None:
        parser.buffer_text = True
        parser.StartNamespaceDeclHandler = self._declare
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = _refuse_doctype

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        self._declared[prefix or ""] = uri or ""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= DEPTH_LIMIT or self._count > ELEMENT_LIMIT:
            raise _not_well_formed(f"at most {DEPTH_LIMIT} levels and {ELEMENT_LIMIT} elements are allowed")
        scope = self._scopes[-1]
        if self._declared:
            scope, self._declared = {**scope, **self._declared}, {}
        self._scopes.append(scope)
        namespace, local = _split(name)
        element = Element(namespace, local, {_split(key)[1]: value for key, value in attributes.items()}, scope)
        if self._open:
            self._open[-1].children.append(element)
        self.root = self.root or element
        self._open.append(element)

    def _end(self, _: str) -> None:
        self._scopes.pop()
        self._open.pop()

    def _text(self, text: str) -> None:
        self._open[-1].pieces.append(text)


def parse_xml(document: bytes) -> Element:
    """Return the root element. White space before the document is ignored. Raises ``Fault`` ``ter:WellFormed``."""
    builder = _TreeBuilder()
    parser = ParserCreate(namespace_separator=_SEPARATOR)
    builder.attach(parser)
    try:
        parser.Parse(document.lstrip(), True)
    except (ExpatError, ValueError, LookupError) as error:  # no XML, or an unknown encoding
        raise _not_well_formed(str(error)) from None
    if builder.root is None:
        raise _not_well_formed("there is no element")
    return builder.root


def _split(name: str) -> tuple[str, str]:
    namespace, _, local = name.rpartition(_SEPARATOR)
    return namespace, local


def _refuse_doctype(*_: Any) -> None:
    raise _not_well_formed("a document type is not allowed")


def _not_well_formed(reason: str) -> Fault:
    return sender_fault("WellFormed", reason=f"the request is not well-formed XML: {reason}")
