"""RTSP source of a server that has several names: every request is for the name in the source's address."""

import contextlib
import socket
import threading
from dataclasses import dataclass, field

import pytest

from ipcamd.errors import SourceError
from ipcamd.media.source.source import Wanted
from ipcamd.media.source.source_choice import make_source
from ipcamd.wire.http.digest import MD5, DigestCredentials, answer, parse, secret

SDP = b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 26%b\r\na=control:track1\r\n"
MAP = b" 96\r\na=rtpmap:26 H264/90000"
PASSWORD = "pass word"


@dataclass
class StrictServer:
    """Serves one name: a request for another, or a login that was made for another URL, is refused."""

    listener: socket.socket
    qop: bytes
    sdp: bytes
    seen: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"rtsp://localhost:{self.listener.getsockname()[1]}/ball"

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                with self.listener.accept()[0] as client, client.makefile("rb") as requests:
                    while line := requests.readline():
                        fields = dict(text.decode().strip().split(": ", 1) for text in iter(requests.readline, b"\r\n"))
                        method, url, _ = line.decode().split()
                        client.sendall(self._answer(method, url, fields))

    def _answer(self, method: str, url: str, fields: dict[str, str]) -> bytes:
        sequence = f"CSeq: {fields['CSeq']}\r\n".encode()
        if not url.startswith(self.url):
            return b"RTSP/1.0 404 No such host\r\n" + sequence + b"\r\n"
        if method == "OPTIONS":
            return b"RTSP/1.0 200 OK\r\n" + sequence + b"Public: DESCRIBE, SETUP, PLAY\r\n\r\n"
        if not self._is_right(method, url, fields.get("Authorization", "")):
            challenge = b'WWW-Authenticate: Digest realm="r", nonce="n"' + self.qop
            return b"RTSP/1.0 401 Unauthorized\r\n" + sequence + challenge + b"\r\n\r\n"
        self.seen.append(f"{method} {url}")
        if method == "DESCRIBE":
            kind = b"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n" % len(self.sdp)
            return b"RTSP/1.0 200 OK\r\n" + sequence + kind + self.sdp
        return b"RTSP/1.0 404 Enough\r\n" + sequence + b"\r\n"

    def _is_right(self, method: str, url: str, authorization: str) -> bool:
        sent = parse(authorization) if authorization else None
        if not isinstance(sent, DigestCredentials) or sent.uri != url:
            return False
        return sent.response == answer(sent, method, secret(MD5, "me", "r", PASSWORD))


@pytest.mark.parametrize("qop", [b"", b', qop="auth"'])
@pytest.mark.parametrize(("rtpmap", "descriptions"), [(MAP, 1), (b"", 2)], ids=["own", "FFmpeg"])
def test_requests_and_logins_are_for_the_name_of_the_address(qop: bytes, rtpmap: bytes, descriptions: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = StrictServer(listener, qop, SDP % rtpmap)
        threading.Thread(target=server.serve, daemon=True).start()
        source = make_source(server.url.replace("//", "//me:pass%20word@"))
        with pytest.raises(SourceError):
            next(iter(source.play(lambda: Wanted((320, 240), 30, True), threading.Event())))
        assert server.seen == [f"DESCRIBE {server.url}"] * descriptions + [f"SETUP {server.url}/track1"]
        listener.shutdown(socket.SHUT_RDWR)
