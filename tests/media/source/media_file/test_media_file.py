"""Files play over and over, in real time."""

import itertools
import os
import threading
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from tests.e2e.received_stream import beginnings, flashing_video
from tests.media.source.clips import clip, grey, level, pictures, sounds
from tests.media.source.conftest import Play, SimulatedTime

from ipcamd.errors import ConfigError, SourceError
from ipcamd.media.frame import Picture
from ipcamd.media.planes import planes
from ipcamd.media.source.media_file.media_file_source import MediaFileSource
from ipcamd.media.source.source import Wanted
from ipcamd.time_units import SECOND_NS

LEVELS = tuple(range(16, 236, 20))
SEEN = [round((luma - 16) * 255 / 219) for luma in LEVELS]

KINDS = [
    ("a.avi", "mjpeg", {}),
    ("a.avi", "mpeg4", {}),
    ("a.mp4", "libx264", {"bf": "3", "g": "5"}),
    ("a.mkv", "libx264", {"bf": "2"}),
    ("a.ts", "libx264", {"bf": "2"}),
    ("a.mpg", "mpeg2video", {"bf": "2"}),
    ("a.webm", "libvpx", {}),
    ("a.h264", "libx264", {"tune": "zerolatency"}),
]


def playing(path: Path, time: SimulatedTime) -> MediaFileSource:
    return MediaFileSource(str(path), time.clock)


def brightness(codec: str) -> list[int]:
    return list(LEVELS) if codec == "mjpeg" else SEEN


