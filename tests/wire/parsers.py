"""Parsers of external input, each in one form: for the saved inputs and for the fuzzer."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from zlib import crc32

from tests.onvif.operations import OPERATIONS
from tests.wire.file_parsers import FILES

from ipcamd.errors import ConfigError, HttpError, RequestFailed
from ipcamd.media.codecs import H264, OPUS, ULAW
from ipcamd.media.source.network.http_login import authorization
from ipcamd.media.source.network.rtsp.media_tracks import UnknownMedia, select_tracks
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.traffic import Traffic
from ipcamd.onvif.device.posix_zone import find_zone
from ipcamd.onvif.discovery.message import DiscoveredDevice, read_search
from ipcamd.onvif.events.filter import read_filter
from ipcamd.onvif.login import read_token
from ipcamd.onvif.namespaces import PREFIXES
from ipcamd.onvif.soap.envelope import read_request
from ipcamd.onvif.soap.fault import Fault
from ipcamd.params import GROUPS
from ipcamd.params.kinds.address_range import AddressRange
from ipcamd.params.motion import MOTION
from ipcamd.server.http.checks.allowed_hosts import AllowedHosts
from ipcamd.server.http.checks.forwarded import TrustedProxies
from ipcamd.server.rtsp.replay.play_request import read_play
from ipcamd.server.rtsp.response import RtspError
from ipcamd.server.webrtc.dtls import DtlsContext, DtlsServer
from ipcamd.server.webrtc.ice_agent import IceCredentials
from ipcamd.server.webrtc.signalling.answer import make_answer
from ipcamd.server.webrtc.signalling.negotiation import negotiate
from ipcamd.server.webrtc.signalling.negotiation import transport as transport_of
from ipcamd.server.webrtc.stream_table import WebRtcStreams
from ipcamd.wire import dyndns, natpmp, pcp, sntp
from ipcamd.wire.bitstream.framer import FRAMERS, Framer
from ipcamd.wire.bitstream.h264 import H264Inspector
from ipcamd.wire.bitstream.h265 import H265Inspector
from ipcamd.wire.bitstream.jpeg import JpegInspector
from ipcamd.wire.depacketize.aac import AacDepacketizer
from ipcamd.wire.depacketize.h264 import H264Depacketizer
from ipcamd.wire.depacketize.h265 import H265Depacketizer
from ipcamd.wire.http import digest, notification, ranges
from ipcamd.wire.http.digest import BasicCredentials
from ipcamd.wire.http.form import form_pairs
from ipcamd.wire.http.form_upload import FormUpload
from ipcamd.wire.http.message import Head, RequestParser
from ipcamd.wire.http.multipart_parser import MultipartParser, PictureParser
from ipcamd.wire.http.query import Query
from ipcamd.wire.jpeg_scanner import JpegScanner
from ipcamd.wire.packetize import h264, h265
from ipcamd.wire.packetize import jpeg as rtp_jpeg
from ipcamd.wire.rtp import feedback, rtcp, rtp
from ipcamd.wire.rtp.jitter_buffer import JitterBuffer
from ipcamd.wire.rtsp import sdp, transport
from ipcamd.wire.rtsp.key_frame_requests import KeyFrameRequests
from ipcamd.wire.rtsp.message import RtspParser, RtspRequest
from ipcamd.wire.rtsp.reply_filter import ReplyFilter
from ipcamd.wire.rtsp.reply_parser import ServerParser
from ipcamd.wire.rtsp.request_rewriter import RequestRewriter
from ipcamd.wire.rtsp.tunnel import TunnelDecoder
from ipcamd.wire.upnp import igd, ssdp
from ipcamd.wire.webrtc import sdp_offer, stun
from ipcamd.wire.webrtc.dtls_records import split_flight
from ipcamd.wire.webrtc.tcp_framing import PacketSplitter

ONVIF = {(PREFIXES[name.partition(":")[0]], each.name): each for name, each in OPERATIONS.items()}
FORM = "multipart/form-data; boundary=AsCg5y"
PARAMETERS = [param for group in GROUPS for param in group.params]
PROXIES = TrustedProxies([ip_network("192.0.2.0/24")])
HOSTS = AllowedHosts(["camera.example"])

CLIENT_HELLO = (Path(__file__).parent / "corpus/dtls/client_hello").read_bytes()
LOOP = asyncio.new_event_loop()
"""For what sets timers."""
dtls_context = cache(DtlsContext)

Pieces = Iterable[bytes]
REFUSALS = (ValueError, HttpError, RtspError, ConfigError, RequestFailed, Fault)
"""Errors by which parsers refuse an input."""


def http(pieces: Pieces) -> object:
    """Return heads, bodies and ends, and the status of the refusal."""
    parser, events = RequestParser(), []
    try:
        for piece in pieces:
            parser.receive(piece)
            while (event := parser.next_event()) is not None:
                if isinstance(event, bytes) and events and isinstance(events[-1], bytes):
                    event = events.pop() + event
                events.append(event)
    except HttpError as refused:
        return events, refused.status
    return events, 0


def rtsp(pieces: Pieces) -> object:
    parser, events = RtspParser(), []
    for piece in pieces:
        parser.receive(piece)
        while (event := parser.next_event()) is not None:
            events.append(event)
    return events


def multipart(pieces: Pieces) -> object:
    pieces = list(pieces)
    return talk(pieces), pictures(pieces)


def talk(pieces: Pieces) -> object:
    parser = MultipartParser()
    try:
        return b"".join([*(sound for piece in pieces for sound in parser.feed(piece)), parser.rest()])
    except ValueError as refused:
        return str(refused)


def pictures(pieces: Pieces) -> object:
    parser, parts = PictureParser(), list[bytes]()
    try:
        parts += (part for piece in pieces for part in parser.feed(piece))
    except ValueError as refused:
        return parts, str(refused)
    return parts


def tunnel(pieces: Pieces) -> object:
    decoder = TunnelDecoder()
    try:
        return b"".join(decoder.feed(piece) for piece in pieces)
    except ValueError as refused:
        return str(refused)


def form_upload(pieces: Pieces) -> object:
    """Receive an image of firmware, a backup or a certificate."""
    upload, content = FormUpload(FORM), b""
    try:
        for piece in pieces:
            content += b"".join(upload.feed(piece))
    except ValueError:
        return None
    return (content, upload.fields) if upload.is_complete else None


def relay_requests(pieces: Pieces) -> object:
    """Rewrite what FFmpeg asks an RTSP camera."""
    login = BasicCredentials("me", "secret")
    rewriter, passed = RequestRewriter("rtsp://127.0.0.1:5000", "rtsp://192.0.2.7:554", login), b""
    try:
        for piece in pieces:
            passed += rewriter.feed(piece)
    except ValueError as refused:
        return str(refused)
    head, _, rest = passed.rpartition(b"\r\n\r\n")
    return head, tunnel([rest]) if b" HTTP/" in head else rest  # Base64 depends on the cut


def rtsp_replies(pieces: Pieces) -> object:
    replies, passed = ReplyFilter("192.0.2.7"), b""
    try:
        for piece in pieces:
            passed += replies.feed(piece)
    except ValueError as refused:
        return str(refused)
    return passed


def rtsp_video(pieces: Pieces) -> object:
    """Find the video after a reply to PLAY."""
    requests = KeyFrameRequests(1)
    requests.note_description("m=video 0 RTP/AVP 96\na=rtcp-fb:96 nack pli")
    requests.note_request(b"SETUP rtsp://192.0.2.7/ RTSP/1.0\r\n")
    requests.note_transport("RTP/AVP/TCP;interleaved=0-1")
    for piece in pieces:
        requests.note_packets(piece)
    return requests.make_request()


def rtp_over_tcp(pieces: Pieces) -> object:
    splitter, packets = PacketSplitter(), list[bytes]()
    try:
        for piece in pieces:
            packets += splitter.feed(piece)
    except ValueError as refused:
        return str(refused)
    return packets


def rtsp_server(pieces: Pieces) -> object:
    """Read what a source's server sends."""
    parser, packets = ServerParser(), list[tuple[int, bytes]]()
    try:
        for piece in pieces:
            packets += parser.feed(piece)
    except ValueError as refused:
        return str(refused)
    return packets, parser.messages


