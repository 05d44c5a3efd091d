"""RTP source: what a session needs to know of the packets of a track, live or recorded."""

from typing import Protocol

from ipcamd.server.rtp.viewer import RtpViewer
from ipcamd.wire.packetize.payload_format import PayloadFormat


class RtpSource(Protocol):
    """Source of packets."""

    format: PayloadFormat

    @property
    def label(self) -> str:
        """Name for lists of viewers."""

    @property
    def ssrc(self) -> int:
        """Identifier of the source in its packets."""

    def add(self, viewer: RtpViewer) -> None:
        """Send to `viewer` from now on."""

    def remove(self, viewer: RtpViewer) -> None:
        """Send no more to `viewer`."""

    def ask_key(self) -> None:
        """Ask for a key frame soon."""
