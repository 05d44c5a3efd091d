"""Wireless networks and PPPoE, which no network namespace has: python3-dbusmock replaces NetworkManager."""

import contextlib
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from dbus_fast import Variant
from tests.device.linux.network_manager.daemon import running, running_bus
from tests.e2e.camera import eventually

from ipcamd.device.linux.network_manager.bus import ROOT, NetworkManagerBus, open_bus
from ipcamd.device.linux.network_manager.driver import NetworkManagerInterface
from ipcamd.params.network import NETWORK, PPPOE

pytestmark = pytest.mark.slow

MOCK = "org.freedesktop.DBus.Mock"
CHECKPOINT = f"{ROOT}/Checkpoint/1"
DISCONNECTED = 30


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with running_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        command = ["/usr/bin/python3", "-m", "dbusmock", "--system", "--template", "networkmanager"]
        with running(command, tmp_path / "mock.log"):
            eventually(lambda: _is_up(address), (tmp_path / "mock.log").read_text())
            yield


def _is_up(address: str) -> bool:
    command = ("dbus-send", f"--bus={address}", "--print-reply", "--dest=org.freedesktop.NetworkManager", ROOT)
    call = (*command, "org.freedesktop.NetworkManager.GetDevices")
    return subprocess.run(call, capture_output=True, env=os.environ, check=False).returncode == 0


class Mock:
    """The scripted NetworkManager: ``eth0`` without a cable, ``wlan0`` with a known network."""

    def __init__(self, bus: NetworkManagerBus) -> None:
        self._bus = bus
        self.profile = f"{ROOT}/Settings/home"

    async def prepare(self) -> None:
        name = "org.freedesktop.NetworkManager"
        await self._ask(ROOT, "AddProperty", "ssv", name, "Checkpoints", Variant("ao", []))
        create = f"self.Set('{name}', 'Checkpoints', dbus.Array(['{CHECKPOINT}'], signature='o')); ret = '{CHECKPOINT}'"
        await self._ask(ROOT, "AddMethod", "sssss", name, "CheckpointCreate", "aouu", "o", create)
        await self._ask(ROOT, "AddMethod", "sssss", name, "CheckpointAdjustRollbackTimeout", "ou", "", "")
        self.wired = await self._add("AddEthernetDevice", "ssi", "eth0", "eth0", DISCONNECTED)
        self.wireless = await self._add("AddWiFiDevice", "ssi", "wlan0", "wlan0", DISCONNECTED)
        point = (self.wireless, "home", "Home", "00:23:F8:7E:12:BB", 2, 2425, 5400, 80, 0x100)
        await self._add("AddAccessPoint", "ssssuuuyu", *point)
        await self._add("AddWiFiConnection", "ssss", self.wireless, "home", "Home", "")
        for device in (self.wired, self.wireless):
            disconnect = ("org.freedesktop.NetworkManager.Device", "Disconnect", "", "", "")
            with contextlib.suppress(Exception):
                await self._ask(device, "AddMethod", "sssss", *disconnect)

    async def profiles(self) -> dict[str, Any]:
        """Return the profiles by their names, as plain values."""
        found = {}
        for path in await self._bus.call(f"{ROOT}/Settings", "Settings.ListConnections"):
            profile = await self._bus.call(path, "Settings.Connection.GetSettings")
            plain = {key: {name: value.value for name, value in each.items()} for key, each in profile.items()}
            found[plain["connection"]["id"]] = plain
        return found

    async def active(self, device: str) -> bool:
        return bool(await self._bus.read(device, "Device.ActiveConnection") != "/")

    async def _add(self, member: str, signature: str, *body: object) -> str:
        return str(await self._ask("/org/freedesktop", member, signature, *body))

    async def _ask(self, path: str, member: str, signature: str, *body: object) -> Any:
        return await self._bus._send(path, MOCK, member, signature, *body)


@pytest.fixture
async def mock(daemon: None) -> AsyncIterator[Mock]:
    async with open_bus() as bus:
        mock = Mock(bus)
        await mock.prepare()
        yield mock


FIXED = {"BootProto": "static_ipv4_ipv6", "IPAddress": "10.9.9.5", "SubnetMask": "255.255.254.0"}


async def test_without_a_cable_the_wireless_network_gets_the_address(mock: Mock) -> None:
    await NetworkManagerInterface().configure(NETWORK.values(**FIXED, DNSServer1="fd99::1"), PPPOE.values())
    profiles = await mock.profiles()
    assert list(profiles) == ["Home"]
    assert profiles["Home"]["ipv4"]["method"] == "manual"
    (address,) = profiles["Home"]["ipv4"]["address-data"]
    assert (address["address"].value, address["prefix"].value) == ("10.9.9.5", 23)
    assert profiles["Home"]["ipv6"] == {"method": "auto", "dns": [bytes.fromhex("fd99") + bytes(13) + b"\1"]}
    assert "802-11-wireless-security" in profiles["Home"]
    assert await mock.active(mock.wireless)
    assert not await mock.active(mock.wired)


async def test_the_wired_mode_takes_the_wired_interface_whatever_its_state(mock: Mock) -> None:
    values = NETWORK.values(InterfaceSelectMode="wired", BootProto="dhcp_ipn4_ipn6", Media="1000full")
    await NetworkManagerInterface().configure(values, PPPOE.values())
    profile = (await mock.profiles())["ipcamd eth0"]
    assert (profile["ipv4"], profile["ipv6"]) == ({"method": "auto"}, {"method": "auto"})
    assert profile["802-3-ethernet"] == {"auto-negotiate": True, "speed": 1000, "duplex": "full"}
    assert await mock.active(mock.wired)


async def test_pppoe_takes_name_and_password(mock: Mock) -> None:
    wired = {"InterfaceSelectMode": "wired"}
    await NetworkManagerInterface().configure(NETWORK.values(**wired), PPPOE.values())
    pppoe = PPPOE.values(UserName="me@isp", Password="secret")
    await NetworkManagerInterface().configure(NETWORK.values(BootProto="pppoe", **wired), pppoe)
    profile = (await mock.profiles())["ipcamd eth0"]
    assert profile["connection"]["type"] == "pppoe"
    assert profile["connection"]["interface-name"] == "eth0"
    assert profile["pppoe"] == {"username": "me@isp", "password": "secret"}
    assert profile["ipv4"] == {"method": "auto"}
