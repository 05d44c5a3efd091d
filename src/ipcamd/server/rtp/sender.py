"""RTP sender: the interface of a live or recorded track for a session."""

from typing import Protocol

from ipcamd.server.rtp.viewer import RtpViewer
from ipcamd.wire.packetize.payload_format import PayloadFormat


class RtpSender(Protocol):
    """Sender of one track's packets."""

    format: PayloadFormat

    @property
    def label(self) -> str:
        """Name for lists of viewers."""

    @property
    def ssrc(self) -> int:
        """SSRC of its packets (RFC 3550)."""

    def add(self, viewer: RtpViewer) -> None:
        """Start sending to `viewer`."""

    def remove(self, viewer: RtpViewer) -> None:
        """Stop sending to `viewer`."""

    def ask_key(self) -> None:
        """Request a key frame."""
