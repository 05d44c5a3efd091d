"""Subscription: what one client is to be told, and the messages that wait for it."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from ipcamd.access.accounts import Account
from ipcamd.onvif.events.filter import NotificationFilter
from ipcamd.onvif.events.notification import Notification

QUEUE_LIMIT = 200
"""Messages that wait at most; beyond, the oldest are lost."""


class Subscription:
    """One pull point, or one consumer of notifications."""

    def __init__(
        self, number: str, account: Account, wanted: NotificationFilter, life_s: float, now_s: Callable[[], float]
    ) -> None:
        """`number` is the last part of its address; it lives for `life_s` by the monotonic clock `now_s`."""
        self.number = number
        self.account = account
        self._wanted = wanted
        self._now_s = now_s
        self._life_s = life_s
        self._messages: deque[Notification] = deque(maxlen=QUEUE_LIMIT)
        self._filled = asyncio.Event()
        self.ends_s = now_s() + life_s
        """When it ends, unless it is renewed."""
        self.is_closed = False

    @property
    def rest_s(self) -> float:
        """Seconds until it ends."""
        return max(0.0, self.ends_s - self._now_s())

    @property
    def waiting(self) -> int:
        """Messages that wait."""
        return len(self._messages)

    def renew(self, life_s: float) -> None:
        """Let it live for so long from now on."""
        self._life_s, self.ends_s = life_s, self._now_s() + life_s

    def prolong(self, wait_s: float) -> None:
        """Let it live as long as a client waits, and its own time after that: the client is there."""
        self.ends_s = max(self.ends_s, self._now_s() + wait_s + self._life_s)

    def put(self, notification: Notification) -> None:
        """Let a message wait, if the client wants it."""
        if self._wanted.passes(notification):
            self._messages.append(notification)
            self._filled.set()

    def synchronize(self, states: Iterable[Notification]) -> None:
        """Let the present state of every property wait."""
        for state in states:
            self.put(state)

    async def take(self, limit: int, wait_s: float) -> list[Notification]:
        """Return up to `limit` messages, as soon as there is one; none after `wait_s`, or when it is closed."""
        self._filled.set()  # a pull that still waits gives way
        await asyncio.sleep(0)
        if not self._messages and not self.is_closed:
            self._filled.clear()
            try:
                async with asyncio.timeout(wait_s):
                    await self._filled.wait()
            except TimeoutError:
                pass
        return [self._messages.popleft() for _ in range(min(limit, len(self._messages)))]

    def close(self) -> None:
        """End it; a client that waits is answered."""
        self.is_closed = True
        self._filled.set()
