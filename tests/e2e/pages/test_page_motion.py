"""Levels on the home page, windows drawn over the picture and dragged; administrators alone save them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium

pytestmark = pytest.mark.slow

SETUP = "/setup.cgi?motionenable=1&mdpercent=5|50|50&mddata=1,100,100,300,300,80|0,0,0,0,0,50|0,0,0,0,0,50"


@pytest.fixture
def page(camera: CameraProcess) -> Iterator[Chromium]:
    camera.client.get(SETUP)
    with Chromium() as browser:
        browser.log_in("admin", PASSWORD)
        look(browser, camera)
        eventually(lambda: not browser.run("document.getElementById('motion-button').hidden"), "no Motion button")
        yield browser
        assert browser.console == []


def look(browser: Chromium, camera: CameraProcess) -> None:
    browser.go(f"http://127.0.0.1:{camera.port}/")
    eventually(lambda: browser.run("document.getElementById('player')?.dataset.state") == "live", "no picture")


def click(page: Chromium, what: str) -> None:
    page.run(f"document.querySelector({json.dumps(what)}).click()")


def box(page: Chromium, what: str) -> dict[str, float]:
    found: dict[str, float] = page.run(f"document.querySelector({json.dumps(what)}).getBoundingClientRect().toJSON()")
    return found


def open_panel(page: Chromium) -> None:
    """Open it, and wait until the windows lie over the picture, which has become smaller."""
    click(page, "#motion-button")
    eventually(lambda: box(page, "#zones")["width"] == pytest.approx(box(page, "#stage")["width"], abs=1) != 0)


def drag(page: Chromium, x: float, y: float, dx: float, dy: float) -> None:
    mouse: dict[str, Any] = {"button": "left", "clickCount": 1}
    page.call("Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, **mouse)
    for step in (0.5, 1.0):
        page.call("Input.dispatchMouseEvent", type="mouseMoved", x=x + dx * step, y=y + dy * step, **mouse)
    page.call("Input.dispatchMouseEvent", type="mouseReleased", x=x + dx, y=y + dy, **mouse)


def press(page: Chromium, key: str, modifiers: int = 0) -> None:
    for kind in ("keyDown", "keyUp"):
        page.call("Input.dispatchKeyEvent", type=kind, key=key, modifiers=modifiers)


def data(camera: CameraProcess) -> list[int]:
    """Return the first window's numbers as the camera has them."""
    values = dict(line.split("=", 1) for line in camera.client.get("/setup.cgi").lines)
    return [int(number) for number in values["mddata"].split("|")[0].split(",")]


def save(page: Chromium) -> None:
    click(page, "#motion-save")
    eventually(lambda: page.run("document.getElementById('toast').textContent") == "Windows saved", "not saved")


def test_a_window_is_dragged_and_resized_and_saved(page: Chromium, camera: CameraProcess) -> None:
    open_panel(page)
    layer, zone = box(page, "#zones"), box(page, ".zone")
    assert zone["x"] - layer["x"] == pytest.approx(layer["width"] * 100 / 640, abs=1)
    assert zone["height"] == pytest.approx(layer["height"] * 200 / 480, abs=1)
    unit, high = layer["width"] / 640, layer["height"] / 480
    drag(page, zone["x"] + zone["width"] / 2, zone["y"] + zone["height"] / 2, 64 * unit, -48 * high)
    drag(page, zone["right"] + 64 * unit, zone["bottom"] - 48 * high, 32 * unit, 24 * high)
    assert data(camera) == [1, 100, 100, 300, 300, 80]  # not before it is saved
    save(page)
    assert data(camera) == pytest.approx([1, 164, 52, 396, 276, 80], abs=1)


def test_a_window_within_a_selected_one_can_be_taken_hold_of(page: Chromium, camera: CameraProcess) -> None:
    camera.client.get("/setup.cgi?mddata=1,200,120,440,360,50|1,0,0,640,480,50|0,0,0,0,0,50")
    open_panel(page)
    eventually(lambda: box(page, ".zone")["width"] < box(page, "#zones")["width"] / 2)
    page.run("document.querySelectorAll('.zone')[1].focus()")
    zones = box(page, "#zones")
    drag(page, zones["x"] + zones["width"] / 2, zones["y"] + zones["height"] / 2, -zones["width"] / 8, 0)
    save(page)
    assert data(camera) == pytest.approx([1, 120, 120, 360, 360, 50], abs=1)


