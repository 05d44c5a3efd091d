"""Audio track of an export: continuous AAC, with silence where a recording has no sound. For threads."""

from typing import Any

import numpy as np
from av.audio.frame import AudioFrame
from av.container import OutputContainer

from ipcamd.storage.playback.remux import AAC_PACKET_SAMPLES, AUDIO_RATE, AnyPacket, add_audio_stream, make_resampler

SLIP = AUDIO_RATE // 25
"""Deviation, in samples, above which sound is padded with silence or cut."""
_MOST = 64 * AAC_PACKET_SAMPLES
"""Maximum number of samples of silence in one piece."""

Samples = np.ndarray[Any, Any]
"""Samples of one channel: a 16-bit array of shape (samples,)."""


class ContinuousAudio:
    """Continuous sound track. Times are seconds from the beginning of the video."""

    def __init__(self, out: OutputContainer) -> None:
        self._out = out
        self._stream = add_audio_stream(out)
        self._resampler = make_resampler()
        self._waiting: list[Samples] = []
        self._count = 0
        """Samples added so far."""
        self._encoded = 0

    def begin_part(self) -> None:
        """Continue with another recording, whose sound may be in another codec."""
        self._resampler = make_resampler()

    def put(self, packet: AnyPacket, at_s: float, start_s: float, end_s: float) -> None:
        """Add the sound of a packet that starts at `at_s`, clipped to `start_s` to `end_s`."""
        for frame in packet.decode():
            for piece in self._resampler.resample(frame):  # type: ignore[arg-type]
                skipped, end = (max(0, round((moment - at_s) * AUDIO_RATE)) for moment in (start_s, end_s))
                samples = piece.to_ndarray()[:, skipped:end]
                if samples.size:
                    self._lay(samples, round(at_s * AUDIO_RATE) + skipped)
                at_s += piece.samples / AUDIO_RATE

    def fill(self, until_s: float) -> None:
        """Add silence up to that time, unless sound is already there."""
        while (missing := round(until_s * AUDIO_RATE) - self._count) > 0:
            self._append(np.zeros((1, min(missing, _MOST)), np.float32))

    def finish(self) -> None:
        """Encode the remaining samples."""
        self._encode(self._count)
        self._mux(None)

    def _lay(self, samples: Samples, place: int) -> None:
        off = place - self._count
        if off > SLIP:
            self.fill(place / AUDIO_RATE)
        elif off < -SLIP:
            samples = samples[:, -off:]
        self._append(samples)

    def _append(self, samples: Samples) -> None:
        self._waiting.append(samples)
        self._count += samples.shape[1]
        if self._count - self._encoded >= 4 * AAC_PACKET_SAMPLES:
            self._encode(self._count // AAC_PACKET_SAMPLES * AAC_PACKET_SAMPLES)

    def _encode(self, until: int) -> None:
        """Encode the waiting samples up to this sample."""
        samples, length = np.concatenate([np.zeros((1, 0), np.float32), *self._waiting], 1), until - self._encoded
        self._waiting = [samples[:, length:]]
        if length:
            frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples[:, :length]), "fltp", "mono")
            frame.sample_rate, frame.time_base, frame.pts = AUDIO_RATE, self._stream.time_base, self._encoded
            self._encoded = until
            self._mux(frame)

    def _mux(self, frame: AudioFrame | None) -> None:
        for packet in self._stream.encode(frame):
            if packet.pts is not None and packet.pts >= 0:  # the first packet is silence: the encoder's delay
                self._out.mux(packet)
