"""Discovery of a real camera by real clients, on links of its own: gssdp-discover, GUPnP, avahi-browse."""

import os
import socket
from pathlib import Path
from uuid import UUID

import pytest
from tests.conftest import StartCamera
from tests.discovery.avahi import AvahiService, running_avahi
from tests.discovery.ssdp_peer import (
    GROUP,
    LINK_GROUP,
    SITE_GROUP,
    answers,
    fields_of,
    is_found,
    listener,
    listener6,
    pending,
    receive_announcement,
    search,
    searcher,
)
from tests.e2e.camera import ALL_HOSTS, CameraProcess, Client, eventually
from tests.networks import Neighbour, Network, ip, needs_networks, network

from ipcamd.device.host_network import HostNetwork

__all__ = ["network"]
pytestmark = [pytest.mark.slow, needs_networks]

OPTIONS = ("--source=scene", "--discovery=on", "--host=0.0.0.0")
HTTPS = "Network.Advanced.HTTPS"
PATH = "/upnp/description.xml"
BONJOUR_GROUP = ("224.0.0.251", 5353)
BONJOUR_QUERY = bytes.fromhex("00000001000000000000055f68747470045f746370056c6f63616c00000c0001")
"""Query for ``_http._tcp.local``, without the number that it begins with."""
POINT = str(Path(__file__).parents[2] / "discovery/control_point.py")


def location(host: Neighbour, camera: CameraProcess) -> str:
    return f"http://{host.camera_address}:{camera.port}{PATH}"


def name_of(camera: CameraProcess) -> str:
    return camera.client.value("Network.Advanced.Bonjour", "FriendlyName")


def query_bonjour(sock: socket.socket) -> None:
    """Ask from a port other than 5353: that is answered to the sender alone (RFC 6762, 6.7)."""
    sock.sendto(os.urandom(2) + BONJOUR_QUERY, BONJOUR_GROUP)


def test_upnp_control_points_find_it_on_each_link(network: Network, start_camera: StartCamera) -> None:
    hosts = network.add_neighbour(), network.add_neighbour()
    camera = start_camera(*OPTIONS)
    for host in hosts:
        eventually(lambda host=host: is_listed(host, camera))  # type: ignore[misc]
        name, page, udn, model = look_around(host, host.address)
        assert (name, model) == (name_of(camera), "ipcamd")
        assert page == f"http://{host.camera_address}:{camera.port}/"
        assert UUID(udn.removeprefix("uuid:")).version == 5
    camera.client.update("Network.UPnP", FriendlyName="Tür & <Hof>")
    assert look_around(host, host.address)[0] == "Tür & <Hof>"


def is_listed(host: Neighbour, camera: CameraProcess) -> bool:
    """Whether gssdp-discover finds the device with its three names within its time."""
    found = host.run("gssdp-discover", f"--interface={host.interface}", "--timeout=3")
    return found.count(f"Location: {location(host, camera)}") == 3 and "urn:schemas-upnp-org:device:Basic:1" in found


def look_around(host: Neighbour, address: str) -> list[str]:
    """Return the result of GUPnP from one of the host's addresses."""
    return host.run("/usr/bin/python3", POINT, host.interface, address).splitlines()


def test_upnp_control_points_find_it_over_ipv6(network: Network, start_camera: StartCamera) -> None:
    _, host = network.add_neighbour(), network.add_neighbour()
    camera = start_camera(*OPTIONS[:2], ALL_HOSTS)
    for address, found_at in (
        (host.link_local, host.camera_link_local),
        (host.address6, host.camera_address6),
    ):
        name, page, _, model = look_around(host, address)
        assert (name, model) == (name_of(camera), "ipcamd")
        assert page == f"http://[{found_at}]:{camera.port}/"


