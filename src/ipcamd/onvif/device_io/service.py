"""DeviceIO service: sources, digital inputs, and its table of operations (deviceio.wsdl)."""

from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.device.capabilities import count_hardware
from ipcamd.onvif.device_io.relays import (
    STATES,
    get_relay_options,
    get_relays,
    relay_tokens,
    set_relay_settings,
    set_relay_settings_by_token,
    set_relay_state,
)
from ipcamd.onvif.media import tokens
from ipcamd.onvif.operation import Field, Operation, OperationCall, Service, optional
from ipcamd.onvif.soap.fault import invalid_argument
from ipcamd.onvif.soap.values import one_of, token
from ipcamd.onvif.soap.writer import Content, Node, node

IDLE = "open"
"""Idle state of the inputs, which is fixed."""

_READ, _ACT = AccessClass.READ_MEDIA, AccessClass.ACTUATE


def capabilities(call: OperationCall) -> Node:
    """Return the answer of ``GetServiceCapabilities``."""
    return node(
        "tmd:Capabilities",
        VideoSources=1,
        VideoOutputs=0,
        AudioSources=count_hardware(call, "MicIn"),
        AudioOutputs=count_hardware(call, "AudioOut"),
        RelayOutputs=len(relay_tokens(call)),
        SerialPorts=0,
        DigitalInputs=len(input_tokens(call)),
        DigitalInputOptions=True,
    )


def input_tokens(call: OperationCall) -> list[str]:
    """Return the tokens of the inputs that the camera has."""
    return [f"input{number}" for number in range(1, count_hardware(call, "TriggerIn") + 1)]


def get_video_sources(_: OperationCall) -> Content:
    """List the picture source."""
    return node("tmd:Token", tokens.VIDEO_SOURCE)


def get_audio_sources(call: OperationCall) -> Content:
    """List the microphone, if there is one, whether it is enabled or not."""
    return node("tmd:Token", tokens.AUDIO_SOURCE) if count_hardware(call, "MicIn") else None


def get_audio_outputs(call: OperationCall) -> Content:
    """List the speaker, if there is one."""
    return node("tmd:Token", tokens.AUDIO_OUTPUT) if call.camera.speaker else None


def get_inputs(call: OperationCall) -> Content:
    """List the digital inputs."""
    return [node("tmd:DigitalInputs", token=each, IdleState=IDLE) for each in input_tokens(call)]


def get_input_options(call: OperationCall) -> Content:
    """Return the possible settings of the inputs: the present ones."""
    if call["Token"] is not None:
        _check_input(call, call["Token"])
    return node("tmd:DigitalInputOptions", node("tmd:IdleState", IDLE))


def set_inputs(call: OperationCall) -> None:
    """Accept the present configuration, which cannot change."""
    for element in call["DigitalInputs"]:
        _check_input(call, element.attributes.get("token", ""))
        if element.attributes.get("IdleState", IDLE) != IDLE:
            raise invalid_argument(f"IdleState: allowed is {IDLE}", "SettingsInvalid")


def _check_input(call: OperationCall, asked: str) -> None:
    if asked not in input_tokens(call):
        raise invalid_argument(f"{asked}: there is no such digital input", "NoConfig")


DEVICE_OPERATIONS: tuple[Operation, ...] = (
    Operation("GetRelayOutputs", _READ, get_relays),
    Operation(
        "SetRelayOutputSettings",
        _ACT,
        set_relay_settings_by_token,
        (Field("RelayOutputToken", token), Field("Properties")),
    ),
    Operation(
        "SetRelayOutputState",
        _ACT,
        set_relay_state,
        (Field("RelayOutputToken", token), Field("LogicalState", one_of(*STATES))),
    ),
)
"""Operations in the namespace of the device service, which DeviceIO also uses."""

SERVICE = Service(
    "tmd",
    "/onvif/deviceio_service",
    capabilities,
    (
        Operation("GetVideoSources", _READ, get_video_sources),
        Operation("GetAudioSources", _READ, get_audio_sources),
        Operation("GetAudioOutputs", _READ, get_audio_outputs),
        Operation("GetRelayOutputOptions", _READ, get_relay_options, (optional("RelayOutputToken", token),)),
        Operation("SetRelayOutputSettings", _ACT, set_relay_settings, (Field("RelayOutput"),)),
        Operation("GetDigitalInputs", _READ, get_inputs),
        Operation("GetDigitalInputConfigurationOptions", _READ, get_input_options, (optional("Token", token),)),
        Operation("SetDigitalInputConfigurations", _ACT, set_inputs, (Field("DigitalInputs", is_list=True),)),
    ),
)
"""Device IO service and its operations (ONVIF Device IO Service Specification)."""
