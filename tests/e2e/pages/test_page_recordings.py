"""The recordings page as a person uses it: one camera with a card full of real clips, one browser."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.camera import CameraProcess, eventually
from tests.e2e.chromium import Chromium
from tests.wire.avi.avi_files import SECOND, avi_file, pictures, playable, probe
from tests.wire.mp4.mp4_files import mp4_file

from ipcamd.media import codecs
from ipcamd.storage.recording_name import name_of

pytestmark = pytest.mark.slow

DAY = "2025-06-15"
BEGIN = int(datetime(2025, 6, 15, 12, tzinfo=UTC).timestamp())
"""Noon, when the first recording begins."""
CLIPS = {
    0: ("record", codecs.H264, codecs.ULAW, 6),
    6: ("record", codecs.H264, codecs.OPUS, 6),
    60: ("event", codecs.JPEG, codecs.ULAW, 6),
    120: ("record", codecs.H264, codecs.AAC, 3),
}
"""Second after noon to folder, codecs and length: two that follow one another, then gaps. u-law is in AVI, the others
are in MP4."""
VIDEO = "document.getElementById('video')"


def put_clip(card: Path, second: int, folder: str, codec: codecs.Codec, sound: codecs.Codec, seconds: int) -> Path:
    began = (BEGIN + second) * SECOND
    first = pictures(codec, 30 * seconds)[0].captured_ns
    shown = [replace(p, captured_ns=p.captured_ns - first + began) for p in pictures(codec, 30 * seconds)]
    ending = "avi" if sound is codecs.ULAW else "mp4"
    path = card / folder / name_of("ipcamd", datetime.fromtimestamp(began / SECOND, UTC), ending)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(avi_file(shown, codec, sound=True) if ending == "avi" else mp4_file(shown, codec, sound))
    return path


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    folder = tmp_path_factory.mktemp("recordings")
    for second, clip in CLIPS.items():
        put_clip(folder / "card", second, *clip)
    camera = CameraProcess(folder / "state", "--source=scene", f"--sdcard={folder / 'card'}")
    try:
        camera.start()
        yield camera
    finally:
        camera.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with Chromium() as browser:
        yield browser


@pytest.fixture
def browser(chromium: Chromium, camera: CameraProcess) -> Iterator[Chromium]:
    """The page, with the day's four recordings."""
    chromium.console.clear()
    chromium.go("about:blank")
    chromium.go(camera.client.url("/recordings"))  # a download has no login but one that the browser knows
    eventually(lambda: chromium.run("document.querySelectorAll('.recording').length") == 4, "the clips are not listed")
    yield chromium
    assert chromium.console == []


def text(browser: Chromium, name: str) -> str:
    return str(browser.run(f"document.getElementById('{name}')?.textContent ?? ''"))


def click(browser: Chromium, name: str) -> None:
    browser.run(f"document.getElementById('{name}').click()")


def until_text(browser: Chromium, name: str, words: str) -> None:
    eventually(lambda: words in text(browser, name), f"{name} does not say {words!r}")


def key(browser: Chromium, name: str, modifiers: int = 0) -> None:
    more = {"text": name} if len(name) == 1 else {}
    browser.call("Input.dispatchKeyEvent", type="keyDown", key=name, code=name, modifiers=modifiers, **more)
    browser.call("Input.dispatchKeyEvent", type="keyUp", key=name, code=name, modifiers=modifiers)


def box(browser: Chromium, name: str) -> dict[str, float]:
    found = browser.run(f"JSON.stringify(document.getElementById('{name}').getBoundingClientRect())")
    return dict(json.loads(found))


def mouse(browser: Chromium, kind: str, x: float, y: float, **more: Any) -> None:
    browser.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)


def open_clip(browser: Chromium, started: str) -> None:
    """Show the clip that started at this time, and wait until it can be seen."""
    browser.run(
        f"[...document.querySelectorAll('.recording')].find((one) => one.innerText.includes('{started}')).click()"
    )
    eventually(lambda: browser.run(f"{VIDEO}.readyState >= 2"), "the recording does not come")


def pause(browser: Chromium) -> None:
    if browser.run(f"!{VIDEO}.paused"):
        click(browser, "play")
    eventually(lambda: browser.run(f"{VIDEO}.paused && !{VIDEO}.seeking"), "it does not pause")


