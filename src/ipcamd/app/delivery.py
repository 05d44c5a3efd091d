"""Delivery parts: FTP, mail and Samba."""

from ipcamd.app.core import Core
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.delivery.delivery import Delivery
from ipcamd.delivery.uploaders import uploaders
from ipcamd.delivery.worker.target_session import WorkerResources
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
