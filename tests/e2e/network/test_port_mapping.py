"""Port mapping of a real camera on a simulated router, and on miniupnpd."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.discovery.router import EXTERNAL, Entry, Router, running_router
from tests.e2e.camera import CameraProcess, eventually
from tests.network.ddns.dyndns_server import NAME, PASSWORD, USER, DyndnsServer
from tests.networks import Neighbour, Network, ip, needs_networks, network

__all__ = ["network"]
pytestmark = [pytest.mark.slow, needs_networks]

OPTIONS = ("--source=scene", "--host=0.0.0.0")
GROUP = "Network.PortMapping"
OWN = "10.99.1.1"


def connect_router(network: Network) -> Neighbour:
    host = network.add_neighbour()
    ip("route", "add", "default", "via", host.address)
    return host


def status(camera: CameraProcess) -> str:
    return camera.client.value(GROUP, "Status")


def mapped(router: Router, camera: CameraProcess) -> bool:
    return router.ports(OWN).keys() == {camera.port, camera.rtsp}


@pytest.mark.parametrize("protocol", ["pcp", "natpmp", "upnp"])
def test_ports_are_mapped_followed_and_removed(network: Network, start_camera: StartCamera, protocol: str) -> None:
    host = connect_router(network)
    camera = start_camera(*OPTIONS)
    with running_router(host, protocol) as router:
        router.entries[camera.port] = Entry("10.99.1.77", 80, 0, "another")  # taken
        assert status(camera) == "off"
        assert router.asked == []
        camera.client.update(GROUP, Enabled="yes")
        eventually(lambda: mapped(router, camera), status(camera))
        ports = router.ports(OWN)
        assert ports[camera.port] != camera.port
        assert ports[camera.rtsp or 0] == camera.rtsp
        shown = f"{protocol} {EXTERNAL} http={ports[camera.port]} rtsp={camera.rtsp}"
        eventually(lambda: status(camera) == shown, shown)
        if protocol == "pcp":  # its owner may still change it
            camera.kill()
            camera.options += (f"--port={camera.port}", f"--rtsp-port={camera.rtsp}")
            camera.start()
            eventually(lambda: status(camera).startswith("pcp 203"), status(camera))
            assert mapped(router, camera)
        camera.client.update(GROUP, Protocol=protocol)  # it was found; each change would begin to search again
        camera.client.update("Network.Advanced.HTTPS", Enabled="yes")
        eventually(lambda: len(router.ports(OWN)) == 4)
        camera.client.update(GROUP, Services="rtsp")
        eventually(lambda: router.ports(OWN).keys() == {camera.rtsp})
        assert {entry.lifetime for entry in router.entries.values() if entry.client == OWN} == {3600}
        camera.stop()
        assert router.ports(OWN) == {}


def test_disabled_mappings_are_removed_even_with_permanent_leases(network: Network, start_camera: StartCamera) -> None:
    host = connect_router(network)
    camera = start_camera(*OPTIONS)
    with running_router(host, "upnp") as router:
        router.permanent = True
        camera.client.update(GROUP, Enabled="yes", Protocol="upnp")
        eventually(lambda: mapped(router, camera))
        assert {entry.lifetime for entry in router.entries.values()} == {0}
        camera.client.update(GROUP, Enabled="no")
        eventually(lambda: router.ports(OWN) == {})
        assert status(camera) == "off"


def test_dynamic_dns_gets_the_router_s_address(network: Network, start_camera: StartCamera) -> None:
    host = connect_router(network)
    camera = start_camera(*OPTIONS, "--allow-local-targets")
    with running_router(host, "pcp"), DyndnsServer() as service:
        login = {"UserName": USER, "Password": PASSWORD}
        camera.client.update(GROUP, Enabled="yes")
        eventually(lambda: EXTERNAL in status(camera))
        query = {"Provider": service.url, "DNSName": NAME, "Enabled": "yes", **login}
        camera.client.get("/cgi/admin/param.cgi", action="update", group="Network.DNSUpdate", **query)
        eventually(lambda: service.names[NAME] == EXTERNAL)


def test_a_router_cannot_redirect_the_camera(network: Network, start_camera: StartCamera) -> None:
    host = connect_router(network)
    camera = start_camera(*OPTIONS)
    with running_router(host, "upnp") as router:
        router.control = f"http://{OWN}:{camera.port}/cgi/admin/restart.cgi"
        camera.client.update(GROUP, Enabled="yes", Protocol="upnp")
        eventually(lambda: status(camera) == "the router's description leads to another host")
        assert router.entries == {}


INTERNET = "203.0.113.9"
WAN = "203.0.113.5"
MINIUPNPD = """ext_ifname=wan
ext_ip=5.6.7.8
listening_ip={interface}
enable_natpmp=yes
enable_upnp=yes
secure_mode=yes
uuid=00000000-0000-0000-0000-000000000001
allow 1024-65535 10.99.1.0/24 1024-65535
"""
"""It takes no address of a documentation network as a public one."""
RULES = """table inet filter {
 chain miniupnpd { }
 chain prerouting_miniupnpd { }
 chain postrouting_miniupnpd { }
 chain forward { type filter hook forward priority 0; policy drop; ct state established accept; jump miniupnpd; }
 chain prerouting { type nat hook prerouting priority -100; jump prerouting_miniupnpd; }
 chain postrouting { type nat hook postrouting priority 100; jump postrouting_miniupnpd; }
}
"""


@contextlib.contextmanager
def running_miniupnpd(host: Neighbour, internet: Neighbour, folder: Path) -> Iterator[None]:
    """Run it on a router between the camera and a host in the internet; other packets are dropped."""
    ip("-n", host.namespace, "link", "add", "wan", "type", "veth", "peer", "name", "net", "netns", internet.namespace)
    for name, interface, address in ((host.namespace, "wan", WAN), (internet.namespace, "net", INTERNET)):
        ip("-n", name, "address", "add", f"{address}/24", "dev", interface)
        ip("-n", name, "link", "set", interface, "up")
    rules, configuration = folder / "rules", folder / "miniupnpd.conf"
    rules.write_text(RULES)
    configuration.write_text(MINIUPNPD.format(interface=host.interface))
    host.run("sh", "-c", f"nft -f {rules}; echo 1 > /proc/sys/net/ipv4/ip_forward")
    command = host.command("miniupnpd", "-d", "-f", str(configuration), "-P", str(folder / "miniupnpd.pid"))
    daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: ":5351 " in host.run("ss", "--udp", "--listening", "--numeric"), "miniupnpd does not run")
        yield
    finally:
        daemon.terminate()
        daemon.wait(20)


def test_the_internet_reaches_the_camera_through_miniupnpd(
    network: Network, start_camera: StartCamera, tmp_path: Path
) -> None:
    host, internet = connect_router(network), network.add_neighbour()
    camera = start_camera(*OPTIONS, "--discovery=on")

    def get(path: str) -> str:
        url = f"http://{WAN}:{camera.port}{path}"
        return internet.run("curl", "-s", "-m", "2", "-o", "/dev/null", "-w", "%{http_code}", url)

    def reaches() -> bool:
        return get("/") == "401"

    with running_miniupnpd(host, internet, tmp_path):
        for protocol in ("pcp", "natpmp", "upnp"):
            eventually(lambda: not reaches())
            camera.client.update(GROUP, Enabled="yes", Protocol=protocol)
            eventually(reaches, protocol)
            shown = f"{protocol} 5.6.7.8 http={camera.port} rtsp={camera.rtsp}"
            eventually(lambda shown=shown: status(camera) == shown, shown)  # type: ignore[misc]
            assert get("/upnp/description.xml") == "404"  # for neighbours only
            camera.client.update(GROUP, Enabled="no")
            eventually(lambda: status(camera) == "off")
        eventually(lambda: not reaches())
