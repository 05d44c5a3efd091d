"""RTSP responses and errors."""

from collections.abc import Sequence

from ipcamd.dataclass import dataclass
from ipcamd.errors import IpcamdError

Fields = tuple[tuple[str, str], ...]
"""Fields of a message head, as pairs of name and value."""


@dataclass(frozen=True, slots=True)
class RtspResponse:
    """Response to a request; the connection adds CSeq and Server."""

    status: int = 200
    """RTSP status code (RFC 2326, 7.1.1)."""
    fields: Fields = ()
    body: bytes = b""
    reason: str = ""
    """Reason phrase; "" selects the standard one."""


class RtspError(IpcamdError):
    """Error that is answered with an RTSP status (RFC 2326, 7.1.1)."""

    def __init__(
        self, status: int, fields: Sequence[tuple[str, str]] = (), delay_s: float = 0.0, reason: str = ""
    ) -> None:
        """`delay_s` is the time in seconds until the response is sent.

        `fields` are added to the response; `reason` replaces the standard phrase of `status`.
        """
        super().__init__(f"RTSP status {status}")
        self.answer = RtspResponse(status, tuple(fields), reason=reason)
        self.delay_s = delay_s
