"""Webhook worker: queues one webhook's events durably, and sends them to its receiver."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from ipcamd.dataclass import dataclass
from ipcamd.delivery.event_json import event_fields
from ipcamd.delivery.queue.outbox import Outbox, OutboxMessage
from ipcamd.delivery.webhook.config import WebhookConfig
from ipcamd.delivery.worker.retry_pauses import LONGEST_PAUSE_S, RetryPauses
from ipcamd.egress.policy import EgressPolicy
from ipcamd.errors import IpcamdError, RequestFailed
from ipcamd.event_bus import EdgeFilter, Event, EventBus, EventQueue
from ipcamd.media.frame import EncodedFrame
from ipcamd.params.group import Group
from ipcamd.settings.change_records import CAMERA, Change
from ipcamd.settings.settings import Settings
from ipcamd.workers.tasks import start_task

if TYPE_CHECKING:
    from ipcamd.delivery.webhook.receiver_answer import ReceiverAnswer

QUEUED_EVENTS = 1000
"""Maximum number of events that wait while a picture is taken; above it, the oldest are dropped."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WebhookParts:
    """Parts that all webhooks share."""

    settings: Settings
    outbox: Outbox
    bus: EventBus
    egress: EgressPolicy
    started_by: Callable[[Event], Iterable[str]]
    """Returns the names of the schedules that an event starts."""
    take_picture: Callable[[], Awaitable[EncodedFrame]]
    """Returns a JPEG; raises ``RequestFailed``."""
    describe_camera: Callable[[], Mapping[str, str]]
    note: Callable[[str, str, str], None]
    """Called for the event log with a webhook's name, the text of a success, and that of a failure."""
    now_ns: Callable[[], int]
    """The camera's clock."""
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    """Waits for a number of seconds."""


