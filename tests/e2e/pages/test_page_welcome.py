"""The first steps in a browser, which logs in itself: password, name, time zone, picture."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import StartCamera, stop_all
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.pages.test_page_motion import click
from tests.e2e.pages.test_page_system import words, write

pytestmark = pytest.mark.slow

NEW = "sunflower 7"
BROWSER = {"Accept": "text/html,*/*"}


class NewCamera(CameraProcess):
    """A camera at its first start, which prints its password."""

    @property
    def printed(self) -> str:
        assert self.first_start
        return self.first_start.rpartition(" ")[2]


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[NewCamera]:
    config = tmp_path / "ipcamd.toml"
    config.write_text('source = "scene"\n')
    camera = NewCamera(tmp_path / "state", f"--config={config}")
    camera.start()
    yield camera
    stop_all([camera])


def open_with_login(browser: Chromium, camera: NewCamera) -> None:
    """Open the camera like a user who enters name and password."""
    browser.go(f"http://admin:{camera.printed}@127.0.0.1:{camera.port}/")
    eventually(lambda: browser.run("location.pathname") == "/welcome", "it does not lead to the first steps")
    eventually(lambda: browser.run("document.querySelectorAll('[name=TimeZone] option').length > 50"), "no zones")


def press_enter(browser: Chromium) -> None:
    for kind in ("keyDown", "keyUp"):
        browser.call(
            "Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r"
        )


def step(browser: Chromium) -> str:
    return str(browser.run("document.querySelector('.step:not([hidden])').dataset.step"))


def test_the_first_setup_works_by_keyboard_and_the_old_password_is_invalid(camera: NewCamera) -> None:
    with Chromium(390, 844) as browser:
        open_with_login(browser, camera)
        browser.call("Input.insertText", text=NEW)  # the first field has the focus
        write(browser, "[name=again]", "another")
        press_enter(browser)
        eventually(lambda: "differ" in words(browser, "[data-step=password] [role=alert]"), "no reason")
        browser.run("document.querySelector('[name=again]').value = ''; 0")
        write(browser, "[name=again]", NEW)
        press_enter(browser)
        eventually(lambda: step(browser) == "name", "the password is not set")
        admin = Client(camera.port, "admin", NEW)
        assert Client(camera.port, "admin", camera.printed).get("/").status == 401
        browser.run("document.querySelector('[name=ServerName]').select(); 0")
        browser.call("Input.insertText", text="<b>Door</b>")
        press_enter(browser)
        eventually(lambda: step(browser) == "time", "the name is not set")
        assert admin.value("System.Info", "ServerName") == "<b>Door</b>"
        browser.run("document.querySelector('[name=TimeZone]').value = '22'; 0")
        click(browser, "[name=SyncSource]")
        click(browser, "[data-step=time] [type=submit]")
        eventually(lambda: step(browser) == "picture", "the zone is not set")
        assert [admin.value("Time", name) for name in ("TimeZone", "DaylightSaving", "SyncSource")] == [
            "22",
            "on",
            "manually",
        ]
        eventually(lambda: browser.run("document.querySelector('small-picture').dataset.state") == "live", "no picture")
        click(browser, "[name=Mirror]")
        eventually(lambda: admin.value("ImageSource.IO.Sensor", "Mirror") == "on", "it is not mirrored")
        click(browser, "[data-step=picture] [type=submit]")
        eventually(lambda: browser.run("location.pathname") == "/", "it does not end")
        eventually(lambda: browser.run("document.querySelector('h1')?.textContent") == "<b>Door</b>", "no live page")
        assert [line for line in browser.console if "401" not in line] == []


def test_all_is_skipped_once_and_for_good(camera: NewCamera) -> None:
    admin = Client(camera.port, "admin", camera.printed)
    assert admin.ask("GET", "/", **BROWSER).fields["Location"] == "welcome"
    assert admin.get("/").status == 200  # a program is not led anywhere
    with Chromium() as browser:
        open_with_login(browser, camera)
        for name in ("name", "time", "picture"):
            click(browser, ".step:not([hidden]) [data-skip]")
            eventually(lambda: step(browser) == name, name)  # noqa: B023
        click(browser, "#later")
        eventually(lambda: browser.run("location.pathname") == "/", "it does not end")
    assert admin.ask("GET", "/", **BROWSER).status == 200


def test_others_are_not_led_there(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")  # its password was given as an option
    camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="uma", pwd="sunflower", grp="users")
    assert camera.client.ask("GET", "/", **BROWSER).status == 200
    uma = Client(camera.port, "uma", "sunflower")
    assert uma.ask("GET", "/", **BROWSER).status == 200
    assert [uma.get("/welcome").status, uma.ask("POST", "/web/welcome/end").status] == [403, 403]
    assert camera.client.ask("POST", "/web/welcome/end", Sec_Fetch_Site="cross-site").status == 403
