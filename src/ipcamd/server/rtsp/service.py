"""The RTSP service: listeners, connections, sessions, streams, and their limits."""

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import Callable, Sequence

from ipcamd.access.accounts import Account
from ipcamd.media.codecs import Codec
from ipcamd.media.traffic import Traffic
from ipcamd.server.limits import Limits
from ipcamd.server.listener import Listener, listen
from ipcamd.server.rtsp.answer import Refused
from ipcamd.server.rtsp.catalog import AUDIO
from ipcamd.server.rtsp.connection import Connection
from ipcamd.server.rtsp.gate import NOBODY, Doorkeeper, Gate
from ipcamd.server.rtsp.media import Media, Paths, Track
from ipcamd.server.rtsp.multicast import Multicaster
from ipcamd.server.rtsp.session import ORPHANED, TIMEOUT, Session
from ipcamd.server.rtsp.stream import Stream
from ipcamd.server.rtsp.tunnel import Tunnels
from ipcamd.server.rtsp.udp import PortPool
from ipcamd.server.seats import Seats
from ipcamd.wire import rtcp

SWEEP = 1.0
"""Seconds between two looks at all connections and sessions: one timer for all, and none without any."""

Talk = Callable[[bytes, Account], None]
"""Takes an RTP packet of PCMU that somebody sent to be heard at the camera."""


