"""Stills and directories of pictures."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.media.source.clips import level
from tests.media.source.conftest import SimulatedTime

from ipcamd.errors import ConfigError, SourceError
from ipcamd.media.frame import Picture
from ipcamd.media.planes import planes
from ipcamd.media.source.media_file.media_file_source import MediaFileSource
from ipcamd.media.source.picture_files.picture_file_source import PictureFileSource
from ipcamd.media.source.source import Wanted
from ipcamd.media.source.source_choice import make_source


def save(path: Path, luma: int, size: tuple[int, int] = (64, 48), **more: object) -> Path:
    """Write a grey picture at once, as programs do that rename a complete file."""
    Image.new("L", size, luma).save(path.with_name(".new"), path.suffix[1:].replace("jpg", "jpeg"), **more)
    path.with_name(".new").rename(path)
    return path


def shown(text: str | Path, time: SimulatedTime, rate: int = 10) -> Iterator[int]:
    """Yield the brightness of each picture of a source."""
    items = make_source(str(text), time.clock).play(lambda: Wanted((320, 240), rate, False), threading.Event())
    return (level(item) for item in items if isinstance(item, Picture))


def take(levels: Iterator[int], count: int) -> list[int]:
    """Return the next levels, rounded to tens."""
    return [round(next(levels) / 10) * 10 for _ in range(count)]


def test_a_still_is_shown_at_the_wanted_rate(tmp_path: Path, time: SimulatedTime) -> None:
    items = make_source(str(save(tmp_path / "a.png", 90)), time.clock).play(
        lambda: Wanted((32, 24), 20, False), threading.Event()
    )
    first, second = next(items), next(items)
    assert isinstance(second, Picture)
    assert second.captured_ns - first.captured_ns == 50_000_000
    assert (second.video.width, second.video.height) == (32, 24)


def test_a_rewritten_still_is_shown(tmp_path: Path, time: SimulatedTime) -> None:
    levels = shown(save(tmp_path / "a.jpg", 40), time)
    assert take(levels, 2) == [40, 40]
    save(tmp_path / "a.jpg", 200)
    assert take(levels, 2) == [200, 200]


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_a_still_that_is_being_written_does_not_show_half(tmp_path: Path, time: SimulatedTime, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (480, 640), np.uint8)).save(path)
    new, _ = path.read_bytes(), save(path, 40)
    levels = shown(path, time)
    before = next(levels)
    path.write_bytes(new[: len(new) // 2])
    assert [next(levels) for _ in range(3)] == [before] * 3
    path.write_bytes(new)
    assert next(levels) != before


def test_a_still_that_is_gone_gives_no_picture(tmp_path: Path, time: SimulatedTime) -> None:
    levels = shown(save(tmp_path / "a.jpg", 40), time)
    next(levels)
    (tmp_path / "a.jpg").unlink()
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        next(levels)


def test_a_directory_shows_a_picture_a_second_in_the_order_of_numbers(tmp_path: Path, time: SimulatedTime) -> None:
    for number, luma in ((10, 200), (9, 100), (1, 50)):
        save(tmp_path / f"img{number}.jpg", luma)
    (tmp_path / "notes.txt").write_text("no picture")
    assert take(shown(tmp_path, time, rate=2), 8) == [50, 50, 100, 100, 200, 200, 50, 50]


def test_a_directory_plays_at_the_given_rate(tmp_path: Path, time: SimulatedTime) -> None:
    for number in range(1, 11):
        save(tmp_path / f"{number}.png", 20 * number)
    assert take(shown(f"{tmp_path}?rate=10", time, rate=10), 4) == [20, 40, 60, 80]
    assert take(shown(f"{tmp_path}?rate=10", time, rate=5), 4) == [20, 60, 100, 140]
    assert take(shown(f"{tmp_path}?rate=5/2", time, rate=5), 5) == [20, 20, 40, 40, 60]


def test_pictures_come_and_go_while_a_directory_is_shown(tmp_path: Path, time: SimulatedTime) -> None:
    save(tmp_path / "b.jpg", 100)
    os.utime(tmp_path, (1, 1))
    levels = shown(tmp_path, time, rate=1)
    assert take(levels, 2) == [100, 100]
    save(tmp_path / "a.jpg", 50)
    save(tmp_path / "c.jpg", 150)
    assert take(levels, 4) == [150, 50, 100, 150]
    (tmp_path / "b.jpg").unlink()
    assert take(levels, 3) == [50, 150, 50]


def test_files_that_are_no_pictures_are_left_out_and_logged_once(
    tmp_path: Path, time: SimulatedTime, caplog: pytest.LogCaptureFixture
) -> None:
    save(tmp_path / "a.jpg", 50)
    (tmp_path / "b.jpg").write_bytes(b"\xff\xd8\xff\xe0 no JPEG")
    save(tmp_path / "c.jpg", 150)
    assert take(shown(tmp_path, time, rate=1), 5) == [50, 150, 50, 150, 50]
    assert caplog.text.count("b.jpg is not a picture that can be decoded") == 1


def test_a_photograph_with_an_orientation_tag_is_shown_upright(tmp_path: Path, time: SimulatedTime) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = next(
        make_source(str(save(tmp_path / "a.jpg", 90, (64, 48), exif=exif)), time.clock).play(
            lambda: Wanted((640, 480), 5, False), threading.Event()
        )
    )
    assert isinstance(picture, Picture)
    assert (picture.video.width, picture.video.height) == (48, 64)
    assert planes(picture.video)[0].shape == (64, 48)


def test_invalid_picture_files_are_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "damaged.jpg").write_bytes(b"\xff\xd8\xff\xd9")
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.png").write_bytes(b"\x89PNG")
    for name, said in {
        "damaged.jpg": "no picture that can be decoded",
        "pipe.png": "neither a file nor a directory",
        "missing.png": "no such file",
        "empty": "contains no picture; pictures are files named .jpg",
        "bad": "no picture that can be decoded",
    }.items():
        with pytest.raises(ConfigError, match=f"{name}: .*{said}"):
            make_source(str(tmp_path / name)).check()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("rate=0", "rate=0: use pictures per second, 0.001 to 240"),
        ("rate=fast", "rate=fast: use pictures per second"),
        ("rate=1/0", "rate=1/0: use pictures per second"),
        ("speed=1", "unknown field speed; use rate"),
        ("rate=1&rate=2", "rate is given twice"),
    ],
)
def test_a_wrong_rate_is_refused_with_what_is_allowed(tmp_path: Path, query: str, said: str) -> None:
    save(tmp_path / "a.jpg", 50)
    with pytest.raises(ConfigError, match=f"source .*{said}"):
        make_source(f"{tmp_path}?{query}")


def test_the_kind_follows_from_the_name_and_the_disk(tmp_path: Path) -> None:
    (tmp_path / "what?rate=fast").mkdir()
    assert isinstance(make_source(str(tmp_path / "what?rate=fast")), PictureFileSource)
    assert isinstance(make_source("snapshot.JPG"), PictureFileSource)
    assert isinstance(make_source("nowhere?rate=2"), MediaFileSource)
    assert isinstance(make_source("animated.gif"), MediaFileSource)
