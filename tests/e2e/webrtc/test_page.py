"""The live page prefers WebRTC, shows the method, and falls back to others where WebRTC fails."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PASSWORD, PATIENCE, CameraProcess, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.pages.test_page import KEEP_STATES
from tests.e2e.pages.test_page_live import FLAGS, HOST, KEEP_VIDEOS, box, spoken
from tests.e2e.pages.test_page_sound import press
from tests.e2e.webrtc.test_whep import TALK, clients, post

pytestmark = pytest.mark.slow

KEEP_CONNECTIONS = """
    globalThis.connections = [];
    const Connection = RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Connection {
        constructor(...options) {
            super(...options);
            connections.push(this);
        }
    };"""
HEARD = """connections.at(-1).getStats().then((report) => {
    const sound = [...report.values()].find(({ type, kind }) => type === "inbound-rtp" && kind === "audio");
    return { energy: sound?.totalAudioEnergy ?? 0, codec: report.get(sound?.codecId)?.mimeType ?? "" };
})"""
NOTHING_PASSES = """
    globalThis.blocked = "candidate.*";
    const set = RTCPeerConnection.prototype.setRemoteDescription;
    RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
        return set.call(this, { type, sdp: sdp.replace(new RegExp(`a=${blocked}\\r\\n`, "g"), "") });
    };"""

IS_LIVE = "document.getElementById('player')?.dataset.state === 'live'"
NO_UDP = NOTHING_PASSES.replace("candidate.*", "candidate.* udp .*")


@pytest.fixture(scope="module")
def program() -> Iterator[Chromium]:
    with Chromium(flags=FLAGS) as browser:
        browser.call("Emulation.setFocusEmulationEnabled", enabled=True)  # its microphone's sign takes the focus
        for script in (KEEP_VIDEOS, KEEP_CONNECTIONS):
            browser.call("Page.addScriptToEvaluateOnNewDocument", source=script)
        browser.log_in("admin", PASSWORD)
        yield browser


@pytest.fixture
def browser(program: Chromium) -> Iterator[Chromium]:
    yield program
    program.go("about:blank")
    console, program.console[:] = list(program.console), []
    assert console == []


def look(browser: Chromium, camera: CameraProcess, host: str = HOST) -> None:
    browser.go(f"http://{host}:{camera.port}/")
    eventually(lambda: browser.run(IS_LIVE), "no live picture", PATIENCE / 2)


def look_by_webrtc(browser: Chromium, camera: CameraProcess, host: str = HOST) -> None:
    look(browser, camera, host)
    plays_by_webrtc(browser)


def plays_by_webrtc(browser: Chromium) -> None:
    """On a busy machine the page may begin with another method, and return to WebRTC by itself."""
    eventually(lambda: text(browser, "by") == "by WebRTC" and browser.run(IS_LIVE), "not by WebRTC", PATIENCE / 2)
    assert text(browser, "means") == "H.264"


def text(browser: Chromium, name: str) -> str:
    shown: str = browser.run(f"document.getElementById('{name}').textContent")
    return shown


def test_the_page_plays_webrtc_over_plain_http_with_sound(camera: CameraProcess, browser: Chromium) -> None:
    camera.client.update("Audio", MicEnabled="no")
    look_by_webrtc(browser, camera)
    assert browser.run("document.getElementById('sound').hidden")
    camera.client.update("Audio", MicEnabled="yes")
    eventually(lambda: browser.run("!document.getElementById('sound').hidden"), "the sound is not offered")
    eventually(lambda: text(browser, "delay").endswith("s") and text(browser, "bits").endswith("bit/s"), "no figures")
    assert browser.run("document.getElementById('picture').width") == 1280
    assert browser.run("videos[0].muted")
    press(browser)
    assert not browser.run("videos[0].muted")
    browser.run("document.getElementById('pause').click()")
    eventually(lambda: not clients(camera), "the session goes on")


@pytest.mark.parametrize(("codec", "received"), [("ulaw", "PCMU"), ("alaw", "PCMA"), ("aac", "opus"), ("opus", "opus")])
def test_the_sound_is_played_in_every_codec(
    camera: CameraProcess, browser: Chromium, codec: str, received: str
) -> None:
    camera.client.update("Audio", Codec=codec, MicEnabled="yes")
    look_by_webrtc(browser, camera)
    eventually(lambda: browser.run("!document.getElementById('sound').hidden"), "the sound is not offered")
    press(browser)
    heard = eventually(lambda: found if (found := browser.run(HEARD))["energy"] > 0 else None, "nothing is heard")
    assert heard["codec"] == f"audio/{received}"


def hold(browser: Chromium) -> None:
    """Press the talk button, and keep it down."""
    eventually(lambda: not browser.run("document.getElementById('talk').hidden"), "no Talk button")
    where = box(browser, "#talk")
    at = {"x": where["x"] + 10, "y": where["y"] + 10, "button": "left", "clickCount": 1}
    browser.call("Input.dispatchMouseEvent", type="mousePressed", **at)


def let_go(browser: Chromium) -> None:
    browser.call("Input.dispatchMouseEvent", type="mouseReleased", x=0, y=0, button="left", clickCount=1)


@pytest.mark.parametrize("codec", ["ulaw", "opus"])
def test_talk_over_https_is_transmitted_by_webrtc(camera: CameraProcess, browser: Chromium, codec: str) -> None:
    camera.client.update("Audio", Codec=codec)
    before = len(spoken(camera))
    look_by_webrtc(browser, camera, "127.0.0.1")
    hold(browser)
    # Chromium's microphone beeps once a second
    eventually(lambda: abs(spoken(camera)[before:]).max(initial=0) > 1000, "nothing is heard")
    names = "performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname).join()"
    assert "webrtc_talk.js" in browser.run(names)
    assert browser.run("document.getElementById('talk').getAttribute('aria-pressed')") == "true"
    let_go(browser)
    eventually(lambda: camera.client.ask("POST", TALK, b"").text == "OK\r\n", "the turn does not end")
    assert text(browser, "talk-notice") == ""


def test_the_page_shows_why_talk_is_not_played(camera: CameraProcess, browser: Chromium) -> None:
    look_by_webrtc(browser, camera, "127.0.0.1")
    eventually(lambda: not browser.run("document.getElementById('talk').hidden"), "no Talk button")
    camera.client.update("Audio", SpeakerEnabled="no")
    hold(browser)
    why = "Not heard: Audio.SpeakerEnabled=no: the speaker is disabled"
    eventually(lambda: text(browser, "talk-notice") == why, "the page does not say why")
    assert browser.run("document.getElementById('talk').getAttribute('aria-pressed')") == "false"
    let_go(browser)
    camera.client.update("Audio", SpeakerEnabled="yes")


def test_where_the_network_passes_nothing_another_means_plays_until_it_does(
    camera: CameraProcess, browser: Chromium
) -> None:
    script = browser.call("Page.addScriptToEvaluateOnNewDocument", source=NOTHING_PASSES)["identifier"]
    look(browser, camera)
    browser.call("Page.removeScriptToEvaluateOnNewDocument", identifier=script)
    assert (text(browser, "means"), text(browser, "by")) == ("H.264", "by MSE")
    browser.run("blocked = 'nothing'")
    plays_by_webrtc(browser)


def test_a_camera_that_restarts_is_found_again_by_webrtc(camera: CameraProcess, browser: Chromium) -> None:
    look_by_webrtc(browser, camera)
    browser.run(KEEP_STATES)
    camera.client.get("/cgi/admin/restart.cgi")
    camera._read_ready()
    again = "states.includes('waiting') && states.at(-1) === 'live'"
    eventually(lambda: browser.run(again), "it does not come back", PATIENCE / 2)
    plays_by_webrtc(browser)


def test_over_tcp_where_the_network_passes_no_udp(camera: CameraProcess, browser: Chromium) -> None:
    script = browser.call("Page.addScriptToEvaluateOnNewDocument", source=NO_UDP)["identifier"]
    look_by_webrtc(browser, camera)
    browser.call("Page.removeScriptToEvaluateOnNewDocument", identifier=script)
    protocols = [client["protocol"] for client in clients(camera)]
    assert "webrtc/tcp" in protocols, protocols


def test_without_its_packages_the_camera_reports_that_and_another_method_plays(
    start_camera: StartCamera, browser: Chromium, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['pylibsrtp'] = None\n")
    camera = start_camera("--source=scene", environment={"PYTHONPATH": str(tmp_path)})
    refused = post(camera)
    assert (refused.status, refused.text) == (
        404,
        "WebRTC: not supported by this device: it needs the packages of ipcamd[webrtc]\r\n",
    )
    answer = camera.client.get("/cgi/admin/param.cgi", action="update", group="Network.Advanced.WebRTC", Enabled="no")
    assert "ipcamd[webrtc]" in answer.text
    look(browser, camera)
    assert (text(browser, "means"), text(browser, "by")) == ("H.264", "by MSE")
