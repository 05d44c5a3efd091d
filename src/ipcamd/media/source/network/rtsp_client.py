"""RTSP client: opens an address over TCP, else UDP, else an HTTP tunnel (RFC 2326, 10.12), with FFmpeg."""

import errno
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from av import error as av_error
from av.container import InputContainer

from ipcamd.egress.policy import EgressPolicy
from ipcamd.egress.tls import client_context
from ipcamd.errors import SourceError
from ipcamd.media.capture.signal_timeout import SilenceLimit
from ipcamd.media.frame import Picture, Sound
from ipcamd.media.source.clock_recovery import ClockRecovery
from ipcamd.media.source.ffmpeg import OpenFailed, open_media
from ipcamd.media.source.network.ffmpeg_receiver import low_delay_options, receive_live
from ipcamd.media.source.network.tls_policy import UNVERIFIED, TlsPolicy
from ipcamd.media.source.pacing import Clock

if TYPE_CHECKING:
    from ipcamd.media.source import Wanted

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
"""Errors by which servers, and firewalls before them, refuse a transport."""

_RTSPS_PORT = 322
"""FFmpeg's default port of ``rtsps://``."""


class RtspClient:
    """Opens one RTSP address, and remembers the transport that worked."""

    def __init__(self, url: str, tls: TlsPolicy) -> None:
        self._url, self._tls = url, tls
        self._secure = url.lower().startswith("rtsps:")
        self._transports = ("tcp",) if self._secure else tuple(_TRANSPORTS)
        """The one that worked last comes first, those that the server refuses come last."""

    def play(self, wanted: "Callable[[], Wanted]", stop: threading.Event, clock: Clock) -> Iterator[Picture | Sound]:
        """Yield the camera's pictures and sound (see `Source.play`)."""
        limit = SilenceLimit()
        with closing(self._open(stop, limit)) as medium:
            yield from receive_live(medium, wanted, ClockRecovery(clock, stop), stop, clock, limit)

    def _open(self, stop: threading.Event, limit: SilenceLimit) -> InputContainer:
        self._check_address()
        failures: dict[str, OpenFailed] = {}
        options = low_delay_options() | {
            "allowed_media_types": "video+audio",
            "protocol_whitelist": "rtsp,rtsps,tcp,tls,rtp,udp,http,https",
        }
        options |= self._tls_options(limit) if self._secure else {}
        for transport in self._transports:
            try:
                medium = open_media(self._url, options | {"rtsp_transport": transport}, limit=limit)
            except OpenFailed as error:
                failures[_TRANSPORTS[transport]] = error
                if getattr(error.error, "errno", None) == errno.EPROTONOSUPPORT:
                    self._transports = (*self._without(transport), transport)
                if stop.is_set() or not _is_refusal(transport, error):
                    break
            else:
                self._transports = (transport, *self._without(transport))
                return medium
        raise _failure(failures)

    def _check_address(self) -> None:
        """Raise `SourceError` if the host is none that can be called. (FFmpeg resolves the name again.)"""
        host = urlsplit(self._url).hostname or ""
        with suppress(OSError):  # FFmpeg reports it
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            if not any(EgressPolicy(allow_local=True).allows(str(entry[4][0]), 0) for entry in found):
                raise SourceError(f"{host} is no address that can be called")

    def _without(self, transport: str) -> tuple[str, ...]:
        return tuple(other for other in self._transports if other != transport)

    def _tls_options(self, limit: SilenceLimit) -> dict[str, str]:
        """Return FFmpeg's options for TLS. Raises `SourceError` if the policy forbids the connection.

        FFmpeg answers a Basic challenge with the password, so a login requires a verified certificate.
        """
        file = ssl.get_default_verify_paths().cafile
        if self._tls is TlsPolicy.ANY:
            return {}
        if file and self._is_verifiable(limit):
            return {"tls_verify": "1", "ca_file": file}
        if self._tls is TlsPolicy.VERIFY:
            raise SourceError(UNVERIFIED)
        if urlsplit(self._url).username:
            raise SourceError(
                "has a certificate that cannot be verified, so the login is not sent; name a file with the "
                "certificate in SSL_CERT_FILE, or use --source-tls any"
            )
        return {}

    def _is_verifiable(self, limit: SilenceLimit) -> bool:
        parts = urlsplit(self._url)
        try:
            with (
                socket.create_connection((parts.hostname or "", parts.port or _RTSPS_PORT), float(limit)) as plain,
                client_context().wrap_socket(plain, server_hostname=parts.hostname),
            ):
                return True
        except ssl.SSLCertVerificationError:
            return False
        except TimeoutError:
            raise SourceError(limit.words) from None
        except (OSError, ValueError) as error:
            raise SourceError(f"cannot be opened: {getattr(error, 'strerror', None) or type(error).__name__}") from None


def _is_refusal(transport: str, failure: OpenFailed) -> bool:
    """Whether another transport may work where this one failed."""
    if failure.timed_out:
        return transport == "udp"  # the server was reached, but its datagrams may be blocked
    return isinstance(failure.error, _REFUSALS) or getattr(failure.error, "errno", None) in _REFUSAL_CODES


def _failure(failures: dict[str, OpenFailed]) -> SourceError:
    if len(failures) == 1:
        return SourceError(str(*failures.values()))
    said = "; ".join(f"over {name}: {error}" for name, error in failures.items())
    return SourceError(f"cannot be opened over any transport ({said})")
