"""A dyndns2 server on loopback with scripted answers; it checks each request as the real ones do."""

import base64
import ipaddress
import queue
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

USER, PASSWORD, NAME = "alice", "s3cret pass", "cam.example.org"


class DyndnsServer:
    """Answers as scripted; without a script by itself: ``good`` for a new address, ``nochg`` for the same."""

    def __init__(self, script: Sequence[str] = ()) -> None:
        self.script = list(script)
        self.names = {NAME: ""}
        self.asked: queue.Queue[str] = queue.Queue()
        """The words that were answered."""
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, text = server.answer(self)
                self.send_response(status)
                self.send_header("Content-Type", "text/plain")
                self.end_headers()
                self.wfile.write(text.encode())
                server.asked.put(text)

            def log_message(self, format: str, *args: object) -> None:
                """Suppress the log."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}/nic/update"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._http.shutdown()
        self._http.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> tuple[int, str]:
        if self.script:
            word = self.script.pop(0)
            return (int(word), "") if word.isdigit() and word != "911" else (200, word)
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if request.headers["Authorization"] != f"Basic {login}":
            return 401, "badauth"
        if not any(part[:1].isdigit() for part in (request.headers["User-Agent"] or "").split("/")):
            return 200, "badagent"
        parts = urlsplit(request.path)
        fields = parse_qs(parts.query)
        name = fields.get("hostname", [""])[0]
        if parts.path != "/nic/update" or "." not in name:
            return 200, "notfqdn"
        if name not in self.names:
            return 200, "nohost"
        address = str(ipaddress.ip_address(fields.get("myip", [request.client_address[0]])[0]))
        word = "nochg" if self.names[name] == address else "good"
        self.names[name] = address
        return 200, f"{word} {address}"
