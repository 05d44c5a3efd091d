"""PTZ controller: moves the pan-tilt head, and the head on the serial line, on request (SDK 8).

Each command replaces the present move or patrol.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from ipcamd.control.motor_watch import MotorWatch
from ipcamd.control.ptz.lock import PtzLock
from ipcamd.control.ptz.patrol import Patrol
from ipcamd.control.ptz.presets import Presets
from ipcamd.control.ptz.thumbnails import PresetThumbnails
from ipcamd.control.serial_commands import SerialCommands
from ipcamd.control.stored_positions import StoredPtzPositions
from ipcamd.device.absent import AbsentSerialLine
from ipcamd.device.driver_guard import DriverGuard
from ipcamd.device.drivers import PanTilt
from ipcamd.device.position import PAN_LIMIT, TILT_LIMIT, ZOOM_LIMIT, PtzPosition
from ipcamd.errors import RequestFailed
from ipcamd.params.device.ptz import PRESETLIST, SPEED
from ipcamd.settings.change_records import CAMERA, Change, Requester
from ipcamd.settings.settings import Settings
from ipcamd.store.keyvalue import KeyValueStore

DIRECTIONS = {
    "up": (0, 1),
    "down": (0, -1),
    "left": (-1, 0),
    "right": (1, 0),
    "upleft": (-1, 1),
    "upright": (1, 1),
    "downleft": (-1, -1),
    "downright": (1, -1),
}
"""Move to the signs of pan and tilt."""
STEP = 2 * PAN_LIMIT / 20
"""Length of one move: a twentieth of the range (clarifications, PTZ on a virtual device)."""
FIRST_ZOOM = 1.5
"""Zoom at the first pan or tilt of a digital head that shows the whole picture and has no room to move."""


class PtzController:
    """PTZ of one camera. For the event loop."""

    def __init__(
        self,
        driver: PanTilt,
        settings: Settings,
        key_values: KeyValueStore,
        motors: MotorWatch,
        note: Callable[[str], None] = lambda _: None,
        take_thumbnail: Callable[[], Awaitable[bytes]] | None = None,
        serial: SerialCommands | None = None,
    ) -> None:
        """`motors` monitors `driver`; `note` writes a failure to the event log; `take_thumbnail` returns a small JPEG
        of the present picture; `serial` sends commands to the head on the serial line; None: there is no line."""
        self.serial = serial or SerialCommands(AbsentSerialLine(), settings)
        self.lock = PtzLock()
        self._driver, self._settings, self._stored = driver, settings, StoredPtzPositions(key_values)
        self._motors = motors
        self._guard = DriverGuard("the pan-tilt head", note)
        self.thumbnails = PresetThumbnails(key_values, self._stored, settings, take_thumbnail, motors.tell)
        self.presets = Presets(settings, self._stored, self.thumbnails)
        self._patrol = Patrol(self.presets.stops, self._visit)
        self._is_held = False
        """Whether the move continues until a stop."""
        self._timeout: asyncio.TimerHandle | None = None
        """Timer that ends the present move of `drive`."""
        settings.watch(PRESETLIST.name, lambda _: self._follow_presets())
        motors.keep(lambda: self._stored.save_position(self.position), lambda: self._patrol.is_running)

    @property
    def is_supported(self) -> bool:
        """Whether there is a head: the device's own, or one on the serial line."""
        return self._driver.is_present or self.serial.enabled

    @property
    def is_connected(self) -> bool:
        """Whether a head works, as far as known; one on a serial line counts with the line."""
        return self._driver.is_connected or self.serial.is_connected

    @property
    def position(self) -> PtzPosition:
        """The present position."""
        return self._driver.position

    @property
    def is_moving(self) -> bool:
        """Whether the head moves."""
        return self._driver.rest_in_s > 0

    def state(self) -> dict[str, object]:
        """Return the state for pages: position and activity."""
        pan, tilt, zoom = self.position
        return {
            "pan": round(pan, 2),
            "tilt": round(tilt, 2),
            "zoom": round(zoom, 3),
            "moving": self.is_moving,
            "patrol": self._patrol.is_running,
            "locked_s": self.lock.shown_rest_s,
        }

    def start(self) -> None:
        """Restore the position, and the patrol, of the last run."""
        if self._driver.is_present:
            self._driver.restore(self._stored.position)
            self._motors.follow()
        if self._stored.patrols and self.is_supported:
            self._patrol.start()

    def close(self) -> None:
        """Stop the patrol, which the next start resumes."""
        self._cancel_timeout()
        self._patrol.stop()

    async def move(self, direction: str, continuous: bool = False) -> None:
        """Move one step in one of the `DIRECTIONS`, or continuously to the limit. Raises ``RequestFailed``."""
        self._begin(direction)
        self._is_held = continuous
        pan, tilt = DIRECTIONS[direction]
        here, far = self.position, 2 * max(PAN_LIMIT, TILT_LIMIT) if continuous else STEP
        await self._drive(PtzPosition(here.pan + pan * far, here.tilt + tilt * far, self._zoom_to_move()))
        await self._send_move(direction, continuous)

    async def turn(self, direction: str, degrees: int) -> None:
        """Move by this many units of pan and tilt in one of the `DIRECTIONS`. Other axes continue their move. Raises
        ``RequestFailed``."""
        self._begin(direction)
        pan, tilt = DIRECTIONS[direction]
        here, target = self.position, self._driver.target
        to_pan = here.pan + pan * degrees if pan else target.pan
        to_tilt = here.tilt + tilt * degrees if tilt else target.tilt
        await self._drive(PtzPosition(to_pan, to_tilt, self._zoom_to_move()))
        if degrees:
            await self._send_move(direction)

    async def zoom(self, inwards: bool) -> None:
        """Zoom until `stop` or the limit. Raises ``RequestFailed``."""
        direction = "zoomin" if inwards else "zoomout"
        self._begin(direction)
        self._is_held = True
        await self._drive(PtzPosition(self.position.pan, self.position.tilt, ZOOM_LIMIT if inwards else 1.0))
        await self._send_move(direction, continuous=True)

    async def go_to(self, position: PtzPosition, speeds: tuple[int, int] | None = None) -> None:
        """Move to a position, at these speeds of pan and tilt or those of ``PTZ.Speed``. Raises ``RequestFailed``; also
        with only a head on the serial line."""
        self._refuse_serial_only()
        self._begin()
        await self._drive(position.limited(), speeds)

    async def drive(self, signs: tuple[int, int, int], pan_speed: int, tilt_speed: int, timeout_s: float) -> None:
        """Move pan, tilt and zoom in the directions of these signs (0: no move), and stop after this many seconds.
        Speeds are 1 to 3. Raises ``RequestFailed``; also with only a head on the serial line."""
        self._refuse_serial_only()
        self._begin()
        self._is_held = True
        pan, tilt, zoom = signs
        here = self.position
        target_zoom = self._zoom_to_move() if pan or tilt else here.zoom
        target_zoom = {-1: 1.0, 0: target_zoom, 1: ZOOM_LIMIT}[zoom]
        far = 2 * PAN_LIMIT
        target = PtzPosition(here.pan + pan * far, here.tilt + tilt * far, target_zoom)
        await self._drive(target, (pan_speed, tilt_speed))
        self._cancel_timeout()  # of a move that began meanwhile
        self._timeout = asyncio.get_running_loop().call_later(timeout_s, self._motors.save, self.stop)

    async def zoom_to(self, zoom: float) -> None:
        """Zoom to 1 to 4. Raises ``RequestFailed``."""
        await self.go_to(PtzPosition(self.position.pan, self.position.tilt, zoom))

    async def center(self, x: float, y: float) -> None:
        """Centre a point of the visible picture, per cent from the left and from the top. Raises ``RequestFailed``."""
        await self.go_to(self.position.centered(x, y, max(FIRST_ZOOM, self._zoom_to_move())))

    async def stop(self) -> None:
        """End the move or the patrol. Raises ``RequestFailed``."""
        self._begin()
        try:
            if self._driver.is_present:
                await self._guard.run(self._driver.stop())
                self._motors.follow()
        finally:  # one failing head must not keep the other moving
            await self._send_move("stop")

    async def lock_for(self, duration_s: float) -> None:
        """Lock PTZ for other ranks for this many seconds; 0 unlocks it. A continuous move stops, because its author may
        no longer be permitted to stop it. Raises ``RequestFailed``."""
        self._refuse_absent()
        self.lock.close(duration_s)
        self._motors.tell()
        if duration_s and self._is_held:
            with suppress(RequestFailed):  # `stop` has recorded it
                await self.stop()

    async def go_home(self) -> None:
        """Move to the home position. Raises ``RequestFailed``."""
        self._begin("home")
        await self._drive(self._stored.home)
        await self._send_move("home")

    async def set_home(self) -> None:
        """Store the present position as home. Raises ``RequestFailed``, also with only a head on the serial line, whose
        home is fixed, and ``StoreError``."""
        self._refuse_serial_only()
        await self._stored.save_home(self.position)

    async def calibrate(self) -> None:
        """Reset the head after a hardware error; then it moves home. Raises ``RequestFailed``."""
        self._begin("home")
        if self._driver.is_present:
            await self._guard.run(self._driver.calibrate())
        await self.go_home()

    async def go_to_preset(self, number: int) -> None:
        """Move to a preset. Raises ``RequestFailed``."""
        self._refuse_absent()
        self.presets.position(number)
        self._begin("stop")
        await self._drive_to_preset(number, *self._speeds())

    async def update_preset(self, number: int, value: str, by: Requester = CAMERA) -> None:
        """Set a preset to ``ENABLE|DURATION|NAME``, at the present position. Raises as ``Settings.update``."""
        self._refuse_absent()
        self._check_serial("stop")
        await self.presets.update(number, value, self.position, by)
        if self.serial.enabled:
            stores = value.startswith("1|")
            await self._guard.run(self.serial.send_preset(number, True) if stores else self.serial.clear_preset(number))

    async def set_speeds(self, patrol: int, tilt: int, pan: int, by: Requester = CAMERA) -> None:
        """Set the speeds, 1 to 3. Raises the errors of ``Settings.update``."""
        speeds = {"PatrolSpeed": patrol, "TiltSpeed": tilt, "PanSpeed": pan}
        await self._settings.update([Change(SPEED.name, name, str(level)) for name, level in speeds.items()], by=by)

    async def start_patrol(self) -> None:
        """Visit the presets, also after a restart, until another command. Raises ``RequestFailed``, ``StoreError``."""
        self._refuse_absent()
        self.refuse_empty_patrol()
        await self._stored.save_patrols(True)
        self._patrol.start()
        self._motors.tell()

    async def stop_patrol(self) -> None:
        """Stop the patrol at the present position. Raises ``RequestFailed`` and ``StoreError``."""
        self._refuse_absent()
        if self._patrol.is_running:
            await self.stop()
        await self._stored.save_patrols(False)

    async def send_external(self, number: int) -> None:
        """Send external command 1 to 5 on the serial line. Raises ``RequestFailed``."""
        self.check_external(number)
        await self._guard.run(self.serial.send_external(number))

    def refuse_empty_patrol(self) -> None:
        """Raise ``RequestFailed`` if no preset is set."""
        if not self.presets.stops():
            raise RequestFailed("ptzpatrol=start: no preset is set")

    def check_external(self, number: int) -> None:
        """Raise ``RequestFailed`` if external command 1 to 5 cannot be sent."""
        if not self.serial.enabled:
            raise RequestFailed(f"excommand={number}: the serial line is not enabled (RS485.Enable)")
        self._check_serial(f"ExCommand{number}")

    def _refuse_absent(self) -> None:
        if not self.is_supported:
            raise RequestFailed("not supported by this device")

    def _refuse_serial_only(self) -> None:
        if not self._driver.is_present:
            raise RequestFailed("not supported by this device")

    def _check_serial(self, command: str) -> None:
        if command and self.serial.enabled:
            self._guard.check(lambda: self.serial.check(command))

    def _begin(self, command: str = "") -> None:
        """End the patrol, which a command replaces. Raises ``RequestFailed``, without changes, if there is no head, or
        the protocol of the serial line does not support `command`."""
        self._refuse_absent()
        self._check_serial(command)
        self._is_held = False
        self._cancel_timeout()
        self._end_patrol()

    def _cancel_timeout(self) -> None:
        if self._timeout:
            self._timeout.cancel()

    def _follow_presets(self) -> None:
        """Follow a change of the presets; the patrol ends with the last one."""
        self._motors.save(lambda: self.presets.follow(self.position))
        if not self.presets.stops():
            self._end_patrol()

    def _end_patrol(self) -> None:
        if self._patrol.is_running:
            self._patrol.stop()
            self._motors.save(lambda: self._stored.save_patrols(False))

    def _zoom_to_move(self) -> float:
        """Return a zoom at which pan and tilt have room."""
        zoom = self._driver.target.zoom
        return FIRST_ZOOM if self._driver.is_digital and zoom <= 1 else zoom

    def _speeds(self) -> tuple[int, int]:
        values = self._settings[SPEED.name]
        return values.number("PanSpeed"), values.number("TiltSpeed")

    async def _drive(self, target: PtzPosition, speeds: tuple[int, int] | None = None) -> None:
        """Start to move the device's own head, if there is one."""
        if self._driver.is_present:
            await self._guard.run(self._driver.move_to(target.limited(), *(speeds or self._speeds())))
            self._motors.follow()

    async def _send_move(self, direction: str, continuous: bool = False) -> None:
        """Send a move to the head on the serial line, if there is one."""
        if self.serial.enabled:
            await self._guard.run(self.serial.send_move(direction, continuous))

    async def _drive_to_preset(self, number: int, pan_speed: int, tilt_speed: int) -> None:
        await self._drive(self.presets.position(number), (pan_speed, tilt_speed))
        if self.serial.enabled:
            await self._guard.run(self.serial.send_preset(number))

    async def _visit(self, number: int) -> None:
        """Move to a preset of the patrol; return when the head has arrived."""
        speed = self._settings[SPEED.name].number("PatrolSpeed")
        await self._drive_to_preset(number, speed, speed)
        await self._rest()

    async def _rest(self) -> None:
        """Wait until the head stops."""
        if rest_in_s := self._driver.rest_in_s:
            await asyncio.sleep(rest_in_s)
            await self._rest()
