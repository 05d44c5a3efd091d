"""Audio encoders: A-law, and FFmpeg's encoders. For threads, which import PyAV with the first block."""

from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from ipcamd.dataclass import dataclass
from ipcamd.media.quality import AAC_KBITS, OPUS_KBITS
from ipcamd.time_units import SECOND_NS
from ipcamd.wire import alaw

if TYPE_CHECKING:  # imports PyAV
    from av.audio.codeccontext import AudioCodecContext
    from av.audio.resampler import AudioResampler

INPUT_RATE_HZ = 8000
"""Samples per second of the microphone's blocks."""
SLIP_NS = 50_000_000
"""Gap to the end of the last block, in nanoseconds, above which the time stamps restart."""


class EncodedAudio(NamedTuple):
    """Encoded sound."""

    data: bytes
    begins_ns: int
    """Capture time of its first sample: nanoseconds since the epoch, UTC."""


class AudioEncoder(Protocol):
    """Encodes the microphone's sound, one channel. For one thread."""

    def encode(self, samples: bytes, captured_ns: int) -> list[EncodedAudio]:
        """Encode a block of signed 16-bit little-endian samples; `captured_ns` is the time of the first.

        Return the completed frames.
        """


class AlawEncoder:
    """A-law (ITU-T G.711): each block is a frame."""

    def encode(self, samples: bytes, captured_ns: int) -> list[EncodedAudio]:
        """See `AudioEncoder`."""
        return [EncodedAudio(alaw.encode(samples), captured_ns)]


@dataclass(frozen=True, slots=True)
class AudioEncoderSettings:
    """Settings of one of FFmpeg's encoders, one channel."""

    encoder: str
    """FFmpeg's name of the encoder."""
    rate_hz: int
    """Samples per second of its input."""
    frame_samples: int
    """Samples of a frame, at that rate."""
    sample_format: str
    """FFmpeg's name of its sample format."""
    bits_per_s: int
    options: tuple[tuple[str, str], ...] = ()


AAC_FORMAT = AudioEncoderSettings("aac", 16_000, 1024, "fltp", AAC_KBITS * 1000)
"""A frame is 64 ms long (ISO/IEC 14496-3, 4.5.1.1); at the microphone's own rate it would be twice as long."""
OPUS_FORMAT = AudioEncoderSettings(
    "libopus", 8_000, 320, "s16", OPUS_KBITS * 1000, (("application", "audio"), ("frame_duration", "40"))
)
"""A frame has the length of a block."""


class FfmpegAudioEncoder:
    """A codec that FFmpeg encodes. See `AudioEncoder`."""

    def __init__(self, form: AudioEncoderSettings) -> None:
        self._form = form
        self._next_ns: int | None = None
        self._origin_ns = 0
        self._samples = 0
        self._resampler: AudioResampler
        self._context: AudioCodecContext

    def encode(self, samples: bytes, captured_ns: int) -> list[EncodedAudio]:
        """See `AudioEncoder`."""
        from av import AudioFrame

        if self._next_ns is None or abs(captured_ns - self._next_ns) > SLIP_NS:
            self._begin(captured_ns)
        count = len(samples) // 2
        frame = AudioFrame(format="s16", layout="mono", samples=count)
        frame.planes[0].update(samples)
        frame.sample_rate, frame.pts = INPUT_RATE_HZ, self._samples
        self._samples += count
        self._next_ns = self._origin_ns + self._samples * SECOND_NS // INPUT_RATE_HZ
        return [
            EncodedAudio(bytes(packet), self._origin_ns + (packet.pts or 0) * SECOND_NS // self._form.rate_hz)
            for part in self._resampler.resample(frame)
            for packet in self._context.encode(part)
        ]

    def _begin(self, captured_ns: int) -> None:
        from av import CodecContext
        from av.audio.resampler import AudioResampler

        form = self._form
        self._origin_ns, self._samples = captured_ns, 0
        self._resampler = AudioResampler(form.sample_format, "mono", form.rate_hz, frame_size=form.frame_samples)
        self._context = cast("AudioCodecContext", CodecContext.create(form.encoder, "w"))
        self._context.sample_rate, self._context.layout = form.rate_hz, "mono"
        self._context.format, self._context.bit_rate = form.sample_format, form.bits_per_s
        self._context.options = dict(form.options)
