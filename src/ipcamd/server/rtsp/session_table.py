"""Sessions of the RTSP service: who watches what, and until when."""

from collections.abc import Callable, Iterator

from ipcamd.access.accounts import Account
from ipcamd.errors import ViewerLimitReached
from ipcamd.server.rtsp.mounts.media import Media
from ipcamd.server.rtsp.response import Refused
from ipcamd.server.rtsp.session import Session, SessionOwner
from ipcamd.server.viewer_limit import ViewerLimit
from ipcamd.wire.rtp import rtcp

TIMEOUT_S = 60
"""Seconds that a session lives on without a sign of its client."""
UNPLAYED_S = 10
"""Seconds that it may be without its first PLAY, whatever its client says meanwhile."""
ORPHANED_S = 10
"""Seconds that it lives on when its connection has ended: another one may take it over."""

Talk = Callable[[bytes, Account], None]
"""Takes an RTP packet of PCMU that somebody sent to be heard at the camera."""


class Sessions:
    """All sessions by identifier. One that was not played yet takes no viewer's place; their number is limited, too."""

    def __init__(self, viewers: ViewerLimit, clock: Callable[[], float], talk: Talk | None) -> None:
        self._viewers = viewers
        self._unplayed = ViewerLimit(viewers.total)
        self._clock = clock
        self._talk = talk
        self._sessions: dict[str, Session] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[Session]:
        return iter(tuple(self._sessions.values()))

    def begin(self, owner: SessionOwner, address: str, media: Media, account: Account) -> Session:
        """Make a session. Raises `Refused` 453 if there are too many."""
        leave = _take(self._unplayed, account, address)
        session = Session(media, account, owner, address, self._clock() + UNPLAYED_S, leave)
        self._sessions[session.identifier] = owner.sessions[session.identifier] = session
        return session

    def find(self, identifier: str) -> Session:
        """Return a session. Raises `Refused` 454."""
        if identifier not in self._sessions:
            raise Refused(454)
        return self._sessions[identifier]

    def admit_viewer(self, session: Session) -> None:
        """Take a viewer's place for a session that is to be played. Raises `Refused` 453 if there is none."""
        if not session.admitted:
            leave = _take(self._viewers, session.account, session.address)
            session.leave()
            session.leave, session.admitted = leave, True
            self.touch(session)

    def touch(self, session: Session) -> None:
        """Note a sign of life."""
        if session.admitted:
            session.deadline = self._clock() + TIMEOUT_S

    def orphan(self, session: Session) -> None:
        """Note that its connection has ended: one over UDP may be taken over by another, for a short while."""
        session.owner = None
        session.deadline = min(session.deadline, self._clock() + ORPHANED_S)
        if session.over_tcp:
            self.end(session)

    def end(self, session: Session) -> None:
        """End a session."""
        if self._sessions.pop(session.identifier, None) is None:
            return
        if session.owner:
            session.owner.sessions.pop(session.identifier, None)
        session.close()

    def sweep(self, now: float) -> bool:
        """End what has shown no sign of life for too long; return whether there are sessions left."""
        for session in self:
            if session.deadline < now and not session.fed:
                self.end(session)
        return bool(self._sessions)

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
        if session.playing and self._talk:
            self.touch(session)
            self._talk(packet, session.account)


def _take(limit: ViewerLimit, account: Account, address: str) -> Callable[[], None]:
    try:
        return limit.take(account, address)
    except ViewerLimitReached as error:
        raise Refused(453, reason=str(error)) from None
