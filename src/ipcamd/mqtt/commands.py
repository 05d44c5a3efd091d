"""Commands from the broker: ``<Prefix>/<thing>/set``."""

from collections.abc import Awaitable, Callable, Mapping

from ipcamd.camera import Camera
from ipcamd.delivery.event_json import OFF, ON
from ipcamd.errors import RequestFailed
from ipcamd.params.device.ptz import PRESETLIST, PRESETS
from ipcamd.params.event.mqtt import MQTT
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Change, Requester

PRESS = "PRESS"
"""Payload of a command without a value."""
PAYLOAD_LIMIT = 256
"""Maximum bytes of a command."""
MAX_QUEUED_COMMANDS = 100
"""Commands that may wait; further ones are dropped."""

Action = Callable[[Camera, str, Requester], Awaitable[object]]
"""Executes a payload on behalf of a requester; raises ``IpcamdError``."""


def requester(camera: Camera) -> Requester:
    """Return the requester of changes by commands. Raises ``RequestFailed`` if the account does not exist."""
    values = camera.settings[MQTT.name]
    name, rank = values["Account"], Rank.ADMIN
    if name:
        entry = camera.accounts.entry(name)
        if entry is None:
            raise RequestFailed(f"{MQTT.name}.Account: there is no account {name}")
        rank = entry.account.rank
    return Requester(name or "mqtt", values["MQTTServer"], "mqtt", rank)


async def run_command(camera: Camera, thing: str, payload: bytes) -> None:
    """Execute the command of a topic, such as ``output/1``. Raises ``IpcamdError`` with the reason."""
    action = _ACTIONS.get(thing)
    if action is None:
        raise RequestFailed(f"there is no command {thing}; allowed: {', '.join(_ACTIONS)}")
    try:
        text = payload[: PAYLOAD_LIMIT + 1].decode()
    except UnicodeDecodeError:
        raise RequestFailed("the payload is not UTF-8") from None
    if len(payload) > PAYLOAD_LIMIT:
        raise RequestFailed(f"the payload has more than {PAYLOAD_LIMIT} bytes")
    await action(camera, text, requester(camera))


def _set(group: str, name: str, values: Mapping[str, str]) -> Action:
    """Return the action that sets a parameter to the value of the payload."""

    async def act(camera: Camera, payload: str, by: Requester) -> None:
        if payload not in values:
            *others, last = values
            raise RequestFailed(f"{payload!r}: allowed are {', '.join(others)} and {last}")
        await camera.settings.update([Change(group, name, values[payload])], by=by)

    return act


async def _reboot(camera: Camera, payload: str, by: Requester) -> None:
    if payload != PRESS:
        raise RequestFailed(f"{payload!r}: allowed is {PRESS}")
    _require(by, Rank.ADMIN)
    camera.audit_log.note_change(by, "restart")
    camera.restart()


async def _go_to_preset(camera: Camera, payload: str, by: Requester) -> None:
    _require(by, Rank.USERS)
    camera.ptz.lock.check(by.rank)
    await camera.ptz.go_to_preset(_preset_number(camera, payload))


def _preset_number(camera: Camera, payload: str) -> int:
    """Return the number of a preset that the payload names by number or name. Raises ``RequestFailed``."""
    if payload.isascii() and payload.isdigit() and len(payload) <= 3:
        return int(payload)
    for number, name in presets(camera).items():
        if name == payload:
            return number
    raise RequestFailed(f"there is no preset {payload!r}")


def presets(camera: Camera) -> dict[int, str]:
    """Return the names of the stored presets, by number."""
    rows = map(camera.settings[PRESETLIST.name].value, PRESETS)
    return {number: name for number, (enabled, _, name) in enumerate(rows, 1) if enabled}


def _require(by: Requester, rank: Rank) -> None:
    if by.rank < rank:
        raise RequestFailed(f"the account {by.name} has no permission for this command")


_ACTIONS: dict[str, Action] = {
    "output/1": _set("GPIO", "TriggerOutStatus1", {ON: "high", OFF: "low"}),
    "motion_detection": _set("Motion", "motionenable", {ON: "1", OFF: "0"}),
    "recording": _set("Recording", "Continuous", {ON: "yes", OFF: "no"}),
    "privacy": _set("Privacy", "Enabled", {ON: "yes", OFF: "no"}),
    "ircut": _set("IRCUt", "Usage", {"auto": "auto", "on": "on", "off": "off"}),
    "reboot": _reboot,
    "preset": _go_to_preset,
}
