"""PTZ service: capabilities, nodes and configurations, and its table of operations (ptz.wsdl)."""

from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.auxiliary import send_auxiliary_command
from ipcamd.onvif.media import tokens
from ipcamd.onvif.media.configuration_names import name_changes
from ipcamd.onvif.media.profiles import Part, find_profile
from ipcamd.onvif.operation import Field, Operation, OperationCall, Service, optional
from ipcamd.onvif.ptz.configuration import ptz_configuration
from ipcamd.onvif.ptz.moves import (
    get_status,
    go_home,
    move_absolute,
    move_continuously,
    move_relative,
    set_home,
    stop,
)
from ipcamd.onvif.ptz.nodes import configuration_options, ptz_node
from ipcamd.onvif.ptz.presets import get_presets, go_to_preset, remove_preset, set_preset
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import config_modify, invalid_argument, no_configuration, receiver_fault
from ipcamd.onvif.soap.values import boolean, duration, string, token
from ipcamd.onvif.soap.writer import Content, Node, node

_READ, _MOVE = AccessClass.READ_MEDIA, AccessClass.ACTUATE
_PROFILE = Field("ProfileToken", token)


def capabilities(_: OperationCall) -> Node:
    """Return the answer of ``GetServiceCapabilities``."""
    supported = {"GetCompatibleConfigurations": True, "MoveStatus": True, "StatusPosition": True}
    return node("tptz:Capabilities", EFlip=False, Reverse=False, **supported)


def get_nodes(call: OperationCall) -> Content:
    """List the PTZ node, if any."""
    return ptz_node(call.camera) if call.camera.ptz.is_supported else None


def get_node(call: OperationCall) -> Content:
    """Return the PTZ node."""
    _refuse_absent(call)
    if call["NodeToken"] != tokens.PTZ_NODE:
        raise invalid_argument(f"NodeToken: allowed is {tokens.PTZ_NODE}", "NoEntity")
    return ptz_node(call.camera)


def get_configurations(call: OperationCall) -> Content:
    """List the PTZ configuration."""
    return ptz_configuration("tptz:PTZConfiguration", call.camera) if call.camera.ptz.is_supported else None


def get_compatible(call: OperationCall) -> Content:
    """List the configurations that fit a profile."""
    find_profile(call.camera, call["ProfileToken"])
    return get_configurations(call)


def get_configuration(call: OperationCall) -> Content:
    """Return one configuration."""
    _check_configuration(call, call["PTZConfigurationToken"])
    return ptz_configuration("tptz:PTZConfiguration", call.camera)


def get_options(call: OperationCall) -> Content:
    """Return the spaces and time-outs of moves."""
    _check_configuration(call, call["ConfigurationToken"])
    return configuration_options()


async def set_configuration(call: OperationCall) -> None:
    """Apply the configuration, whose name alone can change."""
    wanted: Element = call["PTZConfiguration"]
    _check_configuration(call, wanted.attributes.get("token", ""))
    if wanted.value(string, "NodeToken") != tokens.PTZ_NODE:
        raise config_modify(f"NodeToken: allowed is {tokens.PTZ_NODE}")
    if named := name_changes(call.camera, Part.PTZ, tokens.PTZ_CONFIGURATION, wanted):
        await call.update(*named)


async def send_auxiliary(call: OperationCall) -> Content:
    """Execute an auxiliary command."""
    find_profile(call.camera, call["ProfileToken"])
    await send_auxiliary_command(call, call["AuxiliaryData"])
    return node("tptz:AuxiliaryResponse", call["AuxiliaryData"])


def _refuse_absent(call: OperationCall) -> None:
    if not call.camera.ptz.is_supported:
        raise receiver_fault("ActionNotSupported", "PTZNotSupported", reason="the camera has no PTZ")


def _check_configuration(call: OperationCall, asked: str) -> None:
    _refuse_absent(call)
    if asked != tokens.PTZ_CONFIGURATION:
        raise no_configuration(asked)


SERVICE = Service(
    "tptz",
    "/onvif/ptz_service",
    capabilities,
    (
        Operation("GetNodes", _READ, get_nodes),
        Operation("GetNode", _READ, get_node, (Field("NodeToken", token),)),
        Operation("GetConfigurations", _READ, get_configurations),
        Operation("GetCompatibleConfigurations", _READ, get_compatible, (_PROFILE,)),
        Operation("GetConfiguration", _READ, get_configuration, (Field("PTZConfigurationToken", token),)),
        Operation("GetConfigurationOptions", _READ, get_options, (Field("ConfigurationToken", token),)),
        Operation("SetConfiguration", _MOVE, set_configuration, (Field("PTZConfiguration"),)),
        Operation("GetStatus", _READ, get_status, (_PROFILE,)),
        Operation("AbsoluteMove", _MOVE, move_absolute, (_PROFILE, Field("Position"), optional("Speed"))),
        Operation("RelativeMove", _MOVE, move_relative, (_PROFILE, Field("Translation"), optional("Speed"))),
        Operation(
            "ContinuousMove", _MOVE, move_continuously, (_PROFILE, Field("Velocity"), optional("Timeout", duration))
        ),
        Operation("Stop", _MOVE, stop, (_PROFILE, optional("PanTilt", boolean), optional("Zoom", boolean))),
        Operation("GetPresets", _READ, get_presets, (_PROFILE,)),
        Operation(
            "SetPreset", _MOVE, set_preset, (_PROFILE, optional("PresetName", string), optional("PresetToken", token))
        ),
        Operation("RemovePreset", _MOVE, remove_preset, (_PROFILE, Field("PresetToken", token))),
        Operation("GotoPreset", _MOVE, go_to_preset, (_PROFILE, Field("PresetToken", token), optional("Speed"))),
        Operation("GotoHomePosition", _MOVE, go_home, (_PROFILE, optional("Speed"))),
        Operation("SetHomePosition", _MOVE, set_home, (_PROFILE,)),
        Operation("SendAuxiliaryCommand", _MOVE, send_auxiliary, (_PROFILE, Field("AuxiliaryData", string))),
    ),
)
"""PTZ service and its operations (ONVIF PTZ Service Specification)."""
