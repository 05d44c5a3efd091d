"""WebRTC over a link with a round trip of 120 ms, reordering and a loss of 4 %: what is lost comes again, and a client
that the link is too slow for skips pictures. Over a line of half the bit rate, a client gets whole pictures all the
time."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count, pairwise, takewhile
from socket import IPPROTO_UDP
from urllib.request import Request, urlopen

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PASSWORD, CameraProcess, basic
from tests.e2e.webrtc.light_viewer import PATIENCE_S, VIDEO, IceAddress, LightViewer, make_offer
from tests.e2e.webrtc.test_whep import send_feedback, until
from tests.lossy_link import CAMERA_ADDRESS, LossyLink
from tests.networks import Network, needs_networks, network
from tests.wire.rtp.nack import make_nack
from tests.wire.rtp.reception import make_report

from ipcamd.wire.rtp import feedback, rtp

__all__ = ["network"]
pytestmark = [pytest.mark.slow, needs_networks]

ASK_S = 0.05
"""Seconds between two requests for lost packets."""
MOST_REQUESTS = 10
"""Requests for one packet; Chromium's number."""
SETTLED_S = 5
"""Seconds of the stream after which the rate fits the line."""
STORED = 200
"""Newest packets of which lost ones are requested."""
HEADERS_BYTES = 28
"""Of IP and UDP."""
AGGREGATE = 24
"""Type of the payload that begins a key frame: parameter sets (RFC 6184, 5.7.1)."""


class Receiver:
    """Client that requests lost packets again, as browsers do."""

    def __init__(self, place: IceAddress, *, tcp: bool = False) -> None:
        self.client = LightViewer(place, tcp, on_rtp=self._note)
        self.packets: dict[int, rtp.RtpPacket] = {}
        """Packets of video by number, the first one's being 0."""
        self._first = -1
        self._requests: Counter[int] = Counter()
        self._reported = 0, 0
        """Expected and received packets at the last report."""

    def _note(self, data: bytes) -> None:
        if data[1] & 0x7F != VIDEO:
            return
        packet = rtp.parse(data)
        self._first = packet.sequence if self._first < 0 else self._first
        number = packet.sequence - self._first & 0xFFFF
        if number < 0x8000:  # not from before the first one that came
            self.packets[number] = packet

    def request_lost(self) -> None:
        """Request the packets that are missing among the newest, each a few times."""
        newest = max(self.packets)
        for number in set(range(max(0, newest - STORED), newest)) - self.packets.keys():
            self._requests[number] += 1
            if self._requests[number] > MOST_REQUESTS:
                continue
            send_feedback(self.client, make_nack(1, self.source, number + self._first & 0xFFFF))

    @property
    def source(self) -> int:
        return self.packets[max(self.packets)].ssrc

    def report(self) -> None:
        """Report the reception, as browsers do once a second. Packets of skipped pictures count as lost."""
        expected, received = max(self.packets) + 1, len(self.packets)
        lost = 1 - (received - self._reported[1]) / max(1, expected - self._reported[0])
        self._reported = expected, received
        report = make_report(1, self.source, lost, expected - received, expected - 1 + self._first)
        send_feedback(self.client, report)

    @property
    def whole_key_frames(self) -> list[int]:
        """Time stamps of the key frames of which every packet has come."""
        begins = {number for number, each in self.packets.items() if each.payload[0] & 31 == AGGREGATE}
        return sorted(self.packets[number].timestamp for number in begins if self._is_whole(number))

    def _is_whole(self, first: int) -> bool:
        """Whether every packet of the picture that begins with this number has come."""
        stamp = self.packets[first].timestamp
        ours = takewhile(lambda each: each and each.timestamp == stamp, map(self.packets.get, count(first)))
        return any(each.marker for each in ours if each)

    def count_repaired(self, lost: Sequence[bytes]) -> int:
        """Return how many of the IP packets that a link has lost have come all the same."""
        sent = [packet[HEADERS_BYTES:] for packet in lost if packet[9] == IPPROTO_UDP]
        numbers = {
            int.from_bytes(data[2:4]) - self._first & 0xFFFF for data in sent if data[8:12] == self.source.to_bytes(4)
        }
        return len(numbers & self.packets.keys())

    @property
    def gaps(self) -> list[tuple[int, int]]:
        """Numbers of packets between which some are missing."""
        return [(before, after) for before, after in pairwise(sorted(self.packets)) if after > before + 1]

    @property
    def key_times(self) -> list[int]:
        """Time stamps of the key frames."""
        return sorted({each.timestamp for each in self.packets.values() if each.payload[0] & 31 == AGGREGATE})


