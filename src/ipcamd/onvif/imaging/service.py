"""Imaging service: its capabilities and its table of operations (imaging.wsdl)."""

from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.imaging.focus import get_move_options, get_status, move, stop
from ipcamd.onvif.imaging.settings import get_options, get_settings, set_settings
from ipcamd.onvif.operation import Field, Operation, OperationCall, Service, optional
from ipcamd.onvif.soap.values import boolean, token
from ipcamd.onvif.soap.writer import Node, node

_SOURCE = Field("VideoSourceToken", token)


def capabilities(_: OperationCall) -> Node:
    """Return the answer of ``GetServiceCapabilities``."""
    return node("timg:Capabilities", ImageStabilization=False, Presets=False)


SERVICE = Service(
    "timg",
    "/onvif/imaging_service",
    capabilities,
    (
        Operation("GetImagingSettings", AccessClass.READ_MEDIA, get_settings, (_SOURCE,)),
        Operation(
            "SetImagingSettings",
            AccessClass.ACTUATE,
            set_settings,
            (_SOURCE, Field("ImagingSettings"), optional("ForcePersistence", boolean)),
        ),
        Operation("GetOptions", AccessClass.READ_MEDIA, get_options, (_SOURCE,)),
        Operation("GetStatus", AccessClass.READ_MEDIA, get_status, (_SOURCE,)),
        Operation("GetMoveOptions", AccessClass.READ_MEDIA, get_move_options, (_SOURCE,)),
        Operation("Move", AccessClass.ACTUATE, move, (_SOURCE, Field("Focus"))),
        Operation("Stop", AccessClass.ACTUATE, stop, (_SOURCE,)),
    ),
)
"""Imaging service and its operations (ONVIF Imaging Service Specification)."""
