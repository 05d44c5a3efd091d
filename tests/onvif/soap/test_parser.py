"""XML of ONVIF requests: read whole or refused; what is written is read back as it was."""

import string as letters

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import Fault
from ipcamd.onvif.soap.parser import DEPTH_LIMIT, parse_xml
from ipcamd.onvif.soap.values import integer
from ipcamd.onvif.soap.writer import node, optional_node, write_document

WORDS = st.text(letters.ascii_letters, min_size=1, max_size=8)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30).map(str.strip)


def test_names_namespaces_prefixes_and_text_are_read() -> None:
    root = parse_xml(b'\n <a:x xmlns:a="urn:1" b="2"><y xmlns="urn:2">one<!-- no --> two</y><y/></a:x>\n')
    assert (root.namespace, root.name, root.attributes) == ("urn:1", "x", {"b": "2"})
    assert [child.namespace for child in root.all("y")] == ["urn:2", ""]
    assert root.value(str, "y") == "one two"
    assert root.children[0].prefixes == {"xml": "http://www.w3.org/XML/1998/namespace", "a": "urn:1", "": "urn:2"}


@given(st.recursive(TEXTS, lambda inner: st.lists(st.tuples(WORDS, inner), max_size=4), max_leaves=12), TEXTS)
def test_written_documents_are_read_back(tree: object, attribute: str) -> None:
    def build(content: object) -> object:
        if not isinstance(content, list):
            return content
        return [node(f"tt:{name}", build(inner), note=attribute) for name, inner in content]

    def same(element: Element, content: object) -> bool:
        if not isinstance(content, list):
            return element.text == content
        return [child.name for child in element.children] == [name for name, _ in content] and all(
            same(child, inner) for child, (_, inner) in zip(element.children, content, strict=True)
        )

    root = parse_xml(write_document("tt:root", build(tree), note=attribute))
    assert root.attributes["note"] == attribute
    assert same(root, tree)


def test_invalid_xml_characters_are_replaced() -> None:
    assert parse_xml(write_document("tt:a", "x\0\x1b\ufffe\r y")).text == "x???\r y"
    assert optional_node("tt:a", None) is None


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"<!DOCTYPE a><a/>", "a document type is not allowed"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "a document type is not allowed"),
        (b"<a>" * (DEPTH_LIMIT + 1) + b"</a>" * (DEPTH_LIMIT + 1), "at most 32 levels"),
        (b"<a>" + b"<b/>" * 10_001 + b"</a>", "10000 elements"),
        (b"<a></b>", "mismatched tag"),
        (b"", "no element found"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "unknown encoding"),
        (b"<p:a/>", "unbound prefix"),
    ],
)
def test_a_document_is_refused_with_the_reason(document: bytes, words: str) -> None:
    with pytest.raises(Fault, match=words):
        parse_xml(document)


def test_a_missing_or_wrong_value_is_named() -> None:
    root = parse_xml(b"<a><b>x</b></a>")
    with pytest.raises(Fault, match="c/d is missing"):
        root.require("c", "d")
    with pytest.raises(Fault, match="b=x: allowed are whole numbers"):
        root.value(integer, "b")
