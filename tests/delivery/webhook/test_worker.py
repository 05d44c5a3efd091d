"""Webhook workers with HTTP servers on loopback: order, slow receivers, refusals, pauses, pictures."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ipcamd.delivery.queue.outbox import Outbox
from ipcamd.delivery.webhook.receiver_answer import MAX_REFUSALS
from ipcamd.delivery.webhook.webhooks import WebhookService
from ipcamd.delivery.webhook.worker import WebhookParts
from ipcamd.egress.policy import EgressPolicy
from ipcamd.event_bus import Event, EventBus, EventKind
from ipcamd.media.codecs import JPEG
from ipcamd.media.frame import EncodedFrame
from ipcamd.params import ALL_GROUPS
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database

PATIENCE_S = 20
PICTURE = EncodedFrame(JPEG, b"\xff\xd8picture\xff\xd9", True, 77_000_000_000, 0)


@dataclass
class Receiver:
    """Records the bodies, and answers with the statuses in turn; the last one is repeated."""

    answers: list[bytes] = field(default_factory=lambda: [b"204 No Content"])
    bodies: list[dict[str, object]] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        size = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        self.bodies.append(json.loads(await reader.readexactly(size)))
        self.fields.append(head)
        await self.may_answer.wait()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        writer.write(b"HTTP/1.1 " + answer + b"\r\n\r\n")
        writer.close()

    @property
    def states(self) -> list[object]:
        """Number and state of each event that came."""
        return [(body["data"]["number"], body["data"]["state"]) for body in self.bodies]  # type: ignore[index]


class WebhookRig:
    """Webhooks with a bus, a queue and settings of their own; pauses end at once, and are noted."""

    def __init__(self, database: Database) -> None:
        self.settings = Settings(database, ALL_GROUPS, {})
        self.database = database
        self.outbox = Outbox(database, lambda: 1000)
        self.bus = EventBus()
        self.pauses = list[float]()
        self.notes = list[tuple[str, str, str]]()
        self.service = WebhookService(
            WebhookParts(
                self.settings,
                self.outbox,
                self.bus,
                EgressPolicy(True),
                lambda event: ["gate"],
                lambda: self.take_picture(),  # noqa: PLW0108 - a test replaces it
                lambda: {"name": "door"},
                lambda *note: self.notes.append(note),
                lambda: 5_000_000_000,
                self.sleep,
            )
        )
        self.service.start()

    async def take_picture(self) -> EncodedFrame:
        return PICTURE

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    async def set(self, number: int, receiver: Receiver, **values: str) -> None:
        sent = {"URL": f"http://127.0.0.1:{receiver.port}/", "Enable": "yes", "Events": "input"} | values
        await self.settings.update([Change(f"Event.Webhook{number}", *item) for item in sent.items()])

    def publish(self, number: int, is_on: bool = True) -> None:
        self.bus.publish(Event(EventKind.INPUT, 7_000_000_000, number, is_on))


@asynccontextmanager
async def webhook_rig(path: Path, *receivers: Receiver) -> AsyncIterator[WebhookRig]:
    async with AsyncExitStack() as stack:
        for receiver in receivers:
            server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
            stack.callback(server.close)
            receiver.port = server.sockets[0].getsockname()[1]
        rig = WebhookRig(stack.enter_context(Database(path / "ipcamd.db")))
        stack.push_async_callback(rig.outbox.flush)
        stack.push_async_callback(rig.service.close)
        yield rig


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - nothing tells tests when a webhook is done
            await asyncio.sleep(0.005)


async def test_a_slow_receiver_delays_no_other(tmp_path: Path) -> None:
    slow, quick = Receiver(), Receiver()
    quick.may_answer.set()
    async with webhook_rig(tmp_path, slow, quick) as rig:
        await rig.set(1, slow)
        await rig.set(2, quick)
        for is_on in (True, False, True):
            rig.publish(1, is_on)
        await until(lambda: rig.outbox.counts("webhook2").delivered == 3)
        assert quick.states == [(1, "ON"), (1, "OFF"), (1, "ON")]
        await until(lambda: slow.states == [(1, "ON")])
        slow.may_answer.set()
        await until(lambda: rig.outbox.counts("webhook1").delivered == 3)
        assert slow.states == quick.states


async def test_the_same_again_until_it_arrives(tmp_path: Path) -> None:
    receiver = Receiver([b"503 Busy\r\nRetry-After: 700", b"500 Oops", b"404 Not Found", b"200 OK"])
    receiver.may_answer.set()
    async with webhook_rig(tmp_path, receiver) as rig:
        await rig.set(1, receiver)
        rig.publish(1)
        rig.publish(2)
        await until(lambda: rig.outbox.counts("webhook1").delivered == 2)
    assert receiver.states == [(1, "ON")] * 4 + [(2, "ON")]
    ids = [head.partition("webhook-id: ")[2].partition("\r\n")[0] for head in receiver.fields]
    assert len(set(ids[:4])) == 1
    assert ids[4] != ids[0]
    assert rig.pauses[0] == 700
    assert rig.pauses[1] < rig.pauses[2]
    failed = [note[2] for note in rig.notes if note[2]]
    assert [words.rpartition(" ")[2] for words in failed] == ["503", "500", "404"]
    assert rig.notes[-1][1] == "127.0.0.1 accepts events again"


async def test_a_message_that_is_refused_again_and_again_is_dropped(tmp_path: Path) -> None:
    receiver = Receiver([*[b"422 Unprocessable"] * MAX_REFUSALS, b"200 OK"])
    receiver.may_answer.set()
    async with webhook_rig(tmp_path, receiver) as rig:
        await rig.set(1, receiver)
        rig.publish(1)
        rig.publish(2)
        await until(lambda: rig.outbox.counts("webhook1").delivered == 1)
        counts = rig.outbox.counts("webhook1")
    assert receiver.states == [(1, "ON")] * MAX_REFUSALS + [(2, "ON")]
    assert (counts.waiting, counts.dropped, counts.failures) == (0, 1, MAX_REFUSALS)
    assert any("a message is dropped" in note[2] for note in rig.notes)


async def test_pictures_are_left_out_when_too_much_waits(tmp_path: Path) -> None:
    receiver = Receiver()
    async with webhook_rig(tmp_path, receiver) as rig:
        await rig.set(1, receiver, Picture="yes")
        rig.publish(1)
        await until(lambda: rig.outbox.counts("webhook1").waiting == 1)
        rig.outbox.put("webhook1", "large", b'{"large": "%s"}' % (b"x" * 8_000_000))
        rig.publish(2)
        await until(lambda: rig.outbox.counts("webhook1").waiting == 3)
        receiver.may_answer.set()
        await until(lambda: rig.outbox.counts("webhook1").waiting == 0)
    first, _, last = receiver.bodies
    picture = first["data"]["picture"]  # type: ignore[index]
    assert base64.b64decode(picture["data"]) == PICTURE.payload
    assert (picture["content_type"], picture["captured"]) == ("image/jpeg", "1970-01-01T00:01:17.000Z")
    assert last["data"]["picture"] is None  # type: ignore[index]


async def test_an_event_whose_picture_is_awaited_outlasts_the_end(tmp_path: Path) -> None:
    receiver, asked = Receiver(), asyncio.Event()
    async with webhook_rig(tmp_path, receiver) as rig:

        async def never() -> EncodedFrame:
            asked.set()
            return await asyncio.Future()

        rig.take_picture = never  # type: ignore[method-assign]
        await rig.set(1, receiver, Picture="yes")
        rig.publish(1)
        rig.publish(2)
        async with asyncio.timeout(PATIENCE_S):
            await asked.wait()
        await rig.outbox.flush()
        assert len(rig.database.rows("SELECT 1 FROM outbox")) == 1  # a kill would not lose it
        assert receiver.bodies == []  # it is not sent before its picture
        await rig.service.close()
        assert rig.outbox.counts("webhook1").waiting == 2


async def test_a_change_before_anything_began_leaves_no_subscriber_behind(tmp_path: Path) -> None:
    receiver = Receiver()
    async with webhook_rig(tmp_path, receiver) as rig:
        await rig.set(1, receiver)
        worker = rig.service._workers["webhook1"]
        worker.start()
        worker.start()  # the tasks of the first have not run yet
        assert len(rig.bus._queues) == 1
        await rig.set(1, receiver, Enable="no")
        assert not rig.bus.wants(EventKind.INPUT)


async def test_a_webhook_without_a_url_keeps_nothing(tmp_path: Path) -> None:
    receiver = Receiver()
    async with webhook_rig(tmp_path, receiver) as rig:
        await rig.set(1, receiver, Enable="no")
        rig.publish(1)
        assert rig.outbox.counts("webhook1").waiting == 0  # it is switched off
        await rig.set(1, receiver)
        rig.publish(2)
        await until(lambda: rig.outbox.counts("webhook1").waiting == 1)
        await rig.set(1, receiver, Enable="no")
        assert rig.outbox.counts("webhook1").waiting == 1
        await rig.set(1, receiver, Enable="no", URL="")
        assert rig.outbox.counts("webhook1").waiting == 0
