"""Profiles of Media2: list, create, delete, add and remove configurations, stream addresses."""

from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.media.profiles import (
    MediaProfile,
    Part,
    add_parts,
    all_profiles,
    available_parts,
    create_profile,
    delete_profile,
    find_profile,
    remove_parts,
)
from ipcamd.onvif.media.stream_uri import snapshot_uri, stream_uri
from ipcamd.onvif.media2.nodes import profile_node
from ipcamd.onvif.operation import Field, Operation, OperationCall, optional
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import invalid_argument, no_configuration
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
    return node("tr2:Token", await create_profile(call, call["Name"], None, _read(call)))


async def delete(call: OperationCall) -> None:
    """Delete a profile."""
    await delete_profile(call, call["Token"])


async def add(call: OperationCall) -> None:
    """Add or replace configurations of a profile, and set its name."""
    await add_parts(call, call["ProfileToken"], _read(call), call["Name"])


async def remove(call: OperationCall) -> None:
    """Remove configurations of these kinds from a profile."""
    await remove_parts(call, call["ProfileToken"], {part for part, _ in _read(call)})


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
    elements: list[Element] = call["Configuration"]
    wanted = [(each.value(string, "Type"), each.optional(token, "Token")) for each in elements]
    if any(kind == ALL for kind, _ in wanted):
        return [(part, None) for part in available_parts(call.camera)]
    known = {part.value: part for part in Part}
    if unknown := [kind for kind, _ in wanted if kind not in known]:
        raise no_configuration(unknown[0][:64])
    return [(known[kind], asked) for kind, asked in wanted]


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
