"""Network parts: time from a server."""

from functools import partial

from ipcamd.app.core import Core
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.network.ntp.synchronizer import NtpSynchronizer
from ipcamd.store.eventlog import EventLogEntry


def build_network(stack: ShutdownStack, core: Core) -> None:
    """Build them and start; they follow the settings. Called when all services listen."""
    ntp = NtpSynchronizer(core.settings, core.clock, core.egress, partial(_note, core, "NTP"))
    stack.push(ntp.close)
    ntp.start()


def _note(core: Core, part: str, failure: str) -> None:
    core.event_log.note(EventLogEntry(core.clock.now_ns(), part, failed=failure))
