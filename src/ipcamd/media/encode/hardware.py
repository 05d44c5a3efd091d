"""Hardware encoders: those that FFmpeg offers for H.264 and H.265, and their options."""

from collections.abc import Callable, Mapping

from ipcamd.media.codecs import H264, H265, FfmpegOptions

_H264_FACTORS, _H265_FACTORS = ("35", "31", "28", "25", "22"), ("37", "33", "30", "27", "24")
"""Quantizers of Quality 0 to 4, on the scale of x264 and x265; 6 less doubles the bit rate."""


def _describe(
    name: str,
    options: Mapping[str, str],
    quality: Callable[[str], Mapping[str, str]] | None = None,
    pixel_format: str = "yuv420p",
    has_peak: bool = False,
) -> Mapping[str, FfmpegOptions]:
    """Return the encoders of one kind of hardware, by the codec's name. `quality` returns the options for a quantizer;
    None for hardware that always has a constant bit rate. `has_peak`: it can limit the bit rate at constant quality."""
    kinds = ((H264, "h264", _H264_FACTORS, 0.3), (H265, "hevc", _H265_FACTORS, 0.2))
    return {
        codec.name: FfmpegOptions(
            f"{prefix}_{name}",
            options,
            tuple(map(quality, factors)) if quality else (),
            peak=peak if has_peak else None,
            pixel_format=pixel_format,
            exact_gop=True,
        )
        for codec, prefix, factors, peak in kinds
    }


HARDWARE: dict[str, Mapping[str, FfmpegOptions]] = {
    "v4l2m2m": _describe("v4l2m2m", {}),
    "qsv": _describe(
        "qsv",
        {"preset": "veryfast", "async_depth": "1", "forced_idr": "1", "profile": "main"},
        lambda factor: {"global_quality": factor},
        pixel_format="nv12",
    ),
    "nvenc": _describe(
        "nvenc",
        {"preset": "p4", "tune": "ull", "delay": "0", "forced-idr": "1", "no-scenecut": "1", "profile": "main"},
        lambda factor: {"rc": "vbr", "cq": factor, "b": "0"},
        has_peak=True,
    ),
}
"""Encoders by the value of ``--encoder``: the kernel's (V4L2), Intel's and NVIDIA's."""
