"""On-screen display (ONVIF Media2, OSD): the texts of ``ImageSource.IO.OSD``, for both media services."""

from collections.abc import Iterable, Mapping

from ipcamd.camera import Camera
from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.media import tokens
from ipcamd.onvif.media.profiles import Part, check_part
from ipcamd.onvif.operation import Field, Operation, OperationCall, optional
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import config_modify, no_configuration, receiver_fault
from ipcamd.onvif.soap.values import one_of, string, token
from ipcamd.onvif.soap.writer import Content, Node, node
from ipcamd.params.imagesource import SENSOR
from ipcamd.params.osd import (
    CORNERS,
    DATE_AND_TIME,
    DATE_FORMATS,
    KINDS,
    OSD_GROUPS,
    PLAIN,
    TEXT_LIMIT,
    TIME_FORMATS,
)
from ipcamd.settings.change_records import Change

TOKENS = tuple(f"osd{number}" for number in range(1, len(OSD_GROUPS) + 1))
"""Token of each text, in the order of `OSD_GROUPS`."""
SWITCHES = ((SENSOR.name, "OverlayText"), (SENSOR.name, "OverlayDate"), *((g.name, "Enabled") for g in OSD_GROUPS[2:]))
"""Group and parameter that show each text."""

_DATED, _TIMED = ("Date", DATE_AND_TIME), ("Time", DATE_AND_TIME)


def osd_operations(prefix: str) -> tuple[Operation, ...]:
    """Return the operations of the media service with this prefix."""

    def get_all(call: OperationCall) -> Content:
        check_part(call.camera, Part.VIDEO_SOURCE, call["ConfigurationToken"])
        if call["OSDToken"] is not None:
            return osd_node(f"{prefix}:OSDs", call.camera, find_osd(call.camera, call["OSDToken"]))
        return [osd_node(f"{prefix}:OSDs", call.camera, each) for each in shown_osds(call.camera)]

    def get_one(call: OperationCall) -> Content:
        return osd_node(f"{prefix}:OSD", call.camera, find_osd(call.camera, call["OSDToken"]))

    def get_options(call: OperationCall) -> Content:
        check_part(call.camera, Part.VIDEO_SOURCE, call["ConfigurationToken"])
        return osd_options(f"{prefix}:OSDOptions")

    async def create(call: OperationCall) -> Content:
        return node(f"{prefix}:OSDToken", await create_osd(call))

    osd, osd_token = (Field("OSD"),), (Field("OSDToken", token),)
    chosen = (optional("OSDToken", token), optional("ConfigurationToken", token))
    reads = (Operation("GetOSD", _READ, get_one, osd_token),) if prefix == "trt" else ()
    return (
        *reads,
        Operation("GetOSDs", _READ, get_all, chosen),
        Operation("GetOSDOptions", _READ, get_options, (Field("ConfigurationToken", token),)),
        Operation("CreateOSD", _WRITE, create, osd),
        Operation("SetOSD", _WRITE, set_osd, osd),
        Operation("DeleteOSD", _WRITE, delete_osd, osd_token),
    )


_READ, _WRITE = AccessClass.READ_MEDIA, AccessClass.WRITE_SYSTEM


def shown_osds(camera: Camera) -> list[int]:
    """Return the numbers of the visible texts, counted from 0."""
    shown = [camera.settings[group].flag(switch) for group, switch in SWITCHES]
    shown[0] = shown[0] and camera.settings[SENSOR.name].flag("IncludeText")
    return [number for number, is_shown in enumerate(shown) if is_shown]


def find_osd(camera: Camera, asked: str) -> int:
    """Return the number of the text with this token. Raises ``Fault`` ``NoConfig``."""
    for number in shown_osds(camera):
        if TOKENS[number] == asked:
            return number
    raise no_configuration(asked)


def osd_node(name: str, camera: Camera, number: int) -> Node:
    """Return ``tt:OSDConfiguration`` as an element of this name."""
    values = camera.settings[OSD_GROUPS[number].name]
    kind = values["Kind"]
    text = (
        node("tt:Type", kind),
        node("tt:DateFormat", values["DateFormat"]) if kind in _DATED else None,
        node("tt:TimeFormat", values["TimeFormat"]) if kind in _TIMED else None,
        node("tt:PlainText", values["Text"] or _camera_name(camera)) if kind == PLAIN else None,
    )
    return node(
        name,
        node("tt:VideoSourceConfigurationToken", tokens.VIDEO_SOURCE_CONFIGURATION),
        node("tt:Type", "Text"),
        node("tt:Position", node("tt:Type", values["Position"])),
        node("tt:TextString", text),
        token=TOKENS[number],
    )


