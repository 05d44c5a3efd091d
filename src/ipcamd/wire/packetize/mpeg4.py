"""MPEG-4 Visual over RTP (RFC 6416): frames are split, with headers in the first piece."""

import re

from ipcamd.wire.packetize.payload_format import PayloadFormat, split_payload

_SEQUENCE, _GROUP, _PICTURE = b"\0\0\1\xb0", b"\0\0\1\xb3", b"\0\0\1\xb6"
_SIMPLE_PROFILE_LEVEL_1 = 1
_KEY = re.compile(rb"\x00\x00\x01(?:[\x20-\x2f]|\xb6[\x00-\x3f])")


def parameters(frame: bytes) -> str:
    """Return profile and configuration (all headers before the first picture or group) of a key frame."""
    ends = [at for code in (_GROUP, _PICTURE) if (at := frame.find(code)) >= 0]
    config = frame[: min(ends, default=0)]
    at = config.find(_SEQUENCE)
    level = config[at + 4] if 0 <= at < len(config) - 4 else _SIMPLE_PROFILE_LEVEL_1
    return f"profile-level-id={level}" + (f";config={config.hex().upper()}" if config else "")


def is_key(data: bytes) -> bool:
    """Return whether a frame that starts with `data` is a key frame: an I picture, or the layer's header before one."""
    return _KEY.search(data) is not None


FORMAT = PayloadFormat("video", 97, "MP4V-ES/90000", 90000, split_payload, parameters)
"""MPEG-4 Visual in RTP (RFC 6416); the payload type is dynamic."""