def position(browser: Chromium) -> int:
    """Return the second of the day where the timeline stands."""
    return int(browser.run("document.getElementById('track').getAttribute('aria-valuenow')"))


def test_playing_goes_on_from_clip_to_clip_at_sixteen_times(browser: Chromium) -> None:
    browser.run("speed.value = '16'; speed.dispatchEvent(new Event('change'))")
    open_clip(browser, "12:00:00")
    assert browser.run(f"{VIDEO}.playbackRate") == 16
    assert browser.run(f"{VIDEO}.muted")
    seen: set[str] = set()

    def reaches_the_end() -> bool:
        seen.add(text(browser, "playback-title"))
        return bool(browser.run("document.getElementById('play').getAttribute('aria-pressed') === 'false'"))

    eventually(reaches_the_end, "it does not play to the end of the day", 60)
    assert text(browser, "playback-title").endswith("12:02:00")
    assert text(browser, "position") in ("12:02:02", "12:02:03")
    assert {"key" in name for name in browser.run("performance.getEntriesByType('resource').map((e) => e.name)")
            if "web/video" in name} == {True}  # fmt: skip


@pytest.mark.parametrize("started", ["12:00:00", "12:00:06", "12:01:00", "12:02:00"])
def test_the_sound_of_every_recording_plays(browser: Chromium, started: str) -> None:
    open_clip(browser, started)
    assert not browser.run("document.getElementById('mute').hidden")
    eventually(lambda: browser.run(f"{VIDEO}.webkitAudioDecodedByteCount > 0"), "no sound is decoded")


def test_frame_by_frame_in_both_directions_and_over_the_end_of_a_clip(browser: Chromium) -> None:
    open_clip(browser, "12:00:00")
    pause(browser)
    browser.run(f"{VIDEO}.currentTime = 2.01")
    eventually(lambda: browser.run(f"!{VIDEO}.seeking"))

    def step(name: str, expected: float) -> None:
        browser.run("document.activeElement.blur()")
        key(browser, name)
        eventually(
            lambda: browser.run(f"Math.floor({VIDEO}.currentTime * 30 + 0.01)") == round(expected * 30),
            f"it does not show the picture of second {expected}",
        )

    step(",", 59 / 30)
    step(",", 58 / 30)
    step(".", 59 / 30)
    step(".", 60 / 30)
    browser.run(f"{VIDEO}.currentTime = {179.5 / 30}")
    eventually(lambda: browser.run(f"!{VIDEO}.seeking"))
    key(browser, ".")
    eventually(lambda: text(browser, "playback-title").endswith("12:00:06"), "it does not step into the next clip")
    eventually(lambda: browser.run(f"{VIDEO}.readyState >= 2 && {VIDEO}.currentTime < 0.04"), "not at its beginning")
    assert browser.run(f"{VIDEO}.paused")


def test_converted_clips_play_and_seek_too_with_sound_at_normal_speed(browser: Chromium) -> None:
    open_clip(browser, "12:01:00")
    assert browser.run("document.getElementById('mute').hidden") is False
    assert browser.run(f"{VIDEO}.duration") == pytest.approx(6, abs=0.1)
    pause(browser)
    seek = (
        f"new Promise((done) => {{ {VIDEO}.onseeked = () => done({VIDEO}.currentTime); {VIDEO}.currentTime = 4.5; }})"
    )
    assert browser.run(seek) == pytest.approx(4.5, abs=0.05)
    assert text(browser, "position") == "12:01:04"
    eventually(lambda: browser.run("document.getElementById('wait').classList.contains('over')"), "it still waits")


