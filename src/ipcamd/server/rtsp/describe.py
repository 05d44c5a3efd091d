"""Description of media for DESCRIBE (RFC 2326, appendix C)."""

import asyncio
from collections.abc import Sequence

from ipcamd.server.rtp.rtp_stream import RtpStream
from ipcamd.server.rtsp.mounts.url import TALK_TRACK, track_name
from ipcamd.wire.packetize import g711
from ipcamd.wire.rtsp import sdp

KEY_FRAME_TIMEOUT_S = 3.0
"""Seconds for which a DESCRIBE waits for the first key frame of an encoder that has just started."""
_WIDEST_JPEG = 2040
"""Largest width or height of RFC 2435 packets."""


async def describe(name: str, address: str, version: int, streams: Sequence[RtpStream], *, talk: bool) -> bytes:
    """Return the description of these streams.

    `talk` adds a track for talk (ONVIF Streaming Specification, 5.3).
    """
    for stream in streams:
        stream.keep_warm()
    parameters = await asyncio.gather(*(stream.parameters(KEY_FRAME_TIMEOUT_S) for stream in streams))
    tracks = [
        describe_track(stream, text, track_name(number), recvonly=talk)
        for number, (stream, text) in enumerate(zip(streams, parameters, strict=True))
    ]
    if talk:
        tracks.append(_describe_talk())
    return write_description(name, address, version, tracks, "type:broadcast", "range:npt=now-")


def write_description(
    name: str, address: str, version: int, tracks: Sequence[sdp.MediaDescription], *attributes: str
) -> bytes:
    """Return the description of a presentation on the camera's `address`; `version` increases with each change."""
    attributes = ("tool:ipcamd", "control:*", *attributes)
    return sdp.write(sdp.SessionDescription(name, address, version, version, tracks, attributes=attributes))


def describe_track(
    stream: RtpStream, parameters: str, control: str = "", *, recvonly: bool = False, port: int = 0
) -> sdp.MediaDescription:
    """Return one stream's section."""
    form = stream.format
    feedback = () if port else _feedback(stream)
    attributes = (*_size(stream), *feedback, *(("recvonly",) if recvonly else ()))
    return sdp.MediaDescription(form.media, form.payload_type, form.encoding, parameters, control, port, attributes)


def _size(stream: RtpStream) -> tuple[str, ...]:
    width, height = stream.size
    if not width:
        return ()
    framesize = f"framesize:{stream.format.payload_type} {width}-{height}"
    return (framesize, f"x-dimensions:{width},{height}") if max(width, height) > _WIDEST_JPEG else (framesize,)


def _feedback(stream: RtpStream) -> tuple[str, ...]:
    """Return the offer of key frames on demand (RFC 4585, 4.2)."""
    if stream.format.media != "video" or stream.hub.codec.intra_only:
        return ()
    return tuple(f"rtcp-fb:{stream.format.payload_type} {kind}" for kind in ("nack pli", "ccm fir"))


def _describe_talk() -> sdp.MediaDescription:
    form = g711.PCMU
    return sdp.MediaDescription(
        form.media, form.payload_type, form.encoding, control=track_name(TALK_TRACK), attributes=("sendonly",)
    )
