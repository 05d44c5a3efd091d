"""Motion windows on the events page: dragged over the live picture, saved, and shown by another page at once."""

from collections.abc import Iterator

import pytest
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.pages.test_page_motion import SETUP, box, click, data, drag, press
from tests.e2e.pages.test_pages import violations

pytestmark = pytest.mark.slow


@pytest.fixture
def page(camera: CameraProcess) -> Iterator[Chromium]:
    camera.client.get(SETUP)
    with Chromium(1280, 1000) as browser:
        browser.log_in("admin", PASSWORD)
        browser.go(f"http://127.0.0.1:{camera.port}/events#windows")
        eventually(
            lambda: browser.run("document.getElementById('motion-picture').dataset.state") == "live", "no picture"
        )
        eventually(
            lambda: box(browser, "#zones")["width"] == pytest.approx(box(browser, "#stage")["width"], abs=1) != 0
        )
        yield browser
        assert browser.console == []


def test_a_window_is_dragged_by_mouse_and_keys_and_saved_and_others_show(page: Chromium, camera: CameraProcess) -> None:
    assert violations(page) == []
    layer, zone = box(page, "#zones"), box(page, ".zone")
    unit = layer["width"] / 640
    drag(page, zone["x"] + zone["width"] / 2, zone["y"] + zone["height"] / 2, 64 * unit, 0)
    page.run("document.querySelector('.zone').focus()")
    press(page, "ArrowDown")
    assert data(camera) == [1, 100, 100, 300, 300, 80]  # not before it is saved
    click(page, "#motion-save")
    eventually(lambda: page.run("document.getElementById('toast').textContent") == "Windows saved", "not saved")
    assert data(camera) == pytest.approx([1, 164, 108, 364, 308, 80], abs=1)
    camera.client.get(SETUP)
    eventually(lambda: box(page, ".zone")["x"] == pytest.approx(zone["x"], abs=1), "a change elsewhere is not shown")


def test_levels_are_shown_while_something_moves(page: Chromium, camera: CameraProcess) -> None:
    camera.client.get("/setup.cgi?mddata=1,0,0,640,480,100|0,0,0,0,0,50|0,0,0,0,0,50&mdpercent=1|50|50")
    level = "Number(document.querySelector('.chip').style.getPropertyValue('--level'))"
    eventually(lambda: page.run(level) > 0, "no level")
