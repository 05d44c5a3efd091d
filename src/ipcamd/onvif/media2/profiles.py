"""Profiles of Media2: list, create, delete, add and remove configurations, stream addresses."""

from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.media.profiles import (
    MediaProfile,
    Part,
    all_profiles,
    available_parts,
    check_part,
    create_profile,
    delete_profile,
    find_profile,
    set_parts,
)
from ipcamd.onvif.media.stream_uri import snapshot_uri, stream_uri
from ipcamd.onvif.media2.nodes import profile_node
from ipcamd.onvif.operation import Field, Operation, OperationCall, optional
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import invalid_argument, sender_fault
from ipcamd.onvif.soap.values import string, token
from ipcamd.onvif.soap.writer import Content, node

ALL = "All"
"""Kind of configuration that means all kinds."""

_PROFILE = Field("ProfileToken", token)
_CONFIGURATIONS = Field("Configuration", is_list=True)


def get_profiles(call: OperationCall) -> Content:
    """List all profiles, or one, with the requested kinds of configuration."""
    kinds = set(call["Type"])
    parts = set(Part) if ALL in kinds else {part for part in Part if part.value in kinds}
    return [profile_node(call.camera, profile, parts) for profile in _asked(call)]


async def create(call: OperationCall) -> Content:
    """Create a profile with these configurations."""
    parts = {part: check_part(call.camera, part, asked) for part, asked in _read(call)}
    made = await create_profile(call.camera, call["Name"], None, parts, call.requester())
    return node("tr2:Token", made)


async def delete(call: OperationCall) -> Content:
    """Delete a profile."""
    await delete_profile(call.camera, call["Token"], call.requester())
    return None


async def add(call: OperationCall) -> Content:
    """Add or replace configurations of a profile, and set its name."""
    profile = find_profile(call.camera, call["ProfileToken"])
    added = {part: check_part(call.camera, part, asked) for part, asked in _read(call)}
    await set_parts(call.camera, profile.token, {**profile.parts, **added}, call.requester(), call["Name"])
    return None


async def remove(call: OperationCall) -> Content:
    """Remove configurations of these kinds from a profile."""
    profile = find_profile(call.camera, call["ProfileToken"])
    removed = {part for part, _ in _read(call)}
    parts = {part: each for part, each in profile.parts.items() if part not in removed}
    await set_parts(call.camera, profile.token, parts, call.requester())
    return None


_PROTOCOLS = ("RtspUnicast", "RtspMulticast", "RTSP", "RtspOverHttp")


def get_stream_uri(call: OperationCall) -> Content:
    """Return the address of a profile's stream."""
    if call["Protocol"] not in _PROTOCOLS:
        raise invalid_argument(f"Protocol: allowed are {', '.join(_PROTOCOLS)}", "InvalidStreamSetup")
    profile = find_profile(call.camera, call["ProfileToken"])
    return node("tr2:Uri", stream_uri(call, profile, is_tunneled=call["Protocol"] == "RtspOverHttp"))


def get_snapshot_uri(call: OperationCall) -> Content:
    """Return the address of a picture."""
    return node("tr2:Uri", snapshot_uri(call, find_profile(call.camera, call["ProfileToken"])))


def _asked(call: OperationCall) -> list[MediaProfile]:
    if call["Token"] is not None:
        return [find_profile(call.camera, call["Token"])]
    return list(all_profiles(call.camera).values())


def _read(call: OperationCall) -> list[tuple[Part, str | None]]:
    """Return kinds and tokens of the request's configurations. Raises ``Fault``."""
    wanted = [(each.value(string, "Type"), each.optional(token, "Token")) for each in _elements(call)]
    if any(kind == ALL for kind, _ in wanted):
        return [(part, None) for part in available_parts(call.camera)]
    known = {part.value: part for part in Part}
    if unknown := [kind for kind, _ in wanted if kind not in known]:
        raise sender_fault(
            "InvalidArgVal", "NoConfig", reason=f"{unknown[0][:64]}: the camera has no such configuration"
        )
    return [(known[kind], asked) for kind, asked in wanted]


def _elements(call: OperationCall) -> list[Element]:
    elements: list[Element] = call["Configuration"]
    return elements


_WRITE = AccessClass.WRITE_SYSTEM

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GetProfiles",
        AccessClass.READ_MEDIA,
        get_profiles,
        (optional("Token", token), Field("Type", string, is_list=True)),
    ),
    Operation("CreateProfile", _WRITE, create, (Field("Name", string), _CONFIGURATIONS)),
    Operation("DeleteProfile", _WRITE, delete, (Field("Token", token),)),
    Operation("AddConfiguration", _WRITE, add, (_PROFILE, optional("Name", string), _CONFIGURATIONS)),
    Operation("RemoveConfiguration", _WRITE, remove, (_PROFILE, _CONFIGURATIONS)),
    Operation("GetStreamUri", AccessClass.READ_MEDIA, get_stream_uri, (Field("Protocol", string), _PROFILE)),
    Operation("GetSnapshotUri", AccessClass.READ_MEDIA, get_snapshot_uri, (_PROFILE,)),
)
"""Operations on profiles and the addresses of their streams."""
