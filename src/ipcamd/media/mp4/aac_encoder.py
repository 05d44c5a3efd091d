"""AAC encoder of the microphone's sound."""

from typing import TYPE_CHECKING

from ipcamd.dataclass import dataclass
from ipcamd.media.sound.audio_framer import RATE_HZ as INPUT_RATE_HZ

if TYPE_CHECKING:  # imports PyAV
    from av.audio.codeccontext import AudioCodecContext
    from av.audio.resampler import AudioResampler

RATE_HZ = 16_000
"""Samples per second. A frame of 1024 samples then lasts 64 ms; at the microphone's rate it would add twice the delay.
"""
FRAME_SAMPLES = 1024
"""Samples of a frame of AAC (ISO/IEC 14496-3, 4.5.1.1)."""
SLIP_NS = 50_000_000
"""A larger gap or overlap after the last block starts a new sequence."""
_BITS_PER_S = 48_000
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class AacFrame:
    """`FRAME_SAMPLES` samples."""

    data: bytes
    begins_ns: int
    """Capture time of the first sample."""


class AacEncoder:
    """AAC-LC, one channel. For one thread, which imports PyAV with the first block."""

    def __init__(self) -> None:
        self._next_ns: int | None = None
        self._origin_ns = 0
        self._samples = 0
        self._resampler: AudioResampler
        self._context: AudioCodecContext

    def encode(self, ulaw_samples: bytes, captured_ns: int) -> list[AacFrame]:
        """Encode a block of u-law, 8000 samples per second; return the complete frames."""
        from av import AudioFrame

        from ipcamd.wire import ulaw

        if self._next_ns is None or abs(captured_ns - self._next_ns) > SLIP_NS:
            self._begin(captured_ns)
        count = len(ulaw_samples)
        frame = AudioFrame(format="s16", layout="mono", samples=count)
        frame.planes[0].update(ulaw.decode(ulaw_samples))
        frame.sample_rate, frame.pts = INPUT_RATE_HZ, self._samples
        self._samples += count
        self._next_ns = self._origin_ns + self._samples * _SECOND_NS // INPUT_RATE_HZ
        return [
            AacFrame(bytes(packet), self._origin_ns + (packet.pts or 0) * _SECOND_NS // RATE_HZ)
            for part in self._resampler.resample(frame)
            for packet in self._context.encode(part)
        ]

    def _begin(self, captured_ns: int) -> None:
        from av import CodecContext
        from av.audio.resampler import AudioResampler

        self._origin_ns, self._samples = captured_ns, 0
        self._resampler = AudioResampler("fltp", "mono", RATE_HZ, frame_size=FRAME_SAMPLES)
        self._context = CodecContext.create("aac", "w")
        self._context.sample_rate, self._context.layout, self._context.format = RATE_HZ, "mono", "fltp"
        self._context.bit_rate = _BITS_PER_S
