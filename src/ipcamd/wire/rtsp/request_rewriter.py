"""Request rewriter: RTSP requests that FFmpeg makes for the relay's address become requests for the camera's.

Servers with several names choose by the host of the URL. A Digest login is made for the URL of its request (RFC 7616,
3.4.6), so it is made anew.
"""

from ipcamd.wire.http.digest import BasicCredentials, answer, parse, secret

HEAD_BYTES = 64 * 1024
"""Most bytes of a message head."""
_END = b"\r\n\r\n"
_FRAME_HEAD = 4
"""Bytes before the data of an interleaved packet (RFC 2326, 10.12)."""


class RequestRewriter:
    """Rewriter of one connection, which carries RTSP or an HTTP tunnel. What is in a tunnel stays as it is."""

    def __init__(self, relay: str, camera: str, login: BasicCredentials) -> None:
        """`relay` is the beginning of the URLs that FFmpeg asks for, ``rtsp://HOST:PORT``; `camera` takes its place."""
        self._relay, self._camera = relay, camera
        self._login = login
        self._buffer = bytearray()
        self._passing = 0
        """Bytes that pass as they are: the rest of a body or of a packet."""
        self._is_tunnel = False

    def feed(self, data: bytes) -> bytes:
        """Return what the camera is to get. Raises ``ValueError`` for a head that is too long."""
        if self._is_tunnel:
            return data
        self._buffer += data
        passed = bytearray()
        while piece := self._next():
            passed += piece
        return bytes(passed)

    def _next(self) -> bytes:
        if self._is_tunnel:
            self._passing = len(self._buffer)
        elif not self._passing:
            if self._buffer[:1] != b"$":
                return self._head()
            if len(self._buffer) < _FRAME_HEAD:
                return b""
            self._passing = _FRAME_HEAD + int.from_bytes(self._buffer[2:_FRAME_HEAD])
        return self._take(min(self._passing, len(self._buffer)))

    def _take(self, length: int) -> bytes:
        piece = bytes(self._buffer[:length])
        del self._buffer[:length]
        self._passing -= length
        return piece

    def _head(self) -> bytes:
        end = self._buffer.find(_END)
        if (end if end >= 0 else len(self._buffer)) > HEAD_BYTES:
            raise ValueError("is sent a head that is too long")
        if end < 0:
            return b""
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + len(_END)]
        method, _, rest = lines[0].partition(" ")
        self._is_tunnel = rest.rpartition(" ")[2].startswith("HTTP/")
        lines = [f"{method} {self._url(rest)}", *(self._field(method, line) for line in lines[1:])]
        return "\r\n".join((*lines, "", "")).encode("latin-1")

    def _field(self, method: str, line: str) -> str:
        name, _, value = line.partition(":")
        match name.lower():
            case "host":
                return f"{name}: {self._camera.partition('://')[2]}"
            case "content-length" if not self._is_tunnel:
                self._passing = int(value)
            case "authorization" if not self._is_tunnel:
                return f"{name}: {self._signed(method, value.strip())}"
        return line

    def _signed(self, method: str, value: str) -> str:
        """Return a login for the camera's URL."""
        try:
            sent = parse(value)
        except ValueError:  # of a kind that is not known
            return value
        if isinstance(sent, BasicCredentials):
            return value
        made = sent._replace(uri=self._url(sent.uri))
        response = answer(made, method, secret(sent.algorithm, sent.user, sent.realm, self._login.password))
        return value.replace(f'uri="{sent.uri}"', f'uri="{made.uri}"').replace(sent.response, response)

    def _url(self, url: str) -> str:
        return self._camera + url.removeprefix(self._relay) if url.startswith(self._relay) else url
