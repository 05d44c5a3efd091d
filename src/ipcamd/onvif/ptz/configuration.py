"""PTZ configuration (``tt:PTZConfiguration``): the default space of each kind of move."""

from datetime import timedelta

from ipcamd.camera import Camera
from ipcamd.onvif.media import tokens
from ipcamd.onvif.media.nodes import configuration_entity
from ipcamd.onvif.media.profiles import Part
from ipcamd.onvif.ptz import spaces
from ipcamd.onvif.soap.writer import Node, node

DEFAULT_TIMEOUT = timedelta(seconds=5)
"""Duration of a continuous move without a time."""
TIMEOUTS = timedelta(seconds=0.1), timedelta(minutes=10)
"""Shortest and longest time of a continuous move."""


def ptz_configuration(name: str, camera: Camera, token: str = tokens.PTZ_CONFIGURATION) -> Node:
    """Return the configuration as an element of this name."""
    return configuration_entity(
        name,
        camera,
        Part.PTZ,
        token,
        node("tt:NodeToken", tokens.PTZ_NODE),
        node("tt:DefaultAbsolutePantTiltPositionSpace", spaces.POSITION),
        node("tt:DefaultAbsoluteZoomPositionSpace", spaces.ZOOM_POSITION),
        node("tt:DefaultRelativePanTiltTranslationSpace", spaces.TRANSLATION_FOV),
        node("tt:DefaultRelativeZoomTranslationSpace", spaces.ZOOM_TRANSLATION),
        node("tt:DefaultContinuousPanTiltVelocitySpace", spaces.VELOCITY),
        node("tt:DefaultContinuousZoomVelocitySpace", spaces.ZOOM_VELOCITY),
        node(
            "tt:DefaultPTZSpeed",
            node("tt:PanTilt", x=0.5, y=0.5, space=spaces.SPEED),
            node("tt:Zoom", x=1, space=spaces.ZOOM_SPEED),
        ),
        node("tt:DefaultPTZTimeout", DEFAULT_TIMEOUT),
        node("tt:PanTiltLimits", spaces.space_2d("tt:Range", spaces.POSITION, spaces.ONE, spaces.ONE)),
        node("tt:ZoomLimits", spaces.space_1d("tt:Range", spaces.ZOOM_POSITION, (0.0, 1.0))),
    )
