"""Network parts: time from a server, dynamic DNS, discovery."""

from functools import partial

from ipcamd.app.core import Core
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.discovery.discovery import Discovery
from ipcamd.network.ddns.updater import DdnsUpdater
from ipcamd.network.ntp.synchronizer import NtpSynchronizer
from ipcamd.store.eventlog import EventLogEntry


def build_network(stack: ShutdownStack, core: Core) -> None:
    """Build them and start; they follow the settings. Called when all services listen."""
    ntp = NtpSynchronizer(core.settings, core.clock, core.egress, partial(_note, core, "NTP"))
    stack.push(ntp.close)
    ntp.start()
    ddns = DdnsUpdater(
        core.settings,
        core.egress,
        core.drivers.network,
        core.key_values,
        core.database.secret_box.keyed_hash,
        core.clock.now_ns,
        partial(_note, core, "DDNS"),
    )
    stack.push(ddns.close)
    ddns.start()
    if core.options.discovery:
        discovery = Discovery(
            core.settings, core.identity, core.drivers.network, lambda: core.listen.hosts, core.ip_filter.allows
        )
        stack.push(discovery.close)
        discovery.start()


def _note(core: Core, part: str, failure: str) -> None:
    core.event_log.note(EventLogEntry(core.clock.now_ns(), part, failed=failure))
