"""Values of the payload header of a frame in the SDK's streams (SDK 3.1); `ipcamd.wire.payload_header` packs them."""

from functools import lru_cache

from ipcamd.media.frame import EncodedFrame
from ipcamd.wire.payload_header import AUDIO, JPEG, MAX_P, AudioFormat, AudioKind, VideoFormat, pack_fields


def pack_payload_header(frame: EncodedFrame) -> bytes:
    """Return the header; it is the same for all viewers."""
    codec = frame.codec
    if codec.is_audio:
        kind, form = AUDIO, _audio_format(frame)
    else:
        kind = JPEG if codec.intra_only else min(frame.since_key, MAX_P)
        form = _picture_format(codec.payload_code, frame.size, frame.rate, frame.gop, frame.quality)
    return pack_fields(frame.counter, len(frame.payload), kind, frame.captured_ns // 1000, form, frame.status.word())


@lru_cache(64)
def _picture_format(code: int, size: tuple[int, int], rate: int, gop: int, quality: int) -> int:
    """Return the format word, which changes only with the stream's settings."""
    return VideoFormat(code, size, rate, gop, quality).word()


def _audio_format(frame: EncodedFrame) -> int:
    milliseconds = len(frame.payload) * 1000 // frame.rate
    return AudioFormat(AudioKind(frame.codec.payload_code), 8, frame.rate, 1, milliseconds).word()
