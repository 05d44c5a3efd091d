"""All pages in Firefox: each becomes ready, the live page with a picture, and none writes to the console."""

from collections.abc import Iterator

import pytest
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.pages.firefox import Firefox
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
