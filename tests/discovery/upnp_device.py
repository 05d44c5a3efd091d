"""UPnP device: its description, its control by SOAP and its answers to searches; a router's other datagrams, too."""

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from xml.etree import ElementTree

from tests.discovery.ssdp_peer import fields_of

ERRORS = {
    402: "Invalid Args",
    714: "NoSuchEntryInArray",
    718: "ConflictInMappingEntry",
    725: "OnlyPermanentLeases",
    704: "NoSuchEntry",
    606: "Action not authorized",
}


class UpnpDevice(Protocol):
    """Router, as its clients see it."""

    kind: str
    """Type of its service."""
    device: str
    """Type of the device that answers to searches."""
    path: str
    """Path of the control URL of its service."""
    speaks: set[str]

    @property
    def location(self) -> str:
        """URL of its description, which answers to searches name."""

    def description(self) -> bytes: ...

    def soap(self, action: str, given: dict[str, str], client: str) -> dict[str, str] | int:
        """Return the results of an action, or the code of its error."""

    def answer_datagram(self, data: bytes, client: str) -> bytes | None:
        """Return the answer to a request by PCP or NAT-PMP; None for no answer."""


@contextlib.contextmanager
def serving(
    device: UpnpDevice, http: ThreadingHTTPServer, datagrams: socket.socket, searches: socket.socket
) -> Iterator[None]:
    """Answer requests by HTTP, datagrams and searches."""
    stop = threading.Event()
    works = (
        lambda: _answer_datagrams(device, datagrams, stop),
        lambda: _answer_searches(device, searches, stop),
        lambda: http.serve_forever(0.02),
    )
    for sock in (datagrams, searches):
        sock.settimeout(0.05)
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        http.shutdown()
        http.server_close()
        for thread in threads:
            thread.join(20)


def _receive(sock: socket.socket, stop: threading.Event) -> Iterator[tuple[bytes, Any]]:
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            yield sock.recvfrom(2048)


def _answer_datagrams(device: UpnpDevice, sock: socket.socket, stop: threading.Event) -> None:
    for data, peer in _receive(sock, stop):
        if answer := device.answer_datagram(data, peer[0]):
            sock.sendto(answer, peer)


def _answer_searches(device: UpnpDevice, sock: socket.socket, stop: threading.Event) -> None:
    for data, peer in _receive(sock, stop):
        if data.startswith(b"M-SEARCH") and "upnp" in device.speaks and fields_of(data)["st"] == device.device:
            answer = f"HTTP/1.1 200 OK\r\nST: {device.device}\r\nLOCATION: {device.location}\r\n\r\n"
            sock.sendto(answer.encode(), peer)


def handler(device: UpnpDevice) -> Callable[..., BaseHTTPRequestHandler]:
    """Return the handler of its requests by HTTP."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(200, device.description() if self.path == "/root.xml" else b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            match = re.fullmatch(f'"{re.escape(device.kind)}#(\\w+)"', self.headers["SOAPAction"])
            call = ElementTree.fromstring(body).find(f".//{{{device.kind}}}{match[1] if match else '-'}")
            assert match, self.headers["SOAPAction"]
            assert call is not None, body
            given = {each.tag: each.text or "" for each in call}
            result = device.soap(match[1], given, self.client_address[0]) if self.path == device.path else 401
            self._reply(*_soap_answer(device.kind, match[1], result))

        def _reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Suppress the log."""

    return Handler


def _soap_answer(kind: str, action: str, result: dict[str, str] | int) -> tuple[int, bytes]:
    if isinstance(result, int):
        error = f"<errorCode>{result}</errorCode><errorDescription>{ERRORS.get(result)}</errorDescription>"
        failure = f'<UPnPError xmlns="urn:schemas-upnp-org:control-1-0">{error}</UPnPError>'
        inner = f"<s:Fault><detail>{failure}</detail></s:Fault>"
    else:
        values = "".join(f"<{name}>{text}</{name}>" for name, text in result.items())
        inner = f'<u:{action}Response xmlns:u="{kind}">{values}</u:{action}Response>'
    envelope = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    return 500 if isinstance(result, int) else 200, f"{envelope}{inner}</s:Body></s:Envelope>".encode()
