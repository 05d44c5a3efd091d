"""WS-Discovery of a real camera: Hello, Bye, Probe and Resolve, requested by other hosts on links of their own."""

import contextlib
import json
import re
import socket
import struct
from pathlib import Path
from uuid import uuid4

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import ALL_HOSTS, PATIENCE, CameraProcess, eventually
from tests.foreign_programs import Program, python_packages
from tests.networks import Neighbour, Network, ip, needs_networks, network
from tests.onvif.client import OnvifClient

__all__ = ["network"]
pytestmark = [pytest.mark.slow, needs_networks]

OPTIONS = ("--source=scene", "--discovery=on", "--host=0.0.0.0")
GROUP = ("239.255.255.250", 3702)
GROUP6 = "ff02::c"
PROFILES = "onvif://www.onvif.org/Profile/Streaming onvif://www.onvif.org/Profile/T"
SILENCE_S = 2.0
"""Seconds without an answer after which none will come: answers wait half a second at most, and come twice."""
RESOLVE = "<d:Resolve><w:EndpointReference><w:Address>{}</w:Address></w:EndpointReference></d:Resolve>"
DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
PROBE = """<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"
 xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="{discovery}"
 xmlns:q="http://www.onvif.org/ver10/network/wsdl" xmlns:r="http://www.onvif.org/ver10/device/wsdl"><e:Header>
 <w:MessageID>{id}</w:MessageID><w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>
 <w:Action>{discovery}/Probe</w:Action></e:Header><e:Body>{body}</e:Body></e:Envelope>"""


def ask(host: Neighbour, body: str, patience_s: float = PATIENCE) -> str:
    """Return the answer to a search from another host; "" if there is none."""
    message_id = f"urn:uuid:{uuid4()}"
    with host.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((host.address, 0))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(host.address))
        sock.settimeout(patience_s)
        sock.sendto(PROBE.format(discovery=DISCOVERY, id=message_id, body=body).encode(), GROUP)
        try:
            answer = sock.recv(65536).decode()
        except TimeoutError:
            return ""
    assert f"<a:RelatesTo>{message_id}</a:RelatesTo>" in answer
    return answer


def listen(host: Neighbour) -> socket.socket:
    with host.inside():
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(GROUP)
        member = struct.pack("4s4s", socket.inet_aton(GROUP[0]), socket.inet_aton(host.address))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        sock.settimeout(PATIENCE)
        return sock


def receive_message(sock: socket.socket, what: str, text: str = "") -> str:
    """Return the next message of this kind that holds a text: each is sent twice."""
    while f"<d:{what}>" not in (message := sock.recv(65536).decode()) or text not in message:
        pass
    return message


def url(host: Neighbour, camera: CameraProcess) -> str:
    return f"http://{host.camera_address}:{camera.port}/onvif/device_service"


def test_a_camera_is_found_on_each_link(network: Network, start_camera: StartCamera) -> None:
    hosts = network.add_neighbour(), network.add_neighbour()
    with listen(hosts[0]) as sock:
        camera = start_camera(*OPTIONS)
        hello = receive_message(sock, "Hello")
        reference = re.findall(r"urn:uuid:[0-9a-f-]{36}", hello)[1]
        for host in hosts:
            for body in (
                "<d:Probe/>",
                "<d:Probe><d:Types>q:NetworkVideoTransmitter</d:Types></d:Probe>",
                f"<d:Probe><d:Types>r:Device</d:Types><d:Scopes>{PROFILES}</d:Scopes></d:Probe>",
                RESOLVE.format(reference),
            ):
                answer = ask(host, body)
                assert f"<d:XAddrs>{url(host, camera)}</d:XAddrs>" in answer
                assert reference in answer
        onvif = OnvifClient(camera.client)
        assert onvif.ask("tds:GetEndpointReference").text("tds:GUID") == reference
        onvif.change("tds:AddScopes", "<tds:ScopeItem>onvif://www.onvif.org/location/Hof</tds:ScopeItem>")
        receive_message(sock, "Hello", "onvif://www.onvif.org/location/Hof")
        place = "<d:Probe><d:Scopes>onvif://www.onvif.org/location/Hof</d:Scopes></d:Probe>"
        eventually(lambda: ask(hosts[1], place, patience_s=2.0))  # the announcement there is a moment later
        onvif.change("tds:SetDiscoveryMode", "<tds:DiscoveryMode>NonDiscoverable</tds:DiscoveryMode>")
        receive_message(sock, "Bye", reference)
        assert not ask(hosts[0], "<d:Probe/>", patience_s=1.0)
        onvif.change("tds:SetDiscoveryMode", "<tds:DiscoveryMode>Discoverable</tds:DiscoveryMode>")
        receive_message(sock, "Hello", reference)
        camera.stop()
        receive_message(sock, "Bye", reference)
        assert camera.start().client.value("Network.ONVIF", "Discovery") == "yes"
        receive_message(sock, "Hello", reference)


