"""Decoder choice: which pictures hardware decodes (that which ``--encoder`` names, as far as it works on this
computer), and which software always decodes."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from ipcamd.media.codecs import H264, H265, JPEG, Codec
from ipcamd.media.hardware_choice import SOFTWARE, HardwareChoice
from ipcamd.params.image import RESOLUTIONS
from ipcamd.wire.bitstream.passthrough_obstacle import B_FRAMES

if TYPE_CHECKING:  # imports PyAV
    from ipcamd.media.decode.hardware_decoder import HardwareDecoder

_log = logging.getLogger(__name__)

DECODERS: dict[str, Mapping[str, str]] = {
    "v4l2m2m": {H264.name: "h264_v4l2m2m", H265.name: "hevc_v4l2m2m"},
    "qsv": {JPEG.name: "mjpeg_qsv", H264.name: "h264_qsv", H265.name: "hevc_qsv"},
    "nvenc": {JPEG.name: "mjpeg_cuvid", H264.name: "h264_cuvid", H265.name: "hevc_cuvid"},
}
"""FFmpeg's decoders by the value of ``--encoder`` and the codec's name."""


class DecoderChoice(HardwareChoice[str]):
    """Makes the decoders of all sources. `make` may be called from any thread."""

    def __init__(self, name: str = SOFTWARE) -> None:
        """`name` is the value of ``--encoder``."""
        super().__init__(name, "Decoder", "decoded", DECODERS, str)

    def check(self) -> None:
        """Find the hardware decoders that work, with a test picture; this may take seconds. Software replaces the
        others."""
        from ipcamd.media.decode.decoder_trial import find_failure

        for reason in self.choose(find_failure):
            _log.info("decoder %s", reason)

    def make(self, codec: Codec, size: tuple[int, int]) -> "HardwareDecoder | None":
        """Return a decoder of pictures of this size; None for software."""
        from ipcamd.media.decode.hardware_decoder import open_hardware_decoder
        from ipcamd.media.decode.picture_size_limit import MOST_PIXELS

        found = self.find(codec, size)
        if found is None or size[0] * size[1] > MOST_PIXELS:
            return None
        name, decoder = found
        return open_hardware_decoder(decoder, size, partial(self.note_failure, name, codec, size))


def explain_software(size: tuple[int, int], has_b_frames: bool) -> str:
    """Return why software decodes the pictures of a file in any case, so that they are not passed through either; "" if
    hardware may decode them. `size` is their width and height in pixels."""
    if size not in RESOLUTIONS.values():
        return f"the source sends {size[0]}x{size[1]}"
    return B_FRAMES if has_b_frames else ""
