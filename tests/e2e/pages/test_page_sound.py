"""The home page's sound: offered where the camera has it, played when a person asks for it."""

from collections.abc import Iterator

import pytest
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium

pytestmark = pytest.mark.slow

BUTTON = "document.getElementById('sound')"
COUNT_BLOCKS = """
    globalThis.blocks = 0;
    const start = AudioBufferSourceNode.prototype.start;
    AudioBufferSourceNode.prototype.start = function (when) { blocks += 1; return start.call(this, when); };
    0"""


def press(browser: Chromium) -> None:
    """Press the button as a person does: without that, a browser plays no sound."""
    browser.call("Runtime.evaluate", expression=f"{BUTTON}.click()", userGesture=True)


@pytest.fixture
def browser() -> Iterator[Chromium]:
    with Chromium() as browser:
        yield browser


def test_sound_is_offered_once_there_is_some_and_played_on_a_click(browser: Chromium, camera: CameraProcess) -> None:
    camera.client.update("Network.Advanced.WebRTC", Enabled="no")
    browser.log_in("admin", PASSWORD)
    browser.go(f"http://127.0.0.1:{camera.port}/")
    eventually(lambda: browser.run("document.getElementById('player')?.dataset.state === 'live'"))
    assert browser.run(f"{BUTTON}.hidden")
    browser.run(COUNT_BLOCKS)
    camera.client.update("Audio", MicEnabled="yes", Codec="opus")
    eventually(lambda: browser.run(f"!{BUTTON}.hidden"), "the page does not offer the sound")
    assert browser.run("blocks") == 0
    press(browser)
    assert browser.run(f"{BUTTON}.getAttribute('aria-pressed')") == "true"
    eventually(lambda: browser.run("blocks > 10"), "the sound is not played")
    press(browser)
    assert browser.run(f"{BUTTON}.getAttribute('aria-pressed')") == "false"
    assert not browser.console
