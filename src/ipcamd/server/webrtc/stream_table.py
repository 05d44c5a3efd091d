"""RTP streams of WebRTC: frames of each hub, packetized once for all viewers, with packets below the usual MTU."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.traffic import Traffic
from ipcamd.server.rtp.rtp_stream import RtpStream
from ipcamd.server.webrtc.retransmission import PacketRing
from ipcamd.server.webrtc.sparse_key_frames import replace_sparse
from ipcamd.wire.rtp.rtp import HEADER_BYTES

PROTOCOL = "webrtc"
"""Name of the protocol in counters and lists."""

PACKET_BYTES = 1200
"""Bytes of a full encrypted packet: the size that browsers use, below the MTU of usual networks."""
_TAG_BYTES = 10
"""Bytes that SRTP appends to a packet (AES_CM_128_HMAC_SHA1_80, RFC 3711)."""
ROOM = PACKET_BYTES - HEADER_BYTES - _TAG_BYTES
"""Maximum payload bytes of a packet."""


class WebRtcStream(NamedTuple):
    """One hub's stream, and its newest packets."""

    rtp: RtpStream
    ring: PacketRing


class WebRtcStreams:
    """Creates streams on demand."""

    def __init__(
        self,
        clock_ns: Callable[[], int],
        source_name: Callable[[], str],
        traffic: Traffic,
        encoded: Callable[[Hub], Hub | None],
    ) -> None:
        """`clock_ns` is the clock of capture times; players synchronize the streams of one `source_name`. `encoded`
        returns the hub that always encodes what this hub may pass through; None without one."""
        self._encoded = encoded
        self._clock_ns = clock_ns
        self._source_name = source_name
        self._traffic = traffic
        self._streams: dict[Hub, WebRtcStream] = {}

    def for_hub(self, hub: Hub) -> WebRtcStream:
        """Return the stream of a hub."""
        stream = self._streams.get(hub)
        if stream is None:
            made = RtpStream(hub, self._clock_ns, self._source_name(), self._traffic, ROOM)
            stream = self._streams[hub] = WebRtcStream(made, PacketRing())
        return stream

    def replace_sparse(self) -> None:
        """Encode the pictures of streams that are passed through with too few key frames. To be called every second."""
        for hub, stream in self._streams.items():
            if not hub.codec.is_audio:
                replace_sparse(stream.rtp, self._encoded)

    def forget_idle(self, used: Collection[RtpStream]) -> None:
        """Remove streams without viewers; `used` are the streams of sessions."""
        self._streams = {hub: each for hub, each in self._streams.items() if each.rtp in used or not each.rtp.idle}

    def stop(self) -> None:
        """End all streams."""
        for stream in self._streams.values():
            stream.rtp.stop()
