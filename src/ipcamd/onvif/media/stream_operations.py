"""Operations on the streams of a profile, for both media services: key frames and multicast."""

from functools import partial

from ipcamd.media.stream.hub import Hub
from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.media.profiles import find_profile
from ipcamd.onvif.operation import Field, Operation, OperationCall
from ipcamd.onvif.soap.values import token
from ipcamd.params.network import MULTICAST
from ipcamd.settings.change_records import Change


def stream_operations(metadata: Hub) -> tuple[Operation, ...]:
    """Return the operations; `metadata` is the hub of the metadata track."""
    profile = (Field("ProfileToken", token),)
    return (
        Operation("SetSynchronizationPoint", AccessClass.READ_MEDIA, partial(_synchronize, metadata), profile),
        Operation("StartMulticastStreaming", AccessClass.ACTUATE, partial(_switch_multicast, "yes"), profile),
        Operation("StopMulticastStreaming", AccessClass.ACTUATE, partial(_switch_multicast, "no"), profile),
    )


def _synchronize(metadata: Hub, call: OperationCall) -> None:
    """Request a key frame of every watched stream and of the metadata track."""
    find_profile(call.camera, call["ProfileToken"])
    for hub in (*call.camera.pipeline.hubs.values(), metadata):
        hub.ask_key()


async def _switch_multicast(enabled: str, call: OperationCall) -> None:
    """Send all streams to the multicast group, also after restarts, or none."""
    find_profile(call.camera, call["ProfileToken"])
    await call.update(Change(MULTICAST.name, "Enabled", enabled))
