"""Talk by RTP packets: plays those of one talker at a time, received over UDP, RTSP or WebRTC."""

import asyncio
import time
from collections.abc import Callable, Hashable, Iterable, Mapping

from ipcamd.media.audio.speaker import Speaker
from ipcamd.media.audio.talk_format import ULAW, Decode, TalkFormat
from ipcamd.media.frame import AUDIO_RATE_HZ
from ipcamd.wire.rtp import rtp
from ipcamd.wire.rtp.jitter_buffer import Gap, JitterBuffer

PCMU: Mapping[int, TalkFormat] = {0: ULAW}
"""Formats of clients that have negotiated none, by payload type (RFC 3551)."""
MOST_S = 0.256
"""Seconds of sound in a packet: 2048 bytes of u-law."""


class TalkReceiver:
    """Plays the RTP packets of one talker at a time, received over UDP, RTSP or WebRTC."""

    def __init__(self, speaker: Speaker, now_s: Callable[[], float] = time.monotonic) -> None:
        self._speaker = speaker
        self._now_s = now_s
        self._talker: tuple[Hashable, TalkFormat] | None = None
        self._jitter: JitterBuffer
        self._decode: Decode
        self._timer: asyncio.TimerHandle | None = None

    def receive(self, data: bytes, who: Hashable, formats: Mapping[int, TalkFormat] = PCMU) -> None:
        """Play a packet of `who`; `formats` are the talker's, by payload type. Ignores packets that are not RTP with
        one of them, and those of other talkers meanwhile."""
        try:
            packet = rtp.parse(data)
        except ValueError:
            return
        form, began = formats.get(packet.payload_type), self._speaker.talker is None
        if form is None or not 0 < form.duration_s(packet.payload) <= MOST_S or not self._speaker.claim(who):
            return
        if began or self._talker != (who, form):
            self._begin(who, form)
        late = self._jitter.late
        self._play(self._jitter.put(packet, self._now_s()))
        self._speaker.late_packets += self._jitter.late - late

    def close(self) -> None:
        """Stop playing."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _begin(self, who: Hashable, form: TalkFormat) -> None:
        self._talker, self._jitter, self._decode = (who, form), JitterBuffer(form.duration_s), form.make_decoder()

    def _play(self, pieces: Iterable[bytes | Gap]) -> None:
        for piece in pieces:
            self._offer(piece)
        self.close()
        if (due := self._jitter.due) is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, due - self._now_s()), self._overdue)

    def _offer(self, piece: bytes | Gap) -> None:
        if self._talker is None:
            return
        try:
            samples = bytes(2 * round(piece.seconds * AUDIO_RATE_HZ)) if isinstance(piece, Gap) else self._decode(piece)
        except ValueError:  # damaged
            return
        self._speaker.offer(self._talker[0], samples)

    def _overdue(self) -> None:
        self._play(self._jitter.take(self._now_s()))
