"""Control parts: the engines that move what the device has."""

from collections.abc import Callable
from dataclasses import dataclass

from ipcamd.app.core import Core
from ipcamd.app.media import MediaParts
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.control.ptz.controller import PtzController
from ipcamd.control.serial_commands import LineCommands
from ipcamd.params.device import ptz
from ipcamd.params.device.ptz import PRESETLIST
from ipcamd.store.eventlog import EventLogEntry


@dataclass(frozen=True, slots=True)
class ControlParts:
    """The engines."""

    ptz: PtzController

    def readers(self) -> dict[tuple[str, str], Callable[[], str]]:
        """Return the readers of the parameters that say what there is (see ``Settings.add_readers``)."""
        return {("Hardware", "PT"): lambda: "1" if self.ptz.is_supported else "0"}


def build_control(stack: ShutdownStack, core: Core, media: MediaParts) -> ControlParts:
    """Build and start them; they take up where the last run ended."""

    def note(failure: str) -> None:
        core.event_log.note(EventLogEntry(core.clock.now_ns(), "ptz", failed=failure))

    driver = core.drivers.pan_tilt
    controller = PtzController(
        driver,
        core.settings,
        core.key_values,
        note,
        media.motion.hold,
        media.pipeline.magnify if driver.is_digital else lambda _: None,
    )
    line = LineCommands(core.drivers.serial_line, core.settings)
    controller.serial = line
    controller.start()
    stack.push(line.close)
    stack.push(controller.close)
    core.settings.add_readers(ptz.readers(lambda: core.settings[PRESETLIST.name]))
    return ControlParts(controller)
