"""Media2: its capabilities and its table of operations (media.wsdl, version 2)."""

from ipcamd.media.stream.hub import Hub
from ipcamd.onvif.media.osd import osd_operations
from ipcamd.onvif.media.profiles import PROFILES_LIMIT, Part, available_parts
from ipcamd.onvif.media.stream_operations import stream_operations
from ipcamd.onvif.media2 import configurations, masks, profiles
from ipcamd.onvif.operation import OperationCall, Service
from ipcamd.onvif.soap.writer import Node, node


def capabilities(call: OperationCall) -> Node:
    """Return the answer of ``GetServiceCapabilities``."""
    kinds = " ".join(part.value for part in Part if part in available_parts(call.camera))
    yes = dict.fromkeys(("RTSPStreaming", "RTPMulticast", "RTP_RTSP_TCP", "AutoStartMulticast"), True)
    return node(
        "tr2:Capabilities",
        node("tr2:ProfileCapabilities", MaximumNumberOfProfiles=PROFILES_LIMIT, ConfigurationsSupported=kinds),
        node("tr2:StreamingCapabilities", NonAggregateControl=False, **yes),
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
        capabilities,
        (
            *profiles.OPERATIONS,
            *configurations.OPERATIONS,
            *osd_operations("tr2"),
            *masks.OPERATIONS,
            *stream_operations(metadata),
        ),
    )
