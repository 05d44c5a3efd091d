"""Pinholes in the firewall of a simulated router, and of miniupnpd, for the IPv6 address of a real camera."""

import pytest
from tests.conftest import StartCamera
from tests.discovery.firewall import Firewall, running_firewall
from tests.e2e.camera import ALL_HOSTS, CameraProcess, eventually
from tests.networks import Neighbour, Network, ip, needs_networks, network

__all__ = ["network"]
pytestmark = [pytest.mark.slow, needs_networks]

OPTIONS = ("--source=scene", ALL_HOSTS)
GROUP = "Network.PortMapping"
OWN, ROUTER = "2001:db8:1::1", "2001:db8:1::2"


def connect_router(network: Network) -> Neighbour:
    """Add a router, by its link-local address as routers announce themselves, and the camera's public address."""
    host = network.add_neighbour()
    assert host.camera_link_local
    ip("address", "add", f"{OWN}/64", "dev", host.camera_interface, "nodad")
    ip("-n", host.namespace, "address", "add", f"{ROUTER}/64", "dev", host.interface, "nodad")
    ip("route", "add", "default", "via", host.link_local, "dev", host.camera_interface)
    return host


def status(camera: CameraProcess) -> str:
    return camera.client.value(GROUP, "IPv6Status")


def is_open(firewall: Firewall, camera: CameraProcess, own: str = OWN) -> bool:
    return firewall.ports(own) == {camera.port, camera.rtsp}


@pytest.mark.parametrize("protocol", ["pcp", "upnp"])
def test_pinholes_are_opened_follow_the_address_and_are_closed(
    network: Network, start_camera: StartCamera, protocol: str
) -> None:
    host = connect_router(network)
    camera = start_camera(*OPTIONS)
    with running_firewall(host, protocol) as firewall:
        assert (status(camera), firewall.asked) == ("off", [])
        camera.client.update(GROUP, Enabled="yes")
        eventually(lambda: is_open(firewall, camera), status(camera))
        shown = f"{protocol} {OWN} http={camera.port} rtsp={camera.rtsp}"
        eventually(lambda: status(camera) == shown, shown)
        assert {each.lifetime for each in firewall.pinholes.values()} == {3600}
        camera.client.update(GROUP, Services="rtsp")
        eventually(lambda: firewall.ports(OWN) == {camera.rtsp})
        later = "2001:db8:1::7"
        ip("address", "add", f"{later}/64", "dev", host.camera_interface)
        ip("address", "change", f"{OWN}/64", "dev", host.camera_interface, "preferred_lft", "0")
        eventually(lambda: (firewall.ports(later), firewall.ports(OWN)) == ({camera.rtsp}, set()), status(camera))
        camera.stop()
        assert firewall.pinholes == {}


def test_disabled_pinholes_are_closed(network: Network, start_camera: StartCamera) -> None:
    host = connect_router(network)
    camera = start_camera(*OPTIONS)
    with running_firewall(host, "upnp") as firewall:
        camera.client.update(GROUP, Enabled="yes", Protocol="upnp")
        eventually(lambda: is_open(firewall, camera), status(camera))
        camera.client.update(GROUP, Protocol="natpmp")  # which is for IPv4 alone
        eventually(lambda: firewall.pinholes == {})
        camera.client.update(GROUP, Protocol="auto")
        eventually(lambda: is_open(firewall, camera), status(camera))
        camera.client.update(GROUP, Enabled="no")
        eventually(lambda: firewall.pinholes == {})
        assert status(camera) == "off"


def test_a_router_cannot_redirect_the_camera_to_another_host(network: Network, start_camera: StartCamera) -> None:
    host = connect_router(network)
    camera = start_camera(*OPTIONS)
    with running_firewall(host, "upnp") as firewall:
        firewall.location = f"http://[{OWN}]:{camera.port}/cgi/admin/restart.cgi"
        camera.client.update(GROUP, Enabled="yes", Protocol="upnp")
        eventually(lambda: "refused" in status(camera), status(camera))  # no server listens there at the router
        assert firewall.pinholes == {}
