"""XML writer: elements of an answer, each written when it is made; every text is escaped."""

from ipcamd.onvif.namespaces import PREFIXES
from ipcamd.onvif.soap.values import text_of

Content = object
"""Content of an element: a `Node`, several in a sequence, None for nothing, or a value that is written as text."""

_DECLARATIONS = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in PREFIXES.items())
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_INVALID = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535, *range(55296, 57344)), "?")
"""Characters that XML cannot contain (XML 1.0, 2.2); replaced by question marks."""
_ESCAPES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("\r"): "&#13;", **_INVALID}
_ATTRIBUTE_ESCAPES = {**_ESCAPES, ord('"'): "&quot;", ord("\n"): "&#10;", ord("\t"): "&#9;"}


class Node(str):
    """Written element: its text is XML already."""

    __slots__ = ()


def node(name: str, *content: Content, **attributes: object) -> Node:
    """Return an element; its name has one of the `PREFIXES`.

    Attributes that are None are omitted; ``__`` in its name means a colon.
    """
    inside = _written(content[0] if len(content) == 1 else content)
    begin = f"{name}{_attributes(attributes)}" if attributes else name
    return Node(f"<{begin}>{inside}</{name}>" if inside else f"<{begin}/>")


def optional_node(name: str, value: Content) -> Node | None:
    """Return an element with this value; None without a value."""
    return None if value is None else node(name, value)


def write_document(name: str, *content: Content, **attributes: object) -> bytes:
    """Return the document with this element as its root, on one line, with all `PREFIXES` declared there."""
    return f"{_HEAD}<{name}{_DECLARATIONS}{_attributes(attributes)}>{_written(content)}</{name}>".encode()


def _written(content: Content) -> str:
    if type(content) is Node:
        return content
    if isinstance(content, str):
        return _escape(content)
    if type(content) is int:  # the most common of the other types
        return str(content)
    if content is None:
        return ""
    if hasattr(content, "__iter__"):
        return "".join(map(_written, content))
    return _escape(text_of(content))


def _escape(text: str) -> str:
    is_plain = text.isprintable() and not ("&" in text or "<" in text or ">" in text)
    return text if is_plain else text.translate(_ESCAPES)


def _attributes(attributes: dict[str, object]) -> str:
    kept = ((key.replace("__", ":"), text_of(value)) for key, value in attributes.items() if value is not None)
    return "".join(f' {key}="{value.translate(_ATTRIBUTE_ESCAPES)}"' for key, value in kept)
