"""Key frame requests over RTSP: finds out whether a server accepts them, and formats them (RFC 4585, RFC 5104)."""

import re

from ipcamd.wire.rtp import feedback, rtcp
from ipcamd.wire.rtsp.message import interleave

_SETUP = re.compile(rb"SETUP +(\S+) +RTSP/")
_SECTION = re.compile(r"^(?=m=)", re.MULTILINE)
_CONTROL = re.compile(r"^a=control:(\S+)", re.MULTILINE)
_FEEDBACK = re.compile(r"^a=rtcp-fb:(?:\*|[0-9]{1,3}) (nack pli|ccm fir)\s*$", re.MULTILINE)
_CHANNELS = re.compile(r";\s*interleaved=([0-9]{1,3})-([0-9]{1,3})(?![0-9])")
_PORTS = re.compile(r";\s*server_port=[0-9]{1,5}-([0-9]{1,5})(?![0-9])")
_SOURCE = re.compile(r";\s*ssrc=([0-9A-Fa-f]{8})(?![0-9A-Fa-f])")
_PACKET_HEAD, _SOURCE_END = 4, 12
"""Bytes before an interleaved packet (RFC 2326, 10.12), and up to the end of its SSRC."""
_HEAD_END = b"\r\n\r\n"
_MOST_BYTES = 1 << 20
"""Maximum bytes that are searched for the first packet of the video."""
_NAME = "ipcamd"


class KeyFrameRequests:
    """Requests to one server, by interleaved packets or by datagrams. It observes the whole conversation."""

    def __init__(self, sender: int) -> None:
        """`sender` is the SSRC of this receiver."""
        self._sender = sender
        self._form = ""
        """Kind of feedback that the server offers for its video; "" for none."""
        self._control = ""
        """Last part of the URL of the video's track; "" if the server has only one track."""
        self._is_video = False
        """Whether the last SETUP was for the video."""
        self._channels: tuple[int, int] | None = None
        """Channels of the video's RTP and RTCP packets; None for datagrams."""
        self.datagram_port = 0
        """UDP port of the server for requests; 0 for interleaved packets."""
        self._source = 0
        """SSRC of the video; 0 while it is unknown."""
        self._packets = bytearray()
        self._searched_bytes = 0
        self._sequence = 0

    @property
    def is_possible(self) -> bool:
        """Whether the server accepts requests."""
        return bool(self._source)

    @property
    def is_searching(self) -> bool:
        """Whether `note_packets` still looks for the first packet of the video."""
        return self._channels is not None and not self._source and self._searched_bytes < _MOST_BYTES

    def note_request(self, data: bytes) -> None:
        """Note a request of the client."""
        if setup := _SETUP.match(data):
            self._is_video = setup[1].decode("latin-1").rstrip("/").endswith(self._control)

    def note_description(self, text: str) -> None:
        """Note the server's description of its media (SDP)."""
        sections = _SECTION.split(text)[1:]
        video = next((section for section in sections if section.startswith("m=video ")), "")
        offered = _FEEDBACK.findall(video)
        self._form = "nack pli" if "nack pli" in offered else offered[0] if offered else ""
        control = _CONTROL.search(video)
        self._control = control[1].rstrip("/") if control and len(sections) > 1 else ""

    def note_transport(self, field: str) -> None:
        """Note the ``Transport`` field of the reply to the last SETUP."""
        if not self._is_video or not self._form:
            return
        channels, ports, source = (each.search(field) for each in (_CHANNELS, _PORTS, _SOURCE))
        if channels and max(int(channels[1]), int(channels[2])) < 256:
            self._channels = int(channels[1]), int(channels[2])
        elif ports and source and 0 < int(ports[1]) < 65536:
            # the datagrams themselves go to FFmpeg
            self.datagram_port, self._source = int(ports[1]), int(source[1], 16)

    def note_packets(self, data: bytes) -> None:
        """Note what the server sends after PLAY: interleaved packets and replies without a body."""
        self._packets += data
        self._searched_bytes += len(data)
        while self.is_searching and (length := self._find_length()):
            del self._packets[:length]
        if not self.is_searching:
            self._packets.clear()

    def make_request(self) -> bytes:
        """Return a packet that requests a key frame, interleaved without a `datagram_port`; call it only if
        `is_possible`."""
        self._sequence = (self._sequence + 1) % 256
        request = (
            feedback.make_picture_loss(self._sender, self._source)
            if self._form == "nack pli"
            else feedback.make_full_intra_request(self._sender, self._source, self._sequence)
        )
        # feedback is part of a compound packet, which begins with a report (RFC 4585, 3.1)
        packet = rtcp.receiver_report(self._sender, _NAME) + request
        return interleave(self._channels[1], [packet]) if self._channels else packet

    def _find_length(self) -> int:
        """Return the length of the first packet or reply; 0 if it is incomplete. Note the SSRC of the video."""
        data = self._packets
        if data[:1] != b"$":
            end = data.find(_HEAD_END)
            return end + len(_HEAD_END) if end >= 0 else 0
        length = _PACKET_HEAD + int.from_bytes(data[2:_PACKET_HEAD])
        if len(data) < length:
            return 0
        if self._channels and data[1:2] == bytes(self._channels[:1]) and length >= _PACKET_HEAD + _SOURCE_END:
            self._source = int.from_bytes(data[_PACKET_HEAD + 8 : _PACKET_HEAD + _SOURCE_END])
        return length
