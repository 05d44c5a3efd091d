"""``Hardware`` (SDK 10.1): the features of the device. The defaults are those of the virtual device."""

from ipcamd.params.group import Group, Param, Rank, live_param
from ipcamd.params.kinds.choice import FLAG
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.number import Integer


def _has(name: str, default: str, help: str, kind: ValueKind = FLAG) -> Param:
    return live_param(name, kind, default, help, get=Rank.GUEST)


HARDWARE = Group(
    "Hardware",
    "10.1",
    (
        _has("H.264", "1", "H.264 stream."),
        _has("MPEG4", "1", "MPEG-4 stream."),
        _has("MJPEG", "1", "Motion JPEG stream."),
        _has("MicIn", "1", "Microphone: sound from the camera to the viewer."),
        _has("AudioOut", "1", "Speaker: sound from the viewer to the camera."),
        _has("PT", "1", "Pan and tilt."),
        _has("Zoom", "1", "Motor lens: zoom and focus."),
        _has("NightSensor", "1", "IR-cut filter and light sensor."),
        _has("Wireless", "0", "Wireless interface."),
        _has("RS485", "1", "RS-485 line."),
        _has("TriggerIn", "2", "Number of digital inputs.", Integer(0, 2)),
        _has("TriggerOut", "1", "Number of digital outputs.", Integer(0, 1)),
        _has("MotionDetect", "1", "Motion detection."),
        _has("USB", "0", "USB slot."),
        _has("SDCard", "1", "SD card slot."),
    ),
)
