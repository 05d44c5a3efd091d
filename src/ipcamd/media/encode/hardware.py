"""Hardware encoders: those that FFmpeg offers for H.264 and H.265, and their options."""

from collections.abc import Mapping
from types import MappingProxyType

from ipcamd.media.codecs import H264, H265, FfmpegOptions

_NVENC = {"preset": "p4", "tune": "ull", "zerolatency": "1", "delay": "0", "forced-idr": "1", "no-scenecut": "1"}
_QSV = {"preset": "veryfast", "async_depth": "1", "forced_idr": "1", "low_power": "0"}


def _constant_quality(factors: tuple[str, ...]) -> tuple[Mapping[str, str], ...]:
    """Return NVENC's options of constant quality for each of the factors."""
    return tuple({"rc": "vbr", "cq": factor, "b": "0"} for factor in factors)


def _global_quality(factors: tuple[str, ...]) -> tuple[Mapping[str, str], ...]:
    """Return the options of constant quality (ICQ) of Quick Sync for each of the factors."""
    return tuple({"global_quality": factor} for factor in factors)


HARDWARE: dict[str, Mapping[str, FfmpegOptions]] = {
    "v4l2m2m": MappingProxyType(
        {
            H264.name: FfmpegOptions("h264_v4l2m2m", {}, (), exact_gop=True),
            H265.name: FfmpegOptions("hevc_v4l2m2m", {}, (), exact_gop=True),
        }
    ),
    "qsv": MappingProxyType(
        {
            H264.name: FfmpegOptions(
                "h264_qsv",
                {**_QSV, "profile": "main"},
                _global_quality(("35", "31", "28", "25", "22")),
                pixel_format="nv12",
                exact_gop=True,
            ),
            H265.name: FfmpegOptions(
                "hevc_qsv",
                {**_QSV, "profile": "main"},
                _global_quality(("37", "33", "30", "27", "24")),
                pixel_format="nv12",
                exact_gop=True,
            ),
        }
    ),
    "nvenc": MappingProxyType(
        {
            H264.name: FfmpegOptions(
                "h264_nvenc",
                {**_NVENC, "profile": "main"},
                _constant_quality(("35", "31", "28", "25", "22")),
                peak=0.3,
                exact_gop=True,
            ),
            H265.name: FfmpegOptions(
                "hevc_nvenc",
                {**_NVENC, "profile": "main"},
                _constant_quality(("37", "33", "30", "27", "24")),
                peak=0.2,
                exact_gop=True,
            ),
        }
    ),
}
"""Encoders by the value of ``--encoder`` and the codec's name: the kernel's (V4L2), Intel's and NVIDIA's."""
