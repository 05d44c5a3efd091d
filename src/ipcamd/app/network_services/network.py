"""Network parts: time from a server, dynamic DNS, port mapping, announcements."""

from collections.abc import Callable
from functools import partial

from ipcamd.app.core import Core
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.camera import Camera
from ipcamd.discovery.address_watch import AddressWatch
from ipcamd.discovery.port_mapping.mapped_services import PortMappingService
from ipcamd.discovery.port_mapping.port_mapping import PortMapping
from ipcamd.network.ddns.updater import DdnsUpdater
from ipcamd.network.ntp.synchronizer import NtpSynchronizer
from ipcamd.workers.thread import run_in_thread


def build_ntp(core: Core) -> NtpSynchronizer:
    """Build the synchronizer of the clock."""
    return NtpSynchronizer(core.settings, core.clock, core.egress, partial(core.note_failure, "NTP"))


def start_network(stack: ShutdownStack, core: Core, ntp: NtpSynchronizer) -> AddressWatch:
    """Build dynamic DNS and port mapping, and start them and `ntp`; all follow the settings. Call it when all services
    listen.

    Return the watch of the camera's addresses.
    """
    watch = AddressWatch()
    stack.push(watch.close)
    watch.start()
    mapping = _build_port_mapping(stack, core, watch)
    _build_ddns(stack, core, lambda: mapping.external_address)
    stack.push(ntp.close)
    ntp.start()
    return watch


async def announce(stack: ShutdownStack, core: Core, watch: AddressWatch, camera: Camera) -> None:
    """Announce the camera, if enabled; no part waits for it."""
    if core.options.discovery:
        start = await run_in_thread(_import_announcers, "announcers")
        start(stack, core, watch, camera)


def _import_announcers() -> Callable[[ShutdownStack, Core, AddressWatch, Camera], None]:
    from ipcamd.app.network_services.announcers import start_announcers

    return start_announcers


def _build_ddns(stack: ShutdownStack, core: Core, external: Callable[[], str]) -> None:
    ddns = DdnsUpdater(
        core.settings,
        core.egress,
        core.drivers.network,
        core.key_values,
        core.database.secret_box.keyed_hash,
        core.clock.now_ns,
        partial(core.note_failure, "DDNS"),
        external,
    )
    stack.push(ddns.close)
    ddns.start()


def _build_port_mapping(stack: ShutdownStack, core: Core, watch: AddressWatch) -> PortMapping:
    mapping = PortMapping(core.key_values, core.egress, partial(core.note_failure, "port mapping"))
    pinholes = PortMapping(core.key_values, core.egress, partial(core.note_failure, "IPv6 port mapping"), "IPv6")
    service = PortMappingService(core.settings, core.drivers.network, lambda: core.listen.hosts, mapping, pinholes)
    stack.push(service.close)
    service.start(watch)
    return mapping
