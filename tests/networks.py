"""Networks of a test's own: a network namespace for the camera, and neighbours on links of their own.

The calling thread moves into the new namespace and returns; the processes that it starts there stay there.
"""

import contextlib
import ctypes
import itertools
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.e2e.camera import eventually

CLONE_NEWNET = 0x40000000
needs_networks = pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("ip"), reason="needs networks of its own")

_numbers = itertools.count()
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Neighbour:
    """Another host, alone with the camera on a link."""

    namespace: str
    camera_interface: str
    """The camera's end of the link."""
    interface: str
    """Its own end."""
    number: int

    @property
    def camera_address(self) -> str:
        return f"10.99.{self.number}.1"

    @property
    def camera_address6(self) -> str:
        return f"fd99:{self.number}::1"

    @property
    def address(self) -> str:
        return f"10.99.{self.number}.2"

    @property
    def camera_link_local(self) -> str:
        """The address that the kernel has given to the camera's end."""
        return link_local(self.camera_interface)

    @property
    def link_local(self) -> str:
        """The address that the kernel has given to its own end."""
        return link_local(self.interface, "-n", self.namespace)

    def command(self, *command: str) -> list[str]:
        """Return a command that runs there."""
        return ["ip", "netns", "exec", self.namespace, *command]

    def run(self, *command: str, timeout: float = 60) -> str:
        """Return the output of a command there."""
        done = subprocess.run(self.command(*command), capture_output=True, text=True, timeout=timeout, check=False)
        return done.stdout

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """Be there: sockets that are opened now stay there."""
        with open_namespace() as back, Path(f"/run/netns/{self.namespace}").open() as there:
            _enter(there.fileno())
            try:
                yield
            finally:
                _enter(back)

    @property
    def address6(self) -> str:
        return f"fd99:{self.number}::2"

    def socket(self, kind: int = socket.SOCK_DGRAM, family: int = socket.AF_INET) -> socket.socket:
        with self.inside():
            sock = socket.socket(family, kind)
        sock.settimeout(20)
        return sock


class Network:
    """The camera's own network namespace, in which the calling thread is."""

    def __init__(self) -> None:
        self._namespaces: list[str] = []

    def add_neighbour(self) -> Neighbour:
        """Add a link with a host at its other end; both have IPv4 and IPv6 addresses."""
        n = len(self._namespaces) + 1
        name = f"ipcamd-{os.getpid()}-{next(_numbers)}"
        ip("netns", "add", name)
        self._namespaces.append(name)
        host = Neighbour(name, f"cam{n}", f"host{n}", n)
        ip("link", "add", host.camera_interface, "type", "veth", "peer", "name", host.interface, "netns", name)
        for inside, interface, last in (((), host.camera_interface, 1), (("-n", name), host.interface, 2)):
            ip(*inside, "address", "add", f"10.99.{n}.{last}/24", "dev", interface)
            ip(*inside, "address", "add", f"fd99:{n}::{last}/64", "dev", interface, "nodad")
            ip(*inside, "link", "set", interface, "up")
            ip(*inside, "link", "set", "lo", "up")
        return host

    def close(self) -> None:
        for name in self._namespaces:
            ip("netns", "delete", name)


@contextlib.contextmanager
def open_network() -> Iterator[Network]:
    """Put the calling thread into a network namespace of its own."""
    with open_namespace() as back:
        if _libc.unshare(CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "unshare")
        own = Network()
        try:
            ip("link", "set", "lo", "up")
            yield own
        finally:
            own.close()
            _enter(back)


@pytest.fixture
def network() -> Iterator[Network]:
    """Give the test a network namespace of its own."""
    with open_network() as own:
        yield own


def ip(*arguments: str) -> str:
    command: Sequence[str] = ("ip", *arguments)
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout


def link_local(interface: str, *namespace: str) -> str:
    """Return an interface's link-local address, once it may be used."""

    def found() -> str:
        words = ip(*namespace, "-6", "-o", "address", "show", "dev", interface, "scope", "link", "-tentative").split()
        return words[words.index("inet6") + 1].partition("/")[0] if words else ""

    return eventually(found)


@contextlib.contextmanager
def open_namespace() -> Iterator[int]:
    """Give the namespace that the calling thread is in now."""
    with Path("/proc/thread-self/ns/net").open() as file:
        yield file.fileno()


def _enter(namespace: int) -> None:
    if _libc.setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
