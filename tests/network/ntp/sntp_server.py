"""A scripted SNTP server on loopback: the script determines each answer."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

EPOCH_1900 = 2_208_988_800

Mischief = Callable[[bytearray], None]


def right(_: bytearray) -> None:
    """Change nothing."""


def wrong_originate(answer: bytearray) -> None:
    answer[24] ^= 1


def stratum(number: int) -> Mischief:
    def change(answer: bytearray) -> None:
        answer[1] = number

    return change


def leap_3(answer: bytearray) -> None:
    answer[0] |= 0xC0


def not_a_server(answer: bytearray) -> None:
    answer[0] = answer[0] & 0xF8 | 3


def short(answer: bytearray) -> None:
    del answer[40:]


class SntpServer:
    """Answers requests in a thread. `offset_s` is how far its clock is ahead of this machine's."""

    def __init__(
        self, offset_s: float = 0.0, script: Sequence[Mischief] = (right,), is_elsewhere: bool = False
    ) -> None:
        """Each request is answered once for each entry of `script`; `is_elsewhere`: from another address."""
        self.offset_s = offset_s
        self.script = list(script)
        self.asked = threading.Semaphore(0)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._other.bind(("127.0.0.9", 0))
        self._sender = self._other if is_elsewhere else self._socket
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._socket.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()
        self._other.close()

    def _serve(self) -> None:
        while True:
            request, client = self._socket.recvfrom(512)
            if not request:
                return
            for mischief in self.script:
                answer = self._answer(request)
                mischief(answer)
                self._sender.sendto(answer, client)
            self.asked.release()

    def _answer(self, request: bytes) -> bytearray:
        now = round((time.time() + self.offset_s + EPOCH_1900) * 2**32) & 0xFFFFFFFFFFFFFFFF
        return bytearray(struct.pack(">BBbbII4sQ8sQQ", 0x24, 2, 6, -20, 0, 0, b"test", now, request[40:48], now, now))
