"""Event parts: triggers, schedules, actions, notifications (SDK 11, 12)."""

import asyncio
from collections.abc import Callable
from functools import partial

from ipcamd.app.core import Core
from ipcamd.app.delivery import build_delivery, build_webhooks, sinks
from ipcamd.app.media import MediaParts
from ipcamd.app.recording import RecordingParts, build_recording, card_sink
from ipcamd.app.scheduled_snapshots import start_scheduled_snapshots
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.dataclass import dataclass
from ipcamd.delivery.delivery import Delivery
from ipcamd.delivery.http.notifier import HttpNotifier
from ipcamd.delivery.queue.outbox import Outbox
from ipcamd.delivery.webhook.webhooks import WebhookService
from ipcamd.event_bus import Event, EventBus, EventKind, StorageEvent, Tampering
from ipcamd.events.engine import EventEngine
from ipcamd.events.event_history import ALWAYS_LOGGED, EventHistory
from ipcamd.events.output_pulse import OutputPulse
from ipcamd.events.schedule import Schedule
from ipcamd.events.schedules import Schedules
from ipcamd.events.triggers import InputTrigger, MotionTrigger, ScheduleTrigger, StateTrigger
from ipcamd.params.device.privacy import PRIVACY
from ipcamd.params.event.notify import NOTIFY
from ipcamd.params.event.recording import RECORDING
from ipcamd.params.event.schedule import SCHEDULES
from ipcamd.params.event.server import GENERAL
from ipcamd.params.time import TIME
from ipcamd.store.event_log_table import EventLogEntry
from ipcamd.wire.http.notification import HttpNotification
from ipcamd.workers.thread import call_in_loop


@dataclass(frozen=True, slots=True)
class EventParts:
    """Parts that endpoints use."""

    bus: EventBus
    schedules: Schedules
    recording: RecordingParts
    delivery: Delivery
    notifier: HttpNotifier
    outbox: Outbox
    webhooks: WebhookService
    started_by: Callable[[Event], list[Schedule]]
    """Returns the schedules that an event starts."""


async def build_events(stack: ShutdownStack, core: Core, media: MediaParts) -> EventParts:
    """Build triggers, schedules, actions and notifications; they follow the settings."""
    settings, clock, bus = core.settings, core.clock, EventBus()
    schedules = Schedules(settings)
    output = OutputPulse(_output(core, bus), lambda: settings["GPIO"]["TriggerOutStatus1"])
    stack.push(output.close)
    settings.watch("GPIO", lambda _: output.settle())
    if core.drivers.has("TriggerOut"):
        settings.check_hardware("GPIO", core.drivers.output.check)
    recording = await build_recording(stack, core, media)
    delivery = build_delivery(stack, core)
    sinks_by_flag = {"EnableSDCard": card_sink(recording.card), **sinks(delivery)}
    engine = EventEngine(
        schedules, recording.clips, sinks_by_flag, output, core.event_log, clock.local, lambda: recording.card.problem
    )
    stack.push(engine.close)
    stack.push(recording.recorder.close)
    stack.push(recording.clips.close)
    outbox = Outbox(core.database, lambda: settings[GENERAL.name].number("SpoolItems"))
    stack.push(outbox.flush)
    notifier = HttpNotifier(settings, core.egress, partial(_log_notification, core), now_ns=clock.now_ns)
    stack.push(notifier.close)

    def names_of_started(event: Event) -> list[str]:
        return [schedule.name for schedule in engine.started_by(event)]

    webhooks = build_webhooks(core, media, bus, outbox, names_of_started)

    def has_reaction(event: Event) -> bool:
        if event.kind in ALWAYS_LOGGED or webhooks.wants(event):
            return True
        return bool(engine.started_by(event) or notifier.notification_of(event))

    history = EventHistory(core.event_log, has_reaction)
    stack.push(lambda: history.close(clock.now_ns()))
    for handle in (history.handle, engine.handle, notifier.handle):  # the log gets an event before its actions
        bus.subscribe(handle)
    _inputs(core, bus)
    _source(core, bus, media)
    _storage(core, bus, recording)
    _tampering(stack, core, bus, media)
    motion = MotionTrigger(bus, media.motion, clock.now_ns)
    stack.push(motion.close)

    def follow(in_force: list[Schedule]) -> None:
        scheduled = any(s.has("TriggerMotion") for s in in_force)
        motion.need(scheduled or notifier.target("motion") is not None or bus.wants(EventKind.MOTION))
        recording.follow(core, in_force)

    times = ScheduleTrigger(schedules, bus, clock.local, clock.now_ns, follow)
    stack.push(times.close)
    for group in (*SCHEDULES, NOTIFY, PRIVACY, RECORDING, TIME):
        settings.watch(group.name, lambda _: times.check())
    clock.watch(times.check)
    bus.watch_demand(times.check)
    times.check()
    stack.push(webhooks.close)  # closed before the triggers, because this changes the demand for their events
    webhooks.start()
    start_scheduled_snapshots(stack, core, media, schedules, sinks_by_flag, outbox)
    engine.resume(recording.card.wait_until_read)
    return EventParts(bus, schedules, recording, delivery, notifier, outbox, webhooks, engine.started_by)


