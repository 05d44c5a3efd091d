"""The real camera as a process of its own, and a plain HTTP client for it."""

import base64
import contextlib
import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

from tests.ports import reserve_port

PASSWORD = "correct horse"
"""The administrator's, of every camera that a test starts without saying otherwise."""

PATIENCE = 60.0
"""Seconds that a test waits for what should come at once: machines under load are slow."""

ALL_HOSTS = "--host=default"
"""Instead of a ``--host``: the camera listens everywhere, IPv4 and IPv6."""
ANY_PORT = tuple(f"--{name}port=0" for name in ("", "https-", "rtsp-", "rtsps-", "talk-", "webrtc-"))


@dataclass(frozen=True)
class Answer:
    """A whole HTTP answer."""

    status: int
    fields: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@dataclass(frozen=True)
class Client:
    """Asks one camera as one account; each request on a connection of its own."""

    port: int
    user: str = "admin"
    password: str = PASSWORD
    tls: bool = False

    def get(self, path: str, **parameters: object) -> Answer:
        return self.ask("GET", path + ("?" + urlencode(parameters) if parameters else ""))

    def ask(self, method: str, target: str, body: bytes | None = None, **fields: str) -> Answer:
        with self.open(target, method, body, **fields) as answer:
            return Answer(answer.status, answer.headers, answer.read())

    @contextlib.contextmanager
    def open(
        self, target: str, method: str = "GET", body: bytes | None = None, **fields: str
    ) -> Iterator[http.client.HTTPResponse]:
        """Give the answer while it is still coming, and end it: for streams."""
        connection = self._connection()
        try:
            connection.request(method, target, body, self.login() | {k.replace("_", "-"): v for k, v in fields.items()})
            with connection.getresponse() as answer:  # of a stream it has taken over the connection
                yield answer
        finally:
            connection.close()

    def login(self) -> dict[str, str]:
        return basic(self.user, self.password) if self.user else {}

    def anonymous(self) -> "Client":
        return Client(self.port, "", "", self.tls)

    def url(self, path: str) -> str:
        """Return an address with the login in it, as players take it."""
        return f"http://{self.user}:{self.password.replace(' ', '%20')}@127.0.0.1:{self.port}{path}"

    def update(self, group: str, **values: object) -> Answer:
        """Change parameters; fail unless the camera acknowledges it."""
        answer = self.get("/cgi/admin/param.cgi", action="update", group=group, **values)
        assert answer.lines == [f"{group}.{name}={value}" for name, value in values.items()], answer.text
        return answer

    def value(self, group: str, name: str) -> str:
        answer = self.get("/cgi/admin/param.cgi", action="list", group=group, name=name)
        assert answer.text.startswith(f"{group}.{name}="), answer.text
        return answer.text.partition("=")[2].removesuffix("\r\n")

    def _connection(self) -> http.client.HTTPConnection:
        if not self.tls:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE, context=context)


class CameraProcess:
    """``ipcamd run`` on loopback, on free ports."""

    def __init__(
        self,
        state: Path,
        *options: str,
        environment: Mapping[str, str] | None = None,
        program: Sequence[str] = ("-m", "ipcamd"),
        command: Sequence[str] = (),
    ) -> None:
        """`program` is the arguments of Python; `command`, that of an installed camera, replaces them."""
        self.state = state
        self.options = options
        self._log = state.with_name(state.name + ".log")
        self._environment = clean_environment(environment or {})
        self._command = command or (sys.executable, *program)
        self.first_start: str | None = None
        self._later_ports: list[socket.socket] = []
        """Of TLS, which may be enabled later: until then another program must not take them."""

    def start(self) -> Self:
        """Start it and wait for its ready line."""
        self.launch()
        self._read_ready()
        return self

    def launch(self) -> None:
        """Start it."""
        host = [] if ALL_HOSTS in self.options else ["--host=127.0.0.1"]
        options = [option for option in self.options if option != ALL_HOSTS]
        self._later_ports = [reserve_port(), reserve_port()]
        later = zip(("https", "rtsps"), (sock.getsockname()[1] for sock in self._later_ports), strict=True)
        ports = [*ANY_PORT, *(f"--{name}-port={number}" for name, number in later)]
        arguments = [*ports, *host, "--discovery=off", f"--state={self.state}", *options]
        if not any(option.startswith(("--admin-password", "--config")) for option in self.options):
            arguments.append(f"--admin-password={PASSWORD}")
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self._command, "run", *arguments],
                stdout=subprocess.PIPE,
                stderr=log,
                env=self._environment,
                text=True,
            )

    def _read_ready(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith("first start: "):
                self.first_start = line.rstrip("\n")
                continue
            self.ready = line.rstrip("\n")
            pattern = (
                r"ready http=(\d+|-) https=(\d+|-) rtsp=(\d+|-) talk=(\d+|-) pid=(\d+) rtsps=(\d+|-) webrtc=(\d+|-)"
            )
            match = re.fullmatch(pattern, self.ready)
            assert match, line
            self.port, self.pid = int(match[1].replace("-", "0")), int(match[5])
            self.https = int(match[2]) if match[2] != "-" else None
            self.rtsp = int(match[3]) if match[3] != "-" else None
            self.rtsps = int(match[6]) if match[6] != "-" else None
            self.webrtc = int(match[7]) if match[7] != "-" else None
            return
        raise AssertionError(f"no ready line; exit code {self.process.wait(PATIENCE)}; log:\n{self.log}")

    @property
    def client(self) -> Client:
        return Client(self.port)

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)

    def kill(self) -> None:
        """Kill it, as a power cut does."""
        self.process.kill()
        self.process.wait()
        self._close()

    def stop(self) -> None:
        """Stop it by SIGTERM; the exit code must be 0, and the log must contain no traceback."""
        if self.running:
            self.process.terminate()
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"SIGTERM did not stop it; log:\n{self.log}") from None
        finally:
            self.kill()
        assert code == 0, f"exit code {code}; log:\n{self.log}"
        assert "Traceback" not in self.log, self.log

    def _close(self) -> None:
        if self.process.stdout:
            self.process.stdout.close()
        while self._later_ports:
            self._later_ports.pop().close()


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return this environment with `extra`, but without variables that configure a camera or change its output."""
    own = ("IPCAMD_", "PYTHONUNBUFFERED")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return kept | dict(extra)


def reachable(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 30).close()
    except OSError:
        return False
    return True


def eventually(condition, failure: str = "it did not come true", patience: float = PATIENCE):
    """Return the first true value of `condition`; other processes send no notification, so the condition is polled."""
    deadline = time.monotonic() + patience
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(failure)
        time.sleep(0.02)
    return value
