"""Network interface configured by NetworkManager; its checkpoints revert a change even if the camera is killed."""

import asyncio
from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network

from ipcamd.dataclass import dataclass
from ipcamd.device.host_network import HostNetwork
from ipcamd.device.linux.network_manager.bus import ROOT, NetworkManagerBus, open_bus
from ipcamd.device.linux.network_manager.profile_values import Profile, ip_settings, wired_profile
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Values

UNDO_S = 150
"""Seconds after which NetworkManager itself reverts an unconfirmed change, because the camera may have ended. Longer
than the activation and the minute for a request at the new address."""
ACTIVATE_S = 60.0
"""Seconds for an activation, because DHCP or a PPPoE server may be slow."""

_WIRED, _WIRELESS = 1, 2
_VIRTUAL_WIRED = 20
"""Type of a wired interface in a container (veth)."""
_UNMANAGED = 10
_ACTIVATED, _DEACTIVATED = 2, 4
_DELETE_NEW_CONNECTIONS, _DISCONNECT_NEW_DEVICES = 0x02, 0x04
_NOTHING = "/"
_POLL_S = 0.1
_CONNECTION = "Settings.Connection"


@dataclass(frozen=True, slots=True)
class _Device:
    path: str
    interface: str
    kind: int
    has_carrier: bool


class NetworkManagerInterface(HostNetwork):
    """See `NetworkInterface`. The profile remains in NetworkManager while the camera does not run."""

    is_configurable = True

    def __init__(self, interface: str = "") -> None:
        """`interface` is the wired interface to configure; by default the first one, preferably with a cable."""
        self._interface = interface
        self._checkpoint = ""

    def check(self, network: Values, changed: Collection[str]) -> None:
        """See `NetworkInterface`."""
        if not network["BootProto"].startswith("static"):
            return
        for name in ("IPAddress", "SubnetMask"):
            if not network[name]:
                raise RequestFailed(f"Network.{name}: BootProto={network['BootProto']} needs it")
        for name in ("DNSServer1", "DNSServer2"):
            if ":" in network[name] and network["BootProto"] == "static_ipv4":
                raise RequestFailed(f"Network.{name}={network[name]}: IPv6 needs BootProto=static_ipv4_ipv6")
        own = IPv4Network(f"{network['IPAddress']}/{network['SubnetMask']}", strict=False)
        router = network["DefaultRouter"]
        if router and IPv4Address(router) not in own:
            raise RequestFailed(f"Network.DefaultRouter={router}: an address of the network {own}")

    async def configure(self, network: Values, pppoe: Values) -> None:
        """See `NetworkInterface`. The previous configuration is kept until `confirm`."""
        async with open_bus() as bus:
            devices = await self._devices(bus)
            mode = network["InterfaceSelectMode"]
            device = _choose(devices, mode)
            await self._remember(bus)
            if device.kind == _WIRELESS:
                profile = await _adapt_wireless(bus, device, network)
            else:
                profile = await _keep_profile(bus, wired_profile(device.interface, network, pppoe))
            await _activate(bus, profile, device)
            if mode != "auto":
                await _disconnect(bus, [other for other in devices if other.kind != device.kind])

    async def confirm(self) -> None:
        """See `NetworkInterface`."""
        await self._end_checkpoint("CheckpointDestroy")

    async def roll_back(self) -> None:
        """See `NetworkInterface`. NetworkManager may have done it already."""
        await self._end_checkpoint("CheckpointRollback")

    async def _end_checkpoint(self, method: str) -> None:
        async with open_bus() as bus:
            if checkpoint := await self._own_checkpoint(bus):
                await bus.call(ROOT, method, "o", checkpoint)
        self._checkpoint = ""

    async def _remember(self, bus: NetworkManagerBus) -> None:
        """Make NetworkManager store the state to restore; after an unconfirmed change, the one before that."""
        if checkpoint := await self._own_checkpoint(bus):
            await bus.call(ROOT, "CheckpointAdjustRollbackTimeout", "ou", checkpoint, UNDO_S)
            return
        flags = _DELETE_NEW_CONNECTIONS | _DISCONNECT_NEW_DEVICES
        self._checkpoint = await bus.call(ROOT, "CheckpointCreate", "aouu", [], UNDO_S, flags)  # all devices

    async def _own_checkpoint(self, bus: NetworkManagerBus) -> str:
        """Return the checkpoint if it still exists; after a restart of the camera, the existing one."""
        found: list[str] = await bus.read(ROOT, "Checkpoints")
        return self._checkpoint if self._checkpoint in found else next(iter(found), "")

    async def _devices(self, bus: NetworkManagerBus) -> list[_Device]:
        """Return the interfaces that NetworkManager manages."""
        found = []
        for path in await bus.call(ROOT, "GetDevices"):
            kind, interface = await bus.read(path, "Device.DeviceType"), await bus.read(path, "Device.Interface")
            kind = _WIRED if kind == _VIRTUAL_WIRED else kind
            is_ours = kind == _WIRELESS or (kind == _WIRED and self._interface in ("", interface))
            if is_ours and await bus.read(path, "Device.State") > _UNMANAGED:
                has_carrier = kind == _WIRED and await bus.read(path, "Device.Wired.Carrier")
                found.append(_Device(path, interface, kind, has_carrier))
        return found


