"""A codec that only this test has added to the table is streamed, described, recorded and repaired like any other."""

import asyncio
import itertools
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.e2e.camera import CameraProcess, basic
from tests.e2e.parts import Format, exactly, sdk_parts
from tests.e2e.streams.toy_codec import KEY, OTHER, TOY, TYPE
from tests.server.rtsp.player import Player

from ipcamd.media import codecs
from ipcamd.media.frame import EncodedFrame
from ipcamd.recording.container_format import AviContainer
from ipcamd.recording.segmented_recorder import SegmentedRecorder
from ipcamd.storage.container_writer import ContainerWriter
from ipcamd.storage.disk import Disk
from ipcamd.storage.file_repair import read_recordings
from ipcamd.storage.recording_file import RecordingFile
from ipcamd.wire.avi import reader
from ipcamd.wire.avi.layout import HEAD, AviFormat

ROOT = Path(__file__).parents[3]
NOON, SECOND = 1_750_000_000_000_000_000, 1_000_000_000


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    folder = tmp_path_factory.mktemp("toy")
    program = ("-m", "tests.e2e.streams.toy_codec")
    path = os.pathsep.join((str(ROOT), str(ROOT / "src")))
    camera = CameraProcess(
        folder / "state", "--source=scene", program=program, environment={"PYTHONPATH": path}
    ).start()
    yield camera
    camera.stop()


@pytest.mark.slow
def test_over_http_with_the_payload_header(camera: CameraProcess) -> None:
    with camera.client.open("/cgi/mpeg/stream1.cgi?codec=toy") as answer:
        first, second = itertools.islice(sdk_parts(answer), 2)
    assert (first.type, second.type, second.counter) == (0, 1, first.counter + 1)
    assert Format.of(first.format).type == TOY.payload_code
    assert first.payload.startswith(KEY)
    assert second.payload.startswith(OTHER)


@pytest.mark.slow
def test_over_http_without_it(camera: CameraProcess) -> None:
    with camera.client.open("/cgi/mpeg/stream2.cgi?codec=toy&header=no") as answer:
        assert answer.headers["Content-Type"] == "video/x-toy"
        assert exactly(answer, len(KEY)) == KEY


@pytest.mark.slow
def test_a_codec_that_there_is_not_is_refused_with_those_that_there_are(camera: CameraProcess) -> None:
    answer = camera.client.get("/cgi/mpeg/stream1.cgi", codec="joy")
    assert answer.text == "Request failed: codec=joy: h264, mpeg4, toy\r\n"


@pytest.mark.slow
def test_in_the_description_of_all_endpoints(camera: CameraProcess) -> None:
    described = json.loads(camera.client.get("/openapi.json").text)["paths"]["/cgi/mpeg/stream1.cgi"]["get"]
    assert {"video/x-toy", "video/h264"} <= described["responses"]["200"]["content"].keys()


@pytest.mark.slow
async def test_over_rtsp(camera: CameraProcess) -> None:
    assert camera.rtsp
    login = {"authorization": basic("admin", camera.client.password)["Authorization"]}
    async with asyncio.timeout(20):
        player = await Player.connect(camera.rtsp)
        described = await player.ask("DESCRIBE", "/toy", **login)
        assert f"m=video 0 RTP/AVP {TYPE}\r\na=rtpmap:{TYPE} TOY/90000\r\na=fmtp:{TYPE} toy=" in described.body.decode()
        transport = "RTP/AVP/TCP;unicast;interleaved=0-1"
        assert (await player.ask("SETUP", "/toy/track0", transport=transport, **login)).status == 200
        assert (await player.ask("PLAY", "/toy", **login)).status == 200
        packets = [await player.packet() for _ in range(2)]
        player.close()
    assert [packet.payload_type for packet in packets] == [TYPE, TYPE]
    assert packets[0].payload.startswith(KEY)
    assert packets[1].marker


def frames(count: int) -> list[EncodedFrame]:
    return [
        EncodedFrame(TOY, OTHER if n % 30 else KEY, not n % 30, NOON + n * SECOND // 30, n, (1280, 720), 30)
        for n in range(count)
    ]


def test_recorded_and_repaired_after_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codecs, "CODECS", (*codecs.CODECS, TOY))
    disk = Disk(tmp_path / "card")
    disk.make()
    card = disk.card()
    assert card
    disk.prepare(card)

    def local(moment: int) -> datetime:
        return datetime.fromtimestamp(moment / SECOND, UTC)

    def begin(writer: ContainerWriter) -> RecordingFile:
        return RecordingFile(disk, "record", "ipcamd", writer, local(writer.origin))

    recorder = SegmentedRecorder(AviContainer(None, local), begin, lambda: None, 3600 * SECOND, 1 << 30)
    recorder.write(frames(60))
    (file,) = (disk.root / "record").iterdir()
    after = Disk(tmp_path / "card")  # as the camera finds it when the power is back
    (found,) = read_recordings(after, after.entries(), UTC)
    assert found.ended_ns - found.started_ns == 2 * SECOND
    data = file.read_bytes()
    assert reader.read_head(data[:HEAD], len(data), codecs.key_tests()).avi_format == AviFormat(
        "TOY1", (1280, 720), 30, False
    )
    index = data[-60 * 16 :]
    assert [bool(index[at + 4]) for at in range(0, len(index), 16)] == [n % 30 == 0 for n in range(60)]
