"""The live page zooms and focuses the lens: for permitted accounts, and visible to all viewers."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.pages.test_page_motion import box, click, look
from tests.e2e.ptz.test_lens import ask, virtual

pytestmark = pytest.mark.slow

ZOOM, AUTOFOCUS, FORWARD = "#lens input", "#lens [data-part=autofocus]", "#lens [data-step=focusplus]"


@pytest.fixture
def page(camera: CameraProcess) -> Iterator[Chromium]:
    with Chromium() as browser:
        browser.log_in("admin", PASSWORD)
        look(browser, camera)
        eventually(lambda: part(browser, "focus") == "50", "no lens")
        yield browser
        assert browser.console == []


def part(page: Chromium, name: str) -> str:
    return str(page.run(f"document.querySelector('#lens [data-part={name}]').textContent"))


def error(page: Chromium) -> str:
    return str(page.run("document.querySelector('#lens [role=alert]').textContent"))


def note_focus(page: Chromium) -> None:
    """Record all displayed values of the focus."""
    page.run(
        """(() => {
            const focus = document.querySelector("#lens [data-part=focus]");
            window.shown = [];
            new MutationObserver(() => window.shown.push(focus.textContent)).observe(focus, { childList: true });
        })()"""
    )


def choose_zoom(page: Chromium, index: int) -> None:
    page.run(
        f"""(() => {{
            const zoom = document.querySelector({json.dumps(ZOOM)});
            zoom.value = {index};
            zoom.dispatchEvent(new Event("change", {{ bubbles: true }}));
        }})()"""
    )


def test_zoom_and_autofocus_show_in_every_browser(page: Chromium, camera: CameraProcess) -> None:
    virtual(camera.client, scene="still")  # with few pictures, what moves changes the sharpness more than the focus
    camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="paul", pwd="sunflower", grp="guest")
    with Chromium() as guest:
        guest.log_in("paul", "sunflower")
        look(guest, camera)
        choose_zoom(page, 6)
        eventually(lambda: ask(camera.client, "getmotorcurpos") == "6|50", "it does not zoom")
        eventually(lambda: part(guest, "zoom") == "6", "the other browser does not follow")
        note_focus(guest)
        click(page, AUTOFOCUS)  # it waits for the zoom motor
        for browser in (page, guest):
            eventually(lambda: part(browser, "focus") in map(str, range(76, 85)), "it does not focus")  # noqa: B023
        assert "searching" in guest.run("window.shown")
        assert guest.run("[...document.querySelectorAll('#lens :is(input, button)')].every((c) => c.hidden)")
        assert guest.console == []
    assert error(page) == ""


def test_a_press_is_a_step_and_a_long_one_goes_on(page: Chromium, camera: CameraProcess) -> None:
    click(page, FORWARD)
    eventually(lambda: part(page, "focus") == "51", "no step")
    page.run(f"document.querySelector('{FORWARD}').scrollIntoView({{ block: 'center' }})")
    where = box(page, FORWARD)
    mouse = {"x": where["x"] + where["width"] / 2, "y": where["y"] + where["height"] / 2, "button": "left"}
    page.call("Input.dispatchMouseEvent", type="mousePressed", clickCount=1, **mouse)
    eventually(lambda: int(ask(camera.client, "getmotorcurpos").split("|")[1]) >= 55, "it does not go on")
    page.call("Input.dispatchMouseEvent", type="mouseReleased", clickCount=1, **mouse)
    eventually(lambda: ask(camera.client, "fzisbusy") == "0" and part(page, "focus") != "51", "it does not end")
    assert error(page) == ""


def test_a_jam_is_shown_beside_the_controls(page: Chromium, camera: CameraProcess) -> None:
    virtual(camera.client, lens="jam")
    assert ask(camera.client, "focusplus") == "OK"
    eventually(lambda: ask(camera.client, "fzisbusy") == "0", "it stays busy")
    click(page, AUTOFOCUS)
    eventually(lambda: error(page) == "Lens not moved: the motor is blocked", "no error")
    virtual(camera.client, lens="free")
    click(page, FORWARD)
    eventually(lambda: error(page) == "" and part(page, "focus") == "51", "the error stays")


def test_a_camera_without_a_lens_shows_none(start_camera: StartCamera, tmp_path: Path) -> None:
    config = tmp_path / "camera.toml"
    config.write_text('source = "scene"\nadmin-password = "correct horse"\n[device]\nlens = "none"\n')
    camera = start_camera(f"--config={config}")
    with Chromium() as browser:
        browser.log_in("admin", "correct horse")
        look(browser, camera)
        eventually(lambda: not browser.run("document.getElementById('position-row').hidden"), "no state")
        assert browser.run("document.getElementById('lens').hidden")
        assert browser.console == []
