"""Talk format: a codec in which clients send sound to the speaker."""

from collections.abc import Callable

from ipcamd.dataclass import dataclass
from ipcamd.media.frame import AUDIO_RATE_HZ
from ipcamd.wire import ulaw
from ipcamd.wire.packetize import g711, opus

Decode = Callable[[bytes], bytes]
"""Returns signed 16-bit little-endian samples, 8000 per second, of a payload. Raises ``ValueError``."""


@dataclass(frozen=True, slots=True)
class TalkFormat:
    """One codec."""

    encoding: str
    """Encoding in session descriptions, such as ``PCMU/8000``."""
    duration_s: Callable[[bytes], float]
    """Returns the length of a payload in seconds."""
    make_decoder: Callable[[], Decode]
    """Makes the decoder of one talk."""


def _make_alaw_decoder() -> Decode:
    from ipcamd.wire import alaw

    return alaw.decode


def _make_opus_decoder() -> Decode:
    from ipcamd.media.audio.opus_decoder import OpusDecoder

    return OpusDecoder().decode


def _g711_duration_s(payload: bytes) -> float:
    return len(payload) / AUDIO_RATE_HZ


def _opus_duration_s(payload: bytes) -> float:
    return opus.duration(payload) / opus.CLOCK_HZ


ULAW = TalkFormat(g711.PCMU.encoding, _g711_duration_s, lambda: ulaw.decode)
"""G.711 u-law, the format of clients that negotiate none."""
_ALAW = TalkFormat(g711.PCMA.encoding, _g711_duration_s, _make_alaw_decoder)
_OPUS = TalkFormat(opus.FORMAT.encoding, _opus_duration_s, _make_opus_decoder)
_FORMATS = {form.encoding.lower(): form for form in (ULAW, _ALAW, _OPUS)}


def find_talk_format(encoding: str) -> TalkFormat | None:
    """Return the format with this encoding, whatever its case; None if the speaker cannot play it."""
    return _FORMATS.get(encoding.lower())
