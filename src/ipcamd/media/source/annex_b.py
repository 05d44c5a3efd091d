"""Annex B: access units with start codes from FFmpeg's packets, for any container."""

from collections.abc import Callable
from typing import Any

import av
from av.bitstream import BitStreamFilterContext
from av.error import FFmpegError

_FILTERS = {"h264": "h264_mp4toannexb", "hevc": "hevc_mp4toannexb"}
_CONFIGURATION_RECORD = b"\1"
"""First byte of the extra data of containers with lengths instead of start codes (ISO/IEC 14496-15)."""


def make_unpacker(stream: av.VideoStream) -> "Callable[[av.Packet[Any]], list[bytes]]":
    """Return a function that converts a packet of the stream to the bytes of its pictures; none for a damaged one."""
    name = _FILTERS.get(stream.codec_context.name, "")
    if not name or not (stream.codec_context.extradata or b"").startswith(_CONFIGURATION_RECORD):
        return lambda packet: [bytes(packet)] if packet.size else []
    converter = BitStreamFilterContext(name, stream)

    def unpack(packet: "av.Packet[Any]") -> list[bytes]:
        try:
            return [bytes(each) for each in converter.filter(packet)] if packet.size else []
        except FFmpegError:
            return []

    return unpack


def parameter_sets(stream: av.VideoStream) -> bytes:
    """Return the parameter sets outside the stream, if they are in Annex B form."""
    extra = stream.codec_context.extradata or b""
    return b"" if extra.startswith(_CONFIGURATION_RECORD) else extra
