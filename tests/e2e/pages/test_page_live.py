"""The live page over plain HTTP without WebRTC: H.264 with sound by MSE, recording, zoom, talk."""

import base64
import io
import json
import re
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from tests.conftest import stop_all
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.pages.firefox import Firefox
from tests.e2e.pages.test_page import KEEP_STATES, changing
from tests.e2e.pages.test_page_motion import box, click
from tests.e2e.pages.test_page_sound import press
from tests.e2e.ptz.test_ptz import command, place

pytestmark = pytest.mark.slow

HOST = "camera.test"
FLAGS = (
    f"--host-resolver-rules=MAP {HOST} 127.0.0.1",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
"""By a name, the page is one over plain HTTP: browsers trust 127.0.0.1 like HTTPS."""
KEEP_VIDEOS = """
    globalThis.videos = [];
    const make = Document.prototype.createElement;
    Document.prototype.createElement = function (name, ...more) {
        const made = make.call(this, name, ...more);
        if (name === "video") videos.push(made);
        return made;
    };"""

KEEP_TOASTS = """
    globalThis.toasts = [];
    new MutationObserver(() => toasts.push(document.getElementById("toast").textContent))
        .observe(document.getElementById("toast"), { childList: true, characterData: true, subtree: true });"""
"""On a slow machine another message may replace one before the test looks."""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    """A camera with sound and a speaker."""
    camera = CameraProcess(tmp_path_factory.mktemp("live") / "state", "--source=scene", "--audio=tone").start()
    camera.client.update("Audio", MicEnabled="yes")
    camera.client.update("Network.Advanced.WebRTC", Enabled="no")
    yield camera
    stop_all([camera])


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(flags=FLAGS) as browser:
        browser.call("Page.addScriptToEvaluateOnNewDocument", source=KEEP_VIDEOS)
        browser.log_in("admin", PASSWORD)
        yield browser


@pytest.fixture
def page(browser: Chromium, watched: CameraProcess) -> Iterator[Chromium]:
    look(browser, f"http://{HOST}:{watched.port}/")
    yield browser
    console, browser.console[:] = list(browser.console), []
    assert console == []


def look(browser: Chromium, address: str) -> None:
    browser.go(address)
    eventually(lambda: browser.run("document.getElementById('player')?.dataset.state === 'live'"), "no live picture")


def text(page: Chromium | Firefox, name: str) -> str:
    return str(page.run(f"document.getElementById({json.dumps(name)}).textContent"))


def means(page: Chromium | Firefox) -> str:
    return f"{text(page, 'means')} {text(page, 'by')}"


def was_told(page: Chromium, pattern: str) -> bool:
    """Tell whether the page has shown such a message since `KEEP_TOASTS` ran."""
    return any(re.fullmatch(pattern, message) for message in page.run("toasts"))


def hidden(page: Chromium, name: str) -> bool:
    return bool(page.run(f"document.getElementById({json.dumps(name)}).hidden"))


def hover(page: Chromium) -> None:
    """Move the pointer to the picture, and wait until the page has loaded the digital zoom."""
    stage = box(page, "#stage")
    page.call("Input.dispatchMouseEvent", type="mouseMoved", x=stage["x"] + 9, y=stage["y"] + 9)
    loaded = "performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('/digital_zoom.js'))"
    eventually(lambda: page.run(loaded), "the zoom is not loaded")
    page.run("import('/web/zoom/digital_zoom.js').then(() => 0)")


def wheel(page: Chromium, turn: int, modifiers: int = 0, at: tuple[float, float] = (0.5, 0.5)) -> None:
    stage = box(page, "#stage")
    x, y = stage["x"] + stage["width"] * at[0], stage["y"] + stage["height"] * at[1]
    page.call("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=turn, modifiers=modifiers)


def key(page: Chromium, name: str, kind: str = "") -> None:
    for each in [kind] if kind else ["keyDown", "keyUp"]:
        more = {"text": name} if len(name) == 1 and each == "keyDown" else {}
        page.call("Input.dispatchKeyEvent", type=each, key=name, **more)


def test_h264_plays_with_sound_where_there_is_no_webcodecs(page: Chromium, watched: CameraProcess) -> None:
    assert not page.run("isSecureContext")
    assert means(page) == "H.264 by MSE"
    eventually(lambda: changing(page), "the picture stands still")
    assert page.run("videos.at(-1).muted")
    eventually(lambda: not hidden(page, "sound"), "the page does not offer the sound")
    press(page)
    heard = "videos.at(-1).muted ? 0 : videos.at(-1).webkitAudioDecodedByteCount"
    eventually(lambda: page.run(heard) > 0, "no sound")
    for codec in ("alaw", "aac", "opus", "ulaw"):
        watched.client.update("Audio", Codec=codec)
        before = page.run(heard)
        eventually(lambda before=before: page.run(heard) > before, f"no sound with Audio.Codec={codec}")
    eventually(lambda: re.fullmatch(r"\d+ ms|[\d.]+ s", text(page, "delay")), "no delay is shown")
    graphs = "[...document.querySelectorAll('.spark')].map((graph) => graph.getAttribute('aria-label'))"
    found = r"Last minute: .+ to .+ fps; Last minute: .+bit/s; Last minute: .+s; Last minute: 0 to \d+"
    eventually(lambda: re.fullmatch(found, "; ".join(page.run(graphs))), "a graph says nothing")


def test_another_resolution_and_a_restart_under_the_page(page: Chromium, watched: CameraProcess) -> None:
    watched.client.update("Image.H264", Resolution=0)
    eventually(lambda: text(page, "size") == "640 \N{MULTIPLICATION SIGN} 480", "the new size is not shown")
    page.run(KEEP_STATES)
    watched.client.get("/cgi/admin/restart.cgi")
    eventually(lambda: page.run("states.includes('waiting') && states.at(-1) === 'live'"), "it does not come back")
    eventually(lambda: changing(page), "the picture does not come back")
    assert means(page) == "H.264 by MSE"
    watched.client.update("Image.H264", Resolution=5)
    eventually(lambda: text(page, "size") == "1280 \N{MULTIPLICATION SIGN} 720", "the old size is not shown again")


def test_it_records_to_a_file(page: Chromium, tmp_path: Path) -> None:
    page.call("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    page.run(KEEP_TOASTS)
    click(page, "#record")
    eventually(lambda: re.match(r"0:0[2-9] · (\d\.\d|\d\d+) [kM]B", text(page, "record-label")), "it does not record")
    eventually(lambda: was_told(page, r"Recording; it ends at 500 MB at the latest"), "the page does not say so")
    click(page, "#pause")  # does not end it
    click(page, "#record")
    eventually(lambda: was_told(page, r"Saved ipcamd-\d{8}-\d{6}\.mp4"), "it is not saved")
    file = eventually(lambda: next(iter(tmp_path.glob("*.mp4")), None), "there is no file")
    with av.open(str(file)) as container:
        assert {stream.codec_context.name for stream in container.streams} == {"h264", "aac"}
        frames = list(container.decode(video=0))
    assert frames[0].time == 0
    assert frames[0].key_frame
    assert frames[-1].time >= 1  # the sound's time counts too
    assert len(frames) > 5
    assert text(page, "record-label") == "Record"


def transform(page: Chromium) -> str:
    return str(page.run("document.getElementById('scene').style.transform"))


def test_the_wheel_magnifies_the_picture_and_dragging_moves_it(page: Chromium) -> None:
    hover(page)
    wheel(page, -120, at=(0.25, 0.25))
    eventually(lambda: transform(page).endswith("scale(1.2)"), "it is not magnified")
    assert [float(part) for part in re.findall(r"(-[\d.]+)%", transform(page))] == pytest.approx([-5, -5], abs=0.2)
    key(page, "+")
    eventually(lambda: text(page, "zoom-scale") == "1.7\N{MULTIPLICATION SIGN}", "the key magnifies nothing")
    stage = box(page, "#stage")
    x, y = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2
    page.call("Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, button="left", clickCount=1)
    for way in (20, 2000):
        page.call("Input.dispatchMouseEvent", type="mouseMoved", x=x - way, y=y - way, button="left", buttons=1)
    page.call("Input.dispatchMouseEvent", type="mouseReleased", x=x - 2000, y=y - 2000, button="left", clickCount=1)
    right, bottom = (float(part) for part in re.findall(r"(-[\d.]+)%", transform(page)))
    assert (right, bottom) == pytest.approx((-72.8, -72.8), abs=0.01)
    key(page, "ArrowLeft")
    assert float(re.findall(r"(-[\d.]+)%", transform(page))[0]) == pytest.approx(-62.8, abs=0.01)
    click(page, "#zoom-reset")
    eventually(lambda: (transform(page), text(page, "zoom-scale")) == ("", "1.0\N{MULTIPLICATION SIGN}"))


def test_the_first_key_magnifies_although_nothing_has_been_loaded_for_it(page: Chromium) -> None:
    key(page, "+")
    eventually(lambda: "scale(1.44)" in transform(page), "the key magnifies nothing")
    click(page, "#zoom-out")
    eventually(lambda: transform(page) == "", "the button does nothing")


def test_two_fingers_magnify_and_one_moves(page: Chromium) -> None:
    stage = box(page, "#stage")
    x, y = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2

    def touch(kind: str, *points: tuple[float, float]) -> None:
        touches: list[dict[str, Any]] = [{"x": at[0], "y": at[1], "id": number} for number, at in enumerate(points)]
        page.call("Input.dispatchTouchEvent", type=kind, touchPoints=touches)

    hover(page)
    page.call("Emulation.setTouchEmulationEnabled", enabled=True)
    touch("touchStart", (x - 50, y), (x + 50, y))
    touch("touchMove", (x - 100, y), (x + 100, y))
    touch("touchEnd")
    eventually(lambda: transform(page) == "translate(-50%, -50%) scale(2)", "two fingers magnify nothing")
    touch("touchStart", (x, y))
    touch("touchMove", (x + stage["width"] / 10, y))
    touch("touchEnd")
    eventually(lambda: transform(page) == "translate(-40%, -50%) scale(2)", "one finger moves nothing")
    page.call("Emulation.setTouchEmulationEnabled", enabled=False)


def test_with_ptz_the_wheel_zooms_the_camera_and_with_ctrl_the_page(page: Chromium, watched: CameraProcess) -> None:
    command(watched.client, "speed=3|3|3")
    eventually(lambda: not hidden(page, "ptz-button"), "no PTZ button")
    click(page, "#ptz-button")
    hover(page)
    wheel(page, -120)
    eventually(lambda: place(watched.client)[2] > 1.1, "the camera does not zoom")
    assert transform(page) == ""
    wheel(page, -120, modifiers=2)
    eventually(lambda: "scale(1.2)" in transform(page), "the page does not zoom")
    assert place(watched.client)[2] < 1.2


def test_the_person_chooses_the_stream_and_finds_it_again(page: Chromium, watched: CameraProcess) -> None:
    page.run("document.querySelector('[value=mjpeg]').click()")
    eventually(lambda: means(page) == "MJPEG single pictures" and changing(page), "no MJPEG")
    look(page, f"http://{HOST}:{watched.port}/")
    assert means(page) == "MJPEG single pictures"
    page.run("document.querySelector('[value=h264]').click()")
    eventually(lambda: means(page) == "H.264 by MSE" and changing(page), "no H.264")


BROKEN = "MediaSource.prototype.addSourceBuffer = () => { throw new DOMException('', 'NotSupportedError'); }"


@pytest.mark.parametrize("fault", ["delete globalThis.MediaSource", BROKEN])
def test_a_browser_that_cannot_play_h264_shows_mjpeg(page: Chromium, watched: CameraProcess, fault: str) -> None:
    script = page.call("Page.addScriptToEvaluateOnNewDocument", source=fault)["identifier"]
    look(page, f"http://{HOST}:{watched.port}/")
    eventually(lambda: means(page) == "MJPEG single pictures" and changing(page), "no MJPEG")
    if fault == BROKEN:
        assert text(page, "toast") == "This browser cannot play H.264; the stream is MJPEG"
    page.call("Page.removeScriptToEvaluateOnNewDocument", identifier=script)


DECODER = """
    globalThis.given = [];
    globalThis.EncodedVideoChunk = class { constructor(values) { Object.assign(this, values); } };
    globalThis.VideoDecoder = class {
        static async isConfigSupported({ codec }) { return { supported: codec.startsWith("hev1") }; }
        constructor({ output }) { this.output = output; }
        configure({ codec }) { Object.assign(this, { state: "configured" }); globalThis.codec = codec; }
        decode({ data, timestamp }) {
            given.push(btoa(String.fromCharCode(...data)));
            const image = { timestamp, displayWidth: 320, displayHeight: 240, close() {} };
            this.output(Object.assign(new OffscreenCanvas(320, 240), image));
        }
        close() { this.state = "closed"; }
    };"""
"""A decoder that claims to decode H.265, and keeps what it is given."""
CLAIM = """
    const known = MediaSource.isTypeSupported;
    MediaSource.isTypeSupported = (type) => type.includes("hvc1") || known(type);"""
"""Chromium without a decoder of H.265 claims to have one."""
H265 = "document.querySelector('#choice [value=h265]')"
IS_OFFERED = f"!{H265}.closest('label').hidden"


@pytest.fixture
def h265(watched: CameraProcess, page: Chromium) -> Iterator[Chromium]:
    """The page of a camera that has just enabled H.265."""
    assert not page.run(IS_OFFERED)
    watched.client.update("Image.H265", Enabled="yes", Resolution=1)
    eventually(lambda: page.run(IS_OFFERED), "the page does not follow")
    yield page
    page.run("localStorage.clear()")
    watched.client.update("Image.H265", Enabled="no")


def test_a_page_reports_that_the_browser_cannot_play_h265(h265: Chromium, watched: CameraProcess) -> None:
    assert h265.run(f"{H265}.disabled")
    assert text(h265, "unplayable") == "This browser cannot play H.265."
    assert not hidden(h265, "unplayable")
    script = h265.call("Page.addScriptToEvaluateOnNewDocument", source=CLAIM)["identifier"]
    look(h265, f"http://{HOST}:{watched.port}/")
    h265.call("Page.removeScriptToEvaluateOnNewDocument", identifier=script)
    assert hidden(h265, "unplayable")
    h265.run(f"{H265}.click()")
    said = "This browser cannot play H.265; the stream is H.264"
    eventually(lambda: text(h265, "toast") == said and means(h265) == "H.264 by MSE", "it does not fall back")
    eventually(lambda: changing(h265), "no picture")


def test_a_decoder_of_h265_gets_the_stream_while_it_is_enabled(h265: Chromium, watched: CameraProcess) -> None:
    script = h265.call("Page.addScriptToEvaluateOnNewDocument", source=DECODER)["identifier"]
    look(h265, f"http://{HOST}:{watched.port}/")
    h265.call("Page.removeScriptToEvaluateOnNewDocument", identifier=script)
    assert means(h265) == "H.264 by MSE"
    h265.run(f"{H265}.click()")
    eventually(lambda: means(h265) == "H.265 by WebCodecs" and h265.run("given.length > 30"), "no H.265")
    decoder = av.CodecContext.create("hevc", "r")
    for data in h265.run("given"):
        (frame,) = decoder.decode(av.Packet(base64.b64decode(data)))
        assert (frame.width, frame.height) == (320, 240)
    with watched.client.open("/cgi/mp4/live.mp4?codec=h265") as answer:
        assert h265.run("codec").removeprefix("hev1") in answer.headers["Content-Type"]
    watched.client.update("Image.H265", Enabled="no")
    eventually(lambda: means(h265) == "H.264 by MSE" and changing(h265), "it does not go on with H.264")
    assert not h265.run(IS_OFFERED)


def test_without_https_the_talk_button_links_to_https(page: Chromium, watched: CameraProcess) -> None:
    eventually(lambda: not hidden(page, "talk"), "no Talk button")
    click(page, "#talk")
    eventually(lambda: text(page, "talk-notice").startswith("Browsers let pages use the microphone over HTTPS only."))
    assert "An administrator enables it" in text(page, "talk-notice")
    watched.client.update("Network.Advanced.HTTPS", Enabled="yes")
    look(page, f"http://{HOST}:{watched.port}/")
    eventually(lambda: not hidden(page, "talk"), "no Talk button")
    click(page, "#talk")
    link = "document.querySelector('#talk-notice a')?.href"
    eventually(lambda: re.fullmatch(rf"https://{HOST}:\d+/", page.run(link) or ""), "no link")


def spoken(camera: CameraProcess) -> np.ndarray:
    with wave.open(io.BytesIO(camera.client.get("/cgi/audio/speaker.cgi").body)) as file:
        return np.frombuffer(file.readframes(1 << 20), "<i2").astype(np.int32)


@pytest.fixture(scope="module")
def speaking(watched: CameraProcess) -> Iterator[Chromium]:
    """A browser that has logged in as by hand, since headers of tests do not reach its audio worklet."""
    with Chromium(flags=FLAGS) as browser:
        browser.call("Emulation.setFocusEmulationEnabled", enabled=True)  # its microphone's sign takes the focus
        browser.go(watched.client.url("/web/now"))
        look(browser, f"http://127.0.0.1:{watched.port}/")
        yield browser
        assert browser.console == []


@pytest.mark.parametrize("by_key", [False, True])
def test_the_camera_plays_the_microphone_of_the_browser(
    speaking: Chromium, watched: CameraProcess, by_key: bool
) -> None:
    page = speaking
    assert means(page) == "H.264 by WebCodecs"
    eventually(lambda: not hidden(page, "talk"), "no Talk button")
    before = len(spoken(watched))
    if by_key:
        page.run("document.getElementById('talk').focus()")
        key(page, " ", "keyDown")
    else:
        where = box(page, "#talk")
        at = {"x": where["x"] + 10, "y": where["y"] + 10, "button": "left", "clickCount": 1}
        page.call("Input.dispatchMouseEvent", type="mousePressed", **at)
    # Chromium's microphone beeps once a second
    eventually(lambda: abs(spoken(watched)[before:]).max(initial=0) > 1000, "nothing is heard")
    assert page.run("document.getElementById('talk').getAttribute('aria-pressed')") == "true"
    if by_key:
        key(page, " ", "keyUp")
    else:
        page.call("Input.dispatchMouseEvent", type="mouseReleased", **at)
    assert page.run("document.getElementById('talk').getAttribute('aria-pressed')") == "false"
    assert page.run("document.getElementById('player').dataset.state") == "live", "the space bar has paused the picture"
    assert hidden(page, "talk-notice"), text(page, "talk-notice")
