"""Asking an HTTP camera for its stream."""

import ssl
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from ipcamd.errors import SourceError
from ipcamd.media.source.login import authorization
from ipcamd.media.source.medium import TIMEOUT

_HOPS = 5
"""At most so many requests until the stream comes: logins and redirections."""

_PIECE = 65536


class Answer:
    """An answer with the status 200, whose body is still to be read."""

    def __init__(self, connection: HTTPConnection, response: HTTPResponse, url: str) -> None:
        self._connection, self._response = connection, response
        self.url = url
        """Where it came from in the end."""
        self.type = response.headers.get_content_type()
        """Media type, in lower case, without parameters."""
        self.length = response.length
        """Bytes of the body; None if it has no given end."""

    def read(self, most: int = _PIECE) -> bytes:
        """Return what comes next of the body, b"" at its end. Raises `SourceError` if nothing comes in time."""
        try:
            return self._response.read1(most)
        except TimeoutError:
            raise SourceError(f"sends nothing for {TIMEOUT:g} s") from None
        except (OSError, HTTPException) as error:
            raise SourceError(f"breaks off: {_words(error)}") from None

    def close(self) -> None:
        """Hang up."""
        self._response.close()
        self._connection.close()


def fetch(url: str) -> Answer:
    """Return the answer for an address, logged in and redirected as need be. Raises `SourceError`."""
    login = ""
    for _ in range(_HOPS):
        parts = urlsplit(url)
        connection = _connection(parts)
        try:
            response = _request(connection, parts, login)
            if response.status == 200:
                return Answer(connection, response, url)
            url, login = _next(url, response, login)
        except BaseException:
            connection.close()
            raise
        connection.close()
    raise SourceError("sends from one address to the next")


def _connection(parts: SplitResult) -> HTTPConnection:
    if parts.scheme.lower() == "http":
        return HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    # cameras sign their certificates themselves
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return HTTPSConnection(parts.hostname or "", parts.port, timeout=TIMEOUT, context=context)


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _request(connection: HTTPConnection, parts: SplitResult, login: str) -> HTTPResponse:
    headers = {"User-Agent": "ipcamd", "Accept": "*/*", "Connection": "close"}
    try:
        connection.request("GET", _target(parts), headers=headers | ({"Authorization": login} if login else {}))
        return connection.getresponse()
    except TimeoutError:
        raise SourceError("does not answer") from None
    except (OSError, HTTPException, ValueError) as error:
        raise SourceError(f"cannot be reached: {_words(error)}") from None


def _next(url: str, response: HTTPResponse, login: str) -> tuple[str, str]:
    """Return the address and login of the request that should follow an answer that is not the stream."""
    if response.status in (301, 302, 303, 307, 308) and response.headers["Location"]:
        there = urljoin(url, response.headers["Location"])
        if urlsplit(there).scheme.lower() not in ("http", "https"):
            raise SourceError("sends to an address that is none of HTTP's")
        return _with_login(there, url), ""
    if response.status == 401 and not login:
        parts = urlsplit(url)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        challenges = response.headers.get_all("WWW-Authenticate", [])
        found = authorization(challenges, user, password, "GET", _target(parts)) if user else None
        if found:
            return url, found
    raise SourceError("does not accept this login" if response.status == 401 else f"answers {response.status}")


def _with_login(there: str, url: str) -> str:
    """Return an address with the login of another one, if both are of the same host."""
    old, new = urlsplit(url), urlsplit(there)
    if "@" not in old.netloc or "@" in new.netloc or old.hostname != new.hostname:
        return there
    return new._replace(netloc=f"{old.netloc.rpartition('@')[0]}@{new.netloc}").geturl()


def _words(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