def osd_options(name: str) -> Node:
    """Return ``tt:OSDConfigurationOptions`` as an element of this name."""
    return node(
        name,
        node("tt:MaximumNumberOfOSDs", Total=len(TOKENS), Image=0, **dict.fromkeys(_COUNTED, len(TOKENS))),
        node("tt:Type", "Text"),
        _each("tt:PositionOption", CORNERS),
        node(
            "tt:TextOption",
            _each("tt:Type", KINDS),
            _each("tt:DateFormat", DATE_FORMATS),
            _each("tt:TimeFormat", TIME_FORMATS),
        ),
    )


_COUNTED = ("PlainText", "Date", "Time", "DateAndTime")
"""Kinds of text that have a limit in ``tt:MaximumNumberOfOSDs``."""


async def create_osd(call: OperationCall) -> str:
    """Show another text, and return its token. Raises ``Fault`` ``MaxOSDs``, ``NoConfig``, ``ConfigModify``."""
    wanted: Element = call["OSD"]
    texts = _read(call.camera, wanted)
    number = _free(call.camera, texts["Kind"])
    await _store(call, number, {**_FACTORY, **texts}, "on")
    return TOKENS[number]


async def set_osd(call: OperationCall) -> None:
    """Change a text. Raises ``Fault`` ``NoConfig`` and ``ConfigModify``."""
    wanted: Element = call["OSD"]
    number = find_osd(call.camera, wanted.attributes.get("token", ""))
    await _store(call, number, _read(call.camera, wanted), "on")


async def delete_osd(call: OperationCall) -> None:
    """Hide a text, and restore its factory values. Raises ``Fault`` ``NoConfig``."""
    number = find_osd(call.camera, call["OSDToken"])
    await _store(call, number, _FACTORY, "off")


def _free(camera: Camera, kind: str) -> int:
    """Return the number of a hidden text, preferably one whose factory kind is this kind, and not one with an SDK
    switch."""
    free = [number for number in range(len(TOKENS)) if number not in shown_osds(camera)]
    if not free:
        raise receiver_fault("Action", "MaxOSDs", reason=f"the camera shows {len(TOKENS)} texts at most")
    return next((n for n in free if OSD_GROUPS[n].values()["Kind"] == kind), free[-1])


def _read(camera: Camera, wanted: Element) -> dict[str, str]:
    """Return the parameters of the text that a request describes. Raises ``Fault``."""
    check_part(camera, Part.VIDEO_SOURCE, wanted.value(token, "VideoSourceConfigurationToken"))
    _choose(wanted, ("Text",), "Type")
    texts = {"Position": _choose(wanted, CORNERS, "Position", "Type")}
    text = wanted.require("TextString")
    kind = texts["Kind"] = _choose(text, KINDS, "Type")
    if text.attributes.get("IsPersistentText") in ("false", "0"):
        raise config_modify("IsPersistentText: every text is persistent")
    for name, allowed, kinds in (("DateFormat", DATE_FORMATS, _DATED), ("TimeFormat", TIME_FORMATS, _TIMED)):
        if kind in kinds and text.find(name):
            texts[name] = _choose(text, allowed, name)
    if kind == PLAIN:
        texts["Text"] = _plain_text(text, _camera_name(camera))
    return texts


def _plain_text(text: Element, name: str) -> str:
    """Return the text of a request; "" if it is the camera's name, so that it follows changes of the name."""
    plain = text.optional(string, "PlainText") or ""
    if len(plain) > TEXT_LIMIT or not plain.isprintable():
        raise config_modify(f"PlainText: at most {TEXT_LIMIT} printable characters")
    return "" if plain == name else plain


def _choose(element: Element, allowed: Iterable[str], *path: str) -> str:
    """Return the value of a choice in a request. Raises ``Fault`` ``ConfigModify``."""
    found = element.require(*path)
    try:
        return one_of(*allowed)(found.text)
    except ValueError as error:
        raise config_modify(f"{'/'.join(path)}: {error}") from None


_FACTORY = dict.fromkeys(("Kind", "Text", "Position", "DateFormat", "TimeFormat"))
"""Parameters of a text, each with its factory value."""


async def _store(call: OperationCall, number: int, texts: Mapping[str, str | None], shown: str) -> None:
    group, switch = SWITCHES[number]
    changes = [Change(OSD_GROUPS[number].name, name, text) for name, text in texts.items()]
    changes.append(Change(group, switch, shown))
    if number == 0 and shown == "on":
        changes.append(Change(group, "IncludeText", shown))
    await call.update(*changes)


def _camera_name(camera: Camera) -> str:
    return camera.settings["System.Info"]["ServerName"]


def _each(name: str, values: Iterable[str]) -> list[Node]:
    return [node(name, value) for value in values]
