"""Files as sources of encoded pictures: passed packets, and the reasons for encoding others."""

import asyncio
import threading
from fractions import Fraction
from pathlib import Path

import av
import pytest
from tests.media.encoded import h264
from tests.media.scripted_source import WAIT

from ipcamd.media.frame import Packet, Picture
from ipcamd.media.pipeline import Pipeline
from ipcamd.media.source.source import Wanted
from ipcamd.media.source.source_choice import make_source
from ipcamd.params import GROUPS
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database

pytestmark = pytest.mark.slow

SIZE, RATE = (320, 240), 30
ASKED = frozenset(("h264",))


def movie(path: Path, size: tuple[int, int] = SIZE, rotation: int = 0, **options: str) -> Path:
    """A file of a second."""
    with av.open(str(path), "w") as box:
        payloads = h264(RATE, size, 15, **options)
        stream = box.add_stream("libx264", rate=RATE)
        stream.width, stream.height = size
        stream.codec_context.extradata = payloads[0]
        if rotation:
            stream.set_display_rotation(rotation)
        for number, payload in enumerate(payloads):
            packet = av.Packet(payload)
            packet.dts, packet.pts = number, number + 2
            packet.time_base, packet.stream, packet.is_keyframe = Fraction(1, RATE), stream, number % 15 == 0
            packet.duration = 1
            box.mux(packet)
    return path


@pytest.mark.parametrize(
    ("size", "rotation", "options", "obstacle"),
    [
        (SIZE, 0, {}, ""),
        (SIZE, 90, {}, "the file says that players rotate it"),
        ((300, 200), 0, {}, "the source sends 300x200"),
        (SIZE, 0, {"tune": "film", "bf": "2", "preset": "medium"}, "B-frames"),
    ],
)
def test_the_reader_yields_suitable_packets(
    tmp_path: Path, size: tuple[int, int], rotation: int, options: dict[str, str], obstacle: str
) -> None:
    source = make_source(str(movie(tmp_path / "movie.mp4", size, rotation, **options)))
    want = Wanted(SIZE, RATE, False, ASKED, decoded_rate=RATE)
    items = source.play(lambda: want, threading.Event())
    first, second = next(items), next(items)
    assert isinstance(first, Packet)
    assert isinstance(second, Picture)
    assert (first.obstacle, bool(first.payload)) == (obstacle, not obstacle)
    items.close()  # type: ignore[attr-defined]


async def test_a_report_gives_the_reason_for_encoding_a_file(tmp_path: Path) -> None:
    database = Database(tmp_path / "state" / "ipcamd.db")
    settings = Settings(database, GROUPS, {("Image.H264", "Resolution"): "1"})
    path = movie(tmp_path / "movie.mp4", tune="film", bf="2", preset="medium")
    pipeline = Pipeline(settings, make_source(str(path)))
    await pipeline.start()
    came = asyncio.Event()
    pipeline.h264.subscribe(lambda _: came.set())
    await asyncio.wait_for(came.wait(), WAIT)
    assert dict(pipeline.passthrough.report())["Stream H.264"] == "encoded (B-frames)"
    await pipeline.stop()
    database.close()
