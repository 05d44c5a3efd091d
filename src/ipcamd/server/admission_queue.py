"""Admission queue: accepted sockets for which there is no place yet."""

import asyncio
from collections.abc import Callable, Iterator
from typing import NamedTuple

POLL_S = 0.05
"""Seconds between two attempts to admit the waiting sockets. Without waiting sockets there is no timer."""
CAPACITY = 64
"""Maximum number of waiting sockets of all services."""
PATIENCE_S = 10.0
"""Maximum waiting time of a socket in seconds."""


class Entrant(NamedTuple):
    """Accepted socket that waits."""

    key: str
    """Its client's address or network; sockets of one network are admitted in order."""
    owner: object
    """The service that accepted it."""
    admit: Callable[[bool], bool]
    """Tries to admit it, and returns whether its wait has ended. If the argument is true, it is admitted or refused
    now."""
    since_s: float
    """Time of its arrival, by the clock of the event loop."""


class AdmissionQueue:
    """Accepted sockets that wait for a place, in order of arrival. Above `CAPACITY`, the wait of the first one ends."""

    def __init__(self) -> None:
        self._entrants: list[Entrant] = []
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._entrants)

    def holds(self, key: str) -> bool:
        """Return whether a socket of that network waits."""
        return any(entrant.key == key for entrant in self._entrants)

    def add(self, key: str, owner: object, admit: Callable[[bool], bool]) -> None:
        """Add a socket, as the last one; for the arguments see `Entrant`."""
        loop = asyncio.get_running_loop()
        self._entrants.append(Entrant(key, owner, admit, loop.time()))
        if len(self._entrants) > CAPACITY:
            self._entrants.pop(0).admit(True)
        if self._timer is None:
            self._timer = loop.call_later(POLL_S, self._poll)

    def clear(self, owner: object) -> None:
        """End the wait of the sockets of a service, which closes."""
        leaving = [entrant for entrant in self._entrants if entrant.owner is owner]
        self._entrants = [entrant for entrant in self._entrants if entrant.owner is not owner]
        for entrant in leaving:
            entrant.admit(True)
        if self._timer and not self._entrants:
            self._timer.cancel()
            self._timer = None

    def _poll(self) -> None:
        loop = asyncio.get_running_loop()
        self._entrants = list(self._still_waiting(loop.time()))
        self._timer = loop.call_later(POLL_S, self._poll) if self._entrants else None

    def _still_waiting(self, now_s: float) -> Iterator[Entrant]:
        """Admit the sockets for which there is a place; yield the others."""
        blocked: set[str] = set()
        for entrant in self._entrants:
            if entrant.key in blocked or not entrant.admit(now_s - entrant.since_s > PATIENCE_S):
                blocked.add(entrant.key)
                yield entrant
