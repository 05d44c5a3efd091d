"""Cameras at link-local IPv6 addresses, whose URL names the zone (RFC 6874), as sources."""

import threading
from contextlib import ExitStack, closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from socket import AF_INET6

import pytest
from tests.media.encoded import units
from tests.media.source.network.rtsp.scripted_camera import ScriptedCamera, pack, play, send
from tests.media.source.network.rtsp.test_rtsp_receiver import FRAMES
from tests.networks import Neighbour, Network, needs_networks, network

from ipcamd.media.source.network.http_client import fetch
from ipcamd.media.source.network.tls_password_policy import TlsPolicy
from ipcamd.media.source.source_timeout import SourceTimeout

__all__ = ["network"]
pytestmark = [pytest.mark.slow, needs_networks]


class WebServer(HTTPServer):
    """A camera with a page at HTTP's own port."""

    address_family = AF_INET6

    def __init__(self) -> None:
        super().__init__(("::", 80), Page)
        self.hosts: list[str | None] = []


class Page(BaseHTTPRequestHandler):
    server: WebServer

    def do_GET(self) -> None:
        self.server.hosts.append(self.headers["Host"])
        self.send_response(200)
        self.end_headers()


@pytest.fixture
def host(network: Network) -> Neighbour:
    network.add_neighbour()
    return network.add_neighbour()


def test_an_rtsp_camera_plays(host: Neighbour) -> None:
    with ExitStack() as stack:
        with host.inside():
            camera = stack.enter_context(ScriptedCamera(send(*pack(FRAMES)), address="::"))  # its threads stay there
        url = f"rtsp://[{host.link_local}%25{host.camera_interface}]:{camera.port}/cam"
        with closing(play(url)) as items:
            assert units(next(items).payload) == units(FRAMES[0])
        assert camera.requests[0] == f"OPTIONS rtsp://[{host.link_local}]:{camera.port}/cam"


def test_an_http_camera_answers(host: Neighbour) -> None:
    with host.inside():
        server = WebServer()
    thread = threading.Thread(target=server.handle_request, daemon=True)
    thread.start()
    url = f"http://[{host.link_local}%25{host.camera_interface}]/"
    with closing(fetch(url, TlsPolicy.AUTO, SourceTimeout(), threading.Event())):
        thread.join()
        server.server_close()
    assert server.hosts == [f"[{host.link_local}]"]
