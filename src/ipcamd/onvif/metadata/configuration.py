"""Metadata configuration of both media services: the events in the metadata track (ONVIF Media2, 5.2.14)."""

import json
import re
from collections.abc import Iterator

from ipcamd.camera import Camera
from ipcamd.media.codecs import METADATA
from ipcamd.onvif.events.filter import NotificationFilter, read_filter
from ipcamd.onvif.media import tokens
from ipcamd.onvif.media.configuration_names import name_changes
from ipcamd.onvif.media.nodes import SESSION_TIMEOUT, configuration_entity, multicast
from ipcamd.onvif.media.profiles import Part, check_part
from ipcamd.onvif.namespaces import PREFIXES
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import Fault, config_modify
from ipcamd.onvif.soap.values import boolean
from ipcamd.onvif.soap.writer import Node, node
from ipcamd.params.group import Values
from ipcamd.params.onvif import ONVIF_METADATA
from ipcamd.settings.change_records import Change

NO_COMPRESSION = "None"
"""Compression of the documents (``tt:MetadataCompressionType``)."""
FILTER_LIMIT = 8192
"""Maximum number of characters of a stored filter."""


def metadata_configuration(name: str, camera: Camera, token: str) -> Node:
    """Return ``tt:MetadataConfiguration`` as an element of this name."""
    values = camera.settings[ONVIF_METADATA.name]
    status = node("tt:PTZStatus", node("tt:Status", False), node("tt:Position", False))
    return configuration_entity(
        name,
        camera,
        Part.METADATA,
        token,
        status if camera.ptz.is_supported else None,
        node("tt:Events", _filter_node(values)) if values.flag("Events") else None,
        multicast(camera, METADATA),
        node("tt:SessionTimeout", SESSION_TIMEOUT),
    )


def metadata_options(name: str, _: OperationCall) -> Node:
    """Return ``tt:MetadataConfigurationOptions`` as an element of this name."""
    unsupported = (node("tt:PanTiltStatusSupported", False), node("tt:ZoomStatusSupported", False))
    return node(name, node("tt:PTZStatusFilterOptions", unsupported), MaxContentFilterSize=FILTER_LIMIT)


async def set_metadata(call: OperationCall) -> None:
    """Set name, events and filter. Raises ``Fault`` ``NoConfig``, ``ConfigModify``, and those of an invalid filter."""
    wanted: Element = call["Configuration"]
    check_part(call.camera, Part.METADATA, wanted.attributes.get("token", ""))
    _check_features(wanted)
    events = wanted.find("Events")
    parts = list(_read_parts(events.find("Filter") if events else None))
    text = json.dumps(parts, ensure_ascii=True)
    if len(text) > FILTER_LIMIT:
        raise config_modify(f"Filter: at most {FILTER_LIMIT} characters")
    switch = Change(ONVIF_METADATA.name, "Events", "yes" if events else "no")
    named = name_changes(call.camera, Part.METADATA, tokens.METADATA_CONFIGURATION, wanted)
    await call.update(switch, Change(ONVIF_METADATA.name, "Filter", text), *named)


def metadata_filter(values: Values) -> NotificationFilter:
    """Return the filter in the settings (group ``Network.ONVIF.Metadata``)."""
    if not values.flag("Events"):
        return NotificationFilter(frozenset())
    parts = [
        Element(PREFIXES["wsnt"], name, {"Dialect": dialect}, PREFIXES, [], [text])
        for name, dialect, text in json.loads(values["Filter"])
    ]
    try:
        return read_filter(Element("", "Filter", {}, PREFIXES, parts) if parts else None)
    except Fault:  # a topic of an older version
        return NotificationFilter()


def _check_features(wanted: Element) -> None:
    """Refuse unsupported features. Raises ``Fault``."""
    for path in (("PTZStatus", "Status"), ("PTZStatus", "Position"), ("Analytics",)):
        if wanted.optional(boolean, *path):
            raise config_modify(f"{'/'.join(path)}: allowed is false")
    if wanted.attributes.get("CompressionType", NO_COMPRESSION) != NO_COMPRESSION:
        raise config_modify(f"CompressionType: allowed is {NO_COMPRESSION}")


def _read_parts(element: Element | None) -> Iterator[tuple[str, str, str]]:
    """Yield the parts of a filter, with the prefixes of answers. Raises ``Fault``."""
    read_filter(element)
    for part in element.children if element else ():
        yield part.name, part.attributes.get("Dialect", ""), _with_own_prefixes(part)


def _with_own_prefixes(part: Element) -> str:
    if part.name == "MessageContent":
        return re.sub(r"//(\w+:)?SimpleItem\b", "//tt:SimpleItem", part.text)
    theirs = "|".join(re.escape(prefix) for prefix, uri in part.prefixes.items() if prefix and uri == PREFIXES["tns1"])
    return re.sub(rf"\b({theirs}):", "tns1:", part.text) if theirs else part.text


def _filter_node(values: Values) -> Node | None:
    parts = [node(f"wsnt:{name}", text, Dialect=dialect) for name, dialect, text in json.loads(values["Filter"])]
    return node("tt:Filter", parts) if parts else None
