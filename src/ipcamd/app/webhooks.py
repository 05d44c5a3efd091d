"""Webhooks of a camera: composition from its other parts."""

from collections.abc import Callable, Iterable

from ipcamd.app.core import Core
from ipcamd.app.media import MediaParts
from ipcamd.delivery.queue.outbox import Outbox
from ipcamd.delivery.webhook.webhooks import WebhookService
from ipcamd.delivery.webhook.worker import WebhookParts
from ipcamd.event_bus import Event, EventBus
from ipcamd.store.event_log_table import EventLogEntry


def build_webhooks(
    core: Core,
    media: MediaParts,
    bus: EventBus,
    outbox: Outbox,
    started_by: Callable[[Event], Iterable[str]],
) -> WebhookService:
    """Build the webhooks; `started_by` returns the names of the schedules that an event starts."""

    def describe_camera() -> dict[str, str]:
        identity = core.identity
        name = core.settings["System.Info"]["ServerName"]
        return {"name": name, "model": identity.model_name, "mac": identity.mac}

    def note(name: str, done: str, failed: str) -> None:
        core.event_log.note(EventLogEntry(core.clock.now_ns(), name, done=done, failed=failed))

    parts = WebhookParts(
        core.settings,
        outbox,
        bus,
        core.egress,
        started_by,
        media.pipeline.snapshot,
        describe_camera,
        note,
        core.clock.now_ns,
    )
    return WebhookService(parts)
