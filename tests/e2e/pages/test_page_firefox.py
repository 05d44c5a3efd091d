"""All pages in Firefox: each becomes ready, the live page with a picture, also in H.265; none writes to the console."""

from collections.abc import Iterator

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.pages.firefox import Firefox
from tests.e2e.pages.test_page_live import KEEP_VIDEOS, means, text
from tests.e2e.pages.test_pages import READY

from ipcamd.web.html_page import PAGES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Firefox]:
    with Firefox("admin", PASSWORD) as browser:
        yield browser


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/welcome"])
def test_a_page_becomes_ready_and_is_quiet(browser: Firefox, shared_camera: CameraProcess, path: str) -> None:
    browser.go(f"http://127.0.0.1:{shared_camera.port}{path}")
    eventually(lambda: browser.console or browser.run(f"Boolean({READY[path]})"), "the page does not become ready")
    console, browser.console[:] = list(browser.console), []
    assert console == []


def test_h265_plays_with_sound(browser: Firefox, start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene", "--audio=tone")
    camera.client.update("Audio", MicEnabled="yes")
    camera.client.update("Image.H265", Enabled="yes", Resolution=1)
    browser.call("script.addPreloadScript", functionDeclaration=f"() => {{ {KEEP_VIDEOS} }}")
    browser.go(f"http://127.0.0.1:{camera.port}/")
    eventually(lambda: browser.run("document.getElementById('player').dataset.state === 'live'"), "no live picture")
    browser.run("document.querySelector('#choice [value=h265]').click()")
    eventually(lambda: means(browser) == "H.265 by MSE" and text(browser, "size") == "320 \N{MULTIPLICATION SIGN} 240")
    seen: set[str] = set()

    def has_moved() -> bool:
        seen.add(browser.run("document.getElementById('picture').toDataURL()"))
        return len(seen) > 3

    eventually(has_moved, "the picture stands still")
    eventually(lambda: browser.run("videos.at(-1).mozHasAudio"), "no sound")
    assert browser.console == []
