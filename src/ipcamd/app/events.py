"""What happens around the camera, and what it then does: triggers, schedules, actions, notices (SDK 11, 12)."""

from dataclasses import dataclass
from functools import partial

from ipcamd.app.core import Core
from ipcamd.app.delivery import build_delivery, sinks
from ipcamd.app.media import MediaParts
from ipcamd.app.recording import RecordingParts, build_recording, card_sink
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.delivery.delivery import Delivery
from ipcamd.delivery.http.notifier import HttpNotifier
from ipcamd.event_bus import Event, EventBus, Kind, spelled
from ipcamd.events.engine import Engine
from ipcamd.events.output import Output
from ipcamd.events.schedule import Schedule
from ipcamd.events.schedules import Schedules
from ipcamd.events.triggers import Inputs, MotionTrigger, Times
from ipcamd.params.event.notify import NOTIFY
from ipcamd.params.event.schedule import SCHEDULES
from ipcamd.params.time import TIME
from ipcamd.store.eventlog import Entry
from ipcamd.wire.notice import Notice


@dataclass(frozen=True, slots=True)
class EventParts:
    """The parts that endpoints need of it."""

    schedules: Schedules
    footage: RecordingParts
    delivery: Delivery


async def build_events(stack: ShutdownStack, on: Core, senses: MediaParts) -> EventParts:
    """Build the way from triggers to actions, and keep it in step with the settings."""
    settings, clock, bus = on.settings, on.clock, EventBus()
    schedules = Schedules(settings)
    output = Output(on.drivers.output.set_level, lambda: settings["GPIO"]["TriggerOutStatus1"])
    stack.push(output.close)
    settings.watch("GPIO", lambda _: output.settle())
    kept = await build_recording(stack, on, senses)
    delivery = build_delivery(stack, on)
    ways = {"EnableSDCard": card_sink(kept.card), **sinks(delivery)}
    engine = Engine(schedules, kept.clips, ways, output, on.event_log, clock.local, lambda: kept.card.trouble)
    stack.push(engine.close)
    stack.push(kept.recorder.close)
    stack.push(kept.clips.close)
    bus.subscribe(engine.hear)
    notifier = HttpNotifier(settings, on.egress, partial(_told, on))
    stack.push(notifier.close)
    bus.subscribe(notifier.hear)
    _inputs(on, bus)
    motion = MotionTrigger(bus, senses.motion)

    def follow(in_force: list[Schedule]) -> None:
        motion.need(notifier.target(Kind.MOTION) is not None or any(s.has("TriggerMotion") for s in in_force))
        kept.follow(on, in_force)

    times = Times(schedules, bus, clock.local, clock.now_ns, follow)
    stack.push(times.close)
    for group in (*SCHEDULES, NOTIFY, TIME):
        settings.watch(group.name, lambda _: times.look())
    clock.watch(times.look)
    times.look()
    engine.resume(kept.card.until_known)
    return EventParts(schedules, kept, delivery)


def _inputs(on: Core, bus: EventBus) -> None:
    kinds = dict(zip((Kind.DI1, Kind.DI2), on.drivers.inputs, strict=False))
    inputs = Inputs(bus, on.clock.now_ns, {kind: driver.level for kind, driver in kinds.items()})
    for kind, driver in kinds.items():
        driver.watch(partial(inputs.hear, kind))


def _told(on: Core, event: Event, notice: Notice, problem: str) -> None:
    where = f"HTTP notice to {notice.host}:{notice.port}"
    done, failed = ("", f"{where}: {problem}") if problem else (where, "")
    on.event_log.note(Entry(event.moment, spelled(event), done=done, failed=failed))
