"""The live page moves the camera: pad, keyboard, wheel, a click on the picture, presets, patrol."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.test_page_motion import box, click, look
from tests.e2e.test_ptz import arrive, command, place

pytestmark = pytest.mark.slow


@pytest.fixture
def page(camera: CameraProcess) -> Iterator[Chromium]:
    command(camera.client, "speed=3|3|3")
    with Chromium() as browser:
        browser.log_in("admin", PASSWORD)
        look(browser, camera)
        eventually(lambda: not hidden(browser, "ptz-button"), "no PTZ button")
        click(browser, "#ptz-button")
        yield browser
        assert browser.console == []


def hidden(page: Chromium, name: str) -> bool:
    return bool(page.run(f"document.getElementById({json.dumps(name)}).hidden"))


def shown_position(page: Chromium) -> str:
    return str(page.run("document.getElementById('position').textContent"))


def mouse(page: Chromium, kind: str, x: float, y: float, **more: Any) -> None:
    page.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)


def press(page: Chromium, what: str) -> tuple[float, float]:
    """Press the mouse button on an element; return where."""
    page.run(f"document.querySelector({json.dumps(what)}).scrollIntoView({{ block: 'center' }})")
    where = box(page, what)
    x, y = where["x"] + where["width"] / 2, where["y"] + where["height"] / 2
    mouse(page, "mousePressed", x, y, button="left", clickCount=1)
    return x, y


def release(page: Chromium, x: float, y: float) -> None:
    mouse(page, "mouseReleased", x, y, button="left", clickCount=1)


def test_a_press_is_a_step_and_a_long_one_goes_on_until_it_ends(page: Chromium, camera: CameraProcess) -> None:
    release(page, *press(page, "[data-move=right]"))
    arrive(camera.client, 10, 0, 1.5)
    eventually(lambda: shown_position(page) == "10 / 0 / 1.5\N{MULTIPLICATION SIGN}")
    where = press(page, "[data-move=left]")
    eventually(lambda: place(camera.client)[0] < -5, "it does not go on")
    release(page, *where)
    eventually(lambda: not moving(page), "it does not stop")
    assert -95 < place(camera.client)[0] < -5
    click(page, "#ptz-home")
    arrive(camera.client, 0, 0, 1)


def moving(page: Chromium) -> bool:
    """Whether the camera moves, as it tells the page."""
    return bool(
        page.run(
            """new Promise((resolve) => {
                const source = new EventSource("web/state");
                source.addEventListener("state", (event) => {
                    source.close();
                    resolve(JSON.parse(event.data).ptz.moving);
                });
            })"""
        )
    )


def test_the_keyboard_the_wheel_and_a_click_move_it(page: Chromium, camera: CameraProcess) -> None:
    for kind in ("keyDown", "keyUp"):
        page.call("Input.dispatchKeyEvent", type=kind, key="ArrowUp")
    arrive(camera.client, 0, 10, 1.5)
    page.run("scrollTo(0, 0)")
    stage = box(page, "#picture")
    x, y = stage["x"] + stage["width"] * 0.75, stage["y"] + stage["height"] * 0.5
    # the wheel counts from the zoom that the page knows, here 1.45 at least
    eventually(lambda: page.run("document.getElementById('position').textContent").endswith("1.5\u00d7"), "not shown")
    mouse(page, "mouseWheel", x, y, deltaX=0, deltaY=-120)
    eventually(lambda: 1.66 < place(camera.client)[2] < 1.74, "no zoom")
    eventually(lambda: not moving(page))
    mouse(page, "mousePressed", x, y, button="left", clickCount=1)
    release(page, x, y)
    eventually(lambda: place(camera.client)[0] > 20, "the point is not centred")


def test_presets_and_patrol(page: Chromium, camera: CameraProcess) -> None:
    command(camera.client, "position=20|10|2")
    arrive(camera.client, 20, 10, 2)
    page.run("document.getElementById('ptz-name').value = 'Door'")
    click(page, "#ptz-store")
    eventually(lambda: page.run("document.getElementById('ptz-preset').options[0].textContent") == "1 · Door")
    assert camera.client.value("PTZ.PresetList", "Preset1") == "1|5|Door"
    click(page, "#ptz-home")
    arrive(camera.client, 0, 0, 1)
    click(page, "#ptz-go")
    arrive(camera.client, 20, 10, 2)
    for pressed in ("true", "false"):
        click(page, "#ptz-patrol")
        eventually(lambda: page.run("document.getElementById('ptz-patrol').getAttribute('aria-pressed')") == pressed)  # noqa: B023
    camera.client.update("PTZ.PresetList", Preset2="1|5|Gate")  # by another client
    eventually(lambda: page.run("document.getElementById('ptz-preset').options[1].textContent") == "2 · Gate")
    click(page, "#ptz-remove")
    eventually(lambda: page.run("document.getElementById('ptz-go').disabled"), "it is not removed")


def test_a_guest_sees_the_position_and_no_controls(camera: CameraProcess) -> None:
    camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="paul", pwd="sunflower", grp="guest")
    with Chromium() as browser:
        browser.log_in("paul", "sunflower")
        look(browser, camera)
        command(camera.client, "position=10|-20|2")
        eventually(lambda: shown_position(browser) == "10 / -20 / 2.0\N{MULTIPLICATION SIGN}", "no position")
        assert hidden(browser, "ptz-button")
        assert hidden(browser, "ptz")
        assert browser.console == []


def test_the_panels_take_turns(page: Chromium) -> None:
    eventually(lambda: not hidden(page, "motion-button"), "no Motion button")
    click(page, "#motion-button")
    eventually(lambda: not hidden(page, "motion"), "no panel")
    assert hidden(page, "ptz")
    click(page, "#ptz-button")
    assert (hidden(page, "motion"), hidden(page, "ptz")) == (True, False)


def test_a_user_moves_it_by_touch_and_is_told_when_it_is_locked(camera: CameraProcess) -> None:
    camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="uma", pwd="sunflower", grp="users")
    with Chromium() as browser:
        browser.log_in("uma", "sunflower")
        browser.call("Emulation.setTouchEmulationEnabled", enabled=True)
        look(browser, camera)
        eventually(lambda: not hidden(browser, "ptz-button"), "no PTZ button")
        click(browser, "#ptz-button")
        assert hidden(browser, "ptz-lock")
        where = box(browser, "[data-move=right]")
        points = [{"x": where["x"] + 10, "y": where["y"] + 10}]
        browser.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=points)
        eventually(lambda: place(camera.client)[0] > 10, "it does not go on")
        browser.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        eventually(lambda: not moving(browser), "it does not stop")
        assert place(camera.client)[0] < 100
        command(camera.client, "lock=600")
        click(browser, "#ptz-home")
        eventually(lambda: "PTZ is locked" in browser.run("document.getElementById('toast').textContent"), "no reason")
        assert browser.console == []
