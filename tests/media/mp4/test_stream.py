"""The MP4 stream, as PyAV and its hub's subscribers see it: real encoders, no network."""

import asyncio
import io
import math
import struct
from collections.abc import AsyncIterator

import av
import pytest
from tests.media.scripted_source import NOON, SECOND, WAIT, sloped
from tests.server.serving import until

from ipcamd.errors import RequestFailed
from ipcamd.media import codecs
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.mp4 import stream as module
from ipcamd.media.mp4.stream import Mp4Stream
from ipcamd.media.planes import LIMITED
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.stream_settings import StreamSettings

BLOCK_NS = SECOND // 25
SMALL, OTHER = (320, 240), (640, 480)


class Camera:
    """Real pictures and sound at the test's times, and their stream."""

    def __init__(self) -> None:
        self.pictures, self.microphone = Hub(codecs.H264), Hub(codecs.AAC, "audio")
        self.enabled = False
        assert codecs.AAC.audio_encoder
        self.audio_encoder = codecs.AAC.audio_encoder()
        self.stream = Mp4Stream(self.pictures, lambda: self.microphone if self.enabled else None)
        self.stream.cut = self.cut
        self.cuts = 0
        self.time, self.counter = NOON, 0
        self.fragments: asyncio.Queue[EncodedFrame] = asyncio.Queue()
        self.resize(SMALL)

    def resize(self, size: tuple[int, int]) -> None:
        self.size = size
        assert codecs.H264.encoder
        self.encoder = codecs.H264.encoder(StreamSettings(codecs.H264, size, 30, 2), 30)

    def picture(self, key: bool = False) -> None:
        self.time += SECOND // 30
        frame = sloped(self.size, self.counter).reformat(format=LIMITED)
        (picture,) = self.encoder.encode(frame, key)
        self.counter += 1
        self.pictures.publish(
            EncodedFrame(codecs.H264, picture.payload, picture.key, self.time, self.counter, self.size, 30)
        )

    def sound(self, number: int) -> None:
        tone = [int(9000 * math.sin(math.tau * 440 * (number * 320 + at) / 8000)) for at in range(320)]
        for data, at in self.audio_encoder.encode(struct.pack("<320h", *tone), NOON + number * BLOCK_NS):
            self.microphone.publish(EncodedFrame(codecs.AAC, data, True, at, number, rate=16000))

    async def watch(self) -> bytes:
        """Join like a viewer; return the data before the first fragment."""
        opening = asyncio.create_task(self.stream.open())
        await asyncio.sleep(0)  # it subscribes
        if not self.pictures.gop:
            self.picture(key=True)
        content_type, begin = await asyncio.wait_for(opening, WAIT)
        self.content_type = content_type
        for fragment in self.stream.hub.subscribe(self.fragments.put_nowait):
            self.fragments.put_nowait(fragment)
        return begin

    def taken(self) -> list[EncodedFrame]:
        return [self.fragments.get_nowait() for _ in range(self.fragments.qsize())]

    def cut(self, hub: Hub) -> None:
        self.cuts += 1
        hub.unsubscribe(self.fragments.put_nowait)


@pytest.fixture
async def camera() -> AsyncIterator[Camera]:
    camera = Camera()
    yield camera
    camera.stream.close()
    assert (camera.pictures.subscribers, camera.microphone.subscribers) == (0, 0)


def parsed(*pieces: bytes) -> av.container.InputContainer:
    container = av.open(io.BytesIO(b"".join(pieces)), format="mp4")
    assert isinstance(container, av.container.InputContainer)
    return container


