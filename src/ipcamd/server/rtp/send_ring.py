"""Send ring: sends the same bytes to many sockets with one system call (io_uring of Linux)."""

import ctypes
import errno
import mmap
import os
import socket
from array import array
from collections.abc import Sequence

_SETUP, _ENTER = 425, 426
"""Numbers of ``io_uring_setup`` and ``io_uring_enter``, the same on all processors of this camera."""
_GETEVENTS = 1
_HAS_SKIP = 1 << 11
"""Feature bit IORING_FEAT_CQE_SKIP, Linux 5.17: what succeeds needs no result."""
_ENTRIES_OFFSET = 0x1000_0000
"""Offset in the ring's file of the submission queue entries (IORING_OFF_SQES)."""
_OPCODE_SEND, _SKIP_SUCCESS = 26, 1 << 6
_FLAGS = 0x40 | 0x100
"""MSG_DONTWAIT, and MSG_WAITALL: a send that is not complete has failed, and has a result."""
_WORD = 0xFFFF_FFFF
_SUBMISSION, _COMPLETION = 64, 16
"""Bytes of ``struct io_uring_sqe`` and ``struct io_uring_cqe``."""


class SendRing:
    """Submission and completion queue of the kernel. For one thread at a time.

    A non-blocking send ends within the system call that submits it, so neither queue holds anything between two calls.
    Only sends that are not complete have a result: the others take less time without.
    """

    def __init__(self, size: int = 1024) -> None:
        """`size` is the number of sockets of one system call, a power of two.

        Raises ``OSError`` if the kernel has no io_uring with these features, or forbids it.
        """
        self._syscall = ctypes.CDLL(None, use_errno=True).syscall
        self._syscall.restype, self._syscall.argtypes = ctypes.c_long, (ctypes.c_long,) * 7
        parameters = (ctypes.c_uint32 * 30)()
        self._size = size
        self._fd: int = self._syscall(_SETUP, size, ctypes.addressof(parameters), 0, 0, 0, 0)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "io_uring_setup")
        try:
            self._map(tuple(parameters))
            self._check()
        except BaseException:
            os.close(self._fd)
            raise

    def _map(self, parameters: Sequence[int]) -> None:
        """Map the queues; `parameters` is ``struct io_uring_params`` (linux/io_uring.h), filled by the kernel."""
        if not parameters[5] & _HAS_SKIP:
            raise OSError("io_uring of this kernel gives a result for each send")
        tail, indices, head, completed, completions = (parameters[place] for place in (11, 16, 20, 21, 25))
        end = completions + parameters[1] * _COMPLETION
        queues = memoryview(mmap.mmap(self._fd, max(end, indices + 4 * self._size)))
        self._tail, self._head, self._completed = (_word(queues, place) for place in (tail, head, completed))
        queues[indices : indices + 4 * self._size].cast("I")[:] = array("I", range(self._size))
        self._results = queues[completions:end].cast("i")[2 :: _COMPLETION // 4]
        self._places = queues[completions:end].cast("Q")[:: _COMPLETION // 8]
        entries = memoryview(mmap.mmap(self._fd, self._size * _SUBMISSION, offset=_ENTRIES_OFFSET))
        self._fds = entries.cast("i")[1 :: _SUBMISSION // 4]
        self._addresses = entries.cast("Q")[2 :: _SUBMISSION // 8]
        self._sizes = entries.cast("I")[6 :: _SUBMISSION // 4]
        entries.cast("Q")[4 :: _SUBMISSION // 8] = array("Q", range(self._size))
        entries[::_SUBMISSION] = bytes((_OPCODE_SEND,)) * self._size
        entries[1::_SUBMISSION] = bytes((_SKIP_SUCCESS,)) * self._size
        entries.cast("I")[7 :: _SUBMISSION // 4] = array("I", (_FLAGS,)) * self._size

    def _check(self) -> None:
        """Raise ``OSError`` if the kernel does not report a send that is not complete."""
        data = bytes(1 << 20)
        sender, receiver = socket.socketpair()
        with sender, receiver:
            sender.setblocking(False)
            if not 0 < self.send(array("i", (sender.fileno(),)), data).get(0, 0) < len(data):
                raise OSError("io_uring of this kernel does not report incomplete sends")

    def send(self, fds: "array[int]", data: bytes) -> dict[int, int]:
        """Send `data` to non-blocking stream sockets.

        Return the results of those that did not accept all, by place: the number of bytes accepted, or the error as a
        negative number.
        """
        short: dict[int, int] = {}
        for first in range(0, len(fds), self._size):
            part = fds[first : first + self._size]
            short |= {first + place: sent for place, sent in self._send_part(part, data).items()}
        return short

    def close(self) -> None:
        """Close the ring."""
        os.close(self._fd)

    def _send_part(self, fds: "array[int]", data: bytes) -> dict[int, int]:
        start, count = self._tail[0], len(fds)
        _put(self._fds, start, fds)
        _put(self._addresses, start, array("Q", (_address(data),)) * count)
        _put(self._sizes, start, array("I", (len(data),)) * count)
        self._tail[0] = (start + count) & _WORD
        submitted = max(0, int(self._syscall(_ENTER, self._fd, count, 0, _GETEVENTS, 0, 0)))
        self._tail[0] = (start + submitted) & _WORD
        return self._take(start) | dict.fromkeys(range(submitted, count), -errno.EAGAIN)

    def _take(self, start: int) -> dict[int, int]:
        """Remove and return the results, by place from `start` on."""
        results: dict[int, int] = {}
        while (head := self._head[0]) != self._completed[0]:
            place = head % len(self._results)
            results[(self._places[place] - start) % self._size] = self._results[place]
            self._head[0] = (head + 1) & _WORD
        return results


def _address(data: bytes) -> int:
    return ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value or 0


def _word(queues: memoryview, offset: int) -> memoryview:
    return queues[offset : offset + 4].cast("I")


def _put(ring: memoryview, start: int, values: "array[int]") -> None:
    """Store values from place `start` on; the ring continues at its beginning."""
    done = 0
    for part in _parts(start, len(values), len(ring)):
        size = part.stop - part.start
        ring[part] = memoryview(values)[done : done + size]
        done += size


def _parts(start: int, count: int, size: int) -> tuple[slice, slice]:
    """Return the slices of a ring of `size` places that `count` places from `start` on occupy."""
    first = start % size
    return slice(first, min(first + count, size)), slice(0, max(0, first + count - size))
