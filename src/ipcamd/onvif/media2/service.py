"""Media2: its capabilities and its table of operations (media.wsdl, version 2)."""

from functools import partial

from ipcamd.media.stream.hub import Hub
from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.device.capabilities import VERSION
from ipcamd.onvif.media.multicast_streaming import start_multicast, stop_multicast, synchronize
from ipcamd.onvif.media.osd import osd_operations
from ipcamd.onvif.media.profiles import PROFILES_LIMIT, Part, available_parts
from ipcamd.onvif.media2 import configurations, masks, profiles
from ipcamd.onvif.operation import Field, Operation, OperationCall, Service
from ipcamd.onvif.soap.values import token
from ipcamd.onvif.soap.writer import Node, node

_PROFILE = (Field("ProfileToken", token),)


def capabilities(call: OperationCall) -> Node:
    """Return the answer of ``GetServiceCapabilities``."""
    kinds = " ".join(part.value for part in Part if part in available_parts(call.camera))
    streaming = {"RTSPStreaming": True, "RTPMulticast": True, "RTP_RTSP_TCP": True, "NonAggregateControl": False}
    streaming["AutoStartMulticast"] = True
    return node(
        "tr2:Capabilities",
        node("tr2:ProfileCapabilities", MaximumNumberOfProfiles=PROFILES_LIMIT, ConfigurationsSupported=kinds),
        node("tr2:StreamingCapabilities", **streaming),
        SnapshotUri=True,
        Rotation=False,
        VideoSourceMode=False,
        OSD=True,
        Mask=True,
    )


def media2_service(metadata: Hub) -> Service:
    """Return the service; `metadata` is the hub of the metadata track."""
    return Service(
        "tr2",
        "/onvif/media2_service",
        VERSION,
        capabilities,
        (
            *profiles.OPERATIONS,
            *configurations.OPERATIONS,
            *osd_operations("tr2"),
            *masks.OPERATIONS,
            Operation("SetSynchronizationPoint", AccessClass.READ_MEDIA, partial(synchronize, metadata), _PROFILE),
            Operation("StartMulticastStreaming", AccessClass.ACTUATE, start_multicast, _PROFILE),
            Operation("StopMulticastStreaming", AccessClass.ACTUATE, stop_multicast, _PROFILE),
        ),
    )