def jpeg(pieces: Pieces) -> object:
    scanner, data = JpegScanner(), bytearray(b"\xff\xd8")
    for piece in pieces:
        data += piece
        if (end := scanner.find_end(data)) >= 0:
            return end, scanner.size
    return -1


def frame(framer: Framer, pieces: Pieces) -> object:
    return [picture for piece in pieces for picture in framer.feed(piece)]


def parameter(data: bytes) -> object:
    """Read a value of one of all parameters."""
    text = data.decode("utf-8", "replace")
    kind = PARAMETERS[crc32(data) % len(PARAMETERS)].kind
    return kind.value(kind.normalize(text))


def forwarded(data: bytes) -> object:
    """Read the fields of a trusted proxy, one a line."""
    names = "host", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto", "x-forwarded-prefix"
    fields = dict(zip(names, data.decode("latin-1").split("\n"), strict=False))
    client = PROXIES.read(Head("GET", "/", "/", "", (1, 1), fields, 0, True), "192.0.2.1")
    return [HOSTS.allows(authority) for authority in client.authorities]


def play(data: bytes) -> object:
    """Read the fields of a request to PLAY a recording, one a line."""
    names = "range", "scale", "frames", "rate-control"
    fields = dict(zip(names, data.decode("latin-1").split("\n"), strict=False))
    return read_play(
        RtspRequest("PLAY", "rtsp://192.0.2.1/", "1", {name: text for name, text in fields.items() if text})
    )


