"""Subscription: filter and message queue of one client."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress

from ipcamd.access.accounts import Account
from ipcamd.onvif.events.filter import NotificationFilter
from ipcamd.onvif.events.notification import Notification
from ipcamd.onvif.events.subscription_limits import QUEUE_LIMIT


class Subscription:
    """One pull point, or one consumer of notifications."""

    def __init__(
        self, number: str, account: Account, wanted: NotificationFilter, life_s: float, now_s: Callable[[], float]
    ) -> None:
        """`number` is the last part of its address; it expires after `life_s` by the monotonic clock `now_s`."""
        self.number = number
        self.account = account
        self._wanted = wanted
        self._now_s = now_s
        self._life_s = life_s
        self._messages: deque[Notification] = deque(maxlen=QUEUE_LIMIT)
        self._filled = asyncio.Event()
        self._ends_s = now_s() + life_s
        self.is_closed = False

    @property
    def rest_s(self) -> float:
        """Seconds until it expires."""
        return max(0.0, self._ends_s - self._now_s())

    def renew(self, life_s: float) -> None:
        """Set the time to expiry to `life_s` seconds."""
        self._life_s, self._ends_s = life_s, self._now_s() + life_s

    def prolong(self, wait_s: float) -> None:
        """Extend it for a client that waits `wait_s` seconds: the lifetime starts after the wait."""
        self._ends_s = max(self._ends_s, self._now_s() + wait_s + self._life_s)

    def put(self, notification: Notification) -> None:
        """Queue a message if the filter matches."""
        if self._wanted.passes(notification):
            self._messages.append(notification)
            self._filled.set()

    def synchronize(self, states: Iterable[Notification]) -> None:
        """Queue the present state of every property."""
        for state in states:
            self.put(state)

    async def take(self, limit: int, wait_s: float) -> list[Notification]:
        """Return up to `limit` messages, as soon as there is one; none after `wait_s`, or when it is closed."""
        self._filled.set()  # a new pull replaces a waiting one
        await asyncio.sleep(0)
        if not self._messages and not self.is_closed:
            self._filled.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._filled.wait()
        return [self._messages.popleft() for _ in range(min(limit, len(self._messages)))]

    def close(self) -> None:
        """End the subscription; a waiting client gets its answer."""
        self.is_closed = True
        self._filled.set()
