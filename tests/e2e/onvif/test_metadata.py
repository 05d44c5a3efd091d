"""Metadata over ONVIF: its configuration, and the track of RTSP that carries the events."""

import asyncio
import os
import re
import socket
import subprocess
import threading
from collections.abc import AsyncIterator
from xml.etree import ElementTree

import pytest
from tests.e2e.camera import PASSWORD, PATIENCE, CameraProcess, Client, basic
from tests.gstreamer import settled
from tests.onvif.client import OnvifClient
from tests.onvif.official import official
from tests.onvif.schemas import check_metadata
from tests.server.rtsp.player import Player

from ipcamd.wire.rtp.rtp import parse as parse_rtp

pytestmark = pytest.mark.slow

PATH = "/onvif/h264"
TOPIC = (
    '<wsnt:TopicExpression Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">{}'
    "</wsnt:TopicExpression>"
)
CONFIGURATION = (
    '<tr2:Configuration token="{token}"><tt:Name>{name}</tt:Name><tt:UseCount>3</tt:UseCount>{status}{events}'
    "<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address>"
    "<tt:Port>0</tt:Port><tt:TTL>0</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>"
    "<tt:SessionTimeout>PT60S</tt:SessionTimeout></tr2:Configuration>"
)
STATUS = "<tt:PTZStatus><tt:Status>false</tt:Status><tt:Position>false</tt:Position></tt:PTZStatus>"
GROUP = "239.255.77.9"
END = b"</tt:MetadataStream>"
ALL = "<tt:Events/>"


def configuration(events: str = ALL, token: str = "metadata0", name: str = "Events", status: str = STATUS) -> str:
    return CONFIGURATION.format(token=token, name=name, status=status, events=events)


def only(topic: str) -> str:
    return f"<tt:Events><tt:Filter>{TOPIC.format(topic)}</tt:Filter></tt:Events>"


def read_events(document: ElementTree.Element) -> list[tuple[str, str | None]]:
    """Return topics and property operations of a document."""
    messages = document.findall(".//{*}NotificationMessage")
    found = [(each.find("{*}Topic"), each.find(".//{*}Message[@UtcTime]")) for each in messages]
    return [(topic.text or "", m.get("PropertyOperation")) for topic, m in found if topic is not None and m is not None]


class MetadataPlayer:
    """Plays the metadata track alone, over the RTSP connection."""

    def __init__(self, player: Player) -> None:
        self._player = player

    @classmethod
    async def play(cls, camera: CameraProcess, path: str = PATH) -> "MetadataPlayer":
        assert camera.rtsp
        player = await Player.connect(camera.rtsp)
        login = basic("admin", PASSWORD)
        description = await player.ask("DESCRIBE", path, **login)
        media = re.split(r"^m=", description.body.decode(), flags=re.MULTILINE)[1:]
        (number,) = (number for number, each in enumerate(media) if each.startswith("application 0 RTP/AVP 107\r\n"))
        assert "a=rtpmap:107 vnd.onvif.metadata/90000\r\n" in media[number]
        channels = "RTP/AVP/TCP;unicast;interleaved=0-1"
        assert (await player.ask("SETUP", f"{path}/track{number}", transport=channels, **login)).status == 200
        assert (await player.ask("PLAY", path, **login)).status == 200
        return cls(player)

    async def document(self) -> ElementTree.Element:
        """Return the next document."""
        pieces = []
        async with asyncio.timeout(PATIENCE):
            while True:
                packet = await self._player.packet()
                pieces.append(packet.payload)
                if packet.marker:
                    return check_metadata(b"".join(pieces))

    async def until(self, *wanted: tuple[str, str | None]) -> ElementTree.Element:
        """Return the first document with exactly this content."""
        while read_events(document := await self.document()) != list(wanted):
            pass
        return document

    def close(self) -> None:
        self._player.close()


@pytest.fixture
async def player(onvif_camera: CameraProcess) -> AsyncIterator[MetadataPlayer]:
    player = await MetadataPlayer.play(onvif_camera)
    yield player
    player.close()


INPUT = "tns1:Device/Trigger/DigitalInput"


@official("MEDIA2_RTSS-4-1-3", "tr2:GetStreamUri")
async def test_the_track_begins_with_the_state_and_continues_with_events(
    player: MetadataPlayer, onvif_camera: CameraProcess
) -> None:
    """MEDIA2_RTSS-4-1-3."""
    state = read_events(await player.document())
    assert (INPUT, "Initialized") in state
    assert {operation for _, operation in state} == {"Initialized"}
    onvif_camera.client.get("/cgi/admin/virtual.cgi", di1="high")
    document = await player.until((INPUT, "Changed"))
    assert [each.get("Value") for each in document.findall(".//{*}SimpleItem")] == ["input1", "true"]
    onvif_camera.client.get("/cgi/admin/virtual.cgi", di1="low")
    await player.until((INPUT, "Changed"))


