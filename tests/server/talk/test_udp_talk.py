"""Talk over UDP: permission, rate, valid packets, and no response."""

import asyncio
import io
import socket
import struct
import wave

import pytest

from ipcamd.errors import ConfigError
from ipcamd.media.audio.speaker import Speaker
from ipcamd.server.talk.rtp_talk import TalkReceiver
from ipcamd.server.talk.udp_talk import MOST_PACKETS, TalkService
from ipcamd.wire import ulaw

HERE, THERE = "192.0.2.1", "192.0.2.2"


def packet(sequence: int, payload: bytes = b"", kind: int = 0x80, first: int = 0x80) -> bytes:
    """A packet as the SDK shows one: the marker is always set."""
    return struct.pack(">BBHII", first, kind, sequence, 0x30569C, 0xAB45A207) + (payload or bytes([sequence]) * 160)


class TalkRig:
    """A talk service whose clock the test sets."""

    def __init__(self) -> None:
        self.now = 100.0
        self.speaker = Speaker(now_s=lambda: self.now)
        self.known = {HERE, THERE}
        self.admitted = {HERE, THERE, "127.0.0.1"}
        self.service = TalkService(
            TalkReceiver(self.speaker, lambda: self.now),
            lambda address: address in self.known,
            lambda address: address in self.admitted,
            lambda: self.now,
        )

    def send(self, *packets: bytes, address: str = HERE, port: int = 4000, step: float = 0.02) -> None:
        for data in packets:
            self.service.receive(data, address, port)
            self.now += step

    def played(self) -> bytes:
        """Return the played sound as u-law."""
        with wave.open(io.BytesIO(self.speaker.wav())) as file:
            return ulaw.encode(file.readframes(1 << 20))


@pytest.fixture
async def rig() -> TalkRig:
    return TalkRig()


def spoken(*sequences: int) -> bytes:
    return b"".join(bytes([sequence]) * 160 for sequence in sequences)


async def test_packets_are_played_in_order(rig: TalkRig) -> None:
    rig.send(*map(packet, (1, 2, 4, 3, 5, 6, 7, 8)))
    assert rig.speaker.late_packets == 0
    rig.send(packet(5))
    assert rig.played() == spoken(*range(1, 9))
    assert rig.speaker.late_packets == 1


async def test_the_last_packets_are_played_when_due(rig: TalkRig) -> None:
    rig.send(packet(1))
    assert rig.played() == b""
    rig.now += 0.2
    await asyncio.sleep(0.11)
    assert rig.played() == spoken(1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80",
        packet(1)[:12],
        packet(1, first=0x40),
        packet(1, kind=0x88),
        packet(1, kind=0x08),
        packet(1, b"x" * 2049),
        packet(1, b"x" * 40, first=0x8F),
        b"GET / HTTP/1.1\r\n\r\n",
        bytes(2000),
    ],
)
async def test_invalid_packets_are_ignored(rig: TalkRig, data: bytes) -> None:
    rig.send(data)
    assert rig.speaker.talker is None
    rig.send(*map(packet, range(1, 8)))
    assert rig.played() == spoken(*range(1, 8))


@pytest.mark.parametrize("size", [1, 160, 1024, 2048])
async def test_any_size_up_to_2048_bytes_is_played(rig: TalkRig, size: int) -> None:
    rig.send(*(packet(n, bytes([n]) * size) for n in (1, 2, 3)), step=0.3)
    assert rig.played() == b"".join(bytes([n]) * size for n in (1, 2, 3))


async def test_senders_without_a_login_are_not_played(rig: TalkRig) -> None:
    rig.known = {THERE}
    rig.send(*map(packet, range(1, 9)))
    assert rig.played() == b""
    assert rig.speaker.talker is None


async def test_senders_that_are_not_admitted_are_not_played(rig: TalkRig) -> None:
    rig.admitted = {THERE}
    rig.send(*map(packet, range(1, 9)))
    assert rig.speaker.talker is None


async def test_one_talks_at_a_time(rig: TalkRig) -> None:
    for n in range(1, 20):
        rig.send(packet(n))
        rig.send(packet(n, b"\0" * 160), address=THERE)
        rig.send(packet(n, b"\0" * 160), port=4001)
    assert rig.played() == spoken(*range(1, 20))
    rig.now += 2
    rig.send(*(packet(n, b"\1" * 160) for n in range(50, 60)), address=THERE)
    assert rig.played() == spoken(*range(1, 20)) + b"\1" * 1600


async def test_a_talker_starts_again_after_a_pause(rig: TalkRig) -> None:
    for _ in range(2):
        rig.send(*map(packet, range(50, 60)))
        rig.now += 3
    assert rig.played() == spoken(*range(50, 60)) * 2


async def test_packets_of_five_milliseconds_are_all_played(rig: TalkRig) -> None:
    codes = [bytes([1 + n % 100]) * 40 for n in range(400)]
    rig.send(*(packet(n, code) for n, code in enumerate(codes)), step=0.005)
    assert b"".join(codes).startswith(played := rig.played())
    assert len(played) > 40 * 380


async def test_so_many_packets_a_second_of_one_sender_count(rig: TalkRig) -> None:
    rig.send(*(packet(n, b"x") for n in range(1000)), step=0.0001)
    rig.now += 0.1
    rig.send(packet(1001, b"x"))
    assert len(rig.played().replace(b"\xff", b"")) <= 1.2 * MOST_PACKETS + 1


async def test_senders_do_not_slow_each_other_down(rig: TalkRig) -> None:
    rig.send(*(b"rubbish" for _ in range(5000)), address=THERE, step=0)
    rig.send(*map(packet, range(1, 9)))
    assert rig.played() == spoken(*range(1, 9))


async def test_many_addresses_are_bounded(rig: TalkRig) -> None:
    rig.known = rig.admitted = {f"10.0.{n // 250}.{n % 250}" for n in range(2000)}
    for address in rig.known:
        rig.send(b"rubbish", address=address, step=0)
    assert len(rig.service._rates) <= 256


async def test_talk_is_not_played_while_the_speaker_is_disabled(rig: TalkRig) -> None:
    rig.speaker.enabled = False
    rig.send(*map(packet, range(1, 9)))
    rig.speaker.enabled = True
    assert rig.played() == b""


class CountingSpeaker:
    """Speaker that reports when it has received a number of samples."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.full = asyncio.Event()

    def write(self, samples: bytes) -> None:
        self.left -= len(samples) // 2
        if self.left <= 0:
            self.full.set()

    def close(self) -> None:
        pass


async def test_a_real_port_takes_packets_and_never_answers() -> None:
    output = CountingSpeaker(8 * 160)
    speaker = Speaker(output)
    service = TalkService(TalkReceiver(speaker), lambda address: address == "127.0.0.1")
    port = (await service.open(("127.0.0.1",), 0)).port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        client.connect(("127.0.0.1", port))
        for n in range(1, 9):
            client.send(packet(n))
        client.send(b"nonsense")
        async with asyncio.timeout(30):
            await output.full.wait()
        with pytest.raises(BlockingIOError):
            client.recv(100)
    assert output.left == 0
    service.close()


async def test_a_port_in_use_is_reported(rig: TalkRig) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        with pytest.raises(ConfigError, match="in use"):
            await rig.service.open(("127.0.0.1",), other.getsockname()[1])
