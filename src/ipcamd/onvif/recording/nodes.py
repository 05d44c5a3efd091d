"""Elements that describe the camera's recording and its tracks in ONVIF's services."""

from collections.abc import Sequence

from ipcamd.camera import Camera
from ipcamd.media.codecs import Codec
from ipcamd.onvif.media import tokens
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.fault import Fault, invalid_argument
from ipcamd.onvif.soap.writer import Node, node
from ipcamd.storage.replay.catalog import TRACKS, Section

CONTENT = "SD card"
"""Description of the recording."""


async def read_sections(camera: Camera) -> Sequence[Section]:
    """Return the sections on the card; empty without a card. Raises ``CardBusy``."""
    return await camera.replay_catalog.sections()


def check_recording(token: str, code: str = "NoRecording") -> None:
    """Check the token of the recording. Raises ``Fault`` with that subcode."""
    if token != tokens.RECORDING:
        raise _refuse(code, token)


def find_track(token: str) -> Codec:
    """Return the codec of a track. Raises ``Fault``."""
    for codec in TRACKS:
        if codec.name == token:
            return codec
    raise _refuse("NoTrack", token)


def source_node(call: OperationCall, name: str) -> Node:
    """Return the source of the recording, ``tt:RecordingSourceInformation``."""
    return node(
        name,
        node("tt:SourceId", f"urn:{tokens.VIDEO_SOURCE}"),
        node("tt:Name", call.camera.settings["System.Info"]["ServerName"][:64]),
        node("tt:Location", ""),
        node("tt:Description", ""),
        node("tt:Address", ""),
    )


def track_type(codec: Codec) -> str:
    """Return ``tt:TrackType``."""
    return "Audio" if codec.is_audio else "Video"


def _refuse(code: str, token: str) -> Fault:
    return invalid_argument(f"{token[:64]}: there is none", code)
