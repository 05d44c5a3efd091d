"""Values of ``--source``."""

from pathlib import Path

import pytest

from ipcamd.errors import ConfigError
from ipcamd.media.source import source_choice
from ipcamd.media.source.media_file.media_file_source import MediaFileSource
from ipcamd.media.source.network.network_source import NetworkSource
from ipcamd.media.source.scene.scene_source import SceneSource
from ipcamd.media.source.screen.screen_source import ScreenSource
from ipcamd.media.source.srt.srt_source import SrtSource
from ipcamd.media.source.v4l2.v4l2_source import V4l2Source


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("scene", SceneSource, "scene"),
        ("street.mp4", MediaFileSource, "street.mp4"),
        ("scene.mp4", MediaFileSource, "scene.mp4"),
        ("screen.mp4", MediaFileSource, "screen.mp4"),
        ("/dev/video7", V4l2Source, "/dev/video7"),
        ("/dev/v4l/by-id/usb-cam", V4l2Source, "/dev/v4l/by-id/usb-cam"),
        ("screen", ScreenSource, "screen"),
        ("screen:1", ScreenSource, "screen:1"),
        ("screen:99.0", ScreenSource, "screen:99.0"),
        ("rtsp://cam/1", NetworkSource, "rtsp://cam/1"),
        ("RTSP://cam:554", NetworkSource, "RTSP://cam:554"),
        ("rtsp://me:top@secret@cam/live?pwd=hush#x", NetworkSource, "rtsp://cam/live"),
        ("http://user:secret@[::1]:8080/mjpg?user=a&pwd=b", NetworkSource, "http://[::1]:8080/mjpg"),
        ("https://cam?token=secret", NetworkSource, "https://cam"),
        ("srt://cam:9000?passphrase=topsecretkey&streamid=#!::r=secret", SrtSource, "srt://cam:9000"),
    ],
)
def test_each_name_makes_its_kind_and_shows_no_secret(text: str, kind: type, name: str) -> None:
    made = source_choice.make_source(text)
    assert type(made) is kind
    assert made.name == name


@pytest.mark.parametrize(
    "url", ["rtsp://cam/1", "http://me:secret@10.0.0.1:81/a?b=c", "https://[fe80::1]/x", "HTTP://a"]
)
def test_an_address_is_not_asked_at_the_start(url: str) -> None:
    source_choice.make_source(url).check()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ftp://me:secret@cam/x", "unknown scheme ftp"),
        ("rtp://239.0.0.1:5004", "unknown scheme rtp"),
        ("http://", "not an address"),
        ("http://me:secret@", "not an address"),
        ("rtsp://cam:99999/", "not an address"),
        ("rtsp://cam:x/", "not an address"),
        ("http://[::1/", "not an address"),
        ("http://a b/", "not an address"),
        ("http://a/\r\nX: y", "not an address"),
        ("nowhere.mp4", "no such file"),
        ("/dev/video63", "no such device"),
        ("/dev/null", "not a camera"),
        ("screen:7777", "is not reachable"),
        ("a\0b", "NUL character"),
        ("/dev/\0", "NUL character"),
    ],
)
def test_impossible_sources_are_refused_with_a_reason(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        source_choice.make_source(text).check()
    assert "secret" not in str(refused.value)


def test_without_a_camera_the_scene_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(source_choice, "DEFAULT_CAMERA", str(tmp_path / "video0"))
    assert isinstance(source_choice.make_source(""), SceneSource)


def test_a_screen_without_a_display_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(ConfigError, match="DISPLAY is not set"):
        source_choice.make_source("screen").check()
