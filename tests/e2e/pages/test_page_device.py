"""The live page shows inputs, output, day and night to all accounts, and lets permitted ones switch them."""

import json

import pytest
from tests.e2e.camera import CameraProcess, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.pages.test_page_motion import click, look

pytestmark = pytest.mark.slow

OUTPUT = "#device [data-param='GPIO.TriggerOutStatus1']"
USAGE = "#device select"


def shown(page: Chromium, part: str) -> str:
    return str(page.run(f"document.querySelector('#device [data-part={part}]').innerText"))


def choose(page: Chromium, value: str) -> None:
    page.run(
        f"""(() => {{
            const usage = document.querySelector({json.dumps(USAGE)});
            usage.value = {json.dumps(value)};
            usage.dispatchEvent(new Event("change", {{ bubbles: true }}));
        }})()"""
    )


def test_a_switch_pressed_in_one_browser_shows_in_the_other(page: Chromium, camera: CameraProcess) -> None:
    camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="uma", pwd="sunflower", grp="users")
    with Chromium() as other:
        other.log_in("uma", "sunflower")
        look(other, camera)
        eventually(lambda: shown(other, "output-state") == "low", "no output")
        click(page, OUTPUT)
        eventually(lambda: shown(other, "output-state") == "high", "the other browser does not follow")
        assert camera.client.value("GPIO", "TriggerOutStatus1") == "high"
        click(other, OUTPUT)
        eventually(lambda: shown(page, "output-state") == "low", "the first browser does not follow")
        assert not page.run(f'document.querySelector("{OUTPUT}").checked')
        choose(page, "off")
        eventually(lambda: shown(other, "light-state") == "Night, set manually", "no night")
        assert other.run(f"document.querySelector('{USAGE}').hidden")
        assert other.console == []


def test_inputs_and_the_light_are_shown_as_they_change(page: Chromium, camera: CameraProcess) -> None:
    eventually(lambda: shown(page, "inputs").split("\n") == ["Input 1", "low", "Input 2", "low"], "no inputs")
    camera.client.get("/cgi/admin/virtual.cgi", di2="high")
    lamps = "[...document.querySelectorAll('#device .lamp')].map((lamp) => lamp.dataset.level).join()"
    eventually(lambda: page.run(lamps) == "low,high", "the input is not shown")
    camera.client.update("IRCUt", Usage="off")
    eventually(lambda: shown(page, "light-state") == "Night", "no night")
    assert page.run(f"document.querySelector('{USAGE}').value") == "off"
    choose(page, "on")
    page.run(f"document.querySelector('{USAGE}').focus()")
    eventually(lambda: shown(page, "light-state") == "Day", "no day")
    camera.client.update("IRCUt", Usage="auto")  # another client's choice appears while the list has the focus
    eventually(lambda: page.run(f"document.querySelector('{USAGE}').value") == "auto", "the choice is not shown")


def test_a_guest_sees_everything_and_switches_nothing(camera: CameraProcess) -> None:
    camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="paul", pwd="sunflower", grp="guest")
    with Chromium() as browser:
        browser.log_in("paul", "sunflower")
        look(browser, camera)
        camera.client.update("GPIO", TriggerOutStatus1="high")
        eventually(lambda: shown(browser, "output-state") == "high", "no output")
        assert browser.run(f'document.querySelector("{OUTPUT}").disabled')
        assert (
            browser.run(f"document.querySelector(\"{OUTPUT}\").closest('label').title") == "Guests may not switch this"
        )
        assert shown(browser, "light-state") == "Day, automatic, by light"
        assert browser.run(f"document.querySelector('{USAGE}').hidden")
        assert browser.console == []


def test_a_switch_that_the_camera_refuses_returns_and_the_reason_stands_beside_it(
    page: Chromium, camera: CameraProcess
) -> None:
    eventually(lambda: shown(page, "output-state") == "low", "no output")
    camera.kill()
    click(page, OUTPUT)
    alert = "document.querySelector('#device [role=alert]').textContent"
    eventually(lambda: page.run(alert) == "Not switched: the camera does not answer", "no reason")
    assert not page.run(f'document.querySelector("{OUTPUT}").checked')
    choose(page, "off")
    eventually(lambda: page.run(f"document.querySelector('{USAGE}').value") == "auto", "the choice does not return")
