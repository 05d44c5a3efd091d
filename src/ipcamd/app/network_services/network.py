"""Network parts: time from a server, dynamic DNS, discovery, port mapping."""

from collections.abc import Callable
from functools import partial

from ipcamd.app.core import Core
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.camera import Camera
from ipcamd.discovery.address_watch import AddressWatch
from ipcamd.discovery.discovery import Discovery
from ipcamd.discovery.port_mapping.port_mapping import PortMapping
from ipcamd.discovery.port_mapping.service import PortMappingService
from ipcamd.network.ddns.updater import DdnsUpdater
from ipcamd.network.ntp.synchronizer import NtpSynchronizer
from ipcamd.onvif.discovery.announcer import OnvifAnnouncer
from ipcamd.store.eventlog import EventLogEntry


def build_ntp(core: Core) -> NtpSynchronizer:
    """Build the synchronizer of the clock."""
    return NtpSynchronizer(core.settings, core.clock, core.egress, partial(_note, core, "NTP"))


def start_network(stack: ShutdownStack, core: Core, ntp: NtpSynchronizer, camera: Camera) -> None:
    """Build the others and start all; they follow the settings. Called when all services listen."""
    watch = AddressWatch()
    stack.push(watch.close)
    watch.start()
    mapping = _build_port_mapping(stack, core, watch)
    _build_ddns(stack, core, lambda: mapping.external_address)
    stack.push(ntp.close)
    ntp.start()
    if core.options.discovery:
        _build_discovery(stack, core, watch)
        _build_onvif_announcer(stack, core, watch, camera)


def _build_ddns(stack: ShutdownStack, core: Core, external: Callable[[], str]) -> None:
    ddns = DdnsUpdater(
        core.settings,
        core.egress,
        core.drivers.network,
        core.key_values,
        core.database.secret_box.keyed_hash,
        core.clock.now_ns,
        partial(_note, core, "DDNS"),
        external,
    )
    stack.push(ddns.close)
    ddns.start()


def _build_port_mapping(stack: ShutdownStack, core: Core, watch: AddressWatch) -> PortMapping:
    mapping = PortMapping(core.key_values, core.egress, partial(_note, core, "port mapping"))
    service = PortMappingService(core.settings, core.drivers.network, lambda: core.listen.hosts, mapping)
    stack.push(service.close)
    service.start(watch)
    return mapping


def _build_discovery(stack: ShutdownStack, core: Core, watch: AddressWatch) -> None:
    network, allows = core.drivers.network, core.ip_filter.allows
    discovery = Discovery(core.settings, core.identity, network, lambda: core.listen.hosts, allows)
    stack.push(discovery.close)
    discovery.start(watch)


def _build_onvif_announcer(stack: ShutdownStack, core: Core, watch: AddressWatch, camera: Camera) -> None:
    announcer = OnvifAnnouncer(camera, lambda: core.listen.hosts, core.ip_filter.allows)
    stack.push(announcer.close)
    announcer.start(watch)


def _note(core: Core, part: str, failure: str) -> None:
    core.event_log.note(EventLogEntry(core.clock.now_ns(), part, failed=failure))
