"""Profiles of Media1: list, create, delete, add and remove configurations."""

from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.media.profiles import (
    MediaProfile,
    Part,
    add_parts,
    all_profiles,
    create_profile,
    delete_profile,
    find_profile,
    remove_parts,
)
from ipcamd.onvif.media.stream_uri import snapshot_uri, stream_uri
from ipcamd.onvif.media.video_encoder import find_encoder
from ipcamd.onvif.media1.nodes import profile_node
from ipcamd.onvif.operation import Field, Operation, OperationCall, optional
from ipcamd.onvif.soap.fault import invalid_argument
from ipcamd.onvif.soap.values import one_of, string, token
from ipcamd.onvif.soap.writer import Content, Node, node

_PROFILE = Field("ProfileToken", token)


def get_profiles(call: OperationCall) -> Content:
    """List the profiles, the preferred one first."""
    profiles = all_profiles(call.camera).values()
    return [profile_node("trt:Profiles", call.camera, each) for each in profiles if not _is_hidden(each)]


def _is_hidden(profile: MediaProfile) -> bool:
    """Whether it is a fixed profile of a codec that Media1 does not define."""
    encoder = profile.parts.get(Part.VIDEO_ENCODER)
    return profile.is_fixed and encoder is not None and not find_encoder(encoder).onvif.media1


def get_profile(call: OperationCall) -> Content:
    """Return one profile."""
    return profile_node("trt:Profile", call.camera, find_profile(call.camera, call["ProfileToken"]))


async def create(call: OperationCall) -> Content:
    """Create an empty profile."""
    made = await create_profile(call, call["Name"], call["Token"])
    return profile_node("trt:Profile", call.camera, find_profile(call.camera, made))


async def delete(call: OperationCall) -> None:
    """Delete a profile."""
    await delete_profile(call, call["ProfileToken"])


def get_stream_uri(call: OperationCall) -> Content:
    """Return the address of a profile's stream."""
    setup = call["StreamSetup"]
    setup.value(one_of("RTP-Unicast", "RTP-Multicast"), "Stream")
    protocol = setup.value(one_of("UDP", "TCP", "RTSP", "HTTP"), "Transport", "Protocol")
    if protocol == "TCP":
        raise invalid_argument("Protocol: RTP over TCP without RTSP is not supported", "InvalidStreamSetup")
    profile = find_profile(call.camera, call["ProfileToken"])
    return _media_uri(stream_uri(call, profile, is_tunneled=protocol == "HTTP"))


def get_snapshot_uri(call: OperationCall) -> Content:
    """Return the address of a picture."""
    return _media_uri(snapshot_uri(call, find_profile(call.camera, call["ProfileToken"])))


def _media_uri(uri: str) -> Node:
    lasting = (node("tt:InvalidAfterConnect", False), node("tt:InvalidAfterReboot", False), node("tt:Timeout", "PT0S"))
    return node("trt:MediaUri", node("tt:Uri", uri), lasting)


def _add(part: Part) -> Operation:
    async def add(call: OperationCall) -> None:
        await add_parts(call, call["ProfileToken"], [(part, call["ConfigurationToken"])])

    fields = (_PROFILE, Field("ConfigurationToken", token))
    return Operation(f"Add{part.value}Configuration", AccessClass.WRITE_SYSTEM, add, fields)


def _remove(part: Part) -> Operation:
    async def remove(call: OperationCall) -> None:
        await remove_parts(call, call["ProfileToken"], {part})

    return Operation(f"Remove{part.value}Configuration", AccessClass.WRITE_SYSTEM, remove, (_PROFILE,))


OPERATIONS: tuple[Operation, ...] = (
    Operation("GetProfiles", AccessClass.READ_MEDIA, get_profiles),
    Operation("GetProfile", AccessClass.READ_MEDIA, get_profile, (_PROFILE,)),
    Operation("CreateProfile", AccessClass.WRITE_SYSTEM, create, (Field("Name", string), optional("Token", token))),
    Operation("DeleteProfile", AccessClass.WRITE_SYSTEM, delete, (_PROFILE,)),
    Operation("GetStreamUri", AccessClass.READ_MEDIA, get_stream_uri, (Field("StreamSetup"), _PROFILE)),
    Operation("GetSnapshotUri", AccessClass.READ_MEDIA, get_snapshot_uri, (_PROFILE,)),
    *(make(part) for part in Part for make in (_add, _remove)),
)
"""Operations on profiles and the addresses of their streams."""
