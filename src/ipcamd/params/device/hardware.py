"""``Hardware`` (SDK 10.1): what this device has. The defaults are the virtual device's."""

from ipcamd.params.group import Group, Origin, Param, Rank
from ipcamd.params.kinds.choice import FLAG
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.number import Integer


def _has(name: str, default: str, help: str, kind: ValueKind = FLAG) -> Param:
    return Param(name, kind, default, help, get=Rank.GUEST, set=None, origin=Origin.LIVE)


HARDWARE = Group(
    "Hardware",
    "10.1",
    (
        _has("H.264", "1", "It has an H.264 stream."),
        _has("MPEG4", "1", "It has an MPEG-4 stream."),
        _has("MJPEG", "1", "It has a Motion JPEG stream."),
        _has("MicIn", "1", "It hears: sound goes from the camera to the viewer."),
        _has("AudioOut", "1", "It speaks: sound goes from the viewer to the camera."),
        _has("PT", "1", "It pans and tilts."),
        _has("Zoom", "1", "It has a motor lens: zoom and focus."),
        _has("NightSensor", "1", "It has an IR-cut filter and a light sensor."),
        _has("Wireless", "0", "It has a wireless interface."),
        _has("RS485", "1", "It has an RS-485 line."),
        _has("TriggerIn", "2", "How many digital inputs it has.", Integer(0, 2)),
        _has("TriggerOut", "1", "How many digital outputs it has.", Integer(0, 1)),
        _has("MotionDetect", "1", "It detects motion."),
        _has("USB", "0", "It has a USB slot."),
        _has("SDCard", "1", "It has an SD card slot."),
    ),
)
