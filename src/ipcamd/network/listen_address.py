"""Listen address: the addresses on which services listen, and the listing of the interface (SDK 10.22)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ipcamd.device.drivers import NetworkInterface
from ipcamd.device.interface_state import InterfaceState
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Values
from ipcamd.params.network import NETWORK
from ipcamd.settings.change_records import Requester
from ipcamd.settings.settings import RequesterReader, Settings

_log = logging.getLogger(__name__)


class ListenAddress:
    """Addresses on which all services listen: ``Network.IPAddress`` if set, else those of ``--host``.

    On a device whose interface the camera configures, always those of ``--host``.
    """

    def __init__(
        self, settings: Settings, network: NetworkInterface, given: tuple[str, ...], fallback_mac: str = ""
    ) -> None:
        """`given` are the addresses of ``--host``. `fallback_mac` is listed for an interface without one."""
        self._settings = settings
        self._network = network
        self._given = given
        self._fallback_mac = fallback_mac
        self._states: dict[str, InterfaceState] = {}
        """Values read in this turn of the event loop, by the address that received the request: a listing needs six of
        them, and reading them takes longer than all other parameters."""
        self._lost = self._lost_address()

    @property
    def hosts(self) -> tuple[str, ...]:
        """IP addresses to listen on."""
        return self.hosts_of(self._settings[NETWORK.name])

    @property
    def multicast_interface(self) -> str:
        """IPv4 address for sending multicast; ``0.0.0.0`` lets the system choose."""
        return next((host for host in self.hosts if ":" not in host), "0.0.0.0")

    def hosts_of(self, values: Values) -> tuple[str, ...]:
        """Return the IP addresses to listen on for these values of the group ``Network``."""
        address = values["IPAddress"]
        return self._given if address in ("", self._lost) or self._network.is_configurable else (address,)

    @asynccontextmanager
    async def guard(self, before: Values, after: Values) -> AsyncIterator[None]:
        """Check a change of ``Network`` (a guard of `Settings`). Raises ``RequestFailed``."""
        changed = {name for name in after if after[name] != before[name]}
        self._network.check(after, changed)
        if "IPAddress" in changed and after["IPAddress"] and not self._network.is_configurable:
            self._check_own(after["IPAddress"])
        yield

    def readers(self) -> dict[tuple[str, str], RequesterReader]:
        """Return the readers of the interface's parameters, for the requester's connection."""

        def listed(read: Callable[[InterfaceState], str]) -> RequesterReader:
            return lambda by: read(self._state(by))

        return {
            (NETWORK.name, "IPAddress"): listed(lambda state: state.address),
            (NETWORK.name, "SubnetMask"): listed(lambda state: state.netmask),
            (NETWORK.name, "DefaultRouter"): listed(lambda state: state.router),
            (NETWORK.name, "DNSServer1"): listed(lambda state: "".join(state.dns_servers[:1])),
            (NETWORK.name, "DNSServer2"): listed(lambda state: "".join(state.dns_servers[1:2])),
            (NETWORK.name, "MACAddress"): listed(lambda state: state.mac or self._fallback_mac),
        }

    def _state(self, by: Requester) -> InterfaceState:
        alone = self.hosts[0] if len(self.hosts) == 1 and self.hosts[0] not in ("0.0.0.0", "::") else ""
        # a connection from before a change of the address is still open
        address = alone or by.arrived_at
        if not self._states:
            asyncio.get_running_loop().call_soon(self._states.clear)
        if address not in self._states:
            self._states[address] = self._network.state(address)
        return self._states[address]

    def _check_own(self, address: str) -> None:
        if not self._network.has_address(address):
            own = [each.address for each in self._network.addresses() if ":" not in each.address]
            raise RequestFailed(
                f"Network.IPAddress={address}: not an address of this machine; allowed: {', '.join(own)}"
            )

    def _lost_address(self) -> str:
        """Return the configured address if the machine no longer has it, so that the camera remains reachable."""
        address = self._settings[NETWORK.name]["IPAddress"]
        if not address or self._network.is_configurable or self._network.has_address(address):
            return ""
        given = ", ".join(self._given)
        _log.error("the address %s is no longer available on this machine: services listen on %s", address, given)
        return address
