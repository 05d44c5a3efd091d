"""Media1: its capabilities and its table of operations (media.wsdl, version 1)."""

from ipcamd.media.stream.hub import Hub
from ipcamd.onvif.media.osd import osd_operations
from ipcamd.onvif.media.profiles import PROFILES_LIMIT
from ipcamd.onvif.media.stream_operations import stream_operations
from ipcamd.onvif.media1 import configurations, profiles
from ipcamd.onvif.operation import OperationCall, Service
from ipcamd.onvif.soap.writer import Node, node


def capabilities(_: OperationCall) -> Node:
    """Return the answer of ``GetServiceCapabilities``."""
    yes = dict.fromkeys(("RTPMulticast", "RTP_TCP", "RTP_RTSP_TCP"), True)
    return node(
        "trt:Capabilities",
        node("trt:ProfileCapabilities", MaximumNumberOfProfiles=PROFILES_LIMIT),
        node("trt:StreamingCapabilities", NonAggregateControl=False, **yes),
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
        capabilities,
        (
            *profiles.OPERATIONS,
            *configurations.OPERATIONS,
            *osd_operations("trt"),
            *stream_operations(metadata),
        ),
        version=(2, 6),
    )
