"""Session table of the RTSP service, with time-outs."""

from collections.abc import Callable, Iterator

from ipcamd.access.accounts import Account
from ipcamd.server.rtsp.mounts.media import Presentation
from ipcamd.server.rtsp.response import RtspError
from ipcamd.server.rtsp.session import Place, RtspSession, SessionOwner
from ipcamd.server.viewer_limit import ViewerLimit
from ipcamd.wire.rtp import rtcp

TIMEOUT_S = 60
"""Seconds that a session lives on without a sign of its client."""
UNPLAYED_S = 10
"""Seconds that it may be without its first PLAY, whatever its client says meanwhile."""
DETACHED_S = 10
"""Seconds that it lives on when its connection has ended: another one may take it over."""

Talk = Callable[[bytes, Account], None]
"""Takes an RTP packet of PCMU that somebody sent to be heard at the camera."""


class SessionTable:
    """All sessions by identifier. One that was not played yet takes no viewer's place; their number is limited, too."""

    def __init__(self, viewers: ViewerLimit, clock: Callable[[], float], talk: Talk | None) -> None:
        self._viewers = viewers
        self._unplayed = ViewerLimit(viewers.total)
        self._clock = clock
        self._talk = talk
        self._sessions: dict[str, RtspSession] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[RtspSession]:
        return iter(tuple(self._sessions.values()))

    def create(self, owner: SessionOwner, address: str, media: Presentation, account: Account) -> RtspSession:
        """Make a session. Raises `RtspError` 453 if there are too many."""
        place = Place.take(self._unplayed, account, address)
        session = RtspSession(media, account, owner, address, self._clock() + UNPLAYED_S, place)
        self._sessions[session.identifier] = owner.sessions[session.identifier] = session
        return session

    def find(self, identifier: str) -> RtspSession:
        """Return a session. Raises `RtspError` 454."""
        if identifier not in self._sessions:
            raise RtspError(454)
        return self._sessions[identifier]

    def admit_viewer(self, session: RtspSession) -> None:
        """Take a viewer's place for a session that is to be played. Raises `RtspError` 453 if there is none."""
        if not session.admitted:
            place = Place.take(self._viewers, session.account, session.address)
            session.place.release()
            session.place, session.admitted = place, True
            self.keep_alive(session)

    def keep_alive(self, session: RtspSession) -> None:
        """Note a sign of life."""
        if session.admitted:
            session.deadline = self._clock() + TIMEOUT_S

    def detach(self, session: RtspSession) -> None:
        """Note that its connection has ended: one over UDP may be taken over by another, for a short while."""
        session.owner = None
        session.deadline = min(session.deadline, self._clock() + DETACHED_S)
        if session.over_tcp:
            self.end(session)

    def end(self, session: RtspSession) -> None:
        """End a session."""
        if self._sessions.pop(session.identifier, None) is None:
            return
        if session.owner:
            session.owner.sessions.pop(session.identifier, None)
        session.close()

    def sweep(self, now: float) -> bool:
        """End what has shown no sign of life for too long; return whether there are sessions left."""
        for session in self:
            if session.deadline < now and not session.sends_over_tcp:
                self.end(session)
        return bool(self._sessions)

    def receive_rtcp(self, session: RtspSession, packet: bytes) -> None:
        """Take an RTCP packet of a client."""
        try:
            told = rtcp.parse(packet)
        except ValueError:
            return
        self.keep_alive(session)
        session.note_reports(told)

    def receive_talk(self, session: RtspSession, packet: bytes) -> None:
        """Take an RTP packet that is to be heard at the camera."""
        if session.playing and self._talk:
            self.keep_alive(session)
            self._talk(packet, session.account)
