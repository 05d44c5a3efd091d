"""RTSP session: the tracks of one client, and their transports."""

import secrets
from collections.abc import Callable
from dataclasses import field
from typing import TYPE_CHECKING, Protocol

from ipcamd.access.accounts import Account
from ipcamd.connected_clients import ConnectedClient
from ipcamd.dataclass import dataclass
from ipcamd.server.rtp.rtp_viewer import RtpSender, RtpViewer
from ipcamd.server.rtsp.mounts.presentation import AnyPresentation
from ipcamd.server.rtsp.sessions.session_timeout import SessionTimeout
from ipcamd.server.viewer_limit import ViewerPlace

if TYPE_CHECKING:  # imported for types only: few clients replay
    from ipcamd.server.rtsp.replay.replayer import Replayer


class SessionOwner(Protocol):
    """Connection that owns sessions."""

    sessions: dict[str, "RtspSession"]
    """By identifier."""

    @property
    def protocol(self) -> str:
        """``rtsp``, ``rtsps``, or ``rtsp/http`` in a tunnel."""

    def close(self) -> None:
        """Close the connection after the write buffer has been sent."""


@dataclass(slots=True)
class TrackSetup:
    """Track of a session after SETUP."""

    stream: RtpSender | None
    """None for the talk track."""
    viewer: RtpViewer | None
    """None for multicast."""
    transport: str
    """Transport field of the response."""
    url: str
    close: Callable[[], None]
    """Releases ports or channels."""
    over_tcp: bool = False


@dataclass(slots=True, eq=False)
class RtspSession:
    """Tracks that one client plays together."""

    media: AnyPresentation
    account: Account
    owner: SessionOwner | None
    """Connection of the session; None after that has closed."""
    address: str
    """The client's IP address."""
    protocol: str
    """Protocol of the connection that created it."""
    timeout: SessionTimeout
    number: int
    """Number in the session table; unlike the identifier it is not secret."""
    since_s: float
    """Monotonic time of its first SETUP."""
    place: ViewerPlace
    """Viewer place; before `admitted`, a place among the sessions that have not been played."""
    identifier: str = field(default_factory=lambda: secrets.token_hex(16))
    setups: dict[int, TrackSetup] = field(default_factory=dict)
    """By track number; video first."""
    admitted: bool = False
    """Whether it has a viewer place, from its first PLAY on."""
    playing: bool = False
    replayer: "Replayer | None" = None
    """Replayer of recordings; None for a live session."""

    @property
    def transport(self) -> str:
        """``tcp``, ``udp`` or ``multicast``."""
        if self.over_tcp:
            return "tcp"
        return "udp" if any(setup.viewer or not setup.stream for setup in self.setups.values()) else "multicast"

    @property
    def over_tcp(self) -> bool:
        """Whether the session ends with its connection."""
        return any(setup.over_tcp for setup in self.setups.values())

    @property
    def sends_over_tcp(self) -> bool:
        """Whether packets are sent over its connection. Then it needs no keep-alive: TCP detects a vanished client."""
        return self.playing and any(setup.over_tcp and setup.stream for setup in self.setups.values())

    def play(self) -> None:
        """Start sending."""
        self.playing = True
        for setup in tuple(self.setups.values()):
            if setup.stream and setup.viewer:
                setup.stream.add(setup.viewer)
            elif setup.stream:
                setup.stream.ask_key()
        if self.replayer:
            self.replayer.play()

    def pause(self) -> None:
        """Stop sending for now."""
        self.playing = False
        if self.replayer:
            self.replayer.pause()
        for setup in self.setups.values():
            if setup.stream and setup.viewer:
                setup.stream.remove(setup.viewer)

    def ask_key(self, source: int) -> None:
        """Request a key frame of the stream with this SSRC."""
        for setup in self.setups.values():
            if setup.stream and setup.stream.ssrc == source:
                setup.stream.ask_key()

    def remove_track(self, track: int) -> None:
        """Remove a track."""
        setup = self.setups.pop(track)
        if setup.stream and setup.viewer:
            setup.stream.remove(setup.viewer)
        setup.close()

    def close(self) -> None:
        """Release all tracks."""
        self.pause()
        if self.replayer:
            self.replayer.close()
        for track in tuple(self.setups):
            self.remove_track(track)


def describe_session(session: RtspSession) -> ConnectedClient:
    """Return the client of a session."""
    setups = session.setups.values()
    return ConnectedClient(
        number=session.number,
        account=session.account.name,
        address=session.address,
        protocol=f"{session.protocol}/{session.transport}",
        streams=tuple(setup.stream.label if setup.stream else "talk" for setup in setups),
        path=f"/{session.media.path}",
        page="",
        since_s=session.since_s,
        sent_bytes=sum(setup.viewer.bytes_sent for setup in setups if setup.viewer),
    )