class RtspService:
    """Serves media over RTSP until closed."""

    def __init__(
        self,
        paths: Paths,
        login: Doorkeeper,
        *,
        name: Callable[[], str] = lambda: "ipcamd",
        talk: Talk | None = None,
        seats: Seats | None = None,
        traffic: Traffic | None = None,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
        clock_ns: Callable[[], int] = time.time_ns,
        admits: Callable[[str], bool] = lambda _: True,
    ) -> None:
        """`name` is the camera's; `clock_ns` its clock (nanoseconds since the epoch), by which frames are captured.

        `admits` says whether an IP address may connect at all (SDK 7). Without `talk` nobody can speak.
        """
        self.paths = paths
        self.gate = Gate(login)
        self.name = name
        self.talk = talk
        self.limits = limits or Limits()
        self.clock = clock
        self.clock_ns = clock_ns
        self.ports = PortPool()
        self.tos = {"video": 0, "audio": 0}
        """Type of service of packets with pictures and with sound."""
        self.multicast = Multicaster(self._stream_of, name)
        self.tunnels = Tunnels(self)
        self._seats = seats or Seats(self.limits.viewers)
        self._traffic = traffic or Traffic()
        self._admits = admits
        self._listeners: list[Listener] = []
        self._connections: set[Connection] = set()
        self._addresses: Counter[str] = Counter()
        self._sessions: dict[str, Session] = {}
        self._streams: dict[Track, Stream] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """How many sessions there are."""
        return len(self._sessions)

    async def open(self, hosts: Sequence[str], port: int, tls: ssl.SSLContext | None = None) -> Listener:
        """Listen on one more port, with `tls` for RTSPS; 0 takes a free one. Raises ``ConfigError``.

        To move to another port, open that first and close the old listener: its connections go on.
        """
        listener = await listen(lambda: Connection(self), hosts, port, tls)
        self._listeners.append(listener)
        return listener

    async def close(self) -> None:
        """Stop listening, tell all viewers goodbye, end every session and connection."""
        for listener in self._listeners:
            listener.close()
        self.multicast.close()
        for stream in self._streams.values():
            stream.stop()
        for session in tuple(self._sessions.values()):
            self.end(session)
        for connection in tuple(self._connections):
            connection.line.close()
        if self._timer:
            self._timer.cancel()

    def recheck(self) -> None:
        """Cut the connections and sessions whose address is not admitted any more."""
        for connection in tuple(self._connections):
            if not self._admits(connection.address):
                connection.line.abort()
        for session in tuple(self._sessions.values()):
            if not self._admits(session.address):
                self.end(session)

    def need_login(self, needed: bool) -> None:
        """Let viewers in without a login or not (``System.RTSPAuth``); who is in without one must leave then."""
        self.gate.login_needed = needed
        for session in tuple(self._sessions.values()):
            if needed and session.account is NOBODY:
                self._send_away(session)

    def expel(self, is_valid: Callable[[Account], bool]) -> None:
        """End the sessions whose login does not count any more."""
        for session in tuple(self._sessions.values()):
            if session.account is not NOBODY and not is_valid(session.account):
                self._send_away(session)

    def _send_away(self, session: Session) -> None:
        """End a session, and its connection too: a player that only hears nothing any more would wait for ever."""
        owner = session.owner
        self.end(session)
        if isinstance(owner, Connection):
            owner.line.close()

    def mark(self, video: int, audio: int) -> None:
        """Set the DSCP of packets with pictures and with sound (Network.Advanced.QoS); 0 for none."""
        self.tos = {"video": video << 2, "audio": audio << 2}
        for media, tos in self.tos.items():
            self.ports.mark(media, tos)
            self.multicast.mark(media, tos)
        for connection in self._connections:
            connection.mark()

    # -- called by connections

    def enter(self, connection: Connection) -> None:
        """Count a new connection in, or refuse it."""
        full = len(self._connections) >= self.limits.connections
        self._connections.add(connection)
        self._addresses[connection.address] += 1
        if not self._admits(connection.address):
            connection.line.abort()
        elif full or self._addresses[connection.address] > self.limits.connections - self.limits.alone:
            connection.refuse()
        self._keep_sweeping()

    def leave(self, connection: Connection) -> None:
        """Count a connection out. Its sessions over UDP may be taken over by another one, for a short while."""
        self._connections.discard(connection)
        self._addresses[connection.address] -= 1
        if not self._addresses[connection.address]:
            del self._addresses[connection.address]
        for session in tuple(connection.sessions.values()):
            session.owner = None
            session.deadline = min(session.deadline, self.clock() + ORPHANED)
            if session.over_tcp:
                self.end(session)

    def begin(self, connection: Connection, media: Media, account: Account) -> Session:
        """Make a session. Raises `Refused` 453 if all places are taken."""
        if not self._seats.admit():
            raise Refused(453)
        session = Session(media, account, connection, connection.address, self.clock() + TIMEOUT, self._seats.release)
        self._sessions[session.identifier] = connection.sessions[session.identifier] = session
        return session

    def find(self, identifier: str) -> Session:
        """Return a session. Raises `Refused` 454."""
        if identifier not in self._sessions:
            raise Refused(454)
        return self._sessions[identifier]

    def touch(self, session: Session) -> None:
        """Note a sign of life."""
        session.deadline = self.clock() + TIMEOUT

    def end(self, session: Session) -> None:
        """End a session."""
        if self._sessions.pop(session.identifier, None) is None:
            return
        if isinstance(session.owner, Connection):
            session.owner.sessions.pop(session.identifier, None)
        session.close()

    def hear(self, session: Session, packet: bytes) -> None:
        """Take an RTCP packet of a client."""
        try:
            told = rtcp.parse(packet)
        except ValueError:
            return
        self.touch(session)
        session.heard(told)

    def speak(self, session: Session, packet: bytes) -> None:
        """Take an RTP packet that is to be heard at the camera."""
        if session.playing and self.talk:
            self.touch(session)
            self.talk(packet, session.account)

    def stream(self, track: Track) -> Stream:
        """Return the stream of a track, which all its viewers share."""
        stream = self._streams.get(track)
        if stream is None:
            stream = self._streams[track] = Stream(track, self.clock_ns, f"{self.name()}@ipcamd", self._traffic)
        return stream

    def _stream_of(self, codec: Codec) -> Stream | None:
        media = self.paths(AUDIO if codec.is_sound else codec.name)
        found = [track for track in media.tracks if track.codec is codec] if media else []
        return self.stream(found[0]) if found else None

    # -- the sweep

    def sweep(self) -> None:
        """End what has shown no sign of life for too long."""
        now = self.clock()
        for connection in tuple(self._connections):
            connection.sweep(now)
        for session in tuple(self._sessions.values()):
            if session.deadline < now and not session.fed:
                self.end(session)
        used = {setup.stream for session in self._sessions.values() for setup in session.setups.values()}
        self._streams = {track: s for track, s in self._streams.items() if s in used or not s.idle}

    def _keep_sweeping(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SWEEP, self._sweep_again)

    def _sweep_again(self) -> None:
        self._timer = None
        self.sweep()
        if self._connections or self._sessions:
            self._keep_sweeping()
