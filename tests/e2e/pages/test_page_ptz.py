"""The live page moves the camera: pad, keyboard, wheel, a click on the picture, presets, patrol."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.pages.test_page_motion import box, click, look
from tests.e2e.ptz.test_ptz import arrive, command, place

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


def words(page: Chromium, name: str) -> str:
    return str(page.run(f"document.getElementById({json.dumps(name)}).textContent"))


def toast(page: Chromium) -> str:
    return words(page, "toast")


TILE = "#ptz-presets button:nth-child({})"


def tile(page: Chromium, number: int) -> str:
    return str(page.run(f"document.querySelector({json.dumps(TILE.format(number))}).textContent"))


def has_picture(page: Chromium, number: int) -> bool:
    """Whether the thumbnail of a preset is shown, 160 pixels wide."""
    image = f"document.querySelector({json.dumps(TILE.format(number) + ' img')})"
    return bool(page.run(f"!{image}.hidden && {image}.complete && {image}.naturalWidth === 160"))


def write(page: Chromium, name: str, text: str) -> None:
    """Write into a field, as a person does."""
    page.run(f"document.getElementById({json.dumps(name)}).select()")
    page.call("Input.insertText", text=text)


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
    """Whether the camera moves, by its state for pages."""
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
    write(page, "ptz-name", "Door")
    click(page, "#ptz-store")
    eventually(lambda: tile(page, 1) == "Door", "the preset is not shown")
    assert camera.client.value("PTZ.PresetList", "Preset1") == "1|5|Door"
    eventually(lambda: has_picture(page, 1), "no thumbnail")
    click(page, "#ptz-home")
    arrive(camera.client, 0, 0, 1)
    click(page, TILE.format(1))
    arrive(camera.client, 20, 10, 2)
    for pressed in ("true", "false"):
        click(page, "#ptz-patrol")
        eventually(lambda: page.run("document.getElementById('ptz-patrol').getAttribute('aria-pressed')") == pressed)  # noqa: B023
    camera.client.update("PTZ.PresetList", Preset2="1|5|Gate")  # by another client
    eventually(lambda: tile(page, 2) == "Gate" and has_picture(page, 2), "another client's preset is not shown")
    click(page, "#ptz-remove")
    eventually(lambda: tile(page, 1) == "1" and not has_picture(page, 1), "it is not removed")
    assert camera.client.value("PTZ.PresetList", "Preset1") == "0|5|"


def test_name_and_stay_of_a_preset_are_saved_without_moving_it(page: Chromium, camera: CameraProcess) -> None:
    command(camera.client, "position=20|10|2")
    arrive(camera.client, 20, 10, 2)
    command(camera.client, "ptzpresetupdate=2|1|5|<b>x</b>")
    eventually(lambda: tile(page, 2) == "<b>x</b>", "the name is not shown as text")
    command(camera.client, "position=-20|10|2")
    arrive(camera.client, -20, 10, 2)
    click(page, TILE.format(2))
    arrive(camera.client, 20, 10, 2)
    command(camera.client, "position=-20|10|2")
    arrive(camera.client, -20, 10, 2)
    write(page, "ptz-name", "Yard")
    write(page, "ptz-stay", "12")
    camera.client.update("PTZ.PresetList", Preset5="1|5|Elsewhere")  # does not disturb text input
    eventually(lambda: tile(page, 5) == "Elsewhere", "another client's preset is not shown")
    click(page, "#ptz-save")
    eventually(lambda: tile(page, 2) == "Yard", "it is not saved")
    assert camera.client.value("PTZ.PresetList", "Preset2") == "1|12|Yard"
    click(page, TILE.format(2))
    arrive(camera.client, 20, 10, 2)


def test_home_is_set_and_the_motors_are_calibrated(page: Chromium, camera: CameraProcess) -> None:
    command(camera.client, "position=30|-10|2")
    arrive(camera.client, 30, -10, 2)
    click(page, "#ptz-set-home")
    eventually(lambda: toast(page) == "The present view is the home position now", "no word")
    command(camera.client, "position=-30|0|2")
    arrive(camera.client, -30, 0, 2)
    camera.client.get("/cgi/admin/virtual.cgi", ptz="jam")
    for _ in range(2):
        click(page, "#ptz-home")
    eventually(lambda: toast(page) == "Not moved: the motor is blocked", "no reason")
    click(page, "#ptz-calibrate")
    arrive(camera.client, 30, -10, 2)


NEXT_LOOK = "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))"
PADS = "globalThis.pad = { connected: true, axes: [0, 0, 0, 0], buttons: Array(17).fill({ value: 0, pressed: false }) }"
PLUG_IN = f"""{PADS}; navigator.getGamepads = () => [null, pad]; dispatchEvent(new Event("gamepadconnected")); 0"""


def test_a_gamepad_moves_it(page: Chromium, camera: CameraProcess) -> None:
    assert hidden(page, "ptz-gamepad")
    page.run(PLUG_IN)
    eventually(lambda: not hidden(page, "ptz-gamepad"), "the gamepad is not noticed")
    page.run("pad.axes = [1, 0, 0, 0]; 0")
    eventually(lambda: place(camera.client)[0] > 10, "it does not move")
    page.run("pad.axes = [0, 0, 0, 0]; 0")
    eventually(lambda: not moving(page), "it does not stop")
    assert place(camera.client)[0] < 100
    page.run("pad.axes = [0, 0, 0, -1]; 0")
    eventually(lambda: place(camera.client)[2] > 2, "it does not zoom")
    page.run("pad.axes = [0, 0, 0, 0]; 0")
    eventually(lambda: not moving(page), "the zoom does not stop")
    page.run("pad.buttons = pad.buttons.with(0, { value: 1, pressed: true }); 0")
    arrive(camera.client, 0, 0, 1)
    click(page, "#ptz-close")
    page.run(f"pad.axes = [0, -1, 0, 0]; {NEXT_LOOK}")
    page.run("navigator.getGamepads = () => []; new Promise((resolve) => requestAnimationFrame(resolve))")
    assert place(camera.client) == pytest.approx((0, 0, 1)), "it moves while the panel is closed"


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


def test_a_user_moves_it_by_touch_and_sees_the_lock(camera: CameraProcess) -> None:
    camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="uma", pwd="sunflower", grp="users")
    with Chromium() as browser:
        browser.log_in("uma", "sunflower")
        browser.call("Emulation.setTouchEmulationEnabled", enabled=True)
        look(browser, camera)
        eventually(lambda: not hidden(browser, "ptz-button"), "no PTZ button")
        click(browser, "#ptz-button")
        assert hidden(browser, "ptz-lock-row")
        where = box(browser, "[data-move=right]")
        points = [{"x": where["x"] + 10, "y": where["y"] + 10}]
        browser.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=points)
        eventually(lambda: place(camera.client)[0] > 10, "it does not go on")
        browser.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        eventually(lambda: not moving(browser), "it does not stop")
        assert place(camera.client)[0] < 100
        assert browser.console == []


def test_an_administrator_locks_ptz_and_the_controls_of_others_show_it(page: Chromium, camera: CameraProcess) -> None:
    camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="uma", pwd="sunflower", grp="users")
    with Chromium() as other:
        other.log_in("uma", "sunflower")
        look(other, camera)
        eventually(lambda: not hidden(other, "ptz-button"), "no PTZ button")
        click(other, "#ptz-button")
        where = press(other, "[data-move=right]")
        eventually(lambda: place(camera.client)[0] > 15, "it does not go on")
        page.run("document.getElementById('ptz-lock-time').value = '900'")
        click(page, "#ptz-lock")
        eventually(lambda: "PTZ, for 15 minutes more" in words(other, "ptz-locked"), "it is not locked for the other")
        eventually(lambda: not moving(page), "the other's move goes on")
        release(other, *where)
        assert other.run("document.querySelectorAll('#ptz-controls :is(button, input):enabled').length") == 0
        before = place(camera.client)
        for kind in ("keyDown", "keyUp"):
            other.call("Input.dispatchKeyEvent", type=kind, key="ArrowUp")
        release(other, *press(other, "#picture"))
        other.run(PLUG_IN)
        eventually(lambda: not hidden(other, "ptz-gamepad"), "the gamepad is not noticed")
        other.run(f"pad.axes = [1, 0]; {NEXT_LOOK}")
        click(page, "[data-zoom=in]")  # the administrator still may
        eventually(lambda: place(camera.client)[2] > 1.6, "the administrator cannot move it")
        assert place(camera.client)[:2] == pytest.approx(before[:2])
        assert "Not moved" not in toast(other)
        assert words(page, "ptz-lock") == "Unlock"
        click(page, "#ptz-lock")
        eventually(lambda: hidden(other, "ptz-locked"), "it stays locked")
        click(other, "#ptz-home")
        arrive(camera.client, 0, 0, 1)
        assert other.console == []
