"""NetworkManager as the driver of a real interface: a real NetworkManager in a network namespace."""

import asyncio
from pathlib import Path

import pytest
from tests.device.linux.network_manager.daemon import addresses, bus, nmcli, running_bus
from tests.e2e.camera import eventually
from tests.networks import needs_networks, network

from ipcamd.device.linux.network_manager import driver
from ipcamd.device.linux.network_manager.driver import NetworkManagerInterface
from ipcamd.errors import RequestFailed
from ipcamd.params.network import NETWORK, PPPOE

__all__ = ["bus", "network"]
pytestmark = [pytest.mark.slow, needs_networks]

PPPOE_OFF = PPPOE.values()


def fixed(address: str, **more: str):  # type: ignore[no-untyped-def]
    return NETWORK.values(BootProto="static_ipv4", IPAddress=address, SubnetMask="255.255.255.0", **more)


async def test_a_fixed_address_is_set_and_kept(bus: str) -> None:
    interface = NetworkManagerInterface()
    values = fixed("10.99.1.20", DefaultRouter="10.99.1.2", DNSServer1="10.99.1.2", DNSServer2="10.99.1.3")
    await interface.configure(values, PPPOE_OFF)
    assert addresses() == {"10.99.1.20"}
    await interface.confirm()
    shown = nmcli(bus, "-f", "ipv4,ipv6", "connection", "show", "ipcamd cam1")
    fields = dict(line.replace(" ", "").split(":", 1) for line in shown.splitlines() if ":" in line)
    assert (fields["ipv4.method"], fields["ipv6.method"]) == ("manual", "disabled")
    assert (fields["ipv4.gateway"], fields["ipv4.dns"]) == ("10.99.1.2", "10.99.1.2,10.99.1.3")
    assert interface.state().router == "10.99.1.2"
    await interface.roll_back()  # nothing remains to be undone
    assert addresses() == {"10.99.1.20"}


async def test_an_unconfirmed_change_returns_to_the_last_confirmed_one(bus: str) -> None:
    interface = NetworkManagerInterface()
    await interface.configure(fixed("10.99.1.20"), PPPOE_OFF)
    await interface.confirm()
    await interface.configure(fixed("10.99.1.30"), PPPOE_OFF)
    await NetworkManagerInterface().configure(fixed("10.99.1.40", Media="100full"), PPPOE_OFF)  # after a restart
    assert addresses() == {"10.99.1.40"}
    assert "100" in nmcli(bus, "-g", "802-3-ethernet.speed", "connection", "show", "ipcamd cam1")
    await NetworkManagerInterface().roll_back()
    await asyncio.to_thread(eventually, lambda: addresses() == {"10.99.1.20"})


async def test_network_manager_undoes_it_without_the_camera(bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    interface = NetworkManagerInterface("cam1")
    await interface.configure(fixed("10.99.1.20"), PPPOE_OFF)
    await interface.confirm()
    monkeypatch.setattr(driver, "UNDO_S", 3)
    await interface.configure(fixed("10.99.1.30"), PPPOE_OFF)
    assert addresses() == {"10.99.1.30"}
    await asyncio.to_thread(eventually, lambda: addresses() == {"10.99.1.20"})


async def test_limits_of_network_manager_are_reported(bus: str) -> None:
    with pytest.raises(RequestFailed, match="no such interface"):
        await NetworkManagerInterface("eth7").configure(fixed("10.99.1.20"), PPPOE_OFF)
    with pytest.raises(RequestFailed, match=r"Network.InterfaceSelectMode=wireless: .* no such interface"):
        await NetworkManagerInterface().configure(fixed("10.99.1.20", InterfaceSelectMode="wireless"), PPPOE_OFF)


async def test_without_network_manager_the_reason_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    with pytest.raises(RequestFailed, match="message bus cannot be reached"):
        await NetworkManagerInterface().configure(fixed("10.99.1.20"), PPPOE_OFF)
    with running_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        with pytest.raises(RequestFailed, match=r"org.freedesktop.NetworkManager was not provided"):
            await NetworkManagerInterface().confirm()
