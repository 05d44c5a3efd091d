"""Request rewriter: converts FFmpeg's RTSP requests for the relay's address to requests for the camera's address.

Servers with several names select by the host of the URL. A Digest login is computed again, because it depends on the
URL of its request (RFC 7616, 3.4.6).
"""

import re
from base64 import b64encode
from collections.abc import Callable

from ipcamd.wire.http.digest import BasicCredentials, answer, parse, secret
from ipcamd.wire.rtsp.head_editor import HEAD_BYTES, HeadEditor
from ipcamd.wire.rtsp.tunnel import TunnelDecoder

_END = b"\r\n\r\n"


class RequestRewriter(HeadEditor):
    """Rewriter of one connection, which carries RTSP, or the requests of an HTTP tunnel in Base64."""

    def __init__(self, relay: str, camera: str, login: BasicCredentials) -> None:
        """`relay` is the start of the URLs in FFmpeg's requests, ``rtsp://HOST:PORT``; `camera` replaces it."""
        super().__init__()
        self.note_tunnelled: Callable[[bytes], object] = lambda _: None
        """Called with the requests in a tunnel, as FFmpeg sends them."""
        self._relay, self._camera = relay, camera
        self._login = login
        self._decoder = TunnelDecoder()
        self._tunnelled: RequestRewriter | None = None

    @property
    def is_between_messages(self) -> bool:
        """See `HeadEditor`."""
        return self._tunnelled.is_between_messages if self._tunnelled else super().is_between_messages

    def wrap(self, message: bytes) -> bytes:
        """Return the bytes that insert a message."""
        return b64encode(message) if self._tunnelled else message

    def _rest(self, data: bytes) -> bytes:
        if not self._tunnelled:
            return data
        self.note_tunnelled(requests := self._decoder.feed(data))
        return b64encode(self._tunnelled.feed(requests))

    def _head(self) -> bytes:
        end = self._buffer.find(_END)
        if (end if end >= 0 else len(self._buffer)) > HEAD_BYTES:
            raise ValueError("is sent a head that is too long")
        if end < 0:
            return b""
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + len(_END)]
        method, _, rest = lines[0].partition(" ")
        self._is_open = rest.rpartition(" ")[2].startswith("HTTP/")
        if self._is_open and method == "POST":
            self._tunnelled = RequestRewriter(self._relay, self._camera, self._login)
        lines = [f"{method} {self._url(rest)}", *(self._field(method, line) for line in lines[1:])]
        return "\r\n".join((*lines, "", "")).encode("latin-1")

    def _field(self, method: str, line: str) -> str:
        name, _, value = line.partition(":")
        match name.lower():
            case "host":
                return f"{name}: {self._camera.partition('://')[2]}"
            case "content-length" if not self._is_open:
                self._passing = _body_bytes(value.strip())
            case "authorization" if not self._is_open:
                return f"{name}: {self._signed(method, value.strip())}"
        return line

    def _signed(self, method: str, value: str) -> str:
        """Return the login for the camera's URL."""
        try:
            sent = parse(value)
        except ValueError:  # of an unknown kind
            return value
        if isinstance(sent, BasicCredentials):
            return value
        made = sent._replace(uri=self._url(sent.uri))
        response = answer(made, method, secret(sent.algorithm, sent.user, sent.realm, self._login.password))
        return value.replace(f'uri="{sent.uri}"', f'uri="{made.uri}"').replace(sent.response, response)

    def _url(self, url: str) -> str:
        return self._camera + url.removeprefix(self._relay) if url.startswith(self._relay) else url


def _body_bytes(text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text):
        raise ValueError("is sent a body of unknown length")
    return int(text)
