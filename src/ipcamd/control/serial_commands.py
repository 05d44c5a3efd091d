"""Serial commands: PTZ on the RS-485 line, in the protocol of the group ``RS485`` or as its custom bytes (SDK 10.15).

Pelco-P and VISCA are additions.
"""

import asyncio
import logging

from ipcamd.device.drivers import SerialLine
from ipcamd.errors import RequestFailed
from ipcamd.params.device.rs485 import RS485
from ipcamd.params.group import Values
from ipcamd.settings.settings import Settings
from ipcamd.wire.pelco import HOME_PRESET, build_move, build_preset, build_stop, to_pelco_p
from ipcamd.wire.visca import (
    VISCA_ADDRESSES,
    build_visca_home,
    build_visca_move,
    build_visca_preset,
    build_visca_stop,
)

STEP_S = 0.3
"""Duration of one step of a head, in seconds, after which the protocol's stop is sent."""
MOVES = {
    "up": ("up",),
    "down": ("down",),
    "left": ("left",),
    "right": ("right",),
    "upleft": ("up", "left"),
    "upright": ("up", "right"),
    "downleft": ("down", "left"),
    "downright": ("down", "right"),
    "zoomin": ("zoomin",),
    "zoomout": ("zoomout",),
}
"""Move to its directions."""

_log = logging.getLogger(__name__)


class SerialCommands:
    """Sends PTZ commands to the head on one line. All methods raise ``RequestFailed`` if the line fails.

    The custom protocol has neither stop nor zoom; its presets are those of Pelco-D.
    """

    def __init__(self, line: SerialLine, settings: Settings, step_s: float = STEP_S) -> None:
        """`step_s` is the time of a step, in seconds."""
        self._line, self._settings, self._step_s = line, settings, step_s
        self._turn = asyncio.Lock()
        self._step: asyncio.Task[None] | None = None
        self._stop = b""
        """Bytes that end the present move; none without a move."""
        settings.watch(RS485.name, lambda _: self._end_continuous_move())

    @property
    def enabled(self) -> bool:
        """Whether PTZ commands are sent on the line (``RS485.Enable``)."""
        return self._line.is_present and self._settings[RS485.name]["Enable"] == "yes"

    @property
    def is_connected(self) -> bool:
        """Whether commands are sent, and the line works, as far as known."""
        return self.enabled and self._line.is_connected

    def check(self, command: str) -> None:
        """Raise ``RequestFailed`` if the protocol does not support a command: one of `send_move`, or ``ExCommand1`` to
        ``ExCommand5``."""
        values = self._settings[RS485.name]
        if command.startswith("ExCommand"):
            _required(values, command)
        else:
            _move_bytes(values, command)

    async def send_move(self, direction: str, continuous: bool) -> None:
        """Send a move: ``up``, ``downleft`` ..., ``home``, ``zoomin``, ``zoomout`` or ``stop``; for one step, or until
        the next command. The stop after a step is sent in the background."""
        values = self._settings[RS485.name]
        moves = direction in MOVES and values["Protocol"] != "custom"
        async with self._turn:
            await self._replace(_move_bytes(values, direction), _move_bytes(values, "stop") if moves else b"")
            if moves and not continuous:
                self._step = asyncio.get_running_loop().create_task(self._end_step())

    async def send_preset(self, number: int, store: bool = False) -> None:
        """Move to a preset of the head, 1 to 8, or `store` the present position there, which does not interrupt a
        move."""
        values = self._settings[RS485.name]
        if store:
            await self._line.send(_preset_bytes(values, "set", number), values)
            return
        async with self._turn:
            await self._replace(_preset_bytes(values, "go", number))

    async def clear_preset(self, number: int) -> None:
        """Delete a preset of the head, 1 to 8. It does not interrupt a move."""
        values = self._settings[RS485.name]
        await self._line.send(_preset_bytes(values, "clear", number), values)

    async def send_external(self, number: int) -> None:
        """Send external command 1 to 5. It does not interrupt a move."""
        values = self._settings[RS485.name]
        await self._line.send(_required(values, f"ExCommand{number}"), values)

    async def close(self) -> None:
        """Wait for the end of a step, stop a continuous move."""
        if self._step:
            await asyncio.wait({self._step})
        await self._end_move()

    async def _replace(self, data: bytes, stop: bytes = b"") -> None:
        """Send a command that replaces the present move; `stop` ends the move that it starts, if any."""
        if self._step:
            self._step.cancel()
            self._step = None
        self._stop = stop
        if data:
            await self._line.send(data, self._settings[RS485.name])

    def _end_continuous_move(self) -> None:
        """Stop it when the line is disabled or reconfigured: a later stop would not reach the head."""
        if self._stop and (self._step is None or self._step.done()):
            self._step = asyncio.get_running_loop().create_task(self._end_move())

    async def _end_step(self) -> None:
        await asyncio.sleep(self._step_s)
        await self._end_move()

    async def _end_move(self) -> None:
        """Send the stop of the present move, if any. A failure is logged."""
        stop, self._stop = self._stop, b""
        try:
            if stop:
                await self._line.send(stop, self._settings[RS485.name])
        except RequestFailed as error:
            _log.warning("the stop of a move was not sent: %s", error)