def _output(core: Core, bus: EventBus) -> Callable[[str], None]:
    """Return a function that sets the level of the digital output; a change is an event."""
    driver = core.drivers.output
    if core.drivers.has("TriggerOut"):
        bus.note(Event(EventKind.OUTPUT, core.clock.now_ns(), 1, driver.level == "high"))

    def set_level(level: str) -> None:
        is_changed = level != driver.level
        driver.set_level(level)
        if is_changed:
            bus.publish(Event(EventKind.OUTPUT, core.clock.now_ns(), 1, level == "high"))

    return set_level


def _inputs(core: Core, bus: EventBus) -> None:
    drivers = dict(enumerate(core.drivers.inputs, 1))
    inputs = InputTrigger(bus, core.clock.now_ns, {number: driver.level for number, driver in drivers.items()})
    for number, driver in drivers.items():
        driver.watch(partial(inputs.set_level, number))


def _source(core: Core, bus: EventBus, media: MediaParts) -> None:
    loop, trigger = asyncio.get_running_loop(), StateTrigger(bus, EventKind.SOURCE, core.clock.now_ns, {1: False})

    def set_signal(has_signal: bool) -> None:
        call_in_loop(loop, trigger.set_states, {1: not has_signal})

    media.pipeline.capture.watcher = set_signal


def _storage(core: Core, bus: EventBus, recording: RecordingParts) -> None:
    card, recorder = recording.card, recording.recorder

    def read() -> dict[int, bool]:
        return {
            StorageEvent.INSERTED: card.mounted,
            StorageEvent.FULL: card.full,
            StorageEvent.FAILING: bool(card.failure or (recorder.failure and not card.full)),
            StorageEvent.RECORDING: recorder.recording,
        }

    trigger = StateTrigger(bus, EventKind.STORAGE, core.clock.now_ns, read())
    for part in (card, recorder):
        part.watch(lambda: trigger.set_states(read()))


def _tampering(stack: ShutdownStack, core: Core, bus: EventBus, media: MediaParts) -> None:
    trigger = StateTrigger(bus, EventKind.TAMPER, core.clock.now_ns, dict.fromkeys(Tampering, False))
    media.tampering.start(trigger.set_states)
    stack.push(media.tampering.stop)
    bus.watch_demand(lambda: media.tampering.need(bus.wants(EventKind.TAMPER)))


def _log_notification(core: Core, event: Event, notification: HttpNotification, problem: str) -> None:
    where = f"HTTP notification to {notification.host}:{notification.port}"
    done, failed = ("", f"{where}: {problem}") if problem else (where, "")
    core.event_log.note(EventLogEntry(event.time_ns, event.label, done=done, failed=failed))
