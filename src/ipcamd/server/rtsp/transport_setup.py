"""SETUP: selects one of the transports that a client offers (RFC 2326, 10.4 and 12.39)."""

from collections.abc import Callable
from functools import partial

from ipcamd.media.stream.traffic import ViewerIdentity
from ipcamd.server.rtp.rtp_stream import RtpStream
from ipcamd.server.rtp.rtp_viewer import RtpSender
from ipcamd.server.rtp.tcp_viewer import TcpViewer
from ipcamd.server.rtp.udp_viewer import Address, UdpViewer
from ipcamd.server.rtsp.context import ClientConnection, Receiver, ignore_packet
from ipcamd.server.rtsp.mounts.presentation import Presentation
from ipcamd.server.rtsp.mounts.url import TALK_TRACK
from ipcamd.server.rtsp.response import RtspError
from ipcamd.server.rtsp.sessions.rtsp_session import RtspSession, TrackSetup
from ipcamd.server.rtsp.sessions.session_table import PROTOCOL
from ipcamd.wire.rtsp import transport
from ipcamd.wire.rtsp.message import RtspRequest
from ipcamd.wire.rtsp.transport import Transport

LOWEST_PORT = 1024
"""Lowest client port that is accepted."""


def set_up(client: ClientConnection, session: RtspSession, track: int, request: RtspRequest) -> str:
    """Set up a track; return the Transport field of the response. Raises `RtspError` 461 or 453."""
    stream = None if track == TALK_TRACK else _sender_of(client, session, track)
    for offer in transport.parse(request.fields.get("transport", "")):
        set_up_transport = _select_setup(offer)
        setup = set_up_transport(client, session, stream, offer) if set_up_transport else None
        if setup is None:
            continue
        if track in session.setups:
            session.remove_track(track)
        setup.url = request.target
        session.setups[track] = setup
        return setup.transport
    raise RtspError(461)


def _sender_of(client: ClientConnection, session: RtspSession, track: int) -> RtpSender:
    media = session.media
    if isinstance(media, Presentation):
        return client.context.streams.for_hub(media.tracks[track])
    from ipcamd.server.rtsp.replay.replayer import Replayer

    session.replayer = session.replayer or Replayer(media.catalog, client.context.registry.spawn)
    return session.replayer.track(media.tracks[track])


_SetUpTransport = Callable[[ClientConnection, RtspSession, RtpSender | None, Transport], TrackSetup | None]


def _select_setup(offer: Transport) -> _SetUpTransport | None:
    if offer.tcp:
        return _interleaved
    if offer.multicast:
        return _multicast
    return _udp if offer.ports and min(offer.ports) >= LOWEST_PORT else None


def _interleaved(
    client: ClientConnection, session: RtspSession, stream: RtpSender | None, offer: Transport
) -> TrackSetup:
    viewer = None
    channels = client.acquire_channels(offer.channels, _make_receivers(client, session, stream))
    if stream:
        viewer = TcpViewer(_identity(session), client.writer, channels, client.context.sender)
    text = f"RTP/AVP/TCP;unicast;interleaved={channels[0]}-{channels[1]}{_source(stream)}"
    return TrackSetup(stream, viewer, text, "", lambda: client.release_channels(channels), over_tcp=True)


def _make_receivers(
    client: ClientConnection, session: RtspSession, stream: RtpSender | None
) -> tuple[Receiver, Receiver]:
    """Return the handlers of the RTP and RTCP packets that a client sends."""
    sessions = client.context.sessions
    # some clients send packets on a track that they receive, to open a firewall
    receive_rtp = ignore_packet if stream else partial(sessions.receive_talk, session)
    return receive_rtp, partial(sessions.receive_rtcp, session)


def _udp(
    client: ClientConnection, session: RtspSession, stream: RtpSender | None, offer: Transport
) -> TrackSetup | None:
    assert offer.ports
    pool = client.context.ports
    try:
        ports = pool.acquire(_bound_address(client), stream.format.media if stream else "audio")
    except OSError:
        raise RtspError(453) from None
    addresses = _client_address(client, offer.ports[0]), _client_address(client, offer.ports[1])
    receivers = tuple(zip((ports.rtp, ports.rtcp), addresses, _make_receivers(client, session, stream), strict=True))
    for sock, address, receive in receivers:
        ports.listen(sock, address, receive)

    def close() -> None:
        for sock, address, receive in receivers:
            ports.stop_listening(sock, address, receive)
        pool.release(ports)

    text = (
        f"RTP/AVP;unicast;client_port={offer.ports[0]}-{offer.ports[1]};server_port={ports.port}-{ports.port + 1}"
        f";source={client.local}{_source(stream)}"
    )
    return TrackSetup(stream, UdpViewer(_identity(session), ports, addresses) if stream else None, text, "", close)


def _identity(session: RtspSession) -> ViewerIdentity:
    return ViewerIdentity(session.address, PROTOCOL, session.account.name)


def _bound_address(client: ClientConnection) -> str:
    """Return the camera's address on the connection; a link-local one has the client's zone (RFC 4007, 6)."""
    zone = client.peer[3] if len(client.peer) == 4 else 0
    return f"{client.local}%{zone}" if zone else client.local


def _client_address(client: ClientConnection, port: int) -> Address:
    peer = client.peer
    return (peer[0], port) if len(peer) == 2 else (peer[0], port, peer[2], peer[3])


def _multicast(
    client: ClientConnection, session: RtspSession, stream: RtpSender | None, offer: Transport
) -> TrackSetup | None:
    sender = client.context.multicast.sender(stream.hub.codec) if isinstance(stream, RtpStream) else None
    if sender is None:
        return None
    text = f"RTP/AVP;multicast;destination={sender.group};port={sender.port}-{sender.port + 1};ttl={sender.ttl}"
    return TrackSetup(sender.stream, None, text + _source(sender.stream), "", lambda: None)


def _source(stream: RtpSender | None) -> str:
    return f';ssrc={stream.ssrc:08X};mode="PLAY"' if stream else ';mode="PLAY"'
