"""Multicast of a profile's streams: the camera sends all streams to the group, or none."""

from ipcamd.media.stream.hub import Hub
from ipcamd.onvif.media.profiles import find_profile
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.writer import Content
from ipcamd.params.network import MULTICAST
from ipcamd.settings.change_records import Change


async def start_multicast(call: OperationCall) -> Content:
    """Send the streams to the multicast group, also after restarts."""
    return await _switch(call, "yes")


async def stop_multicast(call: OperationCall) -> Content:
    """Stop sending to the multicast group."""
    return await _switch(call, "no")


async def _switch(call: OperationCall, enabled: str) -> Content:
    find_profile(call.camera, call["ProfileToken"])
    await call.camera.settings.update([Change(MULTICAST.name, "Enabled", enabled)], by=call.requester())
    return None


def synchronize(metadata: Hub, call: OperationCall) -> Content:
    """Request a key frame of every watched stream and of the metadata track."""
    find_profile(call.camera, call["ProfileToken"])
    for hub in (*call.camera.pipeline.hubs.values(), metadata):
        hub.ask_key()
    return None
