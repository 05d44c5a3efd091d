"""Network sources of both protocols: they end soon after a stop, whatever they wait for."""

import socket
import threading
from contextlib import ExitStack

import pytest
from tests.media.source.network.stopping import check_that_it_stops


@pytest.mark.parametrize("scheme", ["rtsps", "https"])
def test_a_source_stops_at_once_during_the_tls_handshake(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listener, ExitStack() as stack:
        url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/"
        check_that_it_stops(url, lambda: stack.enter_context(listener.accept()[0]), monkeypatch)


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_a_source_stops_at_once_while_it_connects(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as stack:
        for _ in range(4):  # fill the queue: the kernel drops further connections
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/"
        begun = threading.Timer(0.3, lambda: None)
        begun.start()
        check_that_it_stops(url, begun.finished.is_set, monkeypatch)
