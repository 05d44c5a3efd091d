"""Delivery parts: FTP, mail and Samba; webhooks."""

from collections.abc import Callable, Iterable

from ipcamd.app.core import Core
from ipcamd.app.media import MediaParts
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.delivery.delivery import Delivery
from ipcamd.delivery.queue.outbox import Outbox
from ipcamd.delivery.uploaders import uploaders
from ipcamd.delivery.webhook.webhooks import WebhookService
from ipcamd.delivery.webhook.worker import WebhookParts
from ipcamd.delivery.worker.target_session import WorkerResources
from ipcamd.event_bus import Event, EventBus
from ipcamd.recording.clip_file import ClipSink

FLAGS = {"EnableFtp": "ftp", "EnableEmail": "email", "EnableSamba": "samba"}
"""A schedule's flag to its target."""


def build_delivery(stack: ShutdownStack, core: Core) -> Delivery:
    """Resume the pending deliveries, and start. Raises ``ConfigError`` and ``StoreError``."""
    settings, clock, folder = core.settings, core.clock, core.options.state_dir / "spool"
    kinds = uploaders(lambda: settings["System.Info"]["ServerName"], clock.local)
    delivery = Delivery(
        core.database, folder, core.event_log, clock.now_ns, kinds, WorkerResources(settings, core.egress)
    )
    stack.push(delivery.close)
    delivery.start()
    return delivery


def sinks(delivery: Delivery) -> dict[str, ClipSink]:
    """Return the sinks for the event engine."""
    return {flag: delivery.sink(target) for flag, target in FLAGS.items()}


def build_webhooks(
    core: Core, media: MediaParts, bus: EventBus, outbox: Outbox, started_by: Callable[[Event], Iterable[str]]
) -> WebhookService:
    """Build the webhooks; `started_by` returns the names of the schedules that an event starts."""

    def describe_camera() -> dict[str, str]:
        name = core.settings["System.Info"]["ServerName"]
        return {"name": name, "model": core.identity.model_name, "mac": core.identity.mac}

    parts = WebhookParts(
        core.settings,
        outbox,
        bus,
        core.egress,
        started_by,
        media.pipeline.snapshot,
        describe_camera,
        core.note,
        core.clock.now_ns,
    )
    return WebhookService(parts)
