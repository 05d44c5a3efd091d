"""RTSP session: the tracks of one client, and their transports."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol, Self

from ipcamd.access.accounts import Account
from ipcamd.errors import ViewerLimitReached
from ipcamd.server.rtp.stream import RtpStream
from ipcamd.server.rtp.viewer import RtpViewer
from ipcamd.server.rtsp.mounts.media import Presentation
from ipcamd.server.rtsp.response import RtspError
from ipcamd.server.viewer_limit import ViewerLimit
from ipcamd.wire.rtp import rtcp


class SessionOwner(Protocol):
    """The connection that a session came on."""

    sessions: dict[str, "RtspSession"]
    """By identifier."""

    def close(self) -> None:
        """End the connection when what waits has gone out."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place under a limit on viewers, to be released once."""

    _limit: ViewerLimit
    _holder: str

    @classmethod
    def take(cls, limit: ViewerLimit, account: Account, address: str) -> Self:
        """Take a place. Raises `RtspError` 453, which says why."""
        try:
            return cls(limit, limit.take(account, address))
        except ViewerLimitReached as error:
            raise RtspError(453, reason=str(error)) from None

    def release(self) -> None:
        """Give it back."""
        self._limit.release(self._holder)


@dataclass(slots=True)
class TrackSetup:
    """One track of a session, ready to be played."""

    stream: RtpStream | None
    """None: the client speaks."""
    viewer: RtpViewer | None
    """None: it is sent to all by multicast anyway."""
    transport: str
    """The Transport field that was answered."""
    url: str
    close: Callable[[], None]
    """Gives ports and channels back."""
    over_tcp: bool = False


@dataclass(slots=True, eq=False)
class RtspSession:
    """Tracks that one client plays together."""

    media: Presentation
    account: Account
    owner: SessionOwner | None
    """The connection that it came on; None when that has ended."""
    address: str
    """The client's IP address."""
    deadline: float
    """Monotonic time when it ends without another sign of life."""
    place: Place
    """Its place among the viewers, or among those who have not played yet."""
    identifier: str = field(default_factory=lambda: secrets.token_hex(16))
    setups: dict[int, TrackSetup] = field(default_factory=dict)
    """By track number, the picture's first."""
    admitted: bool = False
    """It has a viewer's place, from its first PLAY on."""
    playing: bool = False
    receptions: dict[int, rtcp.ReceptionReport] = field(default_factory=dict)
    """How the client gets the packets, by SSRC, as it told last."""

    @property
    def over_tcp(self) -> bool:
        """Whether it lives and dies with its connection."""
        return any(setup.over_tcp for setup in self.setups.values())

    @property
    def sends_over_tcp(self) -> bool:
        """Whether packets go out on its connection, which are signs of life enough: the kernel notices who vanished."""
        return self.playing and any(setup.over_tcp and setup.stream for setup in self.setups.values())

    def play(self) -> None:
        """Send from now on."""
        self.playing = True
        for setup in tuple(self.setups.values()):
            if setup.stream and setup.viewer:
                setup.stream.add(setup.viewer)
            elif setup.stream:
                setup.stream.ask_key()

    def pause(self) -> None:
        """Send no more for now."""
        self.playing = False
        for setup in self.setups.values():
            if setup.stream and setup.viewer:
                setup.stream.remove(setup.viewer)

    def note_reports(self, told: Iterable[rtcp.ReceptionReport | rtcp.Goodbye]) -> None:
        """Note what the client reports."""
        sources = {setup.stream.ssrc for setup in self.setups.values() if setup.stream}
        for report in told:
            if isinstance(report, rtcp.ReceptionReport) and report.source in sources:
                self.receptions[report.source] = report

    def remove_track(self, track: int) -> None:
        """Give one track up."""
        setup = self.setups.pop(track)
        if setup.stream and setup.viewer:
            setup.stream.remove(setup.viewer)
        setup.close()

    def close(self) -> None:
        """Give everything up."""
        self.pause()
        for track in tuple(self.setups):
            self.remove_track(track)
        self.place.release()
