"""Consumer of notifications: a client to whose address the camera sends its messages (WS-BaseNotification)."""

import http.server
import queue
import threading
from types import TracebackType
from typing import Self
from xml.etree.ElementTree import Element

from tests.e2e.camera import PATIENCE
from tests.onvif.schemas import check_message


class Consumer:
    """HTTP server on the loopback, while it is open."""

    def __init__(self) -> None:
        self.arrived: queue.Queue[bytes] = queue.Queue()
        """Requests that nobody has asked for yet."""
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.url = f"http://127.0.0.1:{self._server.server_port}/x"
        self.reference = (
            f'<wsnt:ConsumerReference><a:Address xmlns:a="http://www.w3.org/2005/08/addressing">{self.url}</a:Address>'
            "</wsnt:ConsumerReference>"
        )
        """Element of ``Subscribe``."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def next(self) -> Element:
        """Return the content of the next request, which must be valid."""
        return check_message(self.arrived.get(timeout=PATIENCE))

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        arrived = self.arrived

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                arrived.put(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Suppress the log."""

        return Handler