def ask_over_ipv6(host: Neighbour, own: str) -> str:
    """Return the answer to a search from this address of another host; "" if there is none yet."""
    index = int(ip("-n", host.namespace, "-o", "link", "show", host.interface).partition(":")[0])
    probe = PROBE.format(discovery=DISCOVERY, id=f"urn:uuid:{uuid4()}", body="<d:Probe/>").encode()
    with host.socket(family=socket.AF_INET6) as sock:
        sock.bind((own, 0, 0, index))
        sock.settimeout(SILENCE_S)
        sock.sendto(probe, (GROUP6, GROUP[1], 0, index))
        try:
            return sock.recv(65536).decode()
        except TimeoutError:
            return ""


def test_a_camera_is_found_over_ipv6(network: Network, start_camera: StartCamera) -> None:
    host, _ = network.add_neighbour(), network.add_neighbour()
    camera = start_camera(*OPTIONS[:2], ALL_HOSTS)
    for own, found in ((host.link_local, host.camera_link_local), (host.address6, host.camera_address6)):
        answer = eventually(lambda address=own: ask_over_ipv6(host, address), "no answer", 60)
        assert f"<d:XAddrs>http://[{found}]:{camera.port}/onvif/device_service</d:XAddrs>" in answer


def test_a_new_address_is_announced_and_answered_with(network: Network, start_camera: StartCamera) -> None:
    host = network.add_neighbour()
    camera = start_camera(*OPTIONS)
    camera.client.update("Network.Advanced.Bonjour", Enabled="no")  # its library logs a trace when an address goes
    camera.stop()
    with listen(host) as sock:
        camera.start()
        receive_message(sock, "Hello", url(host, camera))
        new = f"10.99.{host.number}.77"
        ip("address", "add", f"{new}/24", "dev", host.camera_interface)
        ip(
            "address", "del", f"{host.camera_address}/24", "dev", host.camera_interface
        )  # its second one takes its place
        ip("address", "replace", f"{new}/24", "dev", host.camera_interface)
        address = f"http://{new}:{camera.port}/onvif/device_service"
        receive_message(sock, "Hello", address)
        assert f"<d:XAddrs>{address}</d:XAddrs>" in ask(host, "<d:Probe/>")


def test_a_flood_of_searches_gets_few_answers(network: Network, start_camera: StartCamera) -> None:
    host = network.add_neighbour()
    start_camera(*OPTIONS)
    eventually(lambda: ask(host, "<d:Probe/>", patience_s=2.0))
    with host.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((host.address, 0))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(host.address))
        for _ in range(200):
            probe = PROBE.format(discovery=DISCOVERY, id=f"urn:uuid:{uuid4()}", body="<d:Probe/>")
            sock.sendto(probe.encode(), GROUP)
        sock.settimeout(SILENCE_S)
        answered = set[str]()
        with contextlib.suppress(TimeoutError):
            while True:
                answered.update(re.findall(r"<a:RelatesTo>([^<]+)", sock.recv(65536).decode()))
    assert 0 < len(answered) <= 20  # ten a second, and the searches may take a moment more than one


@pytest.fixture
def wsdiscovery() -> Program:
    """Installed before the test is in its own network, which leads nowhere."""
    return python_packages("WSDiscovery==2.1.2")


def test_home_assistants_search(wsdiscovery: Program, network: Network, start_camera: StartCamera) -> None:
    host = network.add_neighbour()
    camera = start_camera(*OPTIONS)
    eventually(lambda: ask(host, "<d:Probe/>", patience_s=2.0))
    script = Path(__file__).parent / "clients" / "wsdiscovery_search.py"
    with host.inside():
        found = json.loads(wsdiscovery.run(str(script)))
    assert [each["addresses"] for each in found] == [[url(host, camera)]]
    assert "onvif://www.onvif.org/Profile/Streaming" in found[0]["scopes"]


def test_others_are_not_answered(network: Network, start_camera: StartCamera) -> None:
    host = network.add_neighbour()
    start_camera(*OPTIONS)
    eventually(lambda: ask(host, "<d:Probe/>", patience_s=2.0))  # it begins to listen when it is ready
    for body in (
        "<d:Probe><d:Types>q:NetworkVideoDisplay</d:Types></d:Probe>",
        "<d:Probe><d:Types>r:NetworkVideoTransmitter</d:Types></d:Probe>",
        "<d:Probe><d:Scopes>onvif://www.onvif.org/Profile/Stream</d:Scopes></d:Probe>",
        RESOLVE.format("urn:uuid:0"),
        "<d:ProbeMatches/>",
        "<d:Probe>",
    ):
        assert not ask(host, body, patience_s=1.0)
