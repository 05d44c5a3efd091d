"""Replay service: its table of operations (replay.wsdl)."""

from datetime import timedelta

from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.camera_url import http_url, rtsp_url
from ipcamd.onvif.media import tokens
from ipcamd.onvif.media.nodes import SESSION_TIMEOUT, SESSION_TIMEOUT_S
from ipcamd.onvif.operation import Field, Operation, OperationCall, Service
from ipcamd.onvif.recording.nodes import check_recording
from ipcamd.onvif.soap.fault import config_modify, invalid_argument
from ipcamd.onvif.soap.values import duration, one_of, token
from ipcamd.onvif.soap.writer import Content, Node, node

PATH = f"replay/{tokens.RECORDING}"
"""RTSP path of the recording."""


def get_replay_uri(call: OperationCall) -> Content:
    """Return the address of the recording."""
    check_recording(call["RecordingToken"])
    setup = call["StreamSetup"]
    protocol = setup.value(one_of("UDP", "TCP", "RTSP", "HTTP"), "Transport", "Protocol")
    if setup.value(one_of("RTP-Unicast", "RTP-Multicast"), "Stream") != "RTP-Unicast" or protocol == "TCP":
        raise invalid_argument("StreamSetup: RTP-Unicast over UDP, RTSP or HTTP is allowed", "InvalidStreamSetup")
    is_tunneled = protocol == "HTTP"
    return node("trp:Uri", f"{http_url(call.http)}/{PATH}" if is_tunneled else rtsp_url(call.http, PATH))


def get_replay_configuration(_: OperationCall) -> Content:
    """Return the time-out of sessions."""
    return node("trp:Configuration", node("tt:SessionTimeout", SESSION_TIMEOUT))


def set_replay_configuration(call: OperationCall) -> None:
    """Accept the present time-out of sessions. Raises ``Fault`` for another one."""
    if call["Configuration"].value(duration, "SessionTimeout") != timedelta(seconds=SESSION_TIMEOUT_S):
        raise config_modify(f"SessionTimeout: allowed is {SESSION_TIMEOUT}")


def _capabilities(_: OperationCall) -> Node:
    return node(
        "trp:Capabilities",
        ReversePlayback=True,
        SessionTimeoutRange=f"{SESSION_TIMEOUT_S} {SESSION_TIMEOUT_S}",
        RTP_RTSP_TCP=True,
    )


SERVICE = Service(
    "trp",
    "/onvif/replay_service",
    _capabilities,
    (
        Operation(
            "GetReplayUri",
            AccessClass.READ_MEDIA,
            get_replay_uri,
            (Field("StreamSetup"), Field("RecordingToken", token)),
        ),
        Operation("GetReplayConfiguration", AccessClass.READ_MEDIA, get_replay_configuration),
        Operation("SetReplayConfiguration", AccessClass.ACTUATE, set_replay_configuration, (Field("Configuration"),)),
    ),
)
"""Replay service."""
