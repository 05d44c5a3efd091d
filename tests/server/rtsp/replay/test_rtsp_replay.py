"""Replay over RTSP with ONVIF's extensions: a recorder's requests and the frames it receives."""

import asyncio
import shutil
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.gstreamer import settled
from tests.server.rtsp.player import Player
from tests.server.rtsp.replay.conftest import URL, VIDEO, ReplayRig, set_up
from tests.storage.conftest import CardSlot
from tests.storage.replay.recorded import lay
from tests.wire.avi.avi_files import NOON, SECOND, pictures

from ipcamd.media import codecs
from ipcamd.server.rtp.tcp_viewer import BACKLOG
from ipcamd.server.rtsp.replay.play_request import read_play
from ipcamd.server.rtsp.response import RtspError
from ipcamd.storage.replay.catalog import TRACKS, ReplayCatalog
from ipcamd.wire.rtp import rtcp, rtp
from ipcamd.wire.rtsp.message import RtspRequest

SOUND = f"{URL}/track{TRACKS.index(codecs.ULAW)}"
WHOLE = "clock=20250615T150640Z-20250615T160000Z"
PATIENCE = 30


@dataclass(frozen=True)
class ReceivedPacket:
    """A packet with its extension, if it has one."""

    packet: rtp.RtpPacket
    second: float | None = None
    flags: str = ""
    cseq: int | None = None


def read_extension(data: bytes) -> ReceivedPacket:
    """Parse the extension of ONVIF Streaming, 6.3."""
    packet = rtp.parse(data)
    if not data[0] & 0x10:
        return ReceivedPacket(packet)
    kind, words, seconds, fraction, bits, cseq, padding = struct.unpack(">HHIIBBH", data[12:28])
    assert (kind, words, padding, bits & 0x0F) == (0xABAC, 3, 0, 0)
    second = seconds - 2_208_988_800 - NOON / SECOND + fraction / (1 << 32)
    flags = "".join(name for number, name in enumerate("CEDT") if bits & 0x80 >> number)
    return ReceivedPacket(packet, round(second, 3), flags, cseq)


async def seen(player: Player, channel: int = 0) -> ReceivedPacket:
    """Return the next packet of a channel that begins a frame."""
    while True:
        while player.packets:
            at, data = player.packets.popleft()
            found = read_extension(data) if at == channel else ReceivedPacket(rtp.RtpPacket(0, False, 0, 0, 0, b""))
            if found.second is not None:
                return found
        async with asyncio.timeout(PATIENCE):
            assert await player.reader.readexactly(1) == b"$"
            await player._packet()


async def until_last(player: Player, channel: int = 0) -> list[ReceivedPacket]:
    """Return the frames up to the terminal one."""
    frames = [await seen(player, channel)]
    while "T" not in frames[-1].flags:
        frames.append(await seen(player, channel))
    return frames


async def replay(player: Player, span: str = WHOLE, **fields: str) -> dict[str, str]:
    """Let recordings be sent; return the fields of the answer."""
    more = {"rate_control": "no", "require": "onvif-replay", "range": span} | fields
    answer = await player.ask("PLAY", URL, **more)
    assert answer.status == 200, answer
    return answer.fields


async def test_a_description_names_the_tracks_and_the_time(player: Player) -> None:
    text = (await player.ask("DESCRIBE", URL)).body.decode()
    assert "a=range:clock=20250615T150640.000Z-20250615T150652.000Z" in text
    video, sound = text.split("m=")[1:]
    assert video.startswith("video 0 RTP/AVP 96")
    assert "a=x-onvif-track:h264" in video
    assert "sprop-parameter-sets=" in video
    assert sound.startswith("audio 0 RTP/AVP 0")
    assert "a=x-onvif-track:ulaw" in sound


