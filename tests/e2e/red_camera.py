"""Network camera that shows only red, so tests recognize pictures of other origin."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat

from PIL import Image


class RedCamera(ThreadingHTTPServer):
    """Sends twenty JPEGs per second to each viewer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), RedPictures)
        self.stopped = threading.Event()
        self.viewers = self.connections = 0
        red = io.BytesIO()
        Image.new("RGB", (640, 480), "red").save(red, "JPEG")
        self.pictures: Iterator[bytes] = repeat(red.getvalue())
        """Answers that come next."""


class RedPictures(BaseHTTPRequestHandler):
    server: RedCamera

    def do_GET(self) -> None:
        self.server.viewers += 1
        self.server.connections += 1
        try:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace;boundary=b")
            self.end_headers()
            while not self.server.stopped.wait(0.05):
                picture = next(self.server.pictures)
                head = b"--b\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture)
                self.wfile.write(head + picture + b"\r\n")
        except OSError:
            pass
        finally:
            self.server.viewers -= 1

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def red_camera() -> Iterator[RedCamera]:
    server = RedCamera()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
