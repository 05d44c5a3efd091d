"""Elements of the PTZ service: node, options, status (onvif.xsd)."""

from ipcamd.camera import Camera
from ipcamd.device.position import PAN_LIMIT
from ipcamd.onvif.auxiliary import auxiliary_commands
from ipcamd.onvif.media import tokens
from ipcamd.onvif.media.nodes import range_node
from ipcamd.onvif.ptz import spaces
from ipcamd.onvif.ptz.configuration import TIMEOUTS
from ipcamd.onvif.ptz.spaces import ONE, space_1d, space_2d, to_zoom
from ipcamd.onvif.soap.values import utc_time
from ipcamd.onvif.soap.writer import Content, Node, node
from ipcamd.params.device.ptz import PRESETS

_DEGREES = tuple((-limit, limit) for limit in (spaces.PAN_DEGREES, spaces.TILT_DEGREES))
_TWICE_DEGREES = tuple((2 * low, 2 * high) for low, high in _DEGREES)


def ptz_node(camera: Camera) -> Node:
    """Return ``tptz:PTZNode``."""
    return node(
        "tptz:PTZNode",
        node("tt:Name", "PTZ"),
        node("tt:SupportedPTZSpaces", _spaces()),
        node("tt:MaximumNumberOfPresets", len(PRESETS)),
        node("tt:HomeSupported", True),
        [node("tt:AuxiliaryCommands", command) for command in auxiliary_commands(camera)],
        token=tokens.PTZ_NODE,
        FixedHomePosition=False,
        GeoMove=False,
    )


def configuration_options() -> Node:
    """Return ``tptz:PTZConfigurationOptions``."""
    return node("tptz:PTZConfigurationOptions", node("tt:Spaces", _spaces()), range_node("tt:PTZTimeout", TIMEOUTS))


def status(camera: Camera) -> Node:
    """Return ``tptz:PTZStatus``: position, and whether the head moves."""
    state = "MOVING" if camera.ptz.is_moving else "IDLE"
    return node(
        "tptz:PTZStatus",
        position_node("tt:Position", *camera.ptz.position),
        node("tt:MoveStatus", node("tt:PanTilt", state), node("tt:Zoom", state)),
        node("tt:UtcTime", utc_time(camera.clock.now_ns())),
    )


def position_node(name: str, pan: float, tilt: float, zoom: float) -> Node:
    """Return ``tt:PTZVector`` as an element of this name."""
    return node(
        name,
        node("tt:PanTilt", x=pan / PAN_LIMIT, y=tilt / PAN_LIMIT, space=spaces.POSITION),
        node("tt:Zoom", x=to_zoom(zoom), space=spaces.ZOOM_POSITION),
    )


def _spaces() -> Content:
    return (
        space_2d("tt:AbsolutePanTiltPositionSpace", spaces.POSITION, ONE, ONE),
        space_2d("tt:AbsolutePanTiltPositionSpace", spaces.POSITION_DEGREES, *_DEGREES),
        space_1d("tt:AbsoluteZoomPositionSpace", spaces.ZOOM_POSITION, (0.0, 1.0)),
        space_2d("tt:RelativePanTiltTranslationSpace", spaces.TRANSLATION, ONE, ONE),
        space_2d("tt:RelativePanTiltTranslationSpace", spaces.TRANSLATION_FOV, ONE, ONE),
        space_2d("tt:RelativePanTiltTranslationSpace", spaces.TRANSLATION_DEGREES, *_TWICE_DEGREES),
        space_1d("tt:RelativeZoomTranslationSpace", spaces.ZOOM_TRANSLATION, ONE),
        space_2d("tt:ContinuousPanTiltVelocitySpace", spaces.VELOCITY, ONE, ONE),
        space_1d("tt:ContinuousZoomVelocitySpace", spaces.ZOOM_VELOCITY, ONE),
        space_1d("tt:PanTiltSpeedSpace", spaces.SPEED, (0.0, 1.0)),
        space_1d("tt:ZoomSpeedSpace", spaces.ZOOM_SPEED, (0.0, 1.0)),
    )
