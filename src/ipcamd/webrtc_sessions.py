"""WebRTC sessions: interface of the service for the WHEP endpoint."""

from typing import Protocol

from ipcamd.access.accounts import Account
from ipcamd.dataclass import dataclass

UNSUPPORTED = "not supported by this device: it needs the packages of ipcamd[webrtc]"
"""Reason of refusals without the packages."""


@dataclass(frozen=True, slots=True)
class WebRtcOffer:
    """Offer of a browser or player."""

    codec: str
    """Codec's name, as in ``/whep/<codec>``."""
    description: bytes
    """SDP."""
    account: Account
    address: str
    """The client's IP address."""
    own_address: str
    """Address of the camera that received the request."""


@dataclass(frozen=True, slots=True)
class WebRtcAnswer:
    """Answer to an offer."""

    identifier: str
    """Secret identifier of the session."""
    description: bytes
    """SDP."""
    tag: str
    """Entity tag of the present ICE session."""


class WebRtcSessions(Protocol):
    """Sessions of the service."""

    async def open_session(self, offer: WebRtcOffer) -> WebRtcAnswer:
        """Answer an offer. Raises ``HttpError`` 400, 404 or 503 with the reason."""

    def tag(self, identifier: str, account: Account) -> str:
        """Return the entity tag of a session. Raises ``HttpError`` 404 or 403."""

    def end_session(self, identifier: str, account: Account) -> None:
        """End a session. Raises ``HttpError`` 404 or 403."""