async def test_every_frame_comes_with_its_time_and_its_flags(player: Player) -> None:
    await set_up(player, VIDEO, SOUND)
    fields = await replay(player)
    assert fields["range"] == "clock=20250615T150640.000Z-20250615T160000.000Z"
    frames = await until_last(player)
    assert [frame.second for frame in frames[::30]] == [0, 1, 2, 3, 10, 11]
    assert len(frames) == 180
    assert [frame.flags for frame in frames[:31:30]] == ["C", "C"]
    assert frames[1].flags == ""
    assert (frames[119].flags, frames[179].flags) == ("E", "ET")
    assert {frame.cseq for frame in frames} == {player.cseq}
    stamps = [(frame.packet.timestamp - frames[0].packet.timestamp) & 0xFFFFFFFF for frame in frames]
    assert [round(stamp / 90000, 2) for stamp in stamps] == [round(frame.second or 0, 2) for frame in frames]
    (own, _) = fields["rtp-info"].split(",")
    assert f"seq={frames[0].packet.sequence};rtptime={frames[0].packet.timestamp}" in own


async def test_sound_comes_in_time_with_the_picture(player: Player) -> None:
    await set_up(player, VIDEO, SOUND)
    await replay(player, "clock=20250615T150641.5Z-20250615T150642.5Z")
    heard = await until_last(player, 2)
    assert heard[0].second == pytest.approx(1, abs=0.04)
    assert heard[-1].second == pytest.approx(2.5, abs=0.08)
    assert sum(len(frame.packet.payload) for frame in heard) == pytest.approx(1.5 * 8000, abs=600)
    assert {"C" in frame.flags for frame in heard} == {True}


async def test_go_to_another_time_at_once(player: Player) -> None:
    await set_up(player, VIDEO)
    await replay(player, "clock=20250615T150640Z-")
    assert (await seen(player)).flags == "C"
    await replay(player, "clock=20250615T150650.9Z-", immediate="yes")
    frame = await seen(player)
    while frame.cseq != player.cseq:
        frame = await seen(player)
    assert (frame.second, frame.flags) == (10, "CD")
    assert (await seen(player)).flags == ""


async def test_a_pause_loses_nothing(player: Player) -> None:
    await set_up(player, VIDEO)
    await replay(player, "clock=20250615T150640Z-20250615T150643Z", rate_control="yes")
    frames = [await seen(player) for _ in range(5)]
    assert (await player.ask("PAUSE", URL)).status == 200
    while player.packets:
        frames += [each for _, data in [player.packets.popleft()] if (each := read_extension(data)).second is not None]
    answer = await player.ask("PLAY", URL, require="onvif-replay", rate_control="no")
    assert answer.status == 200
    while len(frames) < 91:
        frames.append(await seen(player))
    assert [frame.second for frame in frames] == [pytest.approx(number / 30, abs=0.002) for number in range(91)]
    assert not any("D" in frame.flags for frame in frames)
    numbers = [frame.packet.sequence for frame in frames]
    assert [(number - numbers[0]) & 0xFFFF for number in numbers] == sorted((n - numbers[0]) & 0xFFFF for n in numbers)


@pytest.mark.parametrize(("frames", "times"), [("intra", [0, 1, 2, 3, 10, 11]), ("intra/2000", [0, 2, 10])])
async def test_key_frames_alone(player: Player, frames: str, times: list[float]) -> None:
    await set_up(player, VIDEO)
    await replay(player, frames=frames)
    assert [frame.second for frame in await until_last(player)] == times


async def test_backwards(player: Player) -> None:
    await set_up(player, VIDEO, SOUND)
    fields = await replay(player, "clock=20250615T150651.5Z-20250615T150642Z", scale="-1.0")
    assert fields["scale"] == "-1"
    frames = await until_last(player)
    assert [frame.second for frame in frames if "D" in frame.flags] == [11, 10, 3, 2]
    assert [frame.second for frame in frames if "E" in frame.flags] == [pytest.approx(10.967, abs=0.001)]
    assert all(channel != 2 for channel, _ in player.packets)
    stamps = {frame.second: frame.packet.timestamp for frame in frames}
    assert (stamps[11] - stamps[2]) & 0xFFFFFFFF == 9 * 90000


