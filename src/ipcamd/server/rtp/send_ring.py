"""Send ring: sends the same bytes to many sockets with one system call (io_uring of Linux)."""

import ctypes
import errno
import mmap
import os
from array import array
from collections.abc import Sequence

_SETUP, _ENTER = 425, 426
"""Numbers of ``io_uring_setup`` and ``io_uring_enter``, the same on all processors of this camera."""
_GETEVENTS = 1
_HAS_SEND = 1 << 5
"""Feature bit IORING_FEAT_FAST_POLL: Linux 5.7; sends exist since 5.6."""
_ENTRIES_OFFSET = 0x1000_0000
"""Offset in the ring's file of the submission queue entries (IORING_OFF_SQES)."""
_OPCODE_SEND = 26
_DONTWAIT = 0x40
_WORD = 0xFFFF_FFFF
_SUBMISSION, _COMPLETION = 64, 16
"""Bytes of ``struct io_uring_sqe`` and ``struct io_uring_cqe``."""


class SendRing:
    """Submission and completion queue of the kernel. For one thread at a time.

    A non-blocking send ends within the system call that submits it, so neither queue holds anything between two calls.
    """

    def __init__(self, size: int = 1024) -> None:
        """`size` is the number of sockets of one system call, a power of two.

        Raises ``OSError`` if the kernel has no io_uring, or forbids it.
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
        except BaseException:
            os.close(self._fd)
            raise

    def _map(self, parameters: Sequence[int]) -> None:
        """Map the queues; `parameters` is ``struct io_uring_params`` (linux/io_uring.h), filled by the kernel."""
        if not parameters[5] & _HAS_SEND:
            raise OSError("io_uring of this kernel cannot send")
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
        entries.cast("I")[7 :: _SUBMISSION // 4] = array("I", (_DONTWAIT,)) * self._size

    def send(self, fds: Sequence[int], data: bytes) -> dict[int, int]:
        """Send `data` to non-blocking stream sockets.

        Return the results of those that did not accept all, by place: the number of bytes accepted, or the error as a
        negative number.
        """
        short: dict[int, int] = {}
        for first in range(0, len(fds), self._size):
            part = array("i", fds[first : first + self._size])
            short |= {first + place: sent for place, sent in self._send_part(part, data).items()}
        return short

    def close(self) -> None:
        """Close the ring."""
        os.close(self._fd)

    def _send_part(self, fds: "array[int]", data: bytes) -> dict[int, int]:
        start, count, size = self._tail[0], len(fds), len(data)
        _put(self._fds, start, fds)
        _put(self._addresses, start, array("Q", (_address(data),)) * count)
        _put(self._sizes, start, array("I", (size,)) * count)
        self._tail[0] = (start + count) & _WORD
        submitted = self._enter(count, 0)
        self._tail[0] = (start + submitted) & _WORD
        while (self._completed[0] - self._head[0]) & _WORD < submitted:
            self._enter(0, submitted)  # the kernel still reads the bytes
        refused = dict.fromkeys(range(submitted, count), -errno.EAGAIN)
        return self._take(start, submitted, size) | refused

    def _enter(self, submit: int, wait: int) -> int:
        """Return how many entries the kernel accepted."""
        return max(0, int(self._syscall(_ENTER, self._fd, submit, wait, _GETEVENTS, 0, 0)))

    def _take(self, start: int, count: int, size: int) -> dict[int, int]:
        """Remove `count` results; return those that differ from `size`, by place from `start` on."""
        head = self._head[0]
        results = _get(self._results, head, count, array("i"))
        places = _get(self._places, head, count, array("Q"))
        self._head[0] = (head + count) & _WORD
        if results == array("i", (size,)) * count:
            return {}
        found = zip(places, results, strict=True)
        return {(place - start) % self._size: sent for place, sent in found if sent != size}


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


def _get(ring: memoryview, start: int, count: int, to: "array[int]") -> "array[int]":
    """Append `count` values from place `start` on."""
    for part in _parts(start, count, len(ring)):
        to.frombytes(ring[part].tobytes())
    return to


def _parts(start: int, count: int, size: int) -> tuple[slice, slice]:
    """Return the slices of a ring of `size` places that `count` places from `start` on occupy."""
    first = start % size
    return slice(first, min(first + count, size)), slice(0, max(0, first + count - size))
