"""Transport order of an RTSP source: TCP, else UDP, else an HTTP tunnel (RFC 2326, 10.12); failures that lead to the
next one."""

import errno
from collections.abc import Iterator, Mapping

from av import error as av_error

from ipcamd.errors import SourceError
from ipcamd.media.source.ffmpeg import OpenFailed
from ipcamd.media.source.network.rtsp.camera_session import RtspRefused

_TRANSPORTS = {"tcp": "TCP", "udp": "UDP", "http": "an HTTP tunnel"}
"""Transports in the order in which they are tried: FFmpeg's names and ours."""

_REFUSALS = (
    av_error.InvalidDataError,
    av_error.EOFError,
    av_error.HTTPBadRequestError,
    av_error.HTTPOtherClientError,
    av_error.HTTPServerError,
)
_REFUSAL_CODES = (errno.EPROTONOSUPPORT, errno.ECONNRESET, errno.EPIPE)
"""Errors with which servers and firewalls refuse a transport."""
_FINAL = (401, 403, 404)
"""Status codes that do not depend on the transport."""
_UNSUPPORTED_TRANSPORT = 461

Refusal = OpenFailed | RtspRefused
"""Failure of one transport."""


class TransportOrder:
    """Order in which the transports of one address are tried."""

    def __init__(self, is_tls: bool) -> None:
        """`is_tls`: whether the address is ``rtsps://``; then TCP is the only one."""
        self._transports = ("tcp",) if is_tls else tuple(_TRANSPORTS)

    def __iter__(self) -> Iterator[str]:
        """Yield FFmpeg's names."""
        return iter(self._transports)

    def prefer(self, transport: str) -> None:
        """Try a transport that worked first in future."""
        self._transports = (transport, *self._without(transport))

    def note_failure(self, transport: str, failure: Refusal) -> None:
        """Try a transport last in future, if the server does not support it."""
        if _is_unsupported(failure):
            self._transports = (*self._without(transport), transport)

    def _without(self, transport: str) -> tuple[str, ...]:
        return tuple(other for other in self._transports if other != transport)


def leads_to_next(transport: str, failure: Refusal) -> bool:
    """Whether another transport may work after this failure."""
    if isinstance(failure, RtspRefused):
        return failure.status not in _FINAL
    if failure.timed_out:
        return transport == "udp"  # the server was reached, but its datagrams may be blocked
    return isinstance(failure.error, _REFUSALS) or getattr(failure.error, "errno", None) in _REFUSAL_CODES


def summarize(failures: Mapping[str, Refusal]) -> SourceError:
    """Return the error for the failures of all transports that were tried, by FFmpeg's names."""
    if len(failures) == 1:
        return SourceError(str(*failures.values()))
    said = "; ".join(f"over {_TRANSPORTS[transport]}: {error}" for transport, error in failures.items())
    return SourceError(f"cannot be opened over any transport ({said})")


def _is_unsupported(failure: Refusal) -> bool:
    """Whether the server does not support the transport, and will not later."""
    if isinstance(failure, RtspRefused):
        return failure.status == _UNSUPPORTED_TRANSPORT
    return getattr(failure.error, "errno", None) == errno.EPROTONOSUPPORT
