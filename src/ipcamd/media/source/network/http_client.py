"""HTTP client of sources: one GET request, with login, redirection and TLS policy (RFC 9110)."""

import socket
import ssl
import threading
import time
from contextlib import suppress
from http.client import HTTP_PORT, HTTPS_PORT, HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import NamedTuple, cast
from urllib.parse import urljoin, urlsplit

from ipcamd.egress.policy import EgressPolicy, is_local
from ipcamd.egress.url_host import url_host
from ipcamd.errors import RequestFailed, SourceError
from ipcamd.media.source.ffmpeg import error_text
from ipcamd.media.source.network import camera_socket
from ipcamd.media.source.network.http_login import authorization, may_log_in, split_login
from ipcamd.media.source.network.tls_password_policy import UNVERIFIED, TlsPolicy
from ipcamd.media.source.source_timeout import SourceTimeout
from ipcamd.wire.http.digest import BasicCredentials

_HOPS = 5
"""Most requests for one answer, including logins and redirects."""

_PIECE_BYTES = 65536


class HttpAnswer:
    """Answer with the status 200 or 206, whose body is unread."""

    def __init__(self, connection: HTTPConnection, response: HTTPResponse, limit: SourceTimeout) -> None:
        """`limit` is that of the connection's reader, see `_open`."""
        self._connection, self._response, self._limit = connection, response, limit
        self._head = b""
        self._begun_s = time.monotonic()
        self.type = response.headers.get_content_type()
        """Media type, in lower case, without parameters."""
        self.boundary = str(response.headers.get_param("boundary") or "").encode("latin-1", "replace")
        """Declared boundary of a multipart answer."""
        self.length = response.length
        """Size of the body in bytes; None if it is not declared."""
        self.has_ranges = response.status == 206 or response.headers.get("Accept-Ranges", "").lower() == "bytes"
        """Whether the server supports byte ranges."""
        self.is_part = response.status == 206
        """Whether the body begins at the requested byte."""

    def peek(self, size: int) -> bytes:
        """Return at least the next `size` bytes of the body, or all if there are fewer, without consuming them."""
        while len(self._head) < size and (more := self._receive(_PIECE_BYTES)):
            self._head += more
        return self._head

    def read(self, most: int = _PIECE_BYTES) -> bytes:
        """Return the next bytes of the body, b"" at its end. Raises `SourceError` on a time-out."""
        if self._head:
            data, self._head = self._head[:most], self._head[most:]
            return data
        return self._receive(most)

    def _receive(self, most: int) -> bytes:
        if self._response.isclosed():  # the socket is closed after the last byte
            return b""
        if self._limit.opening and time.monotonic() - self._begun_s > float(self._limit):
            raise SourceError(f"sends no picture for {float(self._limit):g} s")
        try:
            return self._response.read1(most)
        except TimeoutError:
            raise SourceError(f"sends nothing for {float(self._limit):g} s") from None
        except (OSError, HTTPException, ValueError) as error:
            raise SourceError(f"stopped: {error_text(error)}") from None

    def close(self) -> None:
        """Close the connection."""
        self._response.close()
        self._connection.close()


class _Place(NamedTuple):
    """Address, and the login for it."""

    url: str
    login: BasicCredentials
    login_dropped: bool = False
    logins: int = 0
    """Number of logins there."""

    def moved(self, location: str) -> "_Place":
        """Return the target of a redirect; the login is kept only on the same host, and never from TLS to plain. Raises
        `SourceError`."""
        try:
            there = _Place(*split_login(urljoin(self.url, location)))
            old, new = urlsplit(self.url), urlsplit(there.url)
            HTTPConnection(url_host(new), new.port or HTTP_PORT)
        except (ValueError, HTTPException):
            raise SourceError("leads to a malformed address") from None
        if new.scheme not in ("http", "https"):
            raise SourceError("redirects to an address that is not HTTP")
        if there.login.user or not self.login.user:
            return there._replace(login_dropped=self.login_dropped)
        if old.hostname != new.hostname or (old.scheme, new.scheme) == ("https", "http"):
            return there._replace(login_dropped=True)
        return there._replace(login=self.login)

    @property
    def target(self) -> str:
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def fetch(
    url: str, tls: TlsPolicy, limit: SourceTimeout, stop: threading.Event, location: str = "", first_byte: int = 0
) -> HttpAnswer:
    """Request an address, log in and follow redirects as needed. Raises `SourceError`, also once `stop` is set, as does
    reading the answer.

    `location` is an address referenced by the one at `url`; it gets the login under the rules of a redirect. The body
    starts at `first_byte` if the server supports ranges.
    """
    place, login = _Place(*split_login(url)), ""
    origin = url_host(urlsplit(place.url))
    place = place.moved(location) if location else place
    for _ in range(_HOPS):
        policy = _policy(origin, url_host(urlsplit(place.url)))
        connection, trusted = _connect(place, tls, policy, limit, stop)
        try:
            response = _request(connection, place, login, first_byte, limit)
            if response.status in (200, 206):
                _check_coding(response)
                return HttpAnswer(connection, response, limit)
            place, login = _next(place, response, trusted)
        except BaseException:
            connection.close()
            raise
        connection.close()
    raise SourceError(f"redirects more than {_HOPS} times")