def test_the_timeline_zooms_shows_thumbnails_and_is_a_slider(browser: Chromium) -> None:
    track = box(browser, "track")
    noon = track["x"] + track["width"] / 2
    middle = track["y"] + 50
    for _ in range(16):
        mouse(browser, "mouseWheel", noon, middle, deltaX=0, deltaY=-300)
    mouse(browser, "mouseMoved", noon + 4, middle)
    eventually(lambda: text(browser, "preview-time").startswith("12:00:0"), "the pointer is not at noon")
    eventually(
        lambda: browser.run("document.getElementById('preview-picture').naturalWidth === 320"), "there is no thumbnail"
    )
    mouse(browser, "mousePressed", noon + 30, middle, button="left", clickCount=1)
    mouse(browser, "mouseReleased", noon + 30, middle, button="left", clickCount=1)
    eventually(lambda: browser.run(f"{VIDEO}.readyState >= 2"), "a click does not play")
    pause(browser)
    browser.run("document.getElementById('track').focus()")
    key(browser, "Home")
    eventually(lambda: text(browser, "position") == "12:00:00", "Home does not show the first recording")
    assert position(browser) == 12 * 3600
    key(browser, "ArrowRight", 8)
    eventually(lambda: text(browser, "position") == "12:00:01", "the arrow does not move the position by a second")
    said = browser.run("document.getElementById('track').getAttribute('aria-valuetext')")
    assert said == "12:00:01, continuous recording, 0:01 of 0:06"
    assert browser.run(f"{VIDEO}.paused")


def test_two_fingers_zoom_and_one_picks(browser: Chromium) -> None:
    track = box(browser, "track")
    noon, y = track["x"] + track["width"] / 2, track["y"] + 50

    def touch(kind: str, *xs: float) -> None:
        browser.call(
            "Input.dispatchTouchEvent", type=kind, touchPoints=[{"x": x, "y": y, "id": n} for n, x in enumerate(xs)]
        )

    def seconds_at(x: float) -> int:
        touch("touchStart", x)
        eventually(lambda: browser.run("!document.getElementById('preview').hidden"), "a finger shows no time")
        hours, minutes, seconds = map(int, text(browser, "preview-time").split(":"))
        touch("touchCancel")
        return hours * 3600 + minutes * 60 + seconds

    touch("touchStart", noon - track["width"] / 24)
    touch("touchEnd")
    until_text(browser, "playback-title", "12:00:00")
    click(browser, "close")
    whole = seconds_at(noon + 100) - seconds_at(noon - 100)
    for _ in range(2):
        touch("touchStart", noon - 20)
        touch("touchStart", noon - 20, noon + 20)
        for reach in (60, 120, 180):
            touch("touchMove", noon - reach, noon + reach)
        touch("touchEnd")
    assert seconds_at(noon + 100) - seconds_at(noon - 100) < whole / 40
    assert browser.run("document.getElementById('player').hidden"), "a pinch has picked"


def select_range(browser: Chromium, begin: str, end: str) -> None:
    click(browser, "select")
    for name, value in (("to", end), ("from", begin)):
        browser.run(
            f"(() => {{ const field = document.getElementById('range-{name}'); field.value = '{value}';"
            " field.dispatchEvent(new Event('change')); })()"
        )


