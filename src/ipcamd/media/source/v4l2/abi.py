"""The kernel's video capture interface (linux/videodev2.h), as far as a camera needs it."""

from ctypes import Structure, Union, c_char, c_int32, c_long, c_uint32, c_ulong, c_void_p, sizeof
from enum import IntEnum, IntFlag

VIDEO_CAPTURE = 1
"""Buffer type of pictures from a camera."""
MMAP = 1
"""Buffers are in the driver's memory, mapped into this process."""
FORCE_KEY_FRAME = 0x009909E5
"""Control of an encoder (``V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME``)."""
DISCRETE = 1
"""Form of a list of sizes (``V4L2_FRMSIZE_TYPE_DISCRETE``); the other forms are ranges."""
COLORSPACE_JPEG = 7
"""BT.601 in full range."""


def _words(names: str) -> list[tuple[str, type[c_uint32]]]:
    """Return fields of 32 bits each."""
    return [(name, c_uint32) for name in names.split()]


class DeviceCapability(IntFlag):
    """Capability flags of a device."""

    CAPTURE = 0x1
    STREAMING = 0x04000000
    MEDIA_CONTROLLER = 0x20000000
    """It is one part of a camera, which a program must connect to the other parts (``V4L2_CAP_IO_MC``)."""
    DEVICE_CAPS = 0x80000000


class BufferFlag(IntEnum):
    """Of a buffer."""

    ERROR = 0x40
    CLOCK = 0xE000
    """Bits that identify the clock of the time stamp."""
    MONOTONIC = 0x2000


class Capability(Structure):
    """Description of a device."""

    _fields_ = [
        ("driver", c_char * 16),
        ("card", c_char * 32),
        ("bus_info", c_char * 32),
        *_words("version capabilities device_caps"),
        ("reserved", c_uint32 * 3),
    ]


class FormatDescription(Structure):
    """One pixel format of a device."""

    _fields_ = [
        *_words("index type flags"),
        ("description", c_char * 32),
        *_words("pixelformat mbus_code"),
        ("reserved", c_uint32 * 3),
    ]


class Steps(Structure):
    """Sizes from smallest to largest; a discrete size is in the first two words."""

    _fields_ = _words("min_width max_width step_width min_height max_height step_height")


class FrameSize(Structure):
    """One size, or a range of sizes, of a pixel format."""

    _fields_ = [*_words("index pixel_format type"), ("steps", Steps), ("reserved", c_uint32 * 2)]


class Fract(Structure):
    """A fraction."""

    _fields_ = [("numerator", c_uint32), ("denominator", c_uint32)]


class FrameInterval(Structure):
    """One frame interval, or a range of them, of a pixel format at a size; a discrete one is ``least``."""

    _fields_ = [
        *_words("index pixel_format width height type"),
        ("least", Fract),
        ("greatest", Fract),
        ("step", Fract),
        ("reserved", c_uint32 * 2),
    ]


class PixFormat(Structure):
    """Size and layout of pictures."""

    _fields_ = _words(
        "width height pixelformat field bytesperline sizeimage colorspace priv flags encoding quantization transfer"
    )


class _FormatUnion(Union):
    _fields_ = [("pix", PixFormat), ("raw", c_char * 200), ("align", c_void_p)]


class StreamFormat(Structure):
    """Format of the captured frames."""

    _fields_ = [("type", c_uint32), ("fmt", _FormatUnion)]


class CaptureParm(Structure):
    """Frame rate of the capture."""

    _fields_ = [
        *_words("capability capturemode"),
        ("timeperframe", Fract),
        *_words("extendedmode readbuffers"),
        ("reserved", c_uint32 * 4),
    ]


class _ParmUnion(Union):
    _fields_ = [("capture", CaptureParm), ("raw", c_char * 200)]


class StreamParm(Structure):
    """Parameters of streaming."""

    _fields_ = [("type", c_uint32), ("parm", _ParmUnion)]


class Control(Structure):
    """Value of a control."""

    _fields_ = [("id", c_uint32), ("value", c_int32)]


class RequestBuffers(Structure):
    """Request for buffers."""

    _fields_ = _words("count type memory capabilities flags")


class _Timeval(Structure):
    _fields_ = [("sec", c_long), ("usec", c_long)]


class _Memory(Union):
    _fields_ = [("offset", c_uint32), ("userptr", c_ulong)]


class Buffer(Structure):
    """One buffer, and the picture in it."""

    _fields_ = [
        *_words("index type bytesused flags field"),
        ("timestamp", _Timeval),
        ("timecode", c_uint32 * 4),
        *_words("sequence memory"),
        ("m", _Memory),
        *_words("length reserved2"),
        ("request_fd", c_int32),
    ]


_WRITE, _READ = 1, 2


def _request(number: int, direction: int, size: int) -> int:
    """Return an ioctl request number (linux/ioctl.h)."""
    return direction << 30 | size << 16 | ord("V") << 8 | number


class Ioctl(IntEnum):
    """Requests to a device."""

    QUERYCAP = _request(0, _READ, sizeof(Capability))
    ENUM_FMT = _request(2, _READ | _WRITE, sizeof(FormatDescription))
    S_FMT = _request(5, _READ | _WRITE, sizeof(StreamFormat))
    REQBUFS = _request(8, _READ | _WRITE, sizeof(RequestBuffers))
    QUERYBUF = _request(9, _READ | _WRITE, sizeof(Buffer))
    QBUF = _request(15, _READ | _WRITE, sizeof(Buffer))
    DQBUF = _request(17, _READ | _WRITE, sizeof(Buffer))
    STREAMON = _request(18, _WRITE, sizeof(c_int32))
    STREAMOFF = _request(19, _WRITE, sizeof(c_int32))
    S_PARM = _request(22, _READ | _WRITE, sizeof(StreamParm))
    S_CTRL = _request(28, _READ | _WRITE, sizeof(Control))
    ENUM_FRAMESIZES = _request(74, _READ | _WRITE, sizeof(FrameSize))
    ENUM_FRAMEINTERVALS = _request(75, _READ | _WRITE, sizeof(FrameInterval))


def fourcc(name: str) -> int:
    """Return the number of a pixel format: ``MJPG``."""
    return int.from_bytes(name.encode("ascii"), "little")


def name(number: int) -> str:
    """Return the name of a pixel format."""
    return number.to_bytes(4, "little").decode("latin-1")
