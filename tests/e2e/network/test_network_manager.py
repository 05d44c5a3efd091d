"""Network of a real camera whose interface NetworkManager configures, seen from another host."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.device.linux.network_manager.daemon import addresses, nmcli, running, running_bus, running_network_manager
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.networks import Neighbour, Network, needs_networks, network

__all__ = ["network"]
pytestmark = [pytest.mark.slow, needs_networks]

DHCP = """start 10.99.1.50
end 10.99.1.50
interface {interface}
lease_file {folder}/leases
pidfile {folder}/udhcpd.pid
option subnet 255.255.255.0
option router 10.99.1.2
"""


@pytest.fixture
def host(network: Network) -> Neighbour:
    return network.add_neighbour()


@pytest.fixture
def bus(host: Neighbour, tmp_path: Path) -> Iterator[str]:
    with running_bus(tmp_path) as address, running_network_manager(tmp_path, address):
        yield address


def get(host: Neighbour, camera: CameraProcess, address: str, query: str) -> str:
    url = f"http://{address}:{camera.port}/cgi/admin/param.cgi?{query}"
    return host.run("curl", "-s", "--connect-timeout", "2", "-m", "30", "-u", f"admin:{PASSWORD}", url)


def test_address_and_dhcp_are_set_and_kept_by_a_request(
    host: Neighbour, bus: str, start_camera: StartCamera, tmp_path: Path
) -> None:
    (tmp_path / "ipcamd.toml").write_text('[device]\nmodel = "linux"\nnetwork = "networkmanager:cam1"\n')
    config = (f"--config={tmp_path}/ipcamd.toml", f"--admin-password={PASSWORD}")
    camera = start_camera("--source=scene", "--host=0.0.0.0", *config, environment={"DBUS_SYSTEM_BUS_ADDRESS": bus})
    update = "action=update&group=Network&BootProto=static_ipv4&IPAddress=10.99.1.20&SubnetMask=255.255.255.0"
    assert "Network.IPAddress=10.99.1.20" in get(host, camera, "10.99.1.1", update)
    shown = "Network.IPAddress=10.99.1.20\n"
    eventually(lambda: get(host, camera, "10.99.1.20", "action=list&group=Network&name=IPAddress") == shown)
    (tmp_path / "udhcpd.conf").write_text(DHCP.format(interface=host.interface, folder=tmp_path))
    (tmp_path / "leases").touch()
    with running(host.command("udhcpd", "-f", "-I", "10.99.1.2", str(tmp_path / "udhcpd.conf")), tmp_path / "dhcp.log"):
        get(host, camera, "10.99.1.20", "action=update&group=Network&BootProto=dhcp_ipv4")
        eventually(lambda: addresses() == {"10.99.1.50"})
        router = "action=list&group=Network&name=DefaultRouter"
        eventually(lambda: get(host, camera, "10.99.1.50", router) == "Network.DefaultRouter=10.99.1.2\n")
        method = ("-g", "ipv4.method", "connection", "show", "ipcamd cam1")
        assert nmcli(bus, *method) == "auto\n"
    camera.kill()
    assert addresses() == {"10.99.1.50"}  # it stays without the camera