def rtp_payloads(data: bytes) -> object:
    """Split a frame of a source for RTP."""
    with suppress(ValueError):
        rtp_jpeg.make_payloads(data)
    return [(codec.FORMAT.payloads(data), codec.FORMAT.parameters(data)) for codec in (h264, h265)]


def rtp_media(data: bytes) -> object:
    """Depacketize payloads of 8 bytes each, of all kinds, and of the whole input."""
    found = list[object]()
    for depacketizer in (H264Depacketizer(), H265Depacketizer()):
        for at in range(0, len(data), 8):
            head = data[at]
            with suppress(ValueError):
                found += depacketizer.add(data[at : at + 8], head & 3, head > 0x80, head & 0x10 > 0)
        with suppress(ValueError):
            found += depacketizer.add(data, 4, True, False)
    with suppress(ValueError):
        found += AacDepacketizer({"sizelength": "13", "indexlength": "3"}).unpack(data, True)
    return found


def source_tracks(data: bytes) -> object:
    """Read the session description of a source."""
    with suppress(UnknownMedia):
        return select_tracks(sdp.read(data.decode("utf-8", "replace"))[1])


def rtp_order(data: bytes) -> object:
    """Sort packets of four bytes each: number, source, payload."""
    buffer, out = JitterBuffer(lambda payload: len(payload) / 8000), list[object]()
    for at in range(0, min(len(data), 80) - 3, 4):
        packet = rtp.parse(bytes((0x80, 0, *data[at : at + 2], 0, 0, 0, 0, 0, 0, 0, data[at + 2] & 1, data[at + 3])))
        out += buffer.put(packet, at / 100)
    return [*out, *buffer.take(1e9)]


def motion(data: bytes) -> object:
    text, found = data.decode("latin-1"), list[object]()
    for param in MOTION.params:
        with suppress(ValueError):
            found.append(param.kind.value(param.kind.normalize(text)))
    return found


def soap(data: bytes) -> object:
    """Read an envelope: the login in its header, the fields of its operation, its filter of events."""
    request = read_request(data)
    if request.header and (token := request.header.find("Security", "UsernameToken")):
        read_token(token)
    read_filter(request.operation.find("Filter"))
    operation = ONVIF.get((request.operation.namespace, request.operation.name))
    return [field.read(request.operation) for field in operation.fields] if operation else []


def wsdiscovery(data: bytes) -> object:
    """Parse a search, and match a camera with it."""
    scopes = ("onvif://www.onvif.org/Profile/Streaming", "onvif://www.onvif.org/location/Hof")
    search = read_search(data)
    return search and search.matches(DiscoveredDevice("urn:uuid:0", "http://192.0.2.1/onvif", scopes, 1))


