"""Opus decoder: the sound of talkers by libopus. For a process that has loaded PyAV."""

from av import CodecContext, Packet
from av.audio.resampler import AudioResampler

from ipcamd.media.frame import AUDIO_RATE_HZ
from ipcamd.wire.packetize.opus import CLOCK_HZ


class OpusDecoder:
    """Decodes the packets of one talker, in order; stereo becomes one channel."""

    def __init__(self) -> None:
        self._context = CodecContext.create("libopus", "r")
        self._context.sample_rate, self._context.layout = CLOCK_HZ, "mono"
        self._resampler = AudioResampler("s16", "mono", AUDIO_RATE_HZ)

    def decode(self, payload: bytes) -> bytes:
        """Return signed 16-bit little-endian samples, 8000 per second. Raises ``ValueError``."""
        return b"".join(
            bytes(part.planes[0])[: 2 * part.samples]
            for frame in self._context.decode(Packet(payload))
            for part in self._resampler.resample(frame)
        )
