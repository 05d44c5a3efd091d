"""Requests to the relay become requests to the camera, however they are split; other data passes unchanged."""

from base64 import b64encode

import pytest

from ipcamd.wire.http.digest import BasicCredentials
from ipcamd.wire.rtsp.request_rewriter import HEAD_BYTES, RequestRewriter
from ipcamd.wire.rtsp.tunnel import TunnelDecoder

RELAY, CAMERA = "rtsp://127.0.0.1:40000", "rtsps://cam.example:8322"
OPTIONS = b"OPTIONS rtsp://127.0.0.1:40000/a?b=c RTSP/1.0\r\nCSeq: 1\r\n\r\n"
REWRITTEN = b"OPTIONS rtsps://cam.example:8322/a?b=c RTSP/1.0\r\nCSeq: 1\r\n\r\n"
PACKET = b"$\x01\x00\x08rtsp\r\n\r\n"
BODY = b"SET_PARAMETER rtsps://other.example/ RTSP/1.0\r\nContent-Length: %d\r\n\r\n%b" % (len(OPTIONS), OPTIONS)
TUNNEL = b"POST /a HTTP/1.1\r\nHost: 127.0.0.1:40000\r\nContent-Length: 3\r\nAuthorization: Basic YTpi\r\n\r\n"


def rewriter() -> RequestRewriter:
    return RequestRewriter(RELAY, CAMERA, BasicCredentials("me", "secret"))


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_beginning_of_urls_is_replaced(size: int) -> None:
    sent, requests = OPTIONS + PACKET + BODY + PACKET + OPTIONS, rewriter()
    passed = b"".join(requests.feed(sent[start : start + size]) for start in range(0, len(sent), size))
    assert passed == REWRITTEN + PACKET + BODY + PACKET + REWRITTEN


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_tunnel_goes_to_the_cameras_name_and_so_does_what_is_in_it(size: int) -> None:
    sent, requests = TUNNEL + b"".join(map(b64encode, (OPTIONS, BODY, OPTIONS))), rewriter()
    passed = b"".join(requests.feed(sent[start : start + size]) for start in range(0, len(sent), size))
    head, _, tunnelled = passed.partition(b"\r\n\r\n")
    assert head + b"\r\n\r\n" == TUNNEL.replace(b"Host: 127.0.0.1:40000", b"Host: cam.example:8322")
    assert TunnelDecoder().feed(tunnelled) == REWRITTEN + BODY + REWRITTEN


def test_other_requests_in_a_tunnel_are_refused() -> None:
    with pytest.raises(ValueError, match="Base64"):
        rewriter().feed(TUNNEL + OPTIONS)


def test_the_receiving_half_of_a_tunnel_passes() -> None:
    head = TUNNEL.replace(b"POST", b"GET")
    assert rewriter().feed(head + OPTIONS) == head.replace(b"127.0.0.1:40000", b"cam.example:8322") + OPTIONS


@pytest.mark.parametrize("value", ["Basic bWU6c2VjcmV0", 'Digest username="me"', "Bearer x"])
def test_other_logins_pass(value: str) -> None:
    head = b"\r\nAuthorization: " + value.encode() + b"\r\n\r\n"
    assert rewriter().feed(OPTIONS[:-4] + head) == REWRITTEN[:-4] + head


def test_a_head_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        rewriter().feed(b"O" * (HEAD_BYTES + 1))