class WebhookWorker:
    """One webhook. For the event loop; no receiver delays another one or the camera."""

    def __init__(self, group: Group, name: str, parts: WebhookParts) -> None:
        """`name` is the target's in the queue, such as ``webhook1``."""
        self.name = name
        self._group = group
        self._parts = parts
        self._pauses = RetryPauses()
        self._failure = ""
        self._picture = 0, asyncio.Event()
        """Number of the newest message with a picture, and the event of the picture's arrival."""
        self._following: tuple[EventQueue, EdgeFilter, WebhookConfig] | None = None
        """Incoming events, the filter of relevant ones, and their configuration."""
        self._tasks: list[asyncio.Task[None]] = []
        self._switching_off: set[asyncio.Task[None]] = set()

    @property
    def config(self) -> WebhookConfig:
        """The present configuration."""
        return WebhookConfig.read(self._parts.settings[self._group.name])

    def start(self, *_: object) -> None:
        """Start, or restart with the present configuration (a watcher of the settings)."""
        self._stop()
        before = [task for task in self._tasks if not task.done()]
        config, loop, self._tasks = self.config, asyncio.get_running_loop(), before
        self._pauses.reset()
        if not config.url:
            self._parts.outbox.clear(self.name)
        elif config.enabled:
            queue = self._parts.bus.open_queue(self.name, config.kinds, QUEUED_EVENTS)
            self._following = queue, EdgeFilter(self._parts.bus.newest), config
            self._tasks = [
                *before,
                loop.create_task(self._follow(*self._following)),
                loop.create_task(self._keep_sending(config, before)),
            ]

    async def close(self) -> None:
        """Stop; waiting messages are sent after the next start."""
        self._stop()
        await asyncio.gather(*self._tasks, *self._switching_off, return_exceptions=True)

    def _stop(self) -> None:
        """Cancel the tasks; events that came before are queued."""
        for task in self._tasks:
            task.cancel()
        if self._following:
            queue, edges, config = self._following
            self._following = None
            for event in filter(edges.is_change, queue.take_waiting()):
                self._parts.outbox.put(self.name, _new_id(), self._payload(event, config, None))
            queue.close()

    def retry_now(self) -> None:
        """End the pause after a failure, because the receiver works again."""
        if self._pauses.failures:
            self.start()

    async def test(self) -> None:
        """Send a test message now, before the queue, even if disabled. Raises ``RequestFailed``."""
        from ipcamd.delivery.webhook.payload import webhook_payload  # not at the camera's start

        config, now_ns = self.config, self._parts.now_ns()
        if not config.url:
            raise RequestFailed("no address is set")
        picture = await self._take_picture() if config.with_picture else None
        camera = self._parts.describe_camera()
        body = webhook_payload("test", now_ns, {}, camera, config.with_picture, picture)
        outcome = await self._post(config, _new_id(), body)
        if outcome.problem:
            raise RequestFailed(outcome.problem)
        self.retry_now()

    # -- from the bus into the queue

    async def _follow(self, queue: EventQueue, edges: EdgeFilter, config: WebhookConfig) -> None:
        """Queue each start and end of an event."""
        async for event in queue:
            try:
                if edges.is_change(event):
                    await self._queue(event, config)
            except Exception:  # a defect must not end the task
                _log.exception("%s missed the event %s", self.name, event.label)

    async def _queue(self, event: Event, config: WebhookConfig) -> None:
        """Queue an event at once, and add its picture when that is there; it is not sent before."""
        outbox = self._parts.outbox
        wants_picture = config.with_picture and outbox.has_room_for_picture(self.name)
        message = outbox.put(self.name, _new_id(), self._payload(event, config, None))
        if not wants_picture:
            return
        self._picture = message.number, asyncio.Event()
        try:
            if picture := await self._take_picture():
                outbox.amend(message, self._payload(event, config, picture))
        finally:
            self._picture[1].set()

    def _payload(self, event: Event, config: WebhookConfig, picture: EncodedFrame | None) -> bytes:
        from ipcamd.delivery.webhook.payload import webhook_payload  # not at the camera's start

        type_ = f"{event.kind.value}.{'on' if event.is_on else 'off'}"
        data = event_fields(event, self._parts.started_by(event))
        camera = self._parts.describe_camera()
        return webhook_payload(type_, event.time_ns, data, camera, config.with_picture, picture)

    async def _take_picture(self) -> EncodedFrame | None:
        with suppress(RequestFailed):  # no picture within six seconds: send the event without one
            return await self._parts.take_picture()
        return None

    # -- from the queue to the receiver

    async def _keep_sending(self, config: WebhookConfig, before: Sequence[asyncio.Task[None]]) -> None:
        """Send the waiting messages in order; after a failure, wait and repeat the same one."""
        await asyncio.gather(*before, return_exceptions=True)
        refusals = 0
        while True:
            message = await self._next_message()
            try:
                outcome = await self._post(config, message.topic, message.payload)
                refusals = refusals + 1 if outcome.is_refusal else 0
                pause_s = self._settle(config, message, outcome, outcome.drops_message(refusals))
            except Exception:  # a defect must not end the task
                _log.exception("%s failed", self.name)
                pause_s = LONGEST_PAUSE_S
            if pause_s:
                await self._parts.sleep(pause_s)
            else:
                refusals = 0

    async def _next_message(self) -> OutboxMessage:
        """Wait for the first message, with its picture."""
        message = await self._parts.outbox.head(self.name)
        number, has_come = self._picture
        if message.number == number:
            await has_come.wait()
            return await self._parts.outbox.head(self.name)
        return message

    async def _post(self, config: WebhookConfig, message_id: str, body: bytes) -> "ReceiverAnswer":
        timestamp_s = self._parts.now_ns() // 1_000_000_000
        from ipcamd.delivery.webhook.post import post_message  # not at the camera's start

        return await post_message(self._parts.egress, config, message_id, body, timestamp_s)

    def _settle(
        self, config: WebhookConfig, message: OutboxMessage, outcome: "ReceiverAnswer", is_undeliverable: bool
    ) -> float:
        """Handle the result of a message; return the seconds before the next request."""
        outbox = self._parts.outbox
        if not outcome.problem:
            outbox.note_delivered(message)
            self._note_success(config)
            return 0.0
        outbox.note_failure(self.name)
        if is_undeliverable:
            outbox.drop(message)
            self._note("", f"{config.host}: a message is dropped, because the receiver refuses it: {outcome.problem}")
            return 0.0
        self._note_failure(config, outcome)
        if outcome.is_gone:  # in a separate task, because the change ends this one
            start_task(self._switch_off(), self._switching_off)
        return max(self._pauses.next(away=not outcome.status), outcome.retry_after_s)

    async def _switch_off(self) -> None:
        """Disable the webhook, because its receiver wants no more events. Waiting messages remain."""
        try:
            await self._parts.settings.update([Change(self._group.name, "Enable", "no")], by=CAMERA)
        except IpcamdError as error:
            _log.warning("%s cannot be switched off: %s", self.name, error)

    def _note_success(self, config: WebhookConfig) -> None:
        self._pauses.reset()
        if self._failure:
            self._note(f"{config.host} accepts events again", "")
        self._failure = ""

    def _note_failure(self, config: WebhookConfig, outcome: "ReceiverAnswer") -> None:
        """Log a failure, unless it equals the previous one."""
        words = f"{config.host}: {outcome.problem}"
        if outcome.is_gone:
            words += ": the receiver wants no more events, the webhook is switched off"
        if words != self._failure:
            self._failure = words
            _log.warning("%s: %s", self.name, words)
            self._note("", words)

    def _note(self, done: str, failed: str) -> None:
        self._parts.note(self.name, done, failed)


def _new_id() -> str:
    """Return an identifier of a message for all its attempts."""
    return f"msg_{secrets.token_hex(16)}"