def _choose(devices: list[_Device], mode: str) -> _Device:
    """Return the interface to use (SDK 10.22): without a cable, the mode ``auto`` selects the wireless one."""
    wired = sorted((each for each in devices if each.kind == _WIRED), key=lambda each: not each.has_carrier)
    wireless = [each for each in devices if each.kind == _WIRELESS]
    if mode == "auto":
        order = wired + wireless if not wireless or (wired and wired[0].has_carrier) else wireless
    else:
        order = wired if mode == "wired" else wireless
    if not order:
        raise RequestFailed(f"Network.InterfaceSelectMode={mode}: NetworkManager has no such interface")
    return order[0]


async def _keep_profile(bus: NetworkManagerBus, profile: Profile) -> str:
    """Add or replace the camera's own profile; return its path."""
    identity = profile["connection"]["uuid"].value
    settings = f"{ROOT}/Settings"
    for path in await bus.call(settings, "Settings.ListConnections"):
        present = await bus.call(path, f"{_CONNECTION}.GetSettings")
        if present["connection"]["uuid"].value == identity:
            if present["connection"]["type"].value == profile["connection"]["type"].value:
                await bus.call(path, f"{_CONNECTION}.Update", "a{sa{sv}}", profile)
                return str(path)
            await bus.call(path, f"{_CONNECTION}.Delete")  # the type of a profile cannot change
    return str(await bus.call(settings, "Settings.AddConnection", "a{sa{sv}}", profile))


async def _adapt_wireless(bus: NetworkManagerBus, device: _Device, network: Values) -> str:
    """Set the addresses of the device's wireless network; return its profile's path. The SDK has no parameter for the
    network."""
    active = await bus.read(device.path, "Device.ActiveConnection")
    if active != _NOTHING:
        path = await bus.read(active, "Connection.Active.Connection")
    else:
        path = next(iter(await bus.read(device.path, "Device.AvailableConnections")), "")
    if not path:
        raise RequestFailed(
            f"{device.interface}: no wireless network is known; add one: nmcli device wifi connect NAME"
        )
    profile: Profile = await bus.call(path, f"{_CONNECTION}.GetSettings")
    for setting in ("802-11-wireless-security", "802-1x"):
        if setting in profile:  # an update without the secrets would remove them
            secrets = await bus.call(path, f"{_CONNECTION}.GetSecrets", "s", setting)
            profile[setting] |= secrets.get(setting, {})
    await bus.call(path, f"{_CONNECTION}.Update", "a{sa{sv}}", profile | ip_settings(network))
    return str(path)


async def _activate(bus: NetworkManagerBus, profile: str, device: _Device) -> None:
    """Activate a profile and wait until it is active. Raises ``RequestFailed``."""
    active = await bus.call(ROOT, "ActivateConnection", "ooo", profile, device.path, _NOTHING)
    deadline_s = asyncio.get_running_loop().time() + ACTIVATE_S
    while asyncio.get_running_loop().time() < deadline_s:
        try:
            state = await bus.read(active, "Connection.Active.State")
        except RequestFailed:  # the connection has gone
            state = _DEACTIVATED
        if state == _ACTIVATED:
            return
        if state == _DEACTIVATED:
            raise RequestFailed(f"{device.interface}: NetworkManager cannot connect with these settings")
        await asyncio.sleep(_POLL_S)
    raise RequestFailed(f"{device.interface}: no connection within {ACTIVATE_S:g} s")


async def _disconnect(bus: NetworkManagerBus, devices: list[_Device]) -> None:
    for device in devices:
        if await bus.read(device.path, "Device.ActiveConnection") != _NOTHING:
            await bus.call(device.path, "Device.Disconnect")