async def test_the_camera_paces_the_replay_and_skips_gaps(player: Player) -> None:
    await set_up(player, VIDEO)
    await replay(player, "clock=20250615T150643.5Z-20250615T150650.5Z", rate_control="yes", scale="32")
    frames = await until_last(player)
    assert [frame.second for frame in (frames[0], frames[-1])] == [3, pytest.approx(10.5)]
    stamps = [(frame.packet.timestamp - frames[0].packet.timestamp) & 0xFFFFFFFF for frame in frames]
    assert stamps == sorted(stamps)
    assert stamps[-1] / 90000 == pytest.approx(1.5 / 32 + 0.04, abs=0.01)


@pytest.fixture
async def large(slot: CardSlot) -> AsyncIterator[ReplayRig]:
    """A service whose card has 60 pictures of 200 KB."""
    body = b"\0\0\0\1" + bytes((0x65,)) + b"x" * 200_000
    shown = [replace(picture, payload=body, key=True) for picture in pictures(codecs.H264, 60)]
    lay(slot, 0, shown=shown, sound=False)
    async with ReplayRig(ReplayCatalog(await slot.start())) as rig:
        yield rig


async def test_a_client_that_reads_slowly_loses_nothing_and_fills_no_memory(large: ReplayRig) -> None:
    player = await large.player()
    await set_up(player, VIDEO)
    await replay(player)
    (connection,) = large.registry
    waiting: list[int] = []
    for _ in range(100):
        await asyncio.sleep(0.002)
        waiting.append(connection.writer.waiting)
    assert max(waiting) < BACKLOG + 250_000
    for _ in range(2):
        large.later(11)  # a live viewer would be cut by the second sweep
    assert len(await until_last(player)) == 60


async def test_over_udp(rig: ReplayRig, player: Player) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        way = f"RTP/AVP;unicast;client_port={port}-{port + 1}"
        assert (await player.ask("SETUP", VIDEO, transport=way)).status == 200
        await replay(player)
        frames: list[ReceivedPacket] = []
        async with asyncio.timeout(PATIENCE):
            while not frames or "T" not in frames[-1].flags:
                found = read_extension(await asyncio.get_running_loop().sock_recv(sock, 2048))
                frames += [found] if found.second is not None else []
    assert len(frames) == 180


async def test_invalid_play_requests_are_refused(rig: ReplayRig, player: Player) -> None:
    multicast = await player.ask("SETUP", VIDEO, transport="RTP/AVP;multicast")
    assert multicast.status == 461
    await set_up(player, VIDEO)
    for status, fields in (
        (457, {"range": "clock=20250615T170000Z-20250615T180000Z"}),
        (457, {"range": "clock=20250615T150642Z-20250615T150641Z"}),
        (457, {"range": "clock=99999999T150642Z-"}),
        (457, {"range": "smpte=0:10:20-"}),
        (400, {"rate_control": "perhaps"}),
        (400, {"scale": "0"}),
        (400, {"frames": "predicted/30"}),
        (551, {"require": "com.example.else"}),
    ):
        assert (await player.ask("PLAY", URL, **fields)).status == status, fields
    await replay(player)
    assert (await seen(player)).second == 0


async def test_an_empty_card_has_nothing_to_replay(slot: CardSlot) -> None:
    async with ReplayRig(ReplayCatalog(await slot.start())) as rig:
        player = await rig.player()
        assert (await player.ask("DESCRIBE", URL)).status == 404
        await set_up(player, VIDEO)
        assert (await player.ask("PLAY", URL)).status == 457


async def test_a_client_without_onvif_gets_a_bye_at_the_end(player: Player) -> None:
    await set_up(player, VIDEO)
    assert (await player.ask("PLAY", URL, range="npt=10.5-", scale="32")).status == 200
    async with asyncio.timeout(PATIENCE):
        while not any(channel == 1 for channel, _ in player.packets):
            assert await player.reader.readexactly(1) == b"$"
            await player._packet()
    goodbye = next(data for channel, data in player.packets if channel == 1)
    told = rtcp.parse(goodbye)
    assert any(isinstance(each, rtcp.Goodbye) for each in told)
    assert rtcp.find_sender_report(goodbye) is None  # it would give the time stamps another meaning
    assert read_extension(player.packets[0][1]).second == 10