def whep(data: bytes) -> object:
    """Answer an offer."""
    offer = sdp_offer.parse(data)
    hubs = Hub(H264), Hub(OPUS), Hub(ULAW)
    found = negotiate(offer, hubs, may_talk=True)
    fingerprint = transport_of(offer, found).attributes["fingerprint"]
    streams = WebRtcStreams(lambda: 0, lambda: "camera", Traffic(), lambda _: None)
    tracks = [(track, streams.for_hub(track.hub) if track.hub else None) for track in found]
    return make_answer(offer, tracks, IceCredentials(), fingerprint, (["192.0.2.1"], 8189))


async def dtls(data: bytes) -> object:
    """Begin a handshake with a datagram, or with a client's first one and this datagram behind it."""
    sent, failed = list[bytes](), list[str]()
    for begin in ([], [CLIENT_HELLO]):
        server = DtlsServer(dtls_context(), "sha-256 00", sent.append, lambda _: None, failed.append)
        for datagram in filter(None, (*begin, data)):  # empty ones are left out before
            server.receive(datagram)
        server.close()
    return sent, failed


STREAMS: dict[str, Callable[[Pieces], object]] = {
    "http": http,
    "rtsp": rtsp,
    "multipart": multipart,
    "rtsp_replies": rtsp_replies,
    "rtsp_server": rtsp_server,
    "tunnel": tunnel,
    "jpeg": jpeg,
    "rtp_over_tcp": rtp_over_tcp,
    "rtsp_video": rtsp_video,
    "form_upload": form_upload,
    "relay_requests": relay_requests,
    "h264_stream": lambda pieces: frame(FRAMERS["h264"](), pieces),
    "jpeg_stream": lambda pieces: frame(FRAMERS["mjpeg"](), pieces),
}
"""Parsers of a stream: however it is cut, they say the same."""

MESSAGES: dict[str, Callable[[bytes], object]] = {
    "rtp": rtp.parse,
    "rtcp": lambda data: (rtcp.parse(data), rtcp.find_sender_report(data)),
    "rtcp_feedback": feedback.parse,
    "stun": lambda data: stun.parse(data).is_signed_by("secret"),
    "sdp_offer": sdp_offer.parse,
    "whep": whep,
    "dtls": lambda data: LOOP.run_until_complete(dtls(data)),
    "dtls_flight": lambda data: split_flight(data, 1200),
    "digest": lambda data: digest.parse(data.decode("latin-1")),
    "query": lambda data: Query.parse(data.decode("latin-1")),
    "ranges": lambda data: ranges.parse(data.decode("latin-1"), 100),
    "rtsp_description": lambda data: KeyFrameRequests(1).note_description(data.decode("latin-1")),
    "transport": lambda data: transport.parse(data.decode("latin-1")),
    "igd": lambda data: (
        igd.parse_services(data, "http://10.0.0.1:5000/d.xml", igd.SERVICES),
        igd.parse_result(data, "Get"),
    ),
    "pcp": lambda data: (pcp.parse_announce(data), pcp.parse_map(data, bytes(12), 80)),
    "natpmp": lambda data: (natpmp.parse_address(data), natpmp.parse_map(data, 80)),
    "ssdp": lambda data: (ssdp.parse_search(data), ssdp.parse_answer(data)),
    "form": lambda data: form_pairs(FORM, data),
    "sntp": lambda data: sntp.parse(data, 1),
    "dyndns": lambda data: dyndns.parse_answer(200, data),
    "http_notification": lambda data: notification.parse(*data.decode("latin-1").partition("\n")[::2]),
    "parameter": parameter,
    "forwarded": forwarded,
    "play": play,
    "login_challenge": lambda data: authorization(data.decode("latin-1").split("\n"), "me", "secret", "GET", "/a?b"),
    "rtp_payloads": rtp_payloads,
    "rtp_order": rtp_order,
    "rtp_media": rtp_media,
    "source_tracks": source_tracks,
    "posix_zone": lambda data: find_zone(data.decode("utf-8", "replace"), 22),
    **FILES,
    "address_range": lambda data: AddressRange.parse(data.decode("latin-1")),
    "motion": motion,
    "soap": soap,
    "wsdiscovery": wsdiscovery,
    "h264": lambda data: H264Inspector().inspect(data),
    "h265": lambda data: H265Inspector().inspect(data),
    "motion_jpeg": lambda data: JpegInspector().inspect(data),
}
"""Parsers of one message: they take any part of it, or refuse it by the error that they promise."""
