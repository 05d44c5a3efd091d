"""Camera connection: TCP, with TLS for ``rtsps``, to the address that the egress policy has checked."""

import socket
import ssl
import threading
from contextlib import suppress
from urllib.parse import urlsplit

from ipcamd.egress.policy import EgressPolicy
from ipcamd.egress.url_host import url_host, without_zone
from ipcamd.errors import RequestFailed, SourceError
from ipcamd.media.source.ffmpeg import error_text
from ipcamd.media.source.network import camera_socket
from ipcamd.media.source.network.http_login import split_login
from ipcamd.media.source.network.rtsp.camera_session import CameraAddress
from ipcamd.media.source.network.tls_password_policy import UNVERIFIED, TlsPolicy
from ipcamd.media.source.source_timeout import SourceTimeout
from ipcamd.wire.rtsp.request_rewriter import RequestRewriter

_PORTS = {"rtsp": 554, "rtsps": 322}
"""Default ports, the same as FFmpeg's."""


class CameraConnection:
    """Connections of one opening of a camera, whose name is resolved once."""

    def __init__(self, url: str, tls: TlsPolicy, limit: SourceTimeout, stop: threading.Event) -> None:
        """`url` is the source's address; `limit` ends a silent connection, and `stop` an opening."""
        self._address = url_host(urlsplit(url))
        url = without_zone(url)
        self._parts = urlsplit(url)
        self.address = CameraAddress(*split_login(url))
        """Address and login for requests to the camera."""
        self._tls = tls
        self._limit, self._stop = limit, stop
        self._port = self._parts.port or _PORTS[self._parts.scheme]

    def open(self) -> socket.socket:
        """Return the first connection. Raises `SourceError`."""
        try:
            return self._connect()
        except RequestFailed as error:
            raise SourceError(f"is not a valid address ({error})") from None
        except TimeoutError:
            raise SourceError(self._limit.words) from None
        except (OSError, ValueError) as error:
            raise SourceError(f"cannot be opened: {error_text(error)}") from None

    def open_again(self) -> socket.socket:
        """Return another connection to the same address. Raises ``OSError``."""
        return self._tcp()

    def url_at(self, host: str) -> str:
        """Return the camera's URL for a relay at `host`, which performs the TLS."""
        login, at, _ = self._parts.netloc.rpartition("@")
        return self._parts._replace(scheme="rtsp", netloc=f"{login}{at}{host}").geturl()

    def rewriter(self, host: str) -> RequestRewriter:
        """Return a function that converts requests for a relay at `host` into requests for the camera."""
        camera = f"{self._parts.scheme}://{self._parts.netloc.rpartition('@')[2]}"
        return RequestRewriter(f"rtsp://{host}", camera, self.address.login)

    def _connect(self) -> socket.socket:
        if self._parts.scheme == "rtsp":
            return self._tcp()
        for context in self._tls.contexts():
            if self._parts.username and not self._tls.permits_clear_password(context):
                # FFmpeg would answer a Basic challenge with the password
                raise SourceError(
                    "has a certificate that cannot be verified, so the login is not sent; name a file with the "
                    "certificate in SSL_CERT_FILE, or use --source-tls any"
                )
            with suppress(ssl.SSLCertVerificationError):
                return camera_socket.start_tls(self._tcp(), context, self._parts.hostname, self._stop)
        raise SourceError(UNVERIFIED)

    def _tcp(self) -> socket.socket:
        """Connect to the address of the first connection."""

        def connect(address: str, port: int) -> socket.socket:
            sock = camera_socket.connect(address, port, float(self._limit), self._stop)
            self._address = address
            return sock

        return EgressPolicy(allow_local=True).connect(self._address, self._port, connect)
