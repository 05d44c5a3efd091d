"""Event parts: triggers, schedules, actions, notifications (SDK 11, 12)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ipcamd.app.core import Core
from ipcamd.app.delivery import build_delivery, sinks
from ipcamd.app.media import MediaParts
from ipcamd.app.recording import RecordingParts, build_recording, card_sink
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.delivery.delivery import Delivery
from ipcamd.delivery.http.notifier import HttpNotifier
from ipcamd.event_bus import Event, EventBus, EventKind
from ipcamd.events.engine import EventEngine
from ipcamd.events.output import OutputPulse
from ipcamd.events.schedule import Schedule
from ipcamd.events.schedules import Schedules
from ipcamd.events.triggers import InputTrigger, MotionTrigger, ScheduleTrigger
from ipcamd.params.event.notify import NOTIFY
from ipcamd.params.event.schedule import SCHEDULES
from ipcamd.params.time import TIME
from ipcamd.store.eventlog import EventLogEntry
from ipcamd.wire.http.notice import Notice


@dataclass(frozen=True, slots=True)
class EventParts:
    """The parts that endpoints need of it."""

    bus: EventBus
    schedules: Schedules
    footage: RecordingParts
    delivery: Delivery


async def build_events(stack: ShutdownStack, on: Core, senses: MediaParts) -> EventParts:
    """Build the way from triggers to actions, and keep it in step with the settings."""
    settings, clock, bus = on.settings, on.clock, EventBus()
    schedules = Schedules(settings)
    output = OutputPulse(_output(on, bus), lambda: settings["GPIO"]["TriggerOutStatus1"])
    stack.push(output.close)
    settings.watch("GPIO", lambda _: output.settle())
    kept = await build_recording(stack, on, senses)
    delivery = build_delivery(stack, on)
    ways = {"EnableSDCard": card_sink(kept.card), **sinks(delivery)}
    engine = EventEngine(schedules, kept.clips, ways, output, on.event_log, clock.local, lambda: kept.card.trouble)
    stack.push(engine.close)
    stack.push(kept.recorder.close)
    stack.push(kept.clips.close)
    bus.subscribe(engine.handle)
    notifier = HttpNotifier(settings, on.egress, partial(_told, on))
    stack.push(notifier.close)
    bus.subscribe(notifier.handle)
    _inputs(on, bus)
    motion = MotionTrigger(bus, senses.motion, clock.now_ns)
    stack.push(motion.close)

    def follow(in_force: list[Schedule]) -> None:
        scheduled = any(s.has("TriggerMotion") for s in in_force)
        motion.need(scheduled or notifier.target("motion") is not None or bus.wants(EventKind.MOTION))
        kept.follow(on, in_force)

    times = ScheduleTrigger(schedules, bus, clock.local, clock.now_ns, follow)
    stack.push(times.close)
    for group in (*SCHEDULES, NOTIFY, TIME):
        settings.watch(group.name, lambda _: times.check())
    clock.watch(times.check)
    bus.watch_demand(times.check)
    times.check()
    engine.resume(kept.card.until_known)
    return EventParts(bus, schedules, kept, delivery)


def _output(on: Core, bus: EventBus) -> Callable[[str], None]:
    """Return what sets the level of the digital output; a change is an event."""
    driver = on.drivers.output

    def set_level(level: str) -> None:
        is_changed = level != driver.level
        driver.set_level(level)
        if is_changed:
            bus.publish(Event(EventKind.OUTPUT, on.clock.now_ns(), 1, level == "high"))

    return set_level


def _inputs(on: Core, bus: EventBus) -> None:
    drivers = dict(enumerate(on.drivers.inputs, 1))
    inputs = InputTrigger(bus, on.clock.now_ns, {number: driver.level for number, driver in drivers.items()})
    for number, driver in drivers.items():
        driver.watch(partial(inputs.set_level, number))


def _told(on: Core, event: Event, notice: Notice, problem: str) -> None:
    where = f"HTTP notice to {notice.host}:{notice.port}"
    done, failed = ("", f"{where}: {problem}") if problem else (where, "")
    on.event_log.note(EventLogEntry(event.time_ns, event.label, done=done, failed=failed))
