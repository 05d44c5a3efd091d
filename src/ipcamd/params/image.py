"""``Image.*`` (SDK 10.8 to 10.11, and more): size, rate and quality of the streams."""

from ipcamd.errors import RequestFailed
from ipcamd.params.group import Group, NormalizeRule, Param, Rank, Texts, Values
from ipcamd.params.kinds.choice import YES_NO, OneOf, numbers
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.number import Integer

RESOLUTIONS: dict[str, tuple[int, int]] = {
    "0": (640, 480),
    "1": (320, 240),
    "3": (720, 480),
    "5": (1280, 720),
    "16": (1280, 960),
    "17": (1920, 1080),
    "19": (2048, 1536),
}
"""Resolution code to (width, height) in pixels."""

FRAMERATE_LIMITS: dict[str, dict[str, int]] = {
    "Image.MPEG4": {"17": 25},
    "Image.H264": {"19": 20},
    "Image.H265": {"19": 20},
}
"""Group to the resolution codes with a limited frame rate, and the highest rate of each."""

_RATES = numbers(1, 2, 3, 5, 8, 10, 15, 20, 25, 30)


def _size(code: str) -> str:
    width, height = RESOLUTIONS[code]
    return f"{width}x{height}"


def _capped(limits: dict[str, int]) -> NormalizeRule:
    """Return the rule that limits the frame rate of some resolutions."""

    def normalize(values: Values, sent: Texts) -> Texts:
        most = limits.get(values["Resolution"], 30)
        if values.number("Framerate") <= most:
            return {}
        if "Framerate" in sent:
            raise RequestFailed(f"Framerate={sent['Framerate']}: at most {most} at {_size(values['Resolution'])}")
        return {"Framerate": str(most)}

    return normalize


def _param(name: str, kind: ValueKind, default: str, help: str, unit: str = "") -> Param:
    return Param(name, kind, default, help, unit=unit, get=Rank.GUEST)


def _resolution(*codes: str, default: str = "5") -> Param:
    labels = tuple(_size(code) for code in codes)
    return _param("Resolution", OneOf(codes, labels), default, "Picture size.")


def _framerate(default: str) -> Param:
    return _param("Framerate", _RATES, default, "Frames per second.", "fps")


def _quality(default: str) -> Param:
    return _param("Quality", Integer(0, 4), default, "Picture quality, 0 lowest, 4 highest.")


_FRAMERATE, _QUALITY = _framerate("30"), _quality("3")
_RATECONTROL = _param(
    "Ratecontrol", OneOf(("vbr", "cbr"), ("constant quality", "constant bit rate")), "vbr", "Rate control."
)
_BITRATE = _param("Bitrate", Integer(1000, 6000), "2000", "Bit rate with Ratecontrol cbr.", "kbit/s")

_PASSTHROUGH = _param(
    "Passthrough",
    OneOf(("auto", "off"), ("whenever possible", "never")),
    "auto",
    "Forward pictures that the source has already encoded, which needs almost no processor time.",
)

MJPEG = Group("Image.MJPEG", "10.8", (_resolution("0", "1", "3", "5"), _FRAMERATE, _QUALITY, _PASSTHROUGH))
MPEG4 = Group(
    "Image.MPEG4",
    "10.9",
    (_resolution("0", "1", "3", "5", "16", "17"), _FRAMERATE, _RATECONTROL, _QUALITY),
    normalize=_capped(FRAMERATE_LIMITS["Image.MPEG4"]),
)
H264 = Group(
    "Image.H264",
    "10.10",
    (_resolution("0", "1", "3", "5", "16", "17", "19"), _FRAMERATE, _RATECONTROL, _QUALITY, _BITRATE, _PASSTHROUGH),
    normalize=_capped(FRAMERATE_LIMITS["Image.H264"]),
)
H265 = Group(
    "Image.H265",
    "",
    (
        _param("Enabled", YES_NO, "no", "H.265 stream; encoding needs about five times the processor time of H.264."),
        _resolution("0", "1", "3", "5", "16", "17", "19"),
        _FRAMERATE,
        _RATECONTROL,
        _QUALITY,
        _BITRATE,
        _PASSTHROUGH,
    ),
    normalize=_capped(FRAMERATE_LIMITS["Image.H265"]),
)
_SUB = (
    _param(
        "Enabled",
        YES_NO,
        "yes",
        "Second, smaller stream for recorders; it needs no processor time without viewers.",
    ),
    _resolution("0", "1", "3", default="0"),
    _framerate("10"),
)
MJPEG_SUB = Group("Image.MJPEG.Sub", "", (*_SUB, _quality("2"), _PASSTHROUGH))
H264_SUB = Group(
    "Image.H264.Sub",
    "",
    (
        *_SUB,
        _RATECONTROL,
        _quality("2"),
        _param("Bitrate", Integer(64, 2000), "400", "Bit rate with Ratecontrol cbr.", "kbit/s"),
        _PASSTHROUGH,
    ),
)
THREE_GPP = Group(
    "Image.3GPP",
    "10.11",
    (
        _param(
            "Enabled",
            OneOf(("none", "video_audio", "video")),
            "none",
            "Small stream for phones, at the RTSP path /3gpp.",
        ),
    ),
)


def is_enabled(values: Values) -> bool:
    """Return whether these settings of a stream allow it; most streams cannot be disabled."""
    return values.get("Enabled", "yes") == "yes"
