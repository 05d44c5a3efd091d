"""WebRTC service: sessions on one UDP and TCP port."""

import socket
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from ipcamd.access.accounts import Account
from ipcamd.connected_clients import ConnectedClient
from ipcamd.errors import HttpError, ViewerLimitReached
from ipcamd.media.audio.talk_format import TalkFormat
from ipcamd.media.stream.hub import Hub
from ipcamd.params.group import Rank
from ipcamd.server.connection_registry import Registry
from ipcamd.server.listener import Listener, bind_sockets
from ipcamd.server.viewer_limit import ViewerLimit
from ipcamd.server.webrtc.ice_agent import IceAgent
from ipcamd.server.webrtc.stream_table import PROTOCOL, WebRtcStream, WebRtcStreams
from ipcamd.server.webrtc.tcp import WebRtcTcpConnection
from ipcamd.server.webrtc.udp import WebRtcUdpPort
from ipcamd.webrtc_sessions import WebRtcAnswer, WebRtcOffer
from ipcamd.workers.thread import run_in_thread

if TYPE_CHECKING:  # imported with the first session, see `_prepare`
    from ipcamd.server.webrtc.dtls import DtlsContext
    from ipcamd.server.webrtc.signalling.answer import NegotiatedStream
    from ipcamd.server.webrtc.signalling.negotiation import NegotiatedTrack
    from ipcamd.server.webrtc.webrtc_session import SessionTrack, WebRtcSession

Talk = Callable[[bytes, Hashable, Mapping[int, TalkFormat]], None]
"""``talk(packet, talker, formats)`` plays an RTP packet; `formats` are the talker's, by payload type."""
FindHubs = Callable[[str], Sequence[Hub]]
"""Returns the streams of a codec by its name: video first, then optionally sound; empty if there are none."""


class WebRtcListener:
    """One open port, UDP and TCP."""

    def __init__(self, ports: Sequence[WebRtcUdpPort], listener: Listener, closed: Callable[[], None]) -> None:
        """`closed` is called after it has closed."""
        self.port = listener.port
        self.udp = ports
        self._listener = listener
        self._closed = closed

    def close(self) -> None:
        """Close it. Sessions over UDP end; clients reconnect to the new port."""
        self._listener.close()
        for port in self.udp:
            port.close()
        self._closed()


