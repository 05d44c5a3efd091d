"""Privacy in the browser: masks are drawn over the picture on the settings page; the live page has the switch."""

from typing import Any

import pytest
from tests.e2e.camera import CameraProcess, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.pages.test_page_motion import box, click, drag, press
from tests.e2e.pages.test_page_motion import look as look_live
from tests.e2e.pages.test_page_settings import said, save
from tests.e2e.pictures import decode_jpeg

pytestmark = pytest.mark.slow

SIDES = ("Left", "Top", "Right", "Bottom")
ZONES, ZONE = ".masks .zones", ".masks .zone:not([hidden])"


def look(browser: Chromium, camera: CameraProcess) -> None:
    """Open the page, and wait until the masks lie over the live picture."""
    browser.go(f"http://127.0.0.1:{camera.port}/settings")
    eventually(lambda: browser.run("document.getElementById('privacy') !== null"), "no settings")
    browser.run("document.getElementById('privacy').scrollIntoView()")
    eventually(lambda: browser.run("document.querySelector('.masks') !== null"), "no editor")
    eventually(lambda: is_live(browser), "no picture")
    eventually(lambda: box(browser, ZONES)["width"] == pytest.approx(box(browser, ".masks .stage")["width"], abs=1))


def is_live(browser: Chromium) -> bool:
    """Whether the picture under the masks changes; it is scrolled into view first."""
    browser.run("document.querySelector('.masks').scrollIntoView({ block: 'center' })")
    return bool(browser.run("document.querySelector('.masks small-picture').dataset.state") == "live")


def mask(camera: CameraProcess, number: int = 1) -> list[int]:
    values = camera.client.get("/cgi/admin/param.cgi", action="list", group=f"Privacy.Mask{number}").text
    return [int(values.partition(f".{side}=")[2].split()[0]) for side in SIDES]


def add(page: Chromium) -> None:
    click(page, ".masks [data-part=add]")
    eventually(lambda: page.run("document.activeElement.classList.contains('zone')"), "no mask has the focus")


def test_a_mask_is_added_moved_and_resized_by_mouse_and_keyboard(page: Chromium, camera: CameraProcess) -> None:
    add(page)
    layer, zone = box(page, ZONES), box(page, ZONE)
    unit, high = layer["width"] / 640, layer["height"] / 480
    drag(page, zone["x"] + zone["width"] / 2, zone["y"] + zone["height"] / 2, -160 * unit, -120 * high)
    drag(page, zone["right"] - 160 * unit, zone["bottom"] - 120 * high, 32 * unit, 24 * high)
    for key, modifiers in (("ArrowRight", 0), ("ArrowDown", 2), ("ArrowLeft", 8)):
        press(page, key, modifiers)
    assert page.run("document.activeElement.getAttribute('aria-label')").startswith("Mask 1: 29 by 30 per cent")
    assert mask(camera) == [0, 0, 0, 0]
    save(page)
    assert mask(camera) == pytest.approx([88, 61, 272, 205], abs=1)
    left, top, right, bottom = mask(camera)
    picture = decode_jpeg(camera.client.get("/cgi/jpg/image.cgi").body)
    height, width = picture.shape[:2]
    rows, columns = (
        slice(top * height // 480 + 8, bottom * height // 480 - 8),
        slice(left * width // 640 + 8, right * width // 640 - 8),
    )
    assert picture[rows, columns].max() < 30
    page.run("document.querySelector('.masks [data-part=type]').value = 'mosaic'")
    page.run("document.querySelector('.masks [data-part=type]').dispatchEvent(new Event('change'))")
    save(page)
    assert camera.client.value("Privacy.Mask1", "Type") == "mosaic"
    click(page, ".masks [data-part=remove]")
    save(page)
    assert camera.client.value("Privacy.Mask1", "Enabled") == "no"
    assert mask(camera) == [0, 0, 0, 0]
    click(page, "#undo")
    eventually(lambda: said(page) == "Undone", "not undone")
    assert camera.client.value("Privacy.Mask1", "Enabled") == "yes"
    assert page.run(f"document.querySelectorAll('{ZONE}').length") == 1


def test_a_finger_moves_a_mask(page: Chromium, camera: CameraProcess) -> None:
    add(page)
    layer, zone = box(page, ZONES), box(page, ZONE)
    x, y = zone["x"] + zone["width"] / 2, zone["y"] + zone["height"] / 2
    for kind, points in (("touchStart", [(x, y)]), ("touchMove", [(x + layer["width"] / 10, y)]), ("touchEnd", [])):
        touches: list[dict[str, Any]] = [{"x": x, "y": y} for x, y in points]
        page.call("Input.dispatchTouchEvent", type=kind, touchPoints=touches)
    eventually(lambda: box(page, ZONE)["x"] > zone["x"] + 1, "it does not move")
    save(page)
    assert mask(camera) == pytest.approx([304, 180, 464, 300], abs=1)


def test_masks_are_drawn_on_the_scene_whatever_part_of_it_is_shown_and_mirrored(
    page: Chromium, camera: CameraProcess
) -> None:
    client = camera.client
    client.update("ImageSource.IO.Sensor", Mirror="on")
    client.update("Privacy.Mask2", Enabled="yes", Left=0, Top=0, Right=160, Bottom=240)
    stage = box(page, ".masks .stage")
    eventually(lambda: page.run(f"document.querySelectorAll('{ZONE}').length") == 1, "the mask is not shown")
    eventually(lambda: box(page, ZONE)["right"] == pytest.approx(stage["right"], abs=1.5), "not mirrored")
    assert client.ask("GET", "/cgi/ptz/ptz.cgi?position=60|-40|2").status == 204
    eventually(lambda: box(page, ZONES)["width"] > stage["width"] * 1.4, "the head's zoom is not followed")
    eventually(lambda: box(page, ZONES)["width"] == pytest.approx(2 * stage["width"], abs=2))
    # the view begins after eight tenths of the movable half
    eventually(lambda: box(page, ZONES)["x"] == pytest.approx(stage["x"] - 0.8 * stage["width"], abs=2))
    eventually(
        lambda: box(page, ZONES)["y"] == pytest.approx(box(page, ".masks .stage")["y"] - 0.7 * stage["height"], abs=2)
    )
    assert box(page, ZONE)["width"] == pytest.approx(box(page, ZONES)["width"] / 4, abs=1.5)


def test_administrators_switch_privacy_on_the_live_page(page: Chromium, camera: CameraProcess) -> None:
    camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="uma", pwd="sunflower", grp="users")
    look_live(page, camera)
    words = "document.querySelector('#device [data-part=privacy-state]').textContent"
    eventually(lambda: page.run(words) == "off", "the state is not shown")
    click(page, "#device [data-param='Privacy.Enabled']")
    eventually(lambda: page.run(words) == "camera off", "the switch does nothing")
    assert camera.client.value("Privacy", "Enabled") == "yes"
    with Chromium() as other:
        other.log_in("uma", "sunflower")
        look_live(other, camera)
        eventually(lambda: other.run(words) == "camera off", "others do not see it")
        assert other.run("document.querySelector(\"#device [data-param='Privacy.Enabled']\").disabled")
        camera.client.update("Privacy", Enabled="no")
        eventually(lambda: other.run("document.querySelector('#device [data-part=privacy]').hidden"), "it stays")
    eventually(lambda: page.run(words) == "off", "a change from elsewhere is not shown")
