"""``Image.*`` (SDK 10.8 to 10.11): what the streams look like."""

from collections.abc import Callable

from ipcamd.errors import RequestFailed
from ipcamd.params.group import Group, Param, Rank, Values
from ipcamd.params.values import Integer, OneOf

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

_RATES = OneOf(("1", "2", "3", "5", "8", "10", "15", "20", "25", "30"))


def _capped(limits: dict[str, int]) -> Callable[[Values, Values], Values]:
    def settle(values: Values, sent: Values) -> Values:
        most = limits.get(values["Resolution"], 30)
        if int(values["Framerate"]) <= most:
            return {}
        if "Framerate" in sent:
            width, height = RESOLUTIONS[values["Resolution"]]
            raise RequestFailed(f"Framerate={sent['Framerate']}: at most {most} at {width}x{height}")
        return {"Framerate": str(most)}

    return settle


def _params(codes: tuple[str, ...], *extra: Param) -> tuple[Param, ...]:
    return (
        Param("Resolution", OneOf(codes), "5", "Size of the picture.", get=Rank.GUEST),
        Param("Framerate", _RATES, "30", "Pictures per second.", unit="1/s", get=Rank.GUEST),
        *extra,
        Param("Quality", Integer(0, 4), "3", "Picture quality, 0 lowest, 4 highest.", get=Rank.GUEST),
    )


_RATECONTROL = Param("Ratecontrol", OneOf(("vbr", "cbr")), "vbr", "Steady quality (vbr) or steady bit rate (cbr).", get=Rank.GUEST)

MJPEG = Group("Image.MJPEG", "10.8", _params(("0", "1", "3", "5")))
MPEG4 = Group("Image.MPEG4", "10.9", _params(("0", "1", "3", "5", "16", "17"), _RATECONTROL), settle=_capped({"17": 25}))
H264 = Group(
    "Image.H264",
    "10.10",
    (
        *_params(("0", "1", "3", "5", "16", "17", "19"), _RATECONTROL),
        Param("Bitrate", Integer(1000, 6000), "2000", "Bit rate when Ratecontrol is cbr.", unit="kbit/s", get=Rank.GUEST),
    ),
    settle=_capped({"19": 20}),
)
