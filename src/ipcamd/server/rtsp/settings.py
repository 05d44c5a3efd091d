"""RTSP settings: ``System.RTSPAuth``, ``Network.Advanced.Multicast``, ``Network.Advanced.QoS``."""

from collections.abc import Callable

from ipcamd.media.codecs import CODECS, METADATA
from ipcamd.params.group import Values
from ipcamd.server.qos import dscp_values
from ipcamd.server.rtsp.multicast import MulticastSettings
from ipcamd.server.rtsp.rtsp_service import RtspService
from ipcamd.settings.settings import Settings

SYSTEM, MULTICAST, QOS, AUDIO = "System", "Network.Advanced.Multicast", "Network.Advanced.QoS", "Audio"
NETWORK = "Network"
"""Groups of parameters that act on RTSP."""


def follow_settings(service: RtspService, settings: Settings, interface: Callable[[], str] = lambda: "0.0.0.0") -> None:
    """Apply the settings to the service, now and after each change.

    `interface` returns the source address of multicast; ``0.0.0.0`` lets the system choose.
    """

    def login(values: Values) -> None:
        service.need_login(values.flag("RTSPAuth"))

    def multicast(values: Values) -> None:
        service.context.multicast.configure(_multicast(values, interface()))

    def qos(values: Values) -> None:
        service.mark(*dscp_values(values))

    for group, watcher in ((SYSTEM, login), (QOS, qos), (MULTICAST, multicast)):
        settings.follow(group, watcher)
    # the group's audio follows the microphone setting; the sender follows the listen address
    for group in (AUDIO, NETWORK):
        settings.watch(group, lambda _: multicast(settings[MULTICAST]))


def _multicast(values: Values, interface: str) -> MulticastSettings | None:
    if not values.flag("Enabled"):
        return None
    ports = tuple((codec, values.number(codec.multicast_port)) for codec in (*CODECS, METADATA) if codec.multicast_port)
    return MulticastSettings(values["GroupIP"], ports, values.number("TTL"), interface)