async def test_a_session_that_ends_leaves_nothing_behind(rig: ReplayRig, player: Player) -> None:
    await set_up(player, VIDEO)
    await replay(player, "clock=20250615T150640Z-")
    assert len([task for task in asyncio.all_tasks() if "Replayer" in repr(task)]) == 1
    assert (await player.ask("TEARDOWN", URL)).status == 200
    async with asyncio.timeout(PATIENCE):
        while any("Replayer" in repr(task) for task in asyncio.all_tasks()):  # noqa: ASYNC110 - nothing tells tests when
            await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"range": "clock=20250615T150640.25Z-"}, {"start_ns": NOON + SECOND // 4, "end_ns": None, "has_range": True}),
        ({"range": "clock=-20250615T150640Z"}, {"start_ns": None, "end_ns": NOON}),
        ({"range": "npt=now-"}, {"offset_ns": None, "has_range": True}),
        ({"range": "npt=0:01:02.5-"}, {"offset_ns": 62_500_000_000}),
        ({"rate-control": "no", "scale": "8"}, {"scale": 1.0, "is_paced": False}),
        ({"scale": "-1000"}, {"scale": -32.0}),
        ({"scale": "0.001"}, {"scale": 0.125}),
        ({"frames": "intra/4000"}, {"intra_only": True, "interval_ns": 4 * SECOND}),
        ({"frames": "predicted"}, {"intra_only": False}),
        ({"require": "onvif-replay"}, {"is_onvif": True}),
    ],
)
def test_fields_of_a_request(fields: dict[str, str], found: dict[str, object]) -> None:
    read = read_play(RtspRequest("PLAY", URL, "7", fields))
    assert {name: getattr(read, name) for name in found} == found
    assert read.cseq == 7


@pytest.mark.parametrize("text", ["clock=", "clock=20250615T150640-", "clock=x-y", "npt=a-", "", "clock"])
def test_ranges_that_are_none(text: str) -> None:
    if text == "clock=":
        text = "clock=20250615"
    with pytest.raises(RtspError):
        read_play(RtspRequest("PLAY", URL, "1", {"range": text}))


async def run(*command: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(PATIENCE):
            _, complaints = await process.communicate()
    except TimeoutError:
        process.kill()
        raise
    assert process.returncode is not None
    return process.returncode, complaints.decode()


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg")
@pytest.mark.parametrize("way", ["tcp", "udp"])
async def test_ffmpeg_plays_to_the_end(rig: ReplayRig, tmp_path: Path, way: str) -> None:
    url, file = f"rtsp://127.0.0.1:{rig.port}{URL}", tmp_path / "played.h264"
    code, complaints = await run(
        "ffmpeg", "-v", "error", "-rtsp_transport", way, "-i", url, "-map", "0:v", "-c", "copy", str(file)
    )
    assert (code, complaints) == (0, "")
    assert file.read_bytes().count(b"\0\0\1\x65") == 6  # key frames


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("gst-launch-1.0"), reason="needs GStreamer")
@pytest.mark.parametrize("control", ["true", "false"])
async def test_gstreamer_replays_as_an_onvif_client(rig: ReplayRig, tmp_path: Path, control: str) -> None:
    source = f"rtspsrc location=rtsp://127.0.0.1:{rig.port}{URL} protocols=tcp onvif-mode=true name=s"
    sink = f"filesink location={tmp_path / 'played.h264'}"
    decode = f"s. ! application/x-rtp,media=video ! rtponvifparse ! rtph264depay ! h264parse ! {sink}"
    command = f"gst-launch-1.0 -q {source} onvif-rate-control={control} {decode}"
    assert settled(*await run(*command.split())) == (0, "")
    assert (tmp_path / "played.h264").stat().st_size > 10_000
