"""Control parts: the engines that move and switch what the device has."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ipcamd.app.core import Core
from ipcamd.app.media import MediaParts
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.control.day_night import DayNight
from ipcamd.control.led import follow_led_setting
from ipcamd.control.ptz.controller import PtzController
from ipcamd.control.serial_commands import LineCommands
from ipcamd.params.device import ptz
from ipcamd.params.device.ptz import PRESETLIST
from ipcamd.store.eventlog import EventLogEntry


@dataclass(frozen=True, slots=True)
class ControlParts:
    """The engines."""

    ptz: PtzController
    day_night: DayNight

    def readers(self) -> dict[tuple[str, str], Callable[[], str]]:
        """Return the readers of the parameters that say what there is (see ``Settings.add_readers``)."""
        return {("Hardware", "PT"): lambda: "1" if self.ptz.is_supported else "0"}


def build_control(stack: ShutdownStack, core: Core, media: MediaParts) -> ControlParts:
    """Build and start them; they take up where the last run ended."""

    follow_led_setting(core.drivers.led, core.settings)
    return ControlParts(_build_ptz(stack, core, media), _build_day_night(stack, core, media))


def _build_ptz(stack: ShutdownStack, core: Core, media: MediaParts) -> PtzController:
    driver = core.drivers.pan_tilt
    controller = PtzController(
        driver,
        core.settings,
        core.key_values,
        partial(_note, core, "ptz"),
        media.motion.hold,
        media.pipeline.magnify if driver.is_digital else lambda _: None,
    )
    line = LineCommands(core.drivers.serial_line, core.settings)
    controller.serial = line
    controller.start()
    stack.push(line.close)
    stack.push(controller.close)
    core.settings.add_readers(ptz.readers(lambda: core.settings[PRESETLIST.name]))
    return controller


def _build_day_night(stack: ShutdownStack, core: Core, media: MediaParts) -> DayNight:
    day_night = DayNight(
        core.drivers.ir_cut, core.settings, core.clock, partial(_note, core, "ir-cut"), media.motion.hold
    )
    # a snapshot that is asked for after the switch must show it
    day_night.watch(lambda: media.pipeline.mjpeg.invalidate(core.clock.now_ns()))
    day_night.start()
    stack.push(day_night.close)
    return day_night


def _note(core: Core, part: str, failure: str) -> None:
    core.event_log.note(EventLogEntry(core.clock.now_ns(), part, failed=failure))
