"""Media1: its capabilities and its table of operations (media.wsdl, version 1)."""

from functools import partial

from ipcamd.media.stream.hub import Hub
from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.media.multicast_streaming import start_multicast, stop_multicast, synchronize
from ipcamd.onvif.media.osd import osd_operations
from ipcamd.onvif.media.profiles import PROFILES_LIMIT
from ipcamd.onvif.media1 import configurations, profiles
from ipcamd.onvif.operation import Field, Operation, OperationCall, Service
from ipcamd.onvif.soap.values import token
from ipcamd.onvif.soap.writer import Node, node

_PROFILE = (Field("ProfileToken", token),)


def capabilities(_: OperationCall) -> Node:
    """Return the answer of ``GetServiceCapabilities``."""
    streaming = {"RTPMulticast": True, "RTP_TCP": True, "RTP_RTSP_TCP": True, "NonAggregateControl": False}
    return node(
        "trt:Capabilities",
        node("trt:ProfileCapabilities", MaximumNumberOfProfiles=PROFILES_LIMIT),
        node("trt:StreamingCapabilities", **streaming),
        SnapshotUri=True,
        Rotation=False,
        VideoSourceMode=False,
        OSD=True,
    )


def media1_service(metadata: Hub) -> Service:
    """Return the service; `metadata` is the hub of the metadata track."""
    return Service(
        "trt",
        "/onvif/media_service",
        (2, 6),
        capabilities,
        (
            *profiles.OPERATIONS,
            *configurations.OPERATIONS,
            *osd_operations("trt"),
            Operation("SetSynchronizationPoint", AccessClass.READ_MEDIA, partial(synchronize, metadata), _PROFILE),
            Operation("StartMulticastStreaming", AccessClass.ACTUATE, start_multicast, _PROFILE),
            Operation("StopMulticastStreaming", AccessClass.ACTUATE, stop_multicast, _PROFILE),
        ),
    )