def _policy(origin: str, host: str) -> EgressPolicy:
    """Return the permitted kinds of `host` for a source on the host `origin`: local only if that is local, too."""
    if host == origin:
        return EgressPolicy(allow_local=True)
    try:
        found = socket.getaddrinfo(origin, None, type=socket.SOCK_STREAM)
    except OSError:
        return EgressPolicy()
    return EgressPolicy(allow_local=any(is_local(str(entry[4][0])) for entry in found))


def _connect(
    place: _Place, tls: TlsPolicy, policy: EgressPolicy, limit: SourceTimeout, stop: threading.Event
) -> tuple[HTTPConnection, bool]:
    """Connect; also return whether a password may be sent in clear text."""
    parts = urlsplit(place.url)
    host = url_host(parts)
    if parts.scheme == "http":
        connection = HTTPConnection(host, parts.port or HTTP_PORT)
        _open(connection, None, policy, limit, stop)
        return connection, True
    for context in tls.contexts():
        connection = HTTPSConnection(host, parts.port or HTTPS_PORT, context=context)
        with suppress(ssl.SSLCertVerificationError):
            _open(connection, context, policy, limit, stop)
            return connection, tls.permits_clear_password(context)
    raise SourceError(UNVERIFIED)


def _open(
    connection: HTTPConnection,
    context: ssl.SSLContext | None,
    policy: EgressPolicy,
    limit: SourceTimeout,
    stop: threading.Event,
) -> None:
    """Give `connection` its socket, with TLS if there is a `context`, and a reader that can be stopped."""

    def connect(address: str, port: int) -> socket.socket:
        return camera_socket.connect(address, port, float(limit), stop)

    def respond(sock: socket.socket, method: str | None = None) -> HTTPResponse:
        return HTTPResponse(cast(socket.socket, camera_socket.CameraReader(sock, limit, stop)), method=method)

    connection.response_class = respond  # type: ignore[assignment]
    try:
        sock = policy.connect(connection.host, connection.port, connect)
        name = connection.host.partition("%")[0]
        connection.sock = camera_socket.start_tls(sock, context, name, stop) if context else sock
    except ssl.SSLCertVerificationError:
        raise
    except RequestFailed as error:
        raise SourceError(f"leads to a forbidden address ({error})") from None
    except (OSError, ValueError) as error:
        raise _failure(error, limit) from None


def _request(
    connection: HTTPConnection, place: _Place, login: str, first_byte: int, limit: SourceTimeout
) -> HTTPResponse:
    headers = {"User-Agent": "ipcamd", "Accept": "*/*", "Connection": "close"}
    headers |= {"Authorization": login} if login else {}
    headers |= {"Range": f"bytes={first_byte}-"} if first_byte else {}
    try:
        connection.request("GET", place.target, headers=headers)
        return connection.getresponse()
    except (OSError, HTTPException, ValueError) as error:
        raise _failure(error, limit) from None


def _check_coding(response: HTTPResponse) -> None:
    """Raise `SourceError` if the content is compressed, which was not requested."""
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding != "identity":
        raise SourceError(
            f"compresses what it sends ({coding}), which is not supported; disable compression at the source"
        )


def _failure(error: Exception, limit: SourceTimeout) -> SourceError:
    if isinstance(error, TimeoutError):
        return SourceError(f"does not answer for {float(limit):g} s")
    return SourceError(f"is not reachable: {error_text(error)}")


def _next(place: _Place, response: HTTPResponse, trusted: bool) -> tuple[_Place, str]:
    """Return the address and login of the next request, after a redirect or a challenge. Raises `SourceError`."""
    if response.status in (301, 302, 303, 307, 308) and response.headers["Location"]:
        return place.moved(response.headers["Location"]), ""
    if response.status != 401:
        raise SourceError(f"answers {response.status} {response.reason}: check the address")
    if not place.login.user:
        raise SourceError(_no_login(place))
    challenges = response.headers.get_all("WWW-Authenticate", [])
    sent = authorization(challenges, *place.login, "GET", place.target, in_clear=trusted)
    if sent and may_log_in(challenges, place.logins):
        return place._replace(logins=place.logins + 1), sent
    if not sent and authorization(challenges, *place.login, "GET", place.target):
        raise SourceError(
            "requires a plain-text password (Basic login), but its certificate cannot be verified; "
            "--source-tls any sends it anyway"
        )
    raise SourceError(
        "rejects this login" if sent else "requires an unsupported kind of login (supported: Digest, Basic)"
    )


def _no_login(place: _Place) -> str:
    if place.login_dropped:
        host = urlsplit(place.url).netloc
        return f"redirects to {host}, which requires a login that is not sent there; use that address as the source"
    return "requires a login: put it into the address, as in http://user:password@host/"