def _move_bytes(values: Values, direction: str) -> bytes:
    """Return the bytes of a move in the protocol of the line. Raises ``RequestFailed``."""
    match values["Protocol"]:
        case "custom":
            return _custom_bytes(values, direction)
        case "VISCA":
            return _visca_bytes(values, direction)
        case "Pelco-P":
            return to_pelco_p(_pelco_bytes(values, direction))
        case _:
            return _pelco_bytes(values, direction)


def _preset_bytes(values: Values, action: str, number: int) -> bytes:
    """Return the bytes for ``set``, ``clear`` or ``go`` with a preset. Raises ``RequestFailed``."""
    if values["Protocol"] == "VISCA":
        return build_visca_preset(_visca_address(values), action, number)
    message = build_preset(values.number("Address"), action, number)
    return to_pelco_p(message) if values["Protocol"] == "Pelco-P" else message


def _visca_address(values: Values) -> int:
    address = values.number("Address")
    if address > VISCA_ADDRESSES:
        raise RequestFailed(f"RS485.Address={address}: VISCA has 1 to {VISCA_ADDRESSES}")
    return address


def _visca_bytes(values: Values, direction: str) -> bytes:
    address = _visca_address(values)
    match direction:
        case "stop":
            return build_visca_stop(address)
        case "home":
            return build_visca_home(address)
        case _:
            return build_visca_move(address, MOVES[direction], values.number("PanSpeed"), values.number("TiltSpeed"))


def _pelco_bytes(values: Values, direction: str) -> bytes:
    address = values.number("Address")
    match direction:
        case "stop":
            return build_stop(address)
        case "home":
            return build_preset(address, "go", HOME_PRESET)
        case _:
            return build_move(address, MOVES[direction], values.number("PanSpeed"), values.number("TiltSpeed"))


def _custom_bytes(values: Values, direction: str) -> bytes:
    """Return the bytes of a move: both directions of a diagonal, none for a stop. Raises ``RequestFailed``."""
    if direction == "stop":
        return b""
    if direction.startswith("zoom"):
        raise RequestFailed("the custom protocol of RS485 has no command for zoom")
    return b"".join(_required(values, way.title()) for way in MOVES.get(direction, (direction,)))


def _required(values: Values, name: str) -> bytes:
    """Return the bytes of a command. Raises ``RequestFailed`` if there are none."""
    if not values[name]:
        raise RequestFailed(f"RS485.{name} is empty: it needs the command's bytes in hexadecimal")
    return bytes.fromhex(values[name])
