"""Virtual network interface: the host's addresses, and a simulated link."""

from collections.abc import Collection

from ipcamd.device.host_network import HostNetwork
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Values

GIVEN = frozenset(("SubnetMask", "DefaultRouter", "DNSServer1", "DNSServer2"))
"""Parameters given by the host."""


class VirtualNetwork(HostNetwork):
    """Network interface of a virtual device (clarifications, Network on a virtual device).

    Addresses are the host's. ``BootProto``, ``Media``, ``InterfaceSelectMode`` and PPPoE control the simulated link.
    """

    def __init__(self, hardware: VirtualHardware) -> None:
        self._hardware = hardware

    def check(self, network: Values, changed: Collection[str]) -> None:
        """See `NetworkInterface`. Mask, router and name servers are the host's and cannot be changed."""
        for name in GIVEN.intersection(changed):
            if (value := network[name]) and value not in (present := self._present(name)):
                known = ", ".join(sorted(present)) or "none"
                raise RequestFailed(f"Network.{name}={value}: not supported by this device, which has {known}")

    async def configure(self, network: Values, pppoe: Values) -> None:
        """See `NetworkInterface`."""
        self._hardware.report("link", link_of(network, pppoe))

    def _present(self, name: str) -> set[str]:
        """Return the values of one of `GIVEN` on all interfaces."""
        states = [self.state(own.address) for own in self.addresses()]
        match name:
            case "SubnetMask":
                found = {state.netmask for state in states}
            case "DefaultRouter":
                found = {state.router for state in states}
            case _:
                found = {server for state in states for server in state.dns_servers}
        return found - {""}


def link_of(network: Values, pppoe: Values) -> str:
    """Return the state of the virtual link: ``up 100full``, ``up wireless``, ``pppoe up NAME``, ``pppoe down``."""
    if network["BootProto"] == "pppoe":
        return f"pppoe up {pppoe['UserName']}" if pppoe["UserName"] else "pppoe down"
    return "up wireless" if network["InterfaceSelectMode"] == "wireless" else f"up {network['Media']}"
