"""Control parts: the engines of the device's hardware."""

from collections.abc import Callable
from functools import partial

from ipcamd.app.core import Core
from ipcamd.app.media import MediaParts
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.control.day_night import DayNight
from ipcamd.control.lens.controller import LensController
from ipcamd.control.motor_watch import MotorWatch
from ipcamd.control.network_led import follow_led_setting
from ipcamd.control.picture_light import PictureLight
from ipcamd.control.ptz.controller import PtzController
from ipcamd.control.serial_commands import SerialCommands
from ipcamd.dataclass import dataclass
from ipcamd.params.device import ptz
from ipcamd.params.device.ircut import IRCUT
from ipcamd.params.device.ptz import PRESETLIST
from ipcamd.params.group import Values
from ipcamd.workers.thread import run_in_thread


@dataclass(frozen=True, slots=True)
class ControlParts:
    """The engines."""

    motors: MotorWatch
    ptz: PtzController
    lens: LensController
    day_night: DayNight

    def readers(self) -> dict[tuple[str, str], Callable[[], str]]:
        """Return the readers of the parameters about present hardware (see ``Settings.add_readers``)."""
        return {("Hardware", "PT"): lambda: "1" if self.ptz.is_connected else "0"}

    def presence(self) -> dict[str, Callable[[], bool]]:
        """Return whether there is a pan-tilt head, connected or not (see ``Settings.add_presence``)."""
        return {"PT": lambda: self.ptz.is_supported}


def build_control(stack: ShutdownStack, core: Core, media: MediaParts) -> ControlParts:
    """Build and start the engines; they continue from the state of the last run."""

    follow_led_setting(core.drivers.led, core.settings)
    motors = _build_motors(stack, core, media)
    ptz, lens = _build_ptz(stack, core, media, motors), _build_lens(stack, core, media, motors)
    return ControlParts(motors, ptz, lens, _build_day_night(stack, core, media))


def _build_motors(stack: ShutdownStack, core: Core, media: MediaParts) -> MotorWatch:
    drivers = core.drivers
    motors = MotorWatch(drivers.pan_tilt, drivers.lens, hold=media.motion.hold)
    motors.watch(lambda: media.pipeline.magnify(drivers.digital_zoom()))
    # a snapshot that is requested after a move must show it
    motors.watch(lambda: media.pipeline.mjpeg.invalidate(core.clock.now_ns()))
    stack.push(motors.close)
    return motors


def _build_ptz(stack: ShutdownStack, core: Core, media: MediaParts, motors: MotorWatch) -> PtzController:
    note = partial(core.note_failure, "ptz")
    take = partial(_take_thumbnail, core, media)
    serial = SerialCommands(core.drivers.serial_line, core.settings)
    controller = PtzController(core.drivers.pan_tilt, core.settings, core.key_values, motors, note, take, serial)
    controller.start()
    stack.push(serial.close)
    stack.push(controller.thumbnails.close)
    stack.push(controller.close)
    core.settings.add_readers(ptz.readers(lambda: core.settings[PRESETLIST.name]))
    return controller


def _build_lens(stack: ShutdownStack, core: Core, media: MediaParts, motors: MotorWatch) -> LensController:
    meter, note = media.pipeline.focus_meter, partial(core.note_failure, "lens")
    lens = LensController(core.drivers.lens, core.key_values, motors, meter, note)
    lens.start()
    stack.push(lens.close)
    return lens


async def _take_thumbnail(core: Core, media: MediaParts) -> bytes:
    """Return a small JPEG of a picture captured from now on. Raises ``RequestFailed``."""
    from ipcamd.media.image.thumbnail import shrink_jpeg

    media.pipeline.mjpeg.invalidate(core.clock.now_ns())
    frame = await media.pipeline.snapshot()
    return await run_in_thread(partial(shrink_jpeg, frame.payload), "thumbnail")


def _build_day_night(stack: ShutdownStack, core: Core, media: MediaParts) -> DayNight:
    drivers, note = core.drivers, partial(core.note_failure, "ir-cut")
    picture = PictureLight() if drivers.light_by_picture else None
    light = picture or drivers.light
    day_night = DayNight(drivers.ir_cut, light, core.settings, core.clock, note, media.motion.hold)
    # a snapshot that is requested after the switch must show it
    day_night.watch(lambda: media.pipeline.mjpeg.invalidate(core.clock.now_ns()))
    day_night.start()
    stack.push(day_night.close)
    if picture:
        _measure_light(core, media, picture, day_night)
    return day_night


def _measure_light(core: Core, media: MediaParts, light: PictureLight, day_night: DayNight) -> None:
    """Pass the brightness of pictures to `light` while day and night depend on it."""

    def follow(values: Values) -> None:
        is_followed = core.drivers.ir_cut.is_present and values["Usage"] == "auto"
        media.pipeline.light_meter.measure(report if is_followed else None)

    def report(brightness: float) -> None:
        light.report(brightness, day_night.is_night)

    core.settings.follow(IRCUT.name, follow)
