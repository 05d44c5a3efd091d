"""Lossy link: a link between the camera's network and a neighbour's that delays, reorders and loses packets, in user
space.

The kernels at hand have no netem.
"""

import contextlib
import fcntl
import heapq
import os
import random
import select
import struct
import threading
import time
from collections.abc import Iterator

from tests.networks import Neighbour, ip

CAMERA_ADDRESS, NEIGHBOUR_ADDRESS = "10.98.0.1", "10.98.0.2"

_TUNSETIFF = 0x400454CA
_IFF_TUN_NO_PI = 0x0001 | 0x1000


class LossyLink:
    """Passes packets on after `delay_s`, but loses some of them."""

    def __init__(
        self, delay_s: float, loss: float, jitter_s: float = 0.0, rate_bps: float = 0.0, queue_s: float = 0.0
    ) -> None:
        """`delay_s` is that of one direction, `loss` the share of packets. Packets are up to `jitter_s` earlier or
        later, and so overtake each other. With `rate_bps`, in bits per second, each direction is a thin line: packets
        wait for their turn, and are lost if they would wait for more than `queue_s`."""
        self.passed = 0
        self.lost: list[bytes] = []
        """IP packets."""
        self._delay_s, self._loss, self._jitter_s = delay_s, loss, jitter_s
        self._rate_bps, self._queue_s = rate_bps, queue_s
        self._busy_until_s: dict[int, float] = {}
        """When a thin line has sent what waits, by direction."""
        self._random = random.Random(1)
        self._ends = _open_tunnel("lossy0"), _open_tunnel("lossy1")
        self._on_the_way: list[tuple[float, int, int, bytes]] = []
        self._stop, self._stopping = os.pipe()
        self._thread = threading.Thread(target=self._work, name="lossy link")

    @contextlib.contextmanager
    def between(self, neighbour: Neighbour) -> Iterator["LossyLink"]:
        """Connect the caller's network with the neighbour's."""
        ip("link", "set", "lossy1", "netns", neighbour.namespace)
        there = ("-n", neighbour.namespace)
        for inside, name, address in (((), "lossy0", CAMERA_ADDRESS), (there, "lossy1", NEIGHBOUR_ADDRESS)):
            ip(*inside, "address", "add", f"{address}/24", "dev", name)
            ip(*inside, "link", "set", name, "up")
        self._thread.start()
        try:
            yield self
        finally:
            os.write(self._stopping, b"x")
            self._thread.join()
            for file in (*self._ends, self._stop, self._stopping):
                os.close(file)

    def _work(self) -> None:
        other = dict(zip(self._ends, reversed(self._ends), strict=True))
        while True:
            self._deliver()
            wait_s = max(0.0, self._on_the_way[0][0] - time.monotonic()) if self._on_the_way else None
            ready, _, _ = select.select([*self._ends, self._stop], [], [], wait_s)
            if self._stop in ready:
                return
            for file in ready:
                self._take(os.read(file, 65536), other[file])

    def _take(self, packet: bytes, target: int) -> None:
        now_s = time.monotonic()
        wait_s = max(0.0, self._busy_until_s.get(target, 0.0) - now_s)
        if self._random.random() < self._loss or wait_s > self._queue_s:
            self.lost.append(packet)
            return
        self.passed += 1
        if self._rate_bps:
            wait_s += 8 * len(packet) / self._rate_bps
            self._busy_until_s[target] = now_s + wait_s
        delay_s = wait_s + self._delay_s + self._jitter_s * self._random.uniform(-1, 1)
        heapq.heappush(self._on_the_way, (now_s + delay_s, self.passed, target, packet))

    def _deliver(self) -> None:
        while self._on_the_way and self._on_the_way[0][0] <= time.monotonic():
            _, _, target, packet = heapq.heappop(self._on_the_way)
            with contextlib.suppress(OSError):  # the queue of the interface is full: lost too
                os.write(target, packet)


def _open_tunnel(name: str) -> int:
    file = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(file, _TUNSETIFF, struct.pack("16sH", name.encode(), _IFF_TUN_NO_PI))
    return file