@official("MEDIA2_RTSS-4-1-4", "tr2:SetSynchronizationPoint")
@pytest.mark.parametrize("prefix", ["trt", "tr2"])
async def test_a_synchronization_point_is_the_state(player: MetadataPlayer, onvif: OnvifClient, prefix: str) -> None:
    """MEDIA2_RTSS-4-1-4."""
    state = read_events(await player.document())
    onvif.change(f"{prefix}:SetSynchronizationPoint", f"<{prefix}:ProfileToken>h264</{prefix}:ProfileToken>")
    assert read_events(await player.document()) == state


@official("MEDIA2-8-1-1", "tr2:SetMetadataConfiguration")
async def test_the_configuration_selects_events_for_good(onvif_camera: CameraProcess, onvif: OnvifClient) -> None:
    """MEDIA2-8-1-1: the set values are read back, tns1:Media/ConfigurationChanged is sent, and the track follows."""
    player = await MetadataPlayer.play(onvif_camera)
    await player.document()
    events = only("tns1:Media/ConfigurationChanged")
    onvif.change("tr2:SetMetadataConfiguration", configuration(events, name="TestName1"))
    changed = await player.until(("tns1:Media/ConfigurationChanged", None))
    assert [each.get("Value") for each in changed.findall(".//{*}SimpleItem")] == ["metadata0", "Metadata"]
    player.close()
    onvif_camera.kill()
    onvif_camera.start()
    onvif = OnvifClient(onvif_camera.client)
    read = onvif.change("trt:GetMetadataConfiguration", "<trt:ConfigurationToken>metadata0</trt:ConfigurationToken>")
    assert read.text("tt:Name") == "TestName1"
    assert read.text("wsnt:TopicExpression") == "tns1:Media/ConfigurationChanged"
    player = await MetadataPlayer.play(onvif_camera)
    assert read_events(await player.document()) == []
    onvif.change("tr2:SetMetadataConfiguration", configuration(""))
    assert onvif.change("tr2:GetMetadataConfigurations").texts("tt:Events") == []
    onvif.change("tr2:SetMetadataConfiguration", configuration(only("tns1:VideoSource//.")))
    while {topic.split("/")[0] for topic, _ in read_events(await player.document())} != {"tns1:VideoSource"}:
        pass
    onvif.change("tr2:SetMetadataConfiguration", configuration())
    player.close()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (configuration(token="nothing"), "ter:NoConfig"),
        (configuration(status=STATUS.replace("false", "true", 1)), "ter:ConfigModify"),
        (configuration(name="x" * 65), "ter:ConfigModify"),
        (configuration(only("tns1:Weather//.")), "ter:InvalidTopicExpressionFault"),
        (configuration(only("x" * 5000)), "ter:InvalidFilterFault"),
    ],
    ids=["token", "PTZ status", "name", "topic", "length"],
)  # fmt: skip
def test_unsupported_configurations_are_refused(onvif: OnvifClient, content: str, code: str) -> None:
    """MEDIA2-8-1-4 among them."""
    before = onvif.ask("tr2:GetMetadataConfigurations").raw
    assert onvif.refuse("tr2:SetMetadataConfiguration", content)[1] == code
    assert onvif.ask("tr2:GetMetadataConfigurations").raw == before


async def test_any_profile_with_a_metadata_configuration_has_the_track(
    onvif_camera: CameraProcess, onvif: OnvifClient
) -> None:
    part = "<tr2:Configuration><tr2:Type>Metadata</tr2:Type></tr2:Configuration>"
    onvif.change("tr2:CreateProfile", f"<tr2:Name>events</tr2:Name>{part}")
    player = await MetadataPlayer.play(onvif_camera, "/onvif/profile1")
    assert read_events(await player.document())
    player.close()
    onvif.change("tr2:RemoveConfiguration", f"<tr2:ProfileToken>profile1</tr2:ProfileToken>{part}")
    assert onvif_camera.rtsp
    asker = await Player.connect(onvif_camera.rtsp)
    assert (await asker.ask("DESCRIBE", "/onvif/profile1", **basic("admin", PASSWORD))).status == 404
    asker.close()
    onvif.change("tr2:DeleteProfile", "<tr2:Token>profile1</tr2:Token>")