@pytest.mark.parametrize(("name", "codec", "options"), KINDS, ids=[f"{name}-{codec}" for name, codec, _ in KINDS])
def test_a_video_file_is_shown_whole_again_and_again(
    tmp_path: Path, time: SimulatedTime, play: Play, name: str, codec: str, options: dict[str, str]
) -> None:
    rate = 25 if codec == "mpeg2video" else 10
    source = playing(clip(tmp_path / name, LEVELS, codec, rate=rate, options=options), time)
    source.check()
    shown = pictures(play(source, 3 * len(LEVELS)))
    assert [level(picture) for picture in shown] == pytest.approx(3 * brightness(codec), abs=4)
    steps = {after.captured_ns - before.captured_ns for before, after in itertools.pairwise(shown)}
    assert steps <= set(range(SECOND_NS // rate - 700_000, SECOND_NS // rate + 700_000))


def test_pictures_are_stamped_with_the_time_at_which_they_are_due(
    tmp_path: Path, time: SimulatedTime, play: Play
) -> None:
    shown = pictures(play(playing(clip(tmp_path / "a.avi"), time), 5))
    assert [picture.captured_ns - time.utc for picture in shown] == [SECOND_NS * n // 10 for n in range(5)]


def test_pictures_of_different_durations_are_shown_for_them(tmp_path: Path, time: SimulatedTime, play: Play) -> None:
    path = clip(tmp_path / "a.mkv", LEVELS[:4], "libx264", rate=1000, times=[0, 40, 300, 340])
    shown = pictures(play(playing(path, time), 4))
    assert [(picture.captured_ns - shown[0].captured_ns) // 1_000_000 for picture in shown] == [0, 40, 300, 340]


def test_a_picture_that_stays_long_is_given_again(tmp_path: Path, time: SimulatedTime, play: Play) -> None:
    path = clip(tmp_path / "a.mkv", LEVELS[:3], "libx264", rate=1000, times=[0, 3000, 3040])
    shown = pictures(play(playing(path, time), 8))
    assert [(picture.captured_ns - shown[0].captured_ns) // 1_000_000 for picture in shown] == [
        *(0, 500, 1000, 1500, 2000, 2500, 3000),
        3040,
    ]
    assert [level(picture) for picture in shown] == pytest.approx([SEEN[0]] * 6 + SEEN[1:3], abs=4)


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4", "a.avi", "a.ts"])
def test_a_picture_that_is_shown_for_twelve_seconds_is(
    tmp_path: Path, time: SimulatedTime, play: Play, name: str
) -> None:
    codec = "mpeg4" if name == "a.avi" else "libx264"
    path = clip(tmp_path / name, LEVELS[:3], codec, rate=25, times=[0, 1, 301], options={"bf": "0"})
    shown = pictures(play(playing(path, time), 27))
    change = next(picture for picture in shown if abs(level(picture) - SEEN[2]) < 5)
    assert (change.captured_ns - shown[0].captured_ns) / SECOND_NS == pytest.approx(12.04, abs=0.05)


def test_a_last_picture_that_stays_long_is_given_again(tmp_path: Path, time: SimulatedTime, play: Play) -> None:
    path = clip(tmp_path / "a.mp4", LEVELS[:2], "libx264", rate=10, times=[0, 1], options={"bf": "0"})
    longer = tmp_path / "b.mp4"
    with av.open(str(path)) as whole, av.open(str(longer), "w") as box:
        stream = box.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(video=0):
            if packet.size:
                packet.duration *= 40 if packet.pts else 1
                packet.stream = stream
                box.mux(packet)
    shown = pictures(play(playing(longer, time), 10))
    assert [round((picture.captured_ns - shown[0].captured_ns) / SECOND_NS, 1) for picture in shown[:10]] == [
        *(0, 0.1, 0.6, 1.1, 1.6, 2.1, 2.6, 3.1, 3.6),
        4.1,
    ]


@pytest.mark.parametrize("offsets", [(0, 1000), (1000, 0), (0, 5), (7, 0), (500, 500)])
def test_sound_and_picture_stay_together_over_a_leap_of_time_stamps(
    tmp_path: Path, time: SimulatedTime, play: Play, offsets: tuple[int, int]
) -> None:
    levels = tuple(range(16, 216, 5))
    both = [
        clip(tmp_path / f"{n}.ts", levels, "mpeg2video", rate=25, sound=1.6, offset=at) for n, at in enumerate(offsets)
    ]
    path = tmp_path / "both.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in both))
    gap = max(0, offsets[1] - offsets[0] - 1.6) if offsets[1] < 60 else 0  # shorter ones are no leaps
    items = play(playing(path, time), 230, sound=True)
    start = pictures(items)[0].captured_ns
    for begin in (0, 1.6 + gap):
        heard = [((sound.captured_ns - start) / SECOND_NS - begin, sound) for sound in sounds(items)]
        heard = [(position, sound) for position, sound in heard if 0.3 < position < 1.4]
        assert sum(sound.samples.size for _, sound in heard) == pytest.approx(1.1 * 8000, rel=0.1)
        for position, sound in heard:
            assert float(np.abs(sound.samples).max()) / 32000 * 1.6 == pytest.approx(position, abs=0.15)


def test_time_stamps_that_leap_are_replaced_by_the_usual_step(tmp_path: Path, time: SimulatedTime, play: Play) -> None:
    path = clip(tmp_path / "a.mkv", LEVELS[:4], "libx264", rate=1000, times=[0, 40, 90_000_000, 90_000_040])
    shown = pictures(play(playing(path, time), 4))
    assert shown[3].captured_ns - shown[0].captured_ns < 2 * SECOND_NS


def test_no_more_pictures_than_wanted(tmp_path: Path, time: SimulatedTime, play: Play) -> None:
    path = clip(tmp_path / "a.avi", tuple(range(16, 216, 2)), rate=60)
    shown = pictures(play(playing(path, time), 30, rate=15))
    assert (shown[-1].captured_ns - shown[0].captured_ns) / 29 == pytest.approx(SECOND_NS / 15, rel=0.03)


def test_large_pictures_are_made_as_small_as_wanted(tmp_path: Path, time: SimulatedTime, play: Play) -> None:
    path = clip(tmp_path / "a.avi", LEVELS[:2], size=(640, 360))
    video = pictures(play(playing(path, time), 1, size=(320, 240)))[0].video
    assert (video.width, video.height) == (320, 180)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_videos_of_telephones_are_turned_upright(tmp_path: Path, time: SimulatedTime, play: Play, turned: int) -> None:
    corners = {0: (0, 0), 90: (0, -1), 180: (-1, -1), 270: (-1, 0)}
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as box:
        stream = box.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        frame = grey((96, 64), 16)
        np.frombuffer(memoryview(frame.planes[0]), np.uint8).reshape(64, -1)[:16, :16] = 235
        for index in range(3):
            frame.pts, frame.time_base, frame.pict_type = index, Fraction(1, 10), 0
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    path.write_bytes(_turn(path.read_bytes(), turned))
    video = pictures(play(playing(path, time), 1))[0].video
    assert (video.width, video.height) == ((96, 64) if turned % 180 == 0 else (64, 96))
    luma = planes(video)[0][::8, ::8]
    assert luma[corners[turned]] > 200
    assert (luma > 200).sum() <= 4


def _turn(data: bytes, degrees: int) -> bytes:
    """Change the matrix in an MP4's track header: how far the picture is to be turned clockwise (ISO 14496-12)."""
    one, minus = (1 << 16).to_bytes(4, "big"), (-1 << 16).to_bytes(4, "big", signed=True)
    zero = bytes(4)
    cosine, sine = {0: (one, zero), 90: (zero, one), 180: (minus, zero), 270: (zero, minus)}[degrees]
    negative = {one: minus, minus: one, zero: zero}[sine]
    matrix = cosine + sine + zero + negative + cosine + zero
    plain = one + zero * 3 + one + zero
    at = data.index(plain, data.index(b"tkhd"))
    return data[:at] + matrix + data[at + len(matrix) :]


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.bmp"])
def test_one_picture_stands_still_at_the_rate_that_is_wanted(
    tmp_path: Path, time: SimulatedTime, play: Play, name: str
) -> None:
    grey((100, 50), 120, "yuvj420p").to_image().save(tmp_path / name)
    still = playing(tmp_path / name, time)
    still.check()
    shown = pictures(play(still, 5, rate=4))
    assert {after.captured_ns - before.captured_ns for before, after in itertools.pairwise(shown)} == {SECOND_NS // 4}
    assert {level(picture) for picture in shown} <= {119, 120, 121}
    assert len({id(picture.video) for picture in shown}) == 5


def test_sound_comes_in_step_with_the_pictures(tmp_path: Path, time: SimulatedTime, play: Play) -> None:
    path = clip(tmp_path / "a.avi", tuple(range(16, 216, 5)), rate=20, sound=2)
    items = play(playing(path, time), 120, sound=True)
    start = pictures(items)[0].captured_ns
    for sound in sounds(items):
        position = (sound.captured_ns - start) / SECOND_NS % 2
        loudness = float(np.abs(sound.samples).max()) / 32000 * 2  # grows from 0 to 2 in these 2 s
        assert loudness == pytest.approx(position, abs=0.12)
    assert sum(sound.samples.size for sound in sounds(items)) == pytest.approx(
        8000 * (items[-1].captured_ns - start) / SECOND_NS, abs=800
    )


def test_sound_and_pictures_are_in_the_order_of_time(tmp_path: Path, time: SimulatedTime, play: Play) -> None:
    path = clip(tmp_path / "a.mp4", tuple(range(16, 216, 5)), "libx264", rate=20, sound=2)
    captured_ns = [item.captured_ns for item in play(playing(path, time), 200, sound=True)]
    assert min(after - before for before, after in itertools.pairwise(captured_ns)) > -SECOND_NS // 100


def test_sound_ends_and_begins_with_the_video(tmp_path: Path, time: SimulatedTime, play: Play) -> None:
    path = clip(tmp_path / "a.avi", LEVELS[:10], rate=10, sound=3)
    items = play(playing(path, time), 150, sound=True)
    start = pictures(items)[0].captured_ns
    loudest = [
        float(np.abs(sound.samples).max()) for sound in sounds(items) if sound.captured_ns - start > SECOND_NS // 5
    ]
    assert max(loudest) < 12000


def test_a_listener_who_joins_later_gets_the_current_sound(tmp_path: Path, time: SimulatedTime) -> None:
    path = clip(tmp_path / "a.avi", tuple(range(16, 216, 5)), rate=20, sound=2)
    wanted = [Wanted((320, 240), 30, False)]
    items = playing(path, time).play(lambda: wanted[0], threading.Event())
    start = next(items).captured_ns
    while (item := next(items)).captured_ns - start < SECOND_NS:
        assert isinstance(item, Picture)
    wanted[0] = Wanted((320, 240), 30, True)
    heard = sounds([next(items) for _ in range(6)])
    assert heard[0].captured_ns - start == pytest.approx(1.05 * SECOND_NS, abs=0.1 * SECOND_NS)
    assert float(np.abs(heard[-1].samples).max()) == pytest.approx(16800, rel=0.12)
    wanted[0] = Wanted((320, 240), 30, False)
    next(items)
    assert sounds([next(items) for _ in range(5)]) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_sound_is_in_step_whenever_it_begins_and_over_the_seam(tmp_path: Path, time: SimulatedTime, name: str) -> None:
    path = flashing_video(tmp_path / name, seconds=2)
    for before in (1, 15, 22):
        wanted = [Wanted((320, 240), 30, False)]
        items = playing(path, time).play(lambda wanted=wanted: wanted[0], threading.Event())
        start = next(items).captured_ns
        list(itertools.islice(items, before - 1))
        wanted[0] = Wanted((320, 240), 30, True)
        heard = sounds(list(itertools.islice(items, 260)))
        samples = [
            (sound.captured_ns + at * SECOND_NS // 8000, float(value) / 32768)
            for sound in heard
            for at, value in enumerate(sound.samples)
        ]
        begun = [samples[at][0] for at in beginnings(np.array([value for _, value in samples])) if at > 400]
        assert len(begun) >= 3
        # at a constant clock a beep is as exact as the codec of the sound is
        assert max(abs((moment - start + SECOND_NS // 2) % SECOND_NS - SECOND_NS // 2) for moment in begun) < 5_000_000


def test_damage_in_the_middle_is_passed_over(tmp_path: Path, time: SimulatedTime, play: Play) -> None:
    path = clip(tmp_path / "a.avi", LEVELS, "mjpeg")
    data = bytearray(path.read_bytes())
    middle = data.index(b"00dc", len(data) // 2)
    data[middle + 60 : middle + 400] = b"\xff" * 340
    path.write_bytes(data)
    source = playing(path, time)
    source.check()
    shown = [level(picture) for picture in pictures(play(source, 2 * len(LEVELS)))]
    assert sum(min(abs(value - luma) for luma in LEVELS) < 4 for value in shown) >= 2 * len(LEVELS) - 6


@pytest.mark.parametrize("kept", [0.35, 0.6, 0.9])
def test_a_video_file_that_was_cut_off_plays_as_far_as_it_goes(
    tmp_path: Path, time: SimulatedTime, play: Play, kept: float
) -> None:
    path = clip(tmp_path / "a.ts", LEVELS * 6, "libx264", size=(320, 240), options={"g": "5"})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    source = playing(path, time)
    source.check()
    assert len(pictures(play(source, 30))) == 30


def test_a_video_file_that_vanishes_is_a_source_that_broke_off(tmp_path: Path, time: SimulatedTime) -> None:
    path = clip(tmp_path / "a.avi", LEVELS[:3])
    items = playing(path, time).play(lambda: Wanted((320, 240), 30, False), threading.Event())
    next(items)
    path.unlink()
    with pytest.raises(SourceError):
        for _ in range(10):
            next(items)


def noise(path: Path) -> None:
    path.write_bytes(bytes(os.urandom(20000)))


def music(path: Path) -> None:
    with av.open(str(path), "w", format="wav") as box:
        track = box.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), "s16", "mono")
        frame.sample_rate = 8000
        box.mux(track.encode(frame))


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("noise.mp4", noise),
        ("empty.mp4", lambda path: path.touch()),
        ("text.txt", lambda path: path.write_text("Not a video at all.\n" * 50)),
        ("music.wav", music),
        ("folder", lambda path: path.mkdir()),
        ("pipe", os.mkfifo),
        ("head.mp4", lambda path: path.write_bytes(b"\0\0\0\x20ftypisom" + bytes(300))),
        ("list.ffconcat", lambda path: path.write_text("ffconcat version 1.0\nfile /etc/passwd\n")),
        (
            "list.m3u8",
            lambda path: path.write_text(
                "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://a/b.ts\n#EXT-X-ENDLIST\n"
            ),
        ),
    ],
)
def test_other_files_are_refused_as_videos_at_the_start(tmp_path: Path, time: SimulatedTime, name: str, make) -> None:
    make(tmp_path / name)
    with pytest.raises(ConfigError, match=name):
        playing(tmp_path / name, time).check()


def test_a_name_is_never_taken_for_an_address(
    tmp_path: Path, time: SimulatedTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    clip(tmp_path / "concat:a.avi", LEVELS[:2])
    playing(Path("concat:a.avi"), time).check()


def test_a_picture_in_a_record_is_no_video(tmp_path: Path, time: SimulatedTime) -> None:
    path = tmp_path / "record.mka"
    with av.open(str(path), "w", format="matroska") as box:
        track = box.add_stream("pcm_s16le", rate=8000)
        cover = box.add_attachment("cover.jpg", "image/jpeg", b"\xff\xd8\xff\xd9")
        assert cover
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), "s16", "mono")
        frame.sample_rate = 8000
        box.mux(track.encode(frame))
    with pytest.raises(ConfigError, match="no picture"):
        playing(path, time).check()


def test_stopping_leaves_no_file_open(tmp_path: Path, time: SimulatedTime, play: Play) -> None:
    source = playing(clip(tmp_path / "a.avi", LEVELS[:4], sound=0.4), time)
    play(source, 3, sound=True)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        play(source, 9, sound=True)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


@pytest.mark.slow
def test_playing_on_and_on_takes_no_more_memory(tmp_path: Path, time: SimulatedTime) -> None:
    path = clip(tmp_path / "a.mp4", LEVELS[:3], "libx264", size=(320, 240), sound=0.3)
    items = playing(path, time).play(lambda: Wanted((320, 240), 30, True), threading.Event())

    def after(count: int) -> int:
        for _ in range(count):
            next(items)
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    begin = after(1500)
    assert after(3000) - begin < 4 << 20