def test_windows_stay_on_the_picture_when_its_proportions_change(page: Chromium, camera: CameraProcess) -> None:
    for codec in ("MJPEG", "H264"):
        camera.client.update(f"Image.{codec}", Resolution="0")  # the scene becomes as narrow as the streams
    eventually(lambda: page.run("document.getElementById('picture').height") == 480, "not 640x480")
    open_panel(page)
    camera.client.update("Image.H264", Resolution="5")
    eventually(lambda: page.run("document.getElementById('picture').height") == 720, "not 1280x720")
    eventually(lambda: box(page, "#zones")["width"] == pytest.approx(box(page, "#stage")["width"], abs=1), "beside it")


def test_the_keyboard_moves_and_resizes(page: Chromium, camera: CameraProcess) -> None:
    press(page, "w")
    eventually(lambda: page.run("document.querySelector('.zone')?.getClientRects().length"), "no window is shown")
    page.run("document.querySelector('.zone').focus()")
    for key, modifiers in (("ArrowRight", 0), ("ArrowDown", 2), ("ArrowLeft", 8), ("ArrowDown", 8)):
        press(page, key, modifiers)
    assert page.run("document.querySelector('.zone').getAttribute('aria-label')").startswith(
        "Window1: 30 by 43 per cent"
    )
    save(page)
    assert data(camera) == [1, 108, 101, 300, 309, 80]


def test_a_window_is_drawn_where_there_is_none_yet(page: Chromium, camera: CameraProcess) -> None:
    camera.client.get("/setup.cgi?mddata=1,0,0,0,0,50|0,0,0,0,0,50|0,0,0,0,0,50")
    look(page, camera)
    eventually(lambda: not page.run("document.getElementById('motion-button').hidden"))
    open_panel(page)
    layer = box(page, "#zones")
    drag(
        page, layer["x"] + layer["width"] / 2, layer["y"] + layer["height"] / 2, layer["width"] / 4, layer["height"] / 4
    )
    save(page)
    assert data(camera) == pytest.approx([1, 320, 240, 480, 360, 50], abs=1)


def test_a_window_over_the_whole_picture_is_resized_by_a_corner_that_can_be_seen(
    page: Chromium, camera: CameraProcess
) -> None:
    camera.client.get("/setup.cgi?mddata=1,0,0,640,480,50|0,0,0,0,0,50|0,0,0,0,0,50")
    open_panel(page)
    eventually(lambda: box(page, ".zone")["width"] == pytest.approx(box(page, "#stage")["width"], abs=1))
    stage, corner = box(page, "#stage"), box(page, ".zone .handle.se")
    x, y = corner["x"] + corner["width"] / 2, corner["y"] + corner["height"] / 2
    assert x + 7 <= stage["right"]  # the dot with its rim
    assert y + 7 <= stage["bottom"]
    drag(page, x, y, -stage["width"] / 2, -stage["height"] / 2)
    save(page)
    assert data(camera) == pytest.approx([1, 0, 0, 320, 240, 50], abs=1)


def test_the_panel_opens_with_what_the_camera_has_now(page: Chromium, camera: CameraProcess) -> None:
    camera.client.get("/setup.cgi?mdname=Door&motionenable=0")
    click(page, "#motion-button")
    eventually(lambda: page.run("document.querySelector('.window [data-part=name]').value") == "Door", "the old name")
    assert not page.run("document.getElementById('motion-on').checked")


@pytest.mark.parametrize("switch", ["#motion-on", ".window [data-part=enabled]"])
def test_one_switch_enables_detection_in_a_window(page: Chromium, camera: CameraProcess, switch: str) -> None:
    camera.client.get("/setup.cgi?motionenable=0&mddata=0,0,0,0,0,50|0,0,0,0,0,50|0,0,0,0,0,50")
    open_panel(page)
    eventually(lambda: not page.run("document.getElementById('motion-on').checked"))
    click(page, switch)
    save(page)
    listed = camera.client.get("/setup.cgi").lines
    assert "motionenable=1" in listed
    assert "mdpercent=10|50|50" in listed
    assert data(camera) == [1, 200, 160, 440, 400, 50]


