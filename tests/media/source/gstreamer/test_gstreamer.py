"""GStreamer pipelines as sources."""

import logging
import sys
import threading
from pathlib import Path

import pytest
from tests.media.source.conftest import Play

from ipcamd.errors import ConfigError, SourceError
from ipcamd.media.frame import AudioChunk, Packet, Picture
from ipcamd.media.source.gstreamer import gstreamer_source
from ipcamd.media.source.source import Source, Wanted
from ipcamd.media.source.source_choice import make_source

LIVE = "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=20/1,format=I420"
H264 = f"gst:audiotestsrc is-live=true ! mux. {LIVE} ! x264enc tune=zerolatency key-int-max=10"


def failure(source: Source) -> str:
    with pytest.raises(SourceError) as failed:
        list(source.play(lambda: Wanted((320, 240), 30, True), threading.Event()))
    return str(failed.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "codec", "kinds"),
    [
        (f"gst:{LIVE}", "none", {Picture}),
        (f"gst:{LIVE} ! jpegenc", "mjpeg", {Packet, Picture}),
        (H264, "h264", {Packet, Picture, AudioChunk}),
    ],
)
def test_a_pipeline_is_shown_and_passed_through(play: Play, text: str, codec: str, kinds: set[type]) -> None:
    source = make_source(text)
    source.check()
    items = play(source, 40, sound=True, codecs=(codec,))
    assert {type(item) for item in items} == kinds
    assert {item.obstacle for item in items[-9:] if isinstance(item, Packet)} <= {""}


@pytest.mark.slow
def test_a_pipeline_that_ends_or_fails_is_reported_without_its_secrets(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert failure(make_source("gst:videotestsrc num-buffers=5")) == "ended"
    source = make_source("gst:filesrc location=/nowhere/topsecret ! jpegdec")
    assert failure(source) == "Resource not found."
    assert "topsecret" not in caplog.text + source.name


@pytest.mark.slow
def test_the_process_list_does_not_show_the_pipeline() -> None:
    items = make_source(f"gst:{LIVE} ! identity name=topsecret").play(
        lambda: Wanted((320, 240), 30, False), threading.Event()
    )
    next(items)
    shown = [path.read_bytes() for path in Path("/proc/self/task").glob("*/children")]
    lines = [Path(f"/proc/{pid}/cmdline") for line in shown for pid in line.decode().split()]
    children = [line.read_bytes() for line in lines if line.exists()]
    items.close()
    assert any(b"gstreamer.runner" in line for line in children)
    assert not any(b"topsecret" in line for line in children)


BARE = """
import ctypes, sys
load = ctypes.CDLL
ctypes.CDLL = lambda name: load(name and "libabsent.so")
from ipcamd.media.source.gstreamer.runner import main
sys.exit(main())
"""
"""Runs the runner on a machine without GStreamer."""


@pytest.mark.slow
def test_without_gstreamer_the_message_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gstreamer_source, "RUNNER", (sys.executable, "-c", BARE))
    with pytest.raises(ConfigError, match="GStreamer is not installed; install gstreamer1"):
        make_source("gst:videotestsrc ! fakesink").check()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gst:", "the pipeline is missing, as in gst:videotestsrc"),
        ("gst:nosuchsrc ! fakesink", 'source gst:nosuchsrc: no element "nosuchsrc"'),
        ("gst:videotestsrc secret=1", 'no property "secret" in element'),
        ('gst:videotestsrc num-buffers="topsecret"', 'could not set property "num-buffers" .* to "...'),
    ],
)
def test_a_wrong_pipeline_is_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        make_source(text).check()
    assert "topsecret" not in str(refused.value)