class WebRtcService:
    """See `WebRtcSessions` and `ClientService`."""

    def __init__(
        self,
        find: FindHubs,
        streams: WebRtcStreams,
        registry: Registry,
        viewers: ViewerLimit,
        *,
        hosts: Callable[[], Sequence[str]],
        talk: Talk | None,
    ) -> None:
        """`hosts` returns further addresses to offer; `talk` is None if clients cannot talk."""
        self._find = find
        self._streams = streams
        self._registry = registry
        self._viewers = viewers
        self._hosts = hosts
        self._talk = talk
        self._agent = IceAgent(registry.admission.allows)
        self._sessions: dict[str, WebRtcSession] = {}
        """Sessions by identifier."""
        self._numbers = count(1)
        self._context: DtlsContext | None = None
        self._listener: WebRtcListener | None = None
        self._tos = 0
        registry.on_sweep(self._sweep)

    # -- the port

    async def open(self, hosts: Sequence[str], port: int) -> WebRtcListener:
        """Listen on UDP and TCP on an additional port of all `hosts`; 0 selects a free one. Raises ``ConfigError``."""
        connection = lambda: WebRtcTcpConnection(self._registry, self._agent.check, self._tos)  # noqa: E731
        listener = await self._registry.listen(connection, hosts, port)
        try:
            sockets = bind_sockets(hosts, listener.port, socket.SOCK_DGRAM)
        except BaseException:
            listener.close()
            raise
        ports = [WebRtcUdpPort(sock, self._agent.check) for sock in sockets]
        opened = WebRtcListener(ports, listener, lambda: self._forget(opened))
        self._listener = opened
        self.mark(self._tos >> 2)
        return opened

    def _forget(self, listener: WebRtcListener) -> None:
        if self._listener is listener:
            self._listener = None
            self.end_all()

    async def close(self) -> None:
        """End all sessions and connections; see `Registry.close`."""
        self.end_all()
        self._streams.stop()
        await self._registry.close()
        if self._listener:
            self._listener.close()

    def mark(self, video: int) -> None:
        """Set the DSCP of all packets (Network.Advanced.QoS); 0 for none."""
        self._tos = video << 2
        for port in self._listener.udp if self._listener else ():
            port.mark(self._tos)
        for connection in self._registry:
            if isinstance(connection, WebRtcTcpConnection):
                connection.writer.mark(self._tos)

    # -- for the endpoint

    async def open_session(self, offer: WebRtcOffer) -> WebRtcAnswer:
        """See `WebRtcSessions`."""
        if self._listener is None:
            raise HttpError(404, "WebRTC is off: Network.Advanced.WebRTC.Enabled=no")
        hubs = self._find(offer.codec)
        if not hubs:
            raise HttpError(404, "the camera has no such stream for WebRTC")
        from ipcamd.server.webrtc.signalling.offer_limit import check_offer

        check_offer(offer, self._sessions.values(), self._viewers)
        if self._context is None:
            self._context = await run_in_thread(_prepare, "webrtc")
        try:
            return self._answer(offer, hubs, self._context)
        except ValueError as error:
            raise HttpError(400, str(error)) from None

    def tag(self, identifier: str, account: Account) -> str:
        """See `WebRtcSessions`."""
        return _tag(self._own(identifier, account))

    def end_session(self, identifier: str, account: Account) -> None:
        """See `WebRtcSessions`."""
        self._end(self._own(identifier, account))

    def _own(self, identifier: str, account: Account) -> "WebRtcSession":
        session = self._sessions.get(identifier)
        if session is None:
            raise HttpError(404, "there is no such session any more")
        if session.account.name != account.name:
            raise HttpError(403, "it is the session of another account")
        return session

    def _answer(self, offer: WebRtcOffer, hubs: Sequence[Hub], context: "DtlsContext") -> WebRtcAnswer:
        """Open a session. Raises ``ValueError`` if the offer cannot be answered."""
        from ipcamd.server.webrtc.signalling.answer import make_answer
        from ipcamd.server.webrtc.signalling.negotiation import negotiate, transport
        from ipcamd.wire.webrtc import sdp_offer
        from ipcamd.wire.webrtc.candidates import order_addresses

        if self._listener is None:
            raise ValueError("WebRTC has just been switched off")
        parsed = sdp_offer.parse(offer.description)
        found = negotiate(parsed, hubs, may_talk=self._talk is not None and offer.account.rank >= Rank.USERS)
        fingerprint = transport(parsed, found).attributes["fingerprint"]
        tracks = [(track, self._streams.for_hub(track.hub) if track.hub else None) for track in found]
        session = self._make_session(offer, tracks)
        session.start(context, fingerprint)
        place = order_addresses(offer.own_address, self._hosts()), self._listener.port
        answer = make_answer(parsed, tracks, session.credentials, context.fingerprint, place)
        return WebRtcAnswer(session.identifier, answer, _tag(session))

    def _make_session(self, offer: WebRtcOffer, tracks: Sequence["NegotiatedStream"]) -> "WebRtcSession":
        from ipcamd.server.webrtc.webrtc_session import SessionHooks, WebRtcSession

        hooks = SessionHooks(self._registry.now_s, self._admit, self._note_end, self._hear(tracks))
        of_session = [self._track(track, stream) for track, stream in tracks if stream]
        session = WebRtcSession(next(self._numbers), offer.account, offer.address, of_session, hooks)
        self._sessions[session.identifier] = session
        self._agent.add(session)
        self._registry.keep_sweeping()
        return session

    def _track(self, track: "NegotiatedTrack", stream: WebRtcStream) -> "SessionTrack":
        from ipcamd.server.webrtc.webrtc_session import SessionTrack
        from ipcamd.server.webrtc.webrtc_viewer import TypedPackets

        stream.rtp.keep_warm()
        return SessionTrack(stream.rtp, TypedPackets(stream.ring, track.format.payload_type, track.extension))

    def _hear(self, tracks: Sequence["NegotiatedStream"]) -> "Callable[[WebRtcSession, bytes], None] | None":
        """Return the function that plays the sound of a session's client; None if the client sends none."""
        formats = {track.format.payload_type: track.talk for track, _ in tracks if track.talk}
        return partial(self._play, formats) if formats else None

    def _play(self, formats: Mapping[int, TalkFormat], session: "WebRtcSession", packet: bytes) -> None:
        if self._talk:
            self._talk(packet, (session.account.name, session.identifier), formats)

    # -- sessions

    def _admit(self, session: "WebRtcSession") -> bool:
        try:
            session.place = self._viewers.take(session.account, session.address, PROTOCOL)
        except ViewerLimitReached:
            return False
        return True

    def _note_end(self, session: "WebRtcSession", why: str) -> None:
        if why:
            self._registry.note_cut("WebRTC client %s is disconnected: %s", session.address, why)
        self._end(session)

    def _end(self, session: "WebRtcSession") -> None:
        if self._sessions.pop(session.identifier, None) is None:
            return
        self._agent.remove(session)
        session.close()
        if session.place:
            self._viewers.release(session.place)

    def end_all(self, ends: "Callable[[WebRtcSession], bool]" = lambda _: True) -> bool:
        """End the sessions for which `ends` is true, by default all; return whether there were any."""
        found = [session for session in self._sessions.values() if ends(session)]
        for session in found:
            self._end(session)
        return bool(found)

    def close_denied(self) -> None:
        """Reset connections, and end sessions, whose address is no longer permitted."""
        self._registry.close_denied()
        allows = self._registry.admission.allows
        self.end_all(lambda session: not all(map(allows, session.client_addresses)))

    def expel(self, is_valid: Callable[[Account], bool]) -> None:
        """End the sessions whose account is no longer valid."""
        self.end_all(lambda session: not is_valid(session.account))

    def end_stream(self, hub: Hub) -> None:
        """End the sessions that have a stream, which has been disabled."""
        self.end_all(lambda session: any(stream.hub is hub for stream in session.streams))

    def clients(self) -> Iterator[ConnectedClient]:
        """Yield the connected clients (see `ClientService`)."""
        return (session.describe() for session in tuple(self._sessions.values()) if session.is_connected)

    def disconnect(self, number: int) -> bool:
        """End the session with this number; return whether it existed."""
        return self.end_all(lambda session: session.number == number)

    def _sweep(self, now_s: float) -> bool:
        for session in tuple(self._sessions.values()):
            if session.is_over(now_s):
                self._note_end(session, "it has vanished" if session.is_connected else "it has not connected")
        self._streams.replace_sparse()
        self._streams.forget_idle({stream for session in self._sessions.values() for stream in session.streams})
        return bool(self._sessions)


def _prepare() -> "DtlsContext":
    """Load what the first session needs. For a worker thread."""
    import ipcamd.media.audio.opus_decoder
    import ipcamd.server.webrtc.webrtc_session  # noqa: F401
    from ipcamd.server.webrtc.dtls import DtlsContext

    return DtlsContext()


def _tag(session: "WebRtcSession") -> str:
    return f'"{session.credentials.name}"'
