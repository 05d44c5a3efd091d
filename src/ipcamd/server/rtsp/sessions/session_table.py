"""Session table of the RTSP service."""

from collections.abc import Callable, Iterator
from itertools import count

from ipcamd.access.accounts import Account
from ipcamd.errors import ViewerLimitReached
from ipcamd.server.rtsp.mounts.presentation import AnyPresentation
from ipcamd.server.rtsp.response import RtspError
from ipcamd.server.rtsp.sessions.rtsp_session import RtspSession, SessionOwner
from ipcamd.server.rtsp.sessions.session_timeout import SessionTimeout
from ipcamd.server.viewer_limit import ViewerLimit, ViewerPlace
from ipcamd.wire.rtp import feedback, rtcp

PROTOCOL = "rtsp"
"""Protocol name for counting viewers."""
MULTICAST = "multicast"
"""Protocol name for counting multicast groups."""

Talk = Callable[[bytes, Account], None]
"""Plays an RTP packet (PCMU) of an account."""


class SessionTable:
    """Sessions by identifier. A session takes a viewer place at PLAY; before, it counts towards a separate limit."""

    def __init__(self, viewers: ViewerLimit, now_s: Callable[[], float], talk: Talk | None) -> None:
        self._viewers = viewers
        self._unplayed = ViewerLimit(viewers.total)
        self._now_s = now_s
        self._talk = talk
        self._sessions: dict[str, RtspSession] = {}
        self._numbers = count(1)

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[RtspSession]:
        return iter(tuple(self._sessions.values()))

    def create(self, owner: SessionOwner, address: str, media: AnyPresentation, account: Account) -> RtspSession:
        """Create a session. Raises `RtspError` 453 at the limit."""
        place = _take_place(self._unplayed, account, address, PROTOCOL)
        now_s = self._now_s()
        session = RtspSession(
            media, account, owner, address, owner.protocol, SessionTimeout(now_s), next(self._numbers), now_s, place
        )
        self._sessions[session.identifier] = owner.sessions[session.identifier] = session
        return session

    def find(self, identifier: str) -> RtspSession:
        """Return a session. Raises `RtspError` 454."""
        if identifier not in self._sessions:
            raise RtspError(454)
        return self._sessions[identifier]

    def admit_viewer(self, session: RtspSession) -> None:
        """Take a viewer's place for a session. Raises `RtspError` 453 at the limit."""
        if not session.admitted:
            protocol = MULTICAST if session.transport == MULTICAST else PROTOCOL
            place = _take_place(self._viewers, session.account, session.address, protocol)
            self._unplayed.release(session.place)
            session.place, session.admitted = place, True
            session.timeout.begin_play(self._now_s())

    def keep_alive(self, session: RtspSession) -> None:
        """Restart the time-out of a session that has been played."""
        session.timeout.keep_alive(self._now_s())

    def detach(self, session: RtspSession) -> None:
        """Detach a session from its closed connection; a session over TCP ends."""
        session.owner = None
        session.timeout.detach(self._now_s())
        if session.over_tcp:
            self.end(session)

    def end(self, session: RtspSession) -> None:
        """End a session."""
        if self._sessions.pop(session.identifier, None) is None:
            return
        if session.owner:
            session.owner.sessions.pop(session.identifier, None)
        session.close()
        (self._viewers if session.admitted else self._unplayed).release(session.place)

    def sweep(self, now_s: float) -> bool:
        """End sessions that have timed out; return whether sessions remain."""
        for session in self:
            if session.timeout.has_passed(now_s) and not session.sends_over_tcp:
                self.end(session)
        return bool(self._sessions)

    def receive_rtcp(self, session: RtspSession, packet: bytes) -> None:
        """Handle an RTCP packet of a client."""
        try:
            reports = (*rtcp.parse(packet), *feedback.parse(packet))
        except ValueError:
            return
        self.keep_alive(session)
        for report in reports:
            if isinstance(report, feedback.KeyFrameRequest):
                session.ask_key(report.source)

    def receive_talk(self, session: RtspSession, packet: bytes) -> None:
        """Handle an RTP packet of talk."""
        if session.playing and self._talk:
            self.keep_alive(session)
            self._talk(packet, session.account)


def _take_place(limit: ViewerLimit, account: Account, address: str, protocol: str) -> ViewerPlace:
    """Take a place. Raises `RtspError` 453 with the reason."""
    try:
        return limit.take(account, address, protocol)
    except ViewerLimitReached as error:
        raise RtspError(453, reason=str(error)) from None