async def test_each_picture_is_a_fragment_at_once_with_its_time(camera: Camera) -> None:
    begin = await camera.watch()
    for number in range(1, 20):
        camera.picture()
        assert camera.fragments.qsize() == number + 1
    fragments = camera.taken()
    assert [fragment.key for fragment in fragments] == [True, *[False] * 19]
    assert [fragment.captured_ns for fragment in fragments] == [NOON + n * (SECOND // 30) for n in range(1, 21)]
    container = parsed(begin, *(fragment.payload for fragment in fragments))
    (track,) = container.streams
    assert (track.codec_context.name, track.codec_context.width, track.codec_context.height) == ("h264", *SMALL)
    assert camera.content_type == f'video/mp4; codecs="avc1.{track.codec_context.extradata[1:4].hex()}"'
    frames = list(container.decode(video=0))
    assert [frame.time for frame in frames] == pytest.approx([n / 30 for n in range(20)], abs=0.001)
    assert camera.stream.hub.gop[0].payload[4:8] == b"prft"


async def test_a_viewer_starts_at_the_newest_key_frame(camera: Camera) -> None:
    first = await camera.watch()
    for number in range(9):
        camera.picture(key=number == 5)
    camera.taken()
    assert await camera.watch() == first
    fragments = camera.taken()
    assert [fragment.key for fragment in fragments] == [True, False, False, False]
    container = parsed(first, *(fragment.payload for fragment in fragments))
    assert next(container.decode(video=0)).time == pytest.approx(6 / 30, abs=0.001)


async def test_sound_is_in_step_with_the_pictures(camera: Camera) -> None:
    camera.enabled = True
    begin = await camera.watch()
    for number in range(50):
        camera.sound(number)
    for _ in range(59):
        camera.picture()
    fragments: list[EncodedFrame] = []
    while len(fragments) < 60 + 28:  # two seconds of sound, without its first and last frames
        fragments.append(camera.fragments.get_nowait())
    container = parsed(begin, *(fragment.payload for fragment in fragments))
    sound = container.streams.audio[0]
    assert (sound.codec_context.name, sound.rate, sound.channels) == ("aac", 16000, 1)
    assert camera.content_type.endswith(',mp4a.40.2"')
    packets = [packet for packet in container.demux(sound) if packet.size]
    times = [float(packet.pts * packet.time_base) for packet in packets]
    # the first block was captured a thirtieth of a second before the first picture
    assert times == pytest.approx([times[0] + n * 0.064 for n in range(len(times))], abs=0.002)
    assert 0 <= times[0] < 0.064
    level = max(abs(block.to_ndarray()).max() for packet in packets for block in packet.decode())
    assert level == pytest.approx(9000 / 32768, rel=0.2)


async def test_another_format_cuts_the_viewers_and_starts_anew(camera: Camera) -> None:
    first = await camera.watch()
    camera.picture()
    camera.taken()
    camera.resize(OTHER)
    camera.picture(key=True)
    assert (camera.cuts, camera.fragments.qsize()) == (1, 0)
    second = await camera.watch()
    assert second != first
    camera.picture()
    container = parsed(second, *(fragment.payload for fragment in camera.taken()))
    assert (container.streams[0].codec_context.width, len(list(container.decode(video=0)))) == (OTHER[0], 2)


@pytest.mark.parametrize("leap_s", [-3600, 3600])
async def test_a_clock_that_is_set_starts_anew(camera: Camera, leap_s: int) -> None:
    await camera.watch()
    camera.taken()
    camera.time += leap_s * SECOND
    camera.picture()
    assert (camera.cuts, camera.fragments.qsize()) == (0, 0)
    camera.picture(key=True)
    assert camera.cuts == 1


async def test_sound_that_comes_and_goes_changes_the_format(camera: Camera) -> None:
    await camera.watch()
    for enabled in (True, False):
        camera.enabled = enabled
        camera.picture(key=True)
        await camera.watch()
        assert ("mp4a" in camera.content_type) is enabled
        assert camera.microphone.subscribers == enabled
    assert camera.cuts == 2


async def test_nothing_runs_without_a_viewer(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINGER_S", 0.1)
    assert camera.pictures.subscribers == 0
    camera.enabled = True
    await camera.watch()
    assert camera.pictures.subscribers == camera.microphone.subscribers == 1
    camera.stream.hub.unsubscribe(camera.fragments.put_nowait)
    await until(lambda: camera.pictures.subscribers == camera.microphone.subscribers == 0)


async def test_without_a_picture_the_request_fails(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT_S", 0.01)
    with pytest.raises(RequestFailed, match="no picture within"):
        await camera.stream.open()