def test_each_ipv6_address_is_announced_to_its_group(network: Network, start_camera: StartCamera) -> None:
    host, _ = network.add_neighbour(), network.add_neighbour()
    ip("-n", host.namespace, "address", "add", "fd99:1::3/64", "dev", host.interface, "nodad")
    ip("-n", host.namespace, "address", "add", "fd77::2/64", "dev", host.interface, "nodad")
    ip("route", "add", "fd77::/64", "dev", host.camera_interface)
    with listener6(host, LINK_GROUP) as on_link, listener6(host, SITE_GROUP) as on_site:
        camera = start_camera(*OPTIONS[:2], ALL_HOSTS)
        at = f":{camera.port}{PATH}"
        found = receive_announcement(on_link, nts="ssdp:alive", nt="upnp:rootdevice")
        assert found["location"] == f"http://[{host.camera_link_local}]{at}"
        assert found["host"] == "[FF02::C]:1900"
        found = receive_announcement(on_site, nts="ssdp:alive", nt="upnp:rootdevice")
        assert (found["location"], found["host"]) == (f"http://[{host.camera_address6}]{at}", "[FF05::C]:1900")
        rule = camera.client.get("/cgi/admin/ipfilter.cgi", action="add", DenyIPv6="fd99:1::3")
        assert rule.text == "OK\r\n"
        camera.client.get("/cgi/admin/ipfilter.cgi", action="update", Policy="Both")
        with (
            searcher(host, "fd99:1::3") as denied,
            searcher(host, "fd77::2") as far,
            searcher(host, host.address6) as sock,
        ):
            for asker in (denied, far, sock):
                asker.sendto(search("upnp:rootdevice"), SITE_GROUP)
            (answer,) = answers(sock, 1)
            assert (answer["location"], answer["bootid.upnp.org"]) == (found["location"], found["bootid.upnp.org"])
            sock.sendto(search("upnp:rootdevice"), SITE_GROUP)
            answers(sock, 1)
            assert not any(map(pending, (denied, far, sock)))
        ip("address", "add", "fd99:1::9/64", "dev", host.camera_interface)
        moved = receive_announcement(on_site, nts="ssdp:alive", location=f"http://[fd99:1::9]{at}")
        assert moved["bootid.upnp.org"] == found["bootid.upnp.org"]  # to its clients it is the same camera
        camera.client.update("Network.UPnP", Enabled="no")
        for sock in (on_link, on_site):
            assert "location" not in receive_announcement(sock, nts="ssdp:byebye", nt="upnp:rootdevice")


def test_avahi_finds_it_on_each_link(network: Network, start_camera: StartCamera, tmp_path: Path) -> None:
    hosts = network.add_neighbour(), network.add_neighbour()
    camera = start_camera(*OPTIONS)
    host, name = hosts[1], name_of(camera)
    with running_avahi(host, tmp_path) as avahi:
        for service, port in (("_http._tcp", camera.port), ("_rtsp._tcp", camera.rtsp)):
            wanted = AvahiService("IPv4", name, f"{name}.local", host.camera_address, port or 0, '"path=/"')
            eventually(lambda service=service, wanted=wanted: wanted in avahi.browse(service))  # type: ignore[misc]
            assert {found.address for found in avahi.browse(service)} == {host.camera_address}
        with searcher(host) as sock:
            query_bonjour(sock)
            records = sock.recv(2048)
        assert socket.inet_aton(host.camera_address) in records
        assert socket.inet_aton(hosts[0].camera_address) not in records
        camera.client.update("Network.Advanced.Bonjour", FriendlyName="Haustür")
        eventually(lambda: {found.name for found in avahi.browse("_http._tcp")} == {"Haust\\195\\188r"})
        camera.client.update("Network.Advanced.Bonjour", Enabled="no")
        eventually(lambda: avahi.browse("_http._tcp") == [])
        start_camera(*OPTIONS[:2], "--host=::", state="IPv6")
        eventually(lambda: {f.protocol for f in avahi.browse("_http._tcp")} == {"IPv6"})
        own = interface_addresses(host.camera_interface)
        assert {found.address for found in avahi.browse("_http._tcp")} <= own


def interface_addresses(interface: str) -> set[str]:
    return {own.address for own in HostNetwork().addresses() if own.interface == interface}


def test_a_name_that_is_taken_gets_a_number(network: Network, start_camera: StartCamera) -> None:
    host = network.add_neighbour()
    first, second = start_camera(*OPTIONS, state="first"), start_camera(*OPTIONS, state="second")
    with searcher(host) as sock:
        for camera, label in ((first, b"\x04Gate"), (second, b"\x06Gate-2")):
            camera.client.update("Network.Advanced.Bonjour", FriendlyName="Gate")
            eventually(lambda label=label: label in records(sock))  # type: ignore[misc]


def records(sock: socket.socket) -> bytes:
    """Return the cameras' answers so far, and ask again."""
    query_bonjour(sock)
    found = b""
    while pending(sock):
        found += sock.recv(2048)
    return found


