"""Encoders in the place of hardware: real ones that FFmpeg has, with another profile, delay and failures.

Run as a program, it is a camera whose ``nvenc`` is such an encoder and a decoder of `tests.other_decoders`, which fail
when the files named by ``FAIL_ENCODERS`` and ``FAIL_DECODERS`` exist.
"""

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

import av
from tests.media.encoded import annex_b, units
from tests.other_decoders import LateDecoder, fail_like_a_driver

from ipcamd.__main__ import main
from ipcamd.media.codecs import H264, H265, FfmpegOptions
from ipcamd.media.decode import hardware_decoder
from ipcamd.media.decode.decoder_choice import DECODERS
from ipcamd.media.encode.encoder_choice import ENCODERS
from ipcamd.media.encoders import EncodedPicture, Encoder, EncoderSettings

BASELINE = 66
"""Profile in the parameter sets of the H.264 encoder here; that of the camera's own is Main."""

QUICK = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "forced-idr": "1"}
LATE = QUICK | {"tune": "", "x264-params": "bframes=0:rc-lookahead=0:sync-lookahead=0:mbtree=0:threads=3"}
"""Options of an encoder that returns a picture only after the next two."""


class FailingEncoder:
    """An encoder that fails like a driver: with an error of FFmpeg, while a file exists."""

    def __init__(self, encoder: Encoder, switch: Path) -> None:
        self.pixel_format = encoder.pixel_format
        self._encoder, self._switch = encoder, switch

    def encode(self, frame: av.VideoFrame, key: bool) -> list[EncodedPicture]:
        if self._switch.exists():
            fail_like_a_driver()
        return self._encoder.encode(frame, key)

    def drain(self) -> list[EncodedPicture]:
        if self._switch.exists():
            fail_like_a_driver()
        return self._encoder.drain()


class SparingEncoder:
    """An encoder that sends parameter sets only before its first picture, as the kernel's encoders do."""

    def __init__(self, encoder: Encoder) -> None:
        self.pixel_format, self._encoder = encoder.pixel_format, encoder

    def encode(self, frame: av.VideoFrame, key: bool) -> list[EncodedPicture]:
        return self._without_sets(self._encoder.encode(frame, key))

    def drain(self) -> list[EncodedPicture]:
        return self._without_sets(self._encoder.drain())

    @staticmethod
    def _without_sets(done: list[EncodedPicture]) -> list[EncodedPicture]:
        return [
            EncodedPicture(each.number, annex_b(units(each.payload, 7, 8)) if each.number else each.payload, each.key)
            for each in done
        ]


class SparingOptions(FfmpegOptions):
    """Options of such encoders."""

    def __call__(self, settings: EncoderSettings, rate: int) -> Encoder:
        return SparingEncoder(FfmpegOptions.__call__(self, settings, rate))


class FailingOptions(FfmpegOptions):
    """Options whose encoders fail while the file exists that the environment names."""

    def __call__(self, settings: EncoderSettings, rate: int) -> Encoder:
        return FailingEncoder(FfmpegOptions.__call__(self, settings, rate), Path(os.environ["FAIL_ENCODERS"]))


def options(more: Mapping[str, str] = MappingProxyType(QUICK), **other: object) -> FfmpegOptions:
    """Return the options of the H.264 encoder."""
    return FfmpegOptions("libx264", more, ({"crf": "30"},) * 5, **other)  # type: ignore[arg-type]


if __name__ == "__main__":
    ENCODERS["nvenc"] = {H264.name: FailingOptions("libx264", QUICK, ({"crf": "30"},) * 5), H265.name: options()}
    DECODERS["nvenc"] = {H264.name: "h264"}
    hardware_decoder.open_decoder = partial(LateDecoder, switch=Path(os.environ["FAIL_DECODERS"]))  # type: ignore[assignment]
    raise SystemExit(main())
