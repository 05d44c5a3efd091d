"""The way out for what was captured: to FTP, mail and Samba servers."""

from contextlib import AsyncExitStack

from ipcamd.app.base import Base
from ipcamd.events.actions.carriers import carriers
from ipcamd.events.delivery import Delivery
from ipcamd.events.engine import Sink
from ipcamd.events.lane import Means

FLAGS = {"EnableFtp": "ftp", "EnableEmail": "email", "EnableSamba": "samba"}
"""A schedule's flag to the target that it wants."""


def send(stack: AsyncExitStack, on: Base) -> Delivery:
    """Take up what was left to be delivered, and begin. Raises ``ConfigError`` and ``StoreError``."""
    settings, clock, folder = on.settings, on.clock, on.options.state_dir / "spool"
    kinds = carriers(lambda: settings["System.Info"]["ServerName"], clock.local)
    delivery = Delivery(on.database, folder, on.events, clock.now_ns, kinds, Means(settings, on.targets))
    stack.push_async_callback(delivery.close)
    delivery.start()
    return delivery


def sinks(delivery: Delivery) -> dict[str, Sink]:
    """Return the engine's ways to it."""
    return {flag: delivery.sink(target) for flag, target in FLAGS.items()}
