"""Announcers of the camera in its network: UPnP, Bonjour, WS-Discovery."""

from ipcamd.app.core import Core
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.camera import Camera
from ipcamd.discovery.address_watch import AddressWatch
from ipcamd.discovery.discovery import Discovery
from ipcamd.onvif.discovery.announcer import OnvifAnnouncer


def start_announcers(stack: ShutdownStack, core: Core, watch: AddressWatch, camera: Camera) -> None:
    """Build and start the announcers; they follow the settings."""
    network, allows = core.drivers.network, core.ip_filter.allows
    discovery = Discovery(core.settings, core.identity, network, lambda: core.listen.hosts, allows)
    stack.push(discovery.close)
    discovery.start(watch)
    onvif = OnvifAnnouncer(camera, lambda: core.listen.hosts, allows)
    stack.push(onvif.close)
    onvif.start(watch)
