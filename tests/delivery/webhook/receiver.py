"""Receiver of webhooks, a process of its own: run as ``python receiver.py FOLDER [PORT [CERTIFICATE]]``.

It writes each request into FOLDER/requests as a line of JSON; then it answers with the status in FOLDER/status and the
fields in FOLDER/fields. It prints its port.
"""

import http.server
import json
import signal
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any, Self


class ReceiverProcess:
    """The process: started, killed and started again on the same port."""

    def __init__(self, folder: Path, certificate: Path | None = None) -> None:
        folder.mkdir()
        self.folder = folder
        self.port = 0
        self._certificate = certificate
        self.answer(204)

    @property
    def url(self) -> str:
        return f"http{'s' if self._certificate else ''}://127.0.0.1:{self.port}/hook?token=in-the-url"

    def answer(self, status: int, **fields: str) -> None:
        """Let it answer so from now on."""
        (self.folder / "status").write_text(str(status))
        (self.folder / "fields").write_text(json.dumps({name.replace("_", "-"): text for name, text in fields.items()}))

    def start(self) -> Self:
        certificate = [str(self._certificate)] if self._certificate else []
        command = [sys.executable, __file__, str(self.folder), str(self.port), *certificate]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())
        return self

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The requests so far: ``path``, ``fields`` and ``body``."""
        path = self.folder / "requests"
        lines = path.read_text().splitlines(keepends=True) if path.exists() else []
        return [json.loads(line) for line in lines if line.endswith("\n")]  # killed, it may have written half of one

    @property
    def events(self) -> list[dict[str, Any]]:
        """The bodies, each message once, in the order of their first arrival."""
        bodies = {told["fields"]["webhook-id"]: told["body"] for told in reversed(self.requests)}
        return [json.loads(body) for body in reversed(bodies.values())]


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = {name.lower(): value for name, value in self.headers.items()}
        told = json.dumps({"path": self.path, "fields": fields, "body": body})
        with (FOLDER / "requests").open("a") as file:
            file.write(f"{told}\n")
        self.send_response(int((FOLDER / "status").read_text()))
        for name, value in json.loads((FOLDER / "fields").read_text()).items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Suppress the log."""


if __name__ == "__main__":
    FOLDER = Path(sys.argv[1])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), _Handler)
    if sys.argv[3:]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    server.serve_forever()
