"""HTTP notifier: notifies other hosts of events, in order for each, without delaying the camera (SDK 12)."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from ipcamd.dataclass import dataclass
from ipcamd.delivery.counts import DeliveryCounts
from ipcamd.delivery.target.error_text import explain_error
from ipcamd.delivery.target.target_test import RunningTests
from ipcamd.egress.http_call import HttpCall, call_http
from ipcamd.egress.policy import EgressPolicy
from ipcamd.errors import RequestFailed
from ipcamd.event_bus import Event, EventKind
from ipcamd.params.event.notify import NOTIFY
from ipcamd.params.event.server import HTTP
from ipcamd.settings.settings import Settings
from ipcamd.wire.http.notification import HttpNotification, load
from ipcamd.workers.tasks import end_tasks

TIMEOUT_S = 5.0
"""Time limit of one attempt in seconds: connection, request and head of the answer."""
PAUSES_S = (2.0, 6.0)
"""Seconds before the second and the third attempt."""
WAITING = 100
"""Maximum number of waiting notifications of one host; above it, the oldest is dropped."""
KINDS = tuple(param.name for param in NOTIFY.params)
"""Kinds of events that have a target."""
_GIVEN_UP = "cancelled: the camera stopped"

_log = logging.getLogger(__name__)

NotifyResult = Callable[[Event, HttpNotification, str], None]
"""Called with the result of an event's notification: "" for success, else the reason of the failure."""


@dataclass(frozen=True, slots=True)
class _Sending:
    event: Event
    notification: HttpNotification


class HttpNotifier:
    """One queue and one task for each host with waiting notifications."""

    def __init__(
        self,
        settings: Settings,
        egress: EgressPolicy,
        note_result: NotifyResult = lambda *_: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """`note_result` gets the result of each notification; `now_ns` is the camera's clock. `sleep` waits for a
        number of seconds."""
        self._settings = settings
        self._egress = egress
        self._note_result = note_result
        self._now_ns = now_ns
        self._sleep = sleep
        self._delivered = self._dropped = self._failures = 0
        self._tests = RunningTests()
        self._queues: dict[tuple[str, int], asyncio.Queue[_Sending]] = {}
        self._tasks: dict[tuple[str, int], asyncio.Task[None]] = {}

    def target(self, name: str) -> HttpNotification | None:
        """Return the target of ``motion``, ``di1`` or ``di2``."""
        line = self._settings[NOTIFY.name].get(name, "")
        return load(line) if line else None

    def handle(self, event: Event) -> None:
        """Take an event (see `EventBus`)."""
        if notification := self.notification_of(event):
            self._put(_Sending(event, notification))

    def notification_of(self, event: Event) -> HttpNotification | None:
        """Return the target of an event; None without one."""
        notification = self.target(_name(event))
        return notification if notification and notification.wants(event.is_on) else None

    async def test(self) -> None:
        """Notify each target of its event now, once, before the queue. Raises ``RequestFailed``."""
        targets = [notification for name in KINDS if (notification := self.target(name))]
        if not targets:
            raise RequestFailed("no address is set")
        with self._tests.enter("http"):
            problems = await asyncio.gather(*(self._try(notification, self._now_ns()) for notification in targets))
        failures = [f"{n.event} to {n.host}:{n.port}: {why}" for n, why in zip(targets, problems, strict=True) if why]
        if failures:
            raise RequestFailed("; ".join(failures))

    @property
    def counts(self) -> DeliveryCounts:
        """Counts of the notifications."""
        waiting = sum(queue.qsize() for queue in self._queues.values())
        return DeliveryCounts(waiting, 0, self._delivered, self._dropped, self._failures)

    async def close(self) -> None:
        """Drop waiting notifications."""
        waiting = [queue.get_nowait() for queue in self._queues.values() for _ in range(queue.qsize())]
        await end_tasks(*self._tasks.values())
        for sending in waiting:
            self._end(sending, _GIVEN_UP)

    def _put(self, sending: _Sending) -> None:
        key = sending.notification.host, sending.notification.port
        queue = self._queues.setdefault(key, asyncio.Queue())
        if queue.qsize() >= WAITING:
            self._end(queue.get_nowait(), f"dropped: {WAITING} notifications are queued for this host")
        queue.put_nowait(sending)
        if key not in self._tasks:
            self._tasks[key] = asyncio.get_running_loop().create_task(self._work(key, queue))

    async def _work(self, key: tuple[str, int], queue: asyncio.Queue[_Sending]) -> None:
        """Send the waiting notifications of one host in order, and end when none remain. Targets that were removed or
        changed meanwhile are skipped."""
        try:
            while not queue.empty():
                sending = queue.get_nowait()
                if self.target(_name(sending.event)) == sending.notification:
                    await self._tell(sending)
        finally:
            del self._tasks[key], self._queues[key]

    async def _tell(self, sending: _Sending) -> None:
        problem = _GIVEN_UP
        try:
            problem = await self._deliver(sending)
        finally:
            self._end(sending, problem)

    def _end(self, sending: _Sending, problem: str) -> None:
        """Count and report the result of a notification."""
        if problem:
            self._dropped += 1
        else:
            self._delivered += 1
        self._note_result(sending.event, sending.notification, problem)

    async def _deliver(self, sending: _Sending) -> str:
        """Try until success or the last attempt; return the last error, or ""."""
        notification, time_ns = sending.notification, sending.event.time_ns
        problem = await self._try(notification, time_ns)
        for pause_s in PAUSES_S:
            if not problem:
                break
            await self._sleep(pause_s)
            problem = await self._try(notification, time_ns)
        if problem:
            _log.warning("notification %s to %s failed: %s", notification.event, notification.host, problem)
        return problem

    async def _try(self, notification: HttpNotification, time_ns: int) -> str:
        problem = await self._call(notification, time_ns)
        self._failures += bool(problem)
        return problem

    async def _call(self, notification: HttpNotification, time_ns: int) -> str:
        call = HttpCall(
            notification.url(time_ns // 1_000_000_000),
            fields={"User-Agent": "ipcamd"},
            certificate=self._settings[HTTP.name]["Certificate"],
            answer_bytes=0,
        )
        try:
            answer = await call_http(self._egress, call, TIMEOUT_S)
        except TimeoutError:
            return f"no answer within {TIMEOUT_S:g} s"
        except RequestFailed as error:
            return str(error)
        except OSError as error:
            return str(explain_error(error, notification.host, notification.port))
        return "" if 200 <= answer.status < 300 else f"the answer is {answer.status}"


def _name(event: Event) -> str:
    """Return the name of the parameter with the target of an event; "" without one."""
    match event.kind:
        case EventKind.MOTION:
            return "motion"
        case EventKind.INPUT:
            return f"di{event.number}"
    return ""