def test_revert_brings_what_others_have_saved_meanwhile(page: Chromium, camera: CameraProcess) -> None:
    open_panel(page)
    click(page, ".window [data-part=enabled]")
    camera.client.get("/setup.cgi?mdpercent=77|50|50")
    click(page, "#motion-revert")
    eventually(lambda: page.run("document.querySelector('.window [data-part=percent]').value") == "77", "the old one")
    assert page.run("document.querySelector('.window [data-part=enabled]').checked")


def test_sliders_cells_names_and_switches_are_saved_and_reverted(page: Chromium, camera: CameraProcess) -> None:
    click(page, "#motion-button")
    before = camera.client.get("/setup.cgi").text
    page.run(
        """(() => {
          const card = document.querySelectorAll('.window')[1];
          const set = (part, value) => {
            const input = card.querySelector(`[data-part=${part}]`);
            input.value = value;
            input.dispatchEvent(new Event('input', { bubbles: true }));
          };
          card.querySelector('[data-part=enabled]').click();
          set('name', 'Ga|te');
          set('percent', '25');
          set('sensitivity', '90');
          card.querySelectorAll('.cells input')[3].click();
        })()"""
    )
    assert camera.client.get("/setup.cgi").text == before
    save(page)
    listed = camera.client.get("/setup.cgi").lines
    assert "mdname=Window1|Gate|Window3" in listed
    assert "mdpercent=5|25|50" in listed
    assert "mddatanormalize=0008000000" in listed
    assert "mddata=1,100,100,300,300,80|1,200,160,440,400,90|0,0,0,0,0,50" in listed
    click(page, "#motion-on")
    assert not page.run("document.getElementById('motion-save').disabled")
    click(page, "#motion-revert")
    assert page.run("document.getElementById('motion-on').checked && document.getElementById('motion-save').disabled")
    assert camera.client.get("/setup.cgi").lines == listed


def test_refusals_of_the_camera_are_shown(page: Chromium, camera: CameraProcess) -> None:
    open_panel(page)
    click(page, "#motion-on")
    camera.kill()
    click(page, "#motion-save")
    eventually(lambda: "Not saved" in page.run("document.getElementById('toast').textContent"), "no complaint")
    assert not page.run("document.getElementById('motion-save').disabled")


def test_a_panel_reports_that_windows_cannot_be_loaded_and_retries(page: Chromium) -> None:
    page.call("Network.setBlockedURLs", urls=["*/window_overlay.js"])
    click(page, "#motion-button")
    eventually(lambda: "Not opened" in page.run("document.getElementById('toast').textContent"), "no complaint")
    page.call("Network.setBlockedURLs", urls=[])
    page.console.clear()  # the browser reports the blocked file
    click(page, "#motion-close")
    open_panel(page)
    assert page.run("document.querySelectorAll('.zone').length")


def test_levels_live(page: Chromium, camera: CameraProcess) -> None:
    camera.client.get("/setup.cgi?mddata=1,0,120,640,480,80|0,0,0,0,0,50|0,0,0,0,0,50")
    click(page, "#motion-button")
    moving = "Number(document.querySelector('.window').style.getPropertyValue('--level'))"
    eventually(lambda: page.run(moving) > 0.1, "no level in the panel")
    eventually(lambda: page.run("document.querySelector('.zone')?.classList.contains('alarms')"), "no alarm")
    assert not page.run("document.getElementById('moves').hidden")
    camera.client.get("/cgi/admin/virtual.cgi", scene="still")
    eventually(lambda: page.run(moving) == 0, "the level stays")


def test_guests_see_levels_and_no_windows(camera: CameraProcess) -> None:
    camera.client.get("/setup.cgi?mddata=1,0,120,640,480,80|0,0,0,0,0,50|0,0,0,0,0,50&motionenable=1")
    camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="paul", pwd="sunflower", grp="guest")
    with Chromium() as browser:
        browser.log_in("paul", "sunflower")
        look(browser, camera)
        eventually(lambda: not browser.run("document.getElementById('moves').hidden"), "no levels")
        press(browser, "w")
        assert browser.run(
            "document.getElementById('motion-button').hidden && document.getElementById('motion').hidden"
        )
        assert browser.run("document.getElementById('zones').hidden")