async def test_lost_packets_come_again_and_slow_clients_skip(network: Network, start_camera: StartCamera) -> None:
    neighbour = network.add_neighbour()
    with LossyLink(delay_s=0.06, loss=0.04, jitter_s=0.02).between(neighbour) as link:
        camera = start_camera("--source=scene", "--host=0.0.0.0")
        camera.client.update("Image.H264", Ratecontrol="cbr", Bitrate=4000, Framerate=30)
        with neighbour.inside():
            quick = Receiver(await asyncio.to_thread(post_offer, camera))
            slow = Receiver(await asyncio.to_thread(post_offer, camera), tcp=True)
            for receiver in (quick, slow):
                await receiver.client.connect()
            await until(lambda: bool(quick.packets and slow.packets), "nothing comes")
            await request_until(quick, lambda: quick.count_repaired(link.lost) >= 20 and len(quick.key_times) >= 3)
            await request_until(quick, lambda: bool(slow.gaps))
            for receiver in (quick, slow):
                receiver.client.close()
    steps = [later - earlier for earlier, later in pairwise(quick.key_times)]
    assert min(steps) > 0.9 * 90_000, "more than one key frame a second"
    for before, after in slow.gaps:
        assert slow.packets[before].marker, "a picture is cut"
        assert slow.packets[after].payload[0] & 31 == AGGREGATE, "it goes on with no key frame"


async def test_over_a_line_of_half_the_bit_rate_whole_pictures_come_all_the_time(
    network: Network, start_camera: StartCamera
) -> None:
    neighbour = network.add_neighbour()
    with LossyLink(delay_s=0.02, loss=0, rate_bps=1e6, queue_s=0.2).between(neighbour):
        camera = start_camera("--source=scene", "--host=0.0.0.0")
        camera.client.update("Image.H264", Ratecontrol="cbr", Bitrate=2000, Framerate=30)
        with neighbour.inside():
            receiver = Receiver(await asyncio.to_thread(post_offer, camera))
            await receiver.client.connect()
            await until(lambda: bool(receiver.packets), "nothing comes")
            # without a limit of the rate, none is whole after the first second
            begin = receiver.packets[min(receiver.packets)].timestamp + SETTLED_S * 90_000
            reports = asyncio.create_task(report_for_ever(receiver))
            await request_until(receiver, lambda: len([key for key in receiver.whole_key_frames if key > begin]) >= 3)
            reports.cancel()
            receiver.client.close()


async def report_for_ever(receiver: Receiver) -> None:
    while True:
        await asyncio.sleep(1)
        receiver.report()


async def request_until(receiver: Receiver, is_so: Callable[[], bool]) -> None:
    """Request lost packets, and key frames, until it is so."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            receiver.request_lost()
            send_feedback(receiver.client, feedback.make_picture_loss(1, receiver.source))
            await asyncio.sleep(ASK_S)


def post_offer(camera: CameraProcess) -> IceAddress:
    """Post an offer to the camera's address on the link."""
    fields = basic("admin", PASSWORD) | {"Content-Type": "application/sdp"}
    with urlopen(
        Request(f"http://{CAMERA_ADDRESS}:{camera.port}/whep", make_offer(), fields), timeout=PATIENCE_S
    ) as answer:
        return IceAddress.read(answer.read().decode())