def test_disabled_protocols_do_not_respond(network: Network, start_camera: StartCamera) -> None:
    host = network.add_neighbour()
    with listener(host) as heard, searcher(host) as sock:
        off = start_camera(*OPTIONS[:1], "--host=0.0.0.0", "--discovery=off", state="off")
        assert off.client.anonymous().get(PATH).status == 404
        camera = start_camera(*OPTIONS)
        for _ in range(6):
            assert receive_announcement(heard, nts="ssdp:alive")["location"] == location(host, camera)
        assert camera.client.anonymous().get(PATH).status == 200
        camera.client.update("Network.UPnP", Enabled="no")
        assert "location" not in receive_announcement(heard, nts="ssdp:byebye", nt="upnp:rootdevice")
        assert camera.client.anonymous().get(PATH).status == 404
        sock.sendto(search(), GROUP)
        camera.client.update("Network.UPnP", Enabled="yes")
        receive_announcement(heard, nts="ssdp:alive")
        assert not pending(sock)
        camera.stop()
        receive_announcement(heard, nts="ssdp:byebye")


def test_without_plain_http_streams_alone_are_announced(
    network: Network, start_camera: StartCamera, tmp_path: Path
) -> None:
    host = network.add_neighbour()
    camera = start_camera(*OPTIONS)
    with listener(host) as heard, running_avahi(host, tmp_path) as avahi:
        receive_announcement(heard, nts="ssdp:alive")
        eventually(lambda: avahi.browse("_http._tcp"))
        camera.client.update(HTTPS, Enabled="yes")
        secure = Client(int(camera.client.value(HTTPS, "HttpsPort")), tls=True)
        secure.update(HTTPS, HttpMode="redirect")
        receive_announcement(heard, nts="ssdp:byebye")  # control points could not read the description
        secure.update(HTTPS, HttpMode="off")
        eventually(lambda: not avahi.browse("_http._tcp"))
        eventually(lambda: avahi.browse("_rtsp._tcp"))


def test_searches_of_neighbours_alone_are_answered(network: Network, start_camera: StartCamera) -> None:
    host = network.add_neighbour()
    ip("-n", host.namespace, "address", "add", "192.0.2.9/24", "dev", host.interface)
    ip("-n", host.namespace, "address", "add", "10.99.1.3/24", "dev", host.interface)
    ip("route", "add", "192.0.2.0/24", "dev", host.camera_interface)
    camera = start_camera(*OPTIONS)
    rule = camera.client.get("/cgi/admin/ipfilter.cgi", action="add", DenyIPRange="10.99.1.3")
    assert rule.text == "OK\r\n"
    camera.client.get("/cgi/admin/ipfilter.cgi", action="update", Policy="Both")
    eventually(lambda: is_found(host), "it begins when the camera is ready")
    with searcher(host) as sock, searcher(host, "192.0.2.9") as far, searcher(host, "10.99.1.3") as denied:
        for other in (far, denied):
            other.sendto(search(), GROUP)
        for wrong in (search(mx=""), search(man="ssdp:discover"), search("urn:schemas-upnp-org:device:Basic:2")):
            sock.sendto(wrong, GROUP)
        sock.sendto(search("upnp:rootdevice"), GROUP)
        (found,) = answers(sock, 1)
        assert found["location"] == location(host, camera)
        assert (found["st"], found["usn"]) == ("upnp:rootdevice", f"{found['usn'][:41]}::upnp:rootdevice")
        sock.sendto(search(found["usn"][:41]), GROUP)
        assert fields_of(sock.recv(2048))["st"] == found["usn"][:41]
        assert not any(map(pending, (sock, far, denied)))
        eventually(lambda: query_bonjour(sock) or pending(sock))
        assert name_of(camera).encode() in sock.recv(2048)
        for asker in (far, denied, sock):
            query_bonjour(asker)
        assert name_of(camera).encode() in sock.recv(2048)
        assert not any(map(pending, (far, denied)))


def test_it_follows_addresses_and_ports(network: Network, start_camera: StartCamera) -> None:
    host = network.add_neighbour()
    camera = start_camera(*OPTIONS)
    with listener(host) as heard:
        receive_announcement(heard, nts="ssdp:alive", location=location(host, camera))
        ip("address", "add", "10.99.1.7/24", "dev", host.camera_interface)
        receive_announcement(heard, nts="ssdp:alive", location=f"http://10.99.1.7:{camera.port}{PATH}")
        other = network.add_neighbour()
        with listener(other) as elsewhere:
            receive_announcement(elsewhere, nts="ssdp:alive", location=location(other, camera))
        camera.client.update("System", HTTPPort=(port := camera.port + 1 if camera.port < 65535 else 1024))
        receive_announcement(heard, nts="ssdp:byebye")
        receive_announcement(heard, nts="ssdp:alive", location=f"http://10.99.1.7:{port}{PATH}")
