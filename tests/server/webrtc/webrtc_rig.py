"""A WebRTC service on a free port with clients; the test sets its clock and publishes its pictures."""

import asyncio
from collections.abc import Callable

import pytest
from tests.e2e.webrtc.light_viewer import PATIENCE_S, VIDEO, IceAddress, LightViewer, make_offer
from tests.server.rtsp.player import CameraHubs

from ipcamd.access.accounts import Account
from ipcamd.media import codecs
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.traffic import Traffic
from ipcamd.params.group import Rank
from ipcamd.server.connection_registry import Registry
from ipcamd.server.viewer_limit import ViewerLimit
from ipcamd.server.webrtc.stream_table import WebRtcStreams
from ipcamd.server.webrtc.webrtc_service import WebRtcService
from ipcamd.webrtc_sessions import WebRtcOffer
from ipcamd.wire.rtp import rtp

HERE = "127.0.0.1"
ACCOUNT = Account("bob", Rank.USERS)


class WebRtcRig:
    """The service and its clients, as a context manager."""

    def __init__(self) -> None:
        self.hubs, self.time, self.traffic = CameraHubs(), 1000.0, Traffic()
        self.encoded = Hub(codecs.H264)
        """Mounts of the hubs, with key frames on demand."""
        self.registry = Registry(now_s=lambda: self.time)
        self.viewers = ViewerLimit(20)
        self.service = WebRtcService(
            lambda codec: (self.hubs.h264, self.hubs.sound) if codec == "h264" else (),
            WebRtcStreams(
                lambda: self.hubs.now,
                lambda: "camera",
                self.traffic,
                lambda hub: self.encoded if hub is self.hubs.h264 else None,
            ),
            self.registry,
            self.viewers,
            hosts=lambda: (),
            talk=None,
        )
        self.clients: list[LightViewer] = []

    async def __aenter__(self) -> "WebRtcRig":
        await self.service.open((HERE,), 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self.clients:
            client.close()
        await self.service.close()

    async def watch(self, *, tcp: bool = False, attribute: str = "") -> "PacketReceiver":
        """Connect a client, which has the first picture already. `attribute` is one more of its video's."""
        offer = make_offer().replace(b"a=mid:0\r\n", f"a=mid:0\r\n{attribute}".encode())
        answer = await self.service.open_session(WebRtcOffer("h264", offer, ACCOUNT, HERE, HERE))
        watcher = PacketReceiver(LightViewer(IceAddress.read(answer.description.decode()), tcp, answer.identifier))
        watcher.answer = answer.description.decode()
        self.clients.append(watcher.client)
        await watcher.client.connect()
        self.hubs.picture(key=True)
        await until(lambda: bool(watcher.packets), "nothing comes")
        return watcher

    def later(self, seconds: float) -> None:
        """Let time pass, and run the service's checks."""
        self.time += seconds
        self.registry.sweep()

    @property
    def sessions(self) -> int:
        return len(list(self.service.clients()))


class PacketReceiver:
    """Packets that one client receives."""

    def __init__(self, client: LightViewer) -> None:
        self.client = client
        self.answer = ""
        """SDP."""
        self.packets: list[rtp.RtpPacket] = []
        self.extensions: list[bytes] = []
        """Header extension of each of them; empty for none."""
        self.reports: list[bytes] = []
        client.on_rtp, client.on_rtcp = self._note, self.reports.append

    def _note(self, data: bytes) -> None:
        if data[1] & 0x7F == VIDEO:
            packet = rtp.parse(data)
            self.packets.append(packet)
            self.extensions.append(data[rtp.HEADER_BYTES : len(data) - len(packet.payload)])

    def tell(self, packet: bytes) -> None:
        """Send RTCP behind an empty receiver report."""
        assert self.client.srtp
        self.client.send(self.client.srtp.protect_rtcp(bytes.fromhex("80c9000100000001") + packet))

    def is_at_end(self, pictures: int) -> bool:
        """Whether so many pictures have come, and no part of another one."""
        return self.packets[-1].marker and sum(packet.marker for packet in self.packets) >= pictures

    @property
    def sequences(self) -> list[int]:
        return [packet.sequence for packet in self.packets]


async def until(is_so: Callable[[], bool], complaint: str) -> None:
    """Wait until it is so."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    except TimeoutError:
        pytest.fail(complaint)
