"""Relay outputs (ONVIF DeviceIO, 5.6): the camera's digital output, active when it is high."""

from ipcamd.onvif.device.capabilities import count_hardware
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import invalid_argument
from ipcamd.onvif.soap.values import one_of, string
from ipcamd.onvif.soap.writer import Content, node
from ipcamd.params.device.gpio import GPIO
from ipcamd.settings.change_records import Change

STATES = {"active": "high", "inactive": "low"}
"""Logical state to the level of the output."""
MODE = "Bistable"
"""Mode, which is fixed: the output keeps its level."""
IDLE = "open"
"""Idle state, which is fixed: the output is open without power."""


def relay_tokens(call: OperationCall) -> list[str]:
    """Return the tokens of the outputs that the camera has."""
    return [f"relay{number}" for number in range(1, count_hardware(call, "TriggerOut") + 1)]


def get_relays(call: OperationCall) -> Content:
    """List the outputs."""
    properties = node("tt:Mode", MODE), node("tt:DelayTime", "PT0S"), node("tt:IdleState", IDLE)
    return [node("tds:RelayOutputs", node("tt:Properties", properties), token=token) for token in relay_tokens(call)]


def get_relay_options(call: OperationCall) -> Content:
    """Return the possible settings of the outputs."""
    asked = call["RelayOutputToken"]
    if asked is not None:
        check_relay(call, asked)
    return [
        node("tmd:RelayOutputOptions", node("tmd:Mode", MODE), node("tmd:Discrete", True), token=token)
        for token in relay_tokens(call)
        if asked in (None, token)
    ]


def check_relay(call: OperationCall, asked: str) -> int:
    """Return the number of an output. Raises ``Fault`` ``RelayToken``."""
    tokens = relay_tokens(call)
    if asked not in tokens:
        raise invalid_argument(f"{asked}: there is no such relay output", "RelayToken")
    return tokens.index(asked) + 1


def check_properties(properties: Element) -> None:
    """Refuse properties other than the present ones. Raises ``Fault`` ``ModeError``."""
    if properties.value(string, "Mode") != MODE or properties.value(one_of("open", "closed"), "IdleState") != IDLE:
        raise invalid_argument(f"allowed are Mode {MODE} and IdleState {IDLE}", "ModeError")


def set_relay_settings(call: OperationCall) -> None:
    """Accept the present properties, in the form of DeviceIO; they cannot change."""
    relay: Element = call["RelayOutput"]
    check_relay(call, relay.attributes.get("token", ""))
    check_properties(relay.require("Properties"))


def set_relay_settings_by_token(call: OperationCall) -> None:
    """Accept the present properties, in the form of the device service."""
    check_relay(call, call["RelayOutputToken"])
    check_properties(call["Properties"])


async def set_relay_state(call: OperationCall) -> None:
    """Switch an output."""
    number = check_relay(call, call["RelayOutputToken"])
    await call.update(Change(GPIO.name, f"TriggerOutStatus{number}", STATES[call["LogicalState"]]))
