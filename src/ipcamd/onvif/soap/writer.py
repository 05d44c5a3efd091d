"""XML writer: a tree of nodes to bytes; every text is escaped."""

from collections.abc import Iterable
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from ipcamd.onvif.namespaces import PREFIXES
from ipcamd.onvif.soap.values import text_of

Content = object
"""Content of a node: a `Node`, several in a sequence, None for nothing, or a value that is written as text."""

_DECLARATIONS = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in PREFIXES.items())
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_INVALID = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535, *range(55296, 57344)), "?")
"""Characters that XML cannot hold (XML 1.0, 2.2) become question marks."""
_ESCAPES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("\r"): "&#13;", **_INVALID}


class Node(NamedTuple):
    """Element of an answer."""

    name: str
    """With one of the `PREFIXES`."""
    content: tuple[Content, ...]
    attributes: tuple[tuple[str, str], ...] = ()


def node(name: str, *content: Content, **attributes: object) -> Node:
    """Return an element. An attribute that is None is left out; ``__`` in its name stands for a colon."""
    if not attributes:
        return Node(name, content)
    kept = ((key.replace("__", ":"), text_of(value)) for key, value in attributes.items() if value is not None)
    return Node(name, content, tuple(kept))


def optional_node(name: str, value: Content) -> Node | None:
    """Return an element of this value; None without one."""
    return None if value is None else Node(name, (value,))


def write_document(root: Node) -> bytes:
    """Return the document, on one line, with all `PREFIXES` declared at its root."""
    pieces = [_HEAD]
    _write(root, pieces, _DECLARATIONS)
    return "".join(pieces).encode()


def _write(node: Node, pieces: list[str], declarations: str = "") -> None:
    name, contents, attributes = node
    for key, value in attributes:
        declarations += f" {key}={quoteattr(value.translate(_INVALID))}"
    start = len(pieces)
    pieces.append("")
    for content in contents:
        _write_content(content, pieces)
    if len(pieces) == start + 1:
        pieces[start] = f"<{name}{declarations}/>"
        return
    pieces[start] = f"<{name}{declarations}>"
    pieces.append(f"</{name}>")


def _write_content(content: Content, pieces: list[str]) -> None:
    match content:
        case None:
            pass
        case Node():
            _write(content, pieces)
        case str():
            pieces.append(content.translate(_ESCAPES))
        case Iterable():
            for item in content:
                _write_content(item, pieces)
        case _:
            pieces.append(text_of(content).translate(_ESCAPES))
