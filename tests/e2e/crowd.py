"""A crowd of clients that keep a server busy: run as ``python -m tests.e2e.crowd PORT KIND=COUNT ...``.

Kinds: ``silent`` connect and send nothing, ``slow`` send a request byte by byte, ``idle`` get an answer and stay. Each
opens a new connection when the server has closed its old one. They come from 127.0.1.1 and further addresses, a
thousand from each. The crowd says each second, in a line of JSON, how many connections are open and how many were
opened, and ends when its standard input does.
"""

import contextlib
import errno
import json
import resource
import select
import socket
import sys
import time
from collections.abc import Iterator
from subprocess import PIPE, Popen

PER_ADDRESS = 1000
TICK_S = 1.0
"""Each slow client sends a byte so often; after as long a client that was closed comes back."""
BURST = 100
"""Connections that are opened before answers are looked at."""
OPENING = b"GET / HTTP/1.1\r\n"
HEAD = {"silent": b"", "slow": b"", "idle": OPENING + b"\r\n"}
"""Kind to the bytes that it sends at once."""


class CrowdClient:
    """One client."""

    def __init__(self, number: int, kind: str, target: tuple[str, int]) -> None:
        self.kind = kind
        self._address = f"127.0.1.{1 + number // PER_ADDRESS}"
        self._target = target
        self.sock: socket.socket | None = None
        self.is_open = False
        self._sent = 0

    def connect(self) -> int:
        """Begin to connect; return the file descriptor."""
        self.sock, self.is_open, self._sent = socket.socket(), False, 0
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.IPPROTO_IP, getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24), 1)
        self.sock.bind((self._address, 0))
        if self.sock.connect_ex(self._target) not in (0, errno.EINPROGRESS):
            raise OSError("cannot connect")
        return self.sock.fileno()

    def open(self) -> None:
        """The connection is made."""
        self.is_open = True
        assert self.sock
        self.sock.send(HEAD[self.kind])

    def drip(self) -> None:
        """Send the next byte."""
        if self.is_open and self.sock:
            with contextlib.suppress(OSError):
                self.sock.send(OPENING[self._sent : self._sent + 1] or (b"X:\r\n"[self._sent % 4 :])[:1])
                self._sent += 1

    def has_ended(self) -> bool:
        """Read; whether the server has closed the connection."""
        assert self.sock
        try:
            return not self.sock.recv(65536)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def close(self) -> None:
        if self.sock:
            self.sock.close()
        self.sock, self.is_open = None, False


class Crowd:
    """All of them, in one thread."""

    def __init__(self, port: int, kinds: dict[str, int]) -> None:
        names = [kind for kind, count in kinds.items() for _ in range(count)]
        self._away = [CrowdClient(number, kind, ("127.0.0.1", port)) for number, kind in enumerate(names)]
        self._slow = [member for member in self._away if member.kind == "slow"]
        self._members: dict[int, CrowdClient] = {}
        self._epoll = select.epoll()
        self._opened = 0

    def run(self) -> None:
        self._epoll.register(0, select.EPOLLIN)
        due = time.monotonic()
        while True:
            self._connect_some()
            for file, event in self._epoll.poll(0 if self._away else max(0.0, due - time.monotonic()), 1000):
                if file == 0:
                    return
                self._handle(self._members[file], file, event)
            if time.monotonic() >= due:
                due += TICK_S
                self._tick()

    def _tick(self) -> None:
        for member in self._slow:
            member.drip()
        count = sum(member.is_open for member in self._members.values())
        print(json.dumps({"open": count, "opened": self._opened}), flush=True)

    def _connect_some(self) -> None:
        for _ in range(min(BURST, len(self._away))):
            member = self._away.pop()
            try:
                file = member.connect()
            except OSError:
                member.close()
                self._away.insert(0, member)
                return
            self._members[file] = member
            self._epoll.register(file, select.EPOLLOUT | select.EPOLLIN)

    def _handle(self, member: CrowdClient, file: int, event: int) -> None:
        if not member.is_open and event & select.EPOLLOUT and not event & select.EPOLLERR:
            self._epoll.modify(file, select.EPOLLIN)
            self._opened += 1
            with contextlib.suppress(OSError):
                member.open()
        if event & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR) and member.has_ended():
            self._epoll.unregister(file)
            del self._members[file]
            member.close()
            self._away.insert(0, member)


class CrowdProcess:
    """The crowd, in a process of its own."""

    def __init__(self, port: int, **kinds: int) -> None:
        arguments = [f"{kind}={count}" for kind, count in kinds.items()]
        command = [sys.executable, "-m", "tests.e2e.crowd", str(port), *arguments]
        self._process = Popen(command, stdin=PIPE, stdout=PIPE, text=True)

    def states(self) -> Iterator[dict[str, int]]:
        """Yield the number of connections that are ``open``, and that were ``opened`` so far, once a second."""
        assert self._process.stdout
        for line in self._process.stdout:
            yield json.loads(line)

    def wait_until(self, what: str, count: int) -> None:
        """Wait until so many connections are ``open`` at once, or were ``opened`` so far."""
        for state in self.states():
            if state[what] >= count:
                return
        raise AssertionError(f"the crowd ended with {self._process.wait()}")

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    chosen = (argument.split("=") for argument in sys.argv[2:])
    with contextlib.suppress(BrokenPipeError):
        Crowd(int(sys.argv[1]), {kind: int(count) for kind, count in chosen}).run()
