"""WS-Discovery of a real camera: Hello, Bye, Probe and Resolve, met from other hosts on links of their own."""

import re
import socket
import struct
from uuid import uuid4

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PATIENCE, CameraProcess, eventually
from tests.networks import Neighbour, Network, needs_networks, network
from tests.onvif.client import OnvifClient

__all__ = ["network"]
pytestmark = [pytest.mark.slow, needs_networks]

OPTIONS = ("--source=scene", "--discovery=on", "--host=0.0.0.0")
GROUP = ("239.255.255.250", 3702)
PROFILES = "onvif://www.onvif.org/Profile/Streaming onvif://www.onvif.org/Profile/T"
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


def hear(sock: socket.socket, what: str, text: str = "") -> str:
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
        hello = hear(sock, "Hello")
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
        hear(sock, "Hello", "onvif://www.onvif.org/location/Hof")
        place = "<d:Probe><d:Scopes>onvif://www.onvif.org/location/Hof</d:Scopes></d:Probe>"
        eventually(lambda: ask(hosts[1], place, patience_s=2.0))  # it is told there a moment later
        onvif.change("tds:SetDiscoveryMode", "<tds:DiscoveryMode>NonDiscoverable</tds:DiscoveryMode>")
        hear(sock, "Bye", reference)
        onvif.change("tds:SetDiscoveryMode", "<tds:DiscoveryMode>Discoverable</tds:DiscoveryMode>")
        hear(sock, "Hello", reference)
        camera.stop()
        hear(sock, "Bye", reference)
        assert camera.start().client.value("Network.ONVIF", "Discovery") == "yes"
        hear(sock, "Hello", reference)


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
