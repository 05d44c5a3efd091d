"""Deadline of an HTTP connection: its current time-out, for requests, responses and streams."""

import math

from ipcamd.server.connection_registry import Registry


class Deadline:
    """Monotonic time of the current time-out. There is only one: each method replaces the previous one."""

    __slots__ = ("_begun_s", "_ends_s", "_progress", "_registry")

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._ends_s = math.inf
        self._begun_s = 0.0  # the first byte of the current request
        self._progress = 0  # bytes sent, at the last check

    def has_passed(self, now_s: float) -> bool:
        """Whether the deadline has passed."""
        return self._ends_s < now_s

    def clear(self) -> None:
        """Remove the deadline while the camera handles the request."""
        self._ends_s = math.inf

    def await_head(self) -> None:
        """Wait for the header of a request that has begun."""
        self._begun_s = self._registry.now_s()
        self._ends_s = self._begun_s + self._registry.timeouts.head_timeout_s

    def await_body(self) -> None:
        """Wait for the rest of the request."""
        self._ends_s = self._begun_s + self._registry.timeouts.request_timeout_s

    def await_piece(self) -> None:
        """Wait for the next piece of a streamed body."""
        self._set(self._registry.timeouts.request_timeout_s)

    def await_request(self, full: bool) -> None:
        """Wait for the next request; `full`: the client must read a response first."""
        self._set(self._registry.timeouts.write_timeout_s if full else self._registry.timeouts.idle_timeout_s)

    def await_end(self, full: bool) -> None:
        """Wait for the client to close the connection; `full`: it must read a response first."""
        self._set(self._registry.timeouts.write_timeout_s if full else self._registry.timeouts.linger_s)

    def await_reader(self, progress: int, is_viewer: bool = False) -> None:
        """Wait for the client to read; `progress` grows when it does."""
        self._progress = progress
        self._set(self._registry.timeouts.stall_timeout_s if is_viewer else self._registry.timeouts.write_timeout_s)

    def has_advanced(self, progress: int) -> bool:
        """Whether the client has read since `await_reader`."""
        return progress > self._progress

    def _set(self, duration_s: float) -> None:
        self._ends_s = self._registry.now_s() + duration_s