def test_a_range_is_exported_as_one_mp4_that_plays(browser: Chromium, tmp_path: Path) -> None:
    browser.call("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    browser.run("document.querySelector('#kinds input[value=record]').click()")
    select_range(browser, "12:00:02", "12:02:10")
    until_text(browser, "range-about", "12:00:02 to 12:02:03  ·  0:13 long  ·  1 gap left out (1:48)")
    click(browser, "export")
    until_text(browser, "range-said", "Exported: ")
    (path,) = eventually(lambda: list(tmp_path.glob("*.mp4")), "the browser has no file")
    assert path.name.endswith(f"-{DAY.replace('-', '')}-120002-20250615-120203.mp4")
    assert playable(path) == ""
    found = probe(path)
    assert int(str(found["video"]["nb_read_frames"])) == 13 * 30
    assert found["audio"]["codec_name"] == "aac"
    browser.run(f"window.content = '{path.read_bytes().hex()}'; null")
    played = browser.run(
        "new Promise((done) => { const video = document.createElement('video'); video.muted = true;"
        " const bytes = Uint8Array.from(content.match(/../g), (pair) => parseInt(pair, 16));"
        " video.onended = () => done('ended'); video.onerror = () => done(video.error.message);"
        " video.oncanplay = () => { video.playbackRate = 16; video.play(); };"
        " video.src = URL.createObjectURL(new Blob([bytes], { type: 'video/mp4' })); })"
    )
    assert played == "ended"


def test_ranges_that_cannot_be_exported_give_the_reason(browser: Chromium) -> None:
    select_range(browser, "13:00:00", "14:00:00")
    until_text(browser, "range-about", "no complete recording in this time")
    assert browser.run("document.getElementById('export').disabled")
    click(browser, "delete-range")
    until_text(browser, "range-error", "nothing to delete")
    click(browser, "select")  # closes it
    assert browser.run("document.getElementById('range').hidden")


def test_an_update_does_not_disturb_who_uses_the_keyboard(browser: Chromium, camera: CameraProcess) -> None:
    card = Path(camera.options[1].partition("=")[2])
    browser.run("document.querySelectorAll('.recording')[1].focus()")
    focused = "document.activeElement.querySelector('b')?.innerText"
    before = browser.run(focused)
    camera.client.get("/cgi/admin/virtual.cgi", sdcard="remove")
    until_text(browser, "trouble", "No SD card is inserted")
    path = put_clip(card, 300, "event", codecs.JPEG, codecs.ULAW, 1)
    camera.client.get("/cgi/admin/virtual.cgi", sdcard="insert")
    eventually(lambda: browser.run("document.querySelectorAll('.recording').length") == 5, "the new clip is not listed")
    assert browser.run("document.getElementById('trouble').hidden")
    eventually(lambda: browser.run("document.querySelectorAll('.recording .coming').length") == 0, "no thumbnails")
    browser.run("document.querySelectorAll('.recording')[1].focus()")
    before = browser.run(focused)
    camera.client.get("/sdcard.cgi", action="delete", dir="event", fname=path.name)
    eventually(lambda: browser.run("document.querySelectorAll('.recording').length") == 4, "it is still listed")
    assert browser.run(focused) == before


def test_an_update_without_news_leaves_the_date_that_somebody_types(browser: Chromium) -> None:
    browser.run(
        """fetch(`http://${location.host}/web/recordings`).then((answer) => answer.json()).then((known) => {
          window.updates = 0;
          window.fetch = async () => {
            window.updates += 1;
            const card = { ...known.card, free: known.card.free - window.updates };
            const text = JSON.stringify({ ...known, card, now: known.now + 1000 * window.updates });
            return { ok: true, status: 200, text: async () => text };
          };
        })"""
    )
    look = "document.dispatchEvent(new Event('visibilitychange'))"
    browser.run(look)
    eventually(lambda: browser.run("updates") == 1)
    day = browser.run("const day = document.getElementById('day'); day.value = '2025-06-01'; day.value")
    browser.run(look)
    eventually(lambda: browser.run("updates") == 2)
    browser.run("new Promise((resolve) => setTimeout(resolve, 100))")
    assert browser.run("document.getElementById('day').value") == day


def test_an_address_opens_a_recording(browser: Chromium, camera: CameraProcess) -> None:
    browser.go("about:blank")
    browser.go(f"http://127.0.0.1:{camera.port}/recordings#event/ipcamd-06152025-120100.avi")
    until_text(browser, "playback-title", "12:01:00")
    click(browser, "close")
    eventually(lambda: browser.run("location.hash") == "", "the address still asks for it")


def test_deleting_and_formatting_ask_first(browser: Chromium, camera: CameraProcess) -> None:
    """The last test of this module: it leaves nothing."""
    open_clip(browser, "12:02:00")
    click(browser, "delete")
    until_text(browser, "confirm-title", "Delete this recording?")
    browser.run("document.querySelector('#confirm [value=no]').click()")
    assert camera.client.get("/sdcard.cgi", action="list").text.split(",")[1] == "3"
    click(browser, "delete")
    click(browser, "confirm-yes")
    eventually(lambda: browser.run("document.querySelectorAll('.recording').length") == 3, "it is not deleted")
    pause(browser)
    select_range(browser, "12:00:05", "12:00:07")
    click(browser, "delete-range")
    until_text(browser, "confirm-title", "Delete 2 recordings?")
    assert "12:00:00 to 12:00:12" in text(browser, "confirm-words")
    click(browser, "confirm-yes")
    until_text(browser, "range-said", "2 recordings deleted")
    eventually(lambda: browser.run("document.querySelectorAll('.recording').length") == 1, "they are still listed")
    click(browser, "format")
    until_text(browser, "confirm-title", "Format the SD card?")
    click(browser, "confirm-yes")
    until_text(browser, "format-said", "The card is empty.")
    eventually(lambda: "No recordings yet" in text(browser, "list"), "something is left")
