"""Scheduled snapshots of a camera: composition from its other parts."""

from collections.abc import Mapping
from functools import partial

from ipcamd.app.core import Core
from ipcamd.app.media import MediaParts
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.delivery.queue.outbox import Outbox
from ipcamd.events.scheduled_snapshots import ScheduledSnapshots
from ipcamd.events.schedules import Schedules
from ipcamd.events.snapshot_times import SnapshotTimes
from ipcamd.params.device.privacy import PRIVACY
from ipcamd.params.event.mqtt import MQTT
from ipcamd.params.event.schedule import SCHEDULES
from ipcamd.params.time import TIME
from ipcamd.recording.clip_file import ClipSink


def start_scheduled_snapshots(
    stack: ShutdownStack,
    core: Core,
    media: MediaParts,
    schedules: Schedules,
    sinks: Mapping[str, ClipSink],
    outbox: Outbox,
) -> None:
    """Take the pictures of schedules; it follows the settings and the clock."""
    settings, clock = core.settings, core.clock
    snapshots = ScheduledSnapshots(
        core.options.state_dir / "snapshots",
        core.identity.model_name,
        media.pipeline.snapshot,
        sinks,
        outbox,
        lambda: settings[MQTT.name].flag("Enable"),
        core.event_log,
        clock.now_ns,
    )
    times = SnapshotTimes(schedules, snapshots.take, clock.local, lambda: settings[PRIVACY.name].flag("Enabled"))
    stack.push(times.close)
    for number, group in enumerate(SCHEDULES, 1):
        settings.watch(group.name, partial(times.restart, number))
    for group in (PRIVACY, TIME):
        settings.watch(group.name, lambda _: times.check())
    clock.watch(times.check)
    times.check()