@official("MEDIA2_RTSS-4-2-1", "tr2:GetStreamUri")
async def test_the_track_is_sent_by_multicast(onvif_camera: CameraProcess, onvif: OnvifClient) -> None:
    """MEDIA2_RTSS-4-2-1."""
    assert onvif_camera.rtsp
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((GROUP, 0))
        port = probe.getsockname()[1] & ~1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as ears:
        ears.bind((GROUP, port))
        member = socket.inet_aton(GROUP) + socket.inet_aton("127.0.0.1")
        ears.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        multicast = "Network.Advanced.Multicast"
        onvif_camera.client.update(multicast, Enabled="yes", GroupIP=GROUP, MetadataPort=port)
        shown = onvif.change("tr2:GetMetadataConfigurations")
        assert (shown.text("tt:IPv4Address"), shown.text("tt:Port")) == (GROUP, str(port))
        player, login = await Player.connect(onvif_camera.rtsp), basic("admin", PASSWORD)
        answer = await player.ask("SETUP", "/metadata/track0", transport="RTP/AVP;multicast", **login)
        assert f"destination={GROUP};port={port}-{port + 1}" in answer.fields["transport"]
        assert (await player.ask("PLAY", "/metadata", **login)).status == 200
        document, marker = b"", False
        async with asyncio.timeout(PATIENCE):
            while not (marker and document.startswith(b"<?xml")):
                packet = parse_rtp(await asyncio.get_running_loop().sock_recv(ears, 2048))
                document = packet.payload if marker else document + packet.payload
                marker = packet.marker
        assert read_events(check_metadata(document))
        player.close()
        onvif_camera.client.update(multicast, Enabled="no")


@official("MEDIA2_RTSS-4-1-1", "tr2:GetStreamUri")
@official("MEDIA2_RTSS-4-1-2", "tr2:GetStreamUri")
@official("MEDIA2_RTSS-4-1-8", "tr2:GetStreamUri")
@pytest.mark.parametrize("transport", ["tcp", "udp", "http", "https"])
def test_ffmpeg_reads_the_track(onvif_camera: CameraProcess, onvif: OnvifClient, transport: str) -> None:
    """MEDIA2_RTSS-4-1-1, -2, -3, -8: UDP, the HTTP tunnel, TCP, the HTTPS tunnel."""
    tunnelled = transport.startswith("http")
    if transport == "https":
        onvif_camera.client.update("Network.Advanced.HTTPS", Enabled="yes")
        port = int(onvif_camera.client.value("Network.Advanced.HTTPS", "HttpsPort"))
        onvif = OnvifClient(Client(port, tls=True))
    uri = onvif.ask(
        "tr2:GetStreamUri",
        f"<tr2:Protocol>{'RtspOverHttp' if tunnelled else 'RtspUnicast'}</tr2:Protocol>"
        "<tr2:ProfileToken>h264</tr2:ProfileToken>",
    ).text("tr2:Uri")
    url = re.sub("^(https?|rtsp)://", f"rtsp://admin:{PASSWORD.replace(' ', '%20')}@", uri)
    command = ["ffmpeg", "-v", "error", "-rtsp_transport", transport, "-i", url, "-map", "0:d", "-c", "copy"]
    with subprocess.Popen([*command, "-flush_packets", "1", "-f", "data", "pipe:1"], stdout=subprocess.PIPE) as played:
        assert played.stdout
        watchdog = threading.Timer(60, played.kill)
        watchdog.start()
        document = b""
        while END not in document and (piece := os.read(played.stdout.fileno(), 65536)):
            document += piece
        watchdog.cancel()
        played.terminate()
    assert read_events(check_metadata(document.partition(END)[0] + END))


@pytest.mark.parametrize("protocol", ["tcp", "udp", "http"])
def test_gstreamer_receives_the_track(onvif_camera: CameraProcess, protocol: str) -> None:
    port = onvif_camera.port if protocol == "http" else onvif_camera.rtsp
    command = ["gst-launch-1.0", "-q", "rtspsrc", f"location=rtsp{'h' * (protocol == 'http')}://127.0.0.1:{port}{PATH}"]
    command += ["user-id=admin", f"user-pw={PASSWORD}", *([] if protocol == "http" else [f"protocols={protocol}"]), "!"]
    command += [
        "application/x-rtp,media=application,encoding-name=VND.ONVIF.METADATA",
        "!",
        "fakesink",
        "num-buffers=2",
    ]
    played = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert settled(played.returncode, played.stdout + played.stderr) == (0, "")
