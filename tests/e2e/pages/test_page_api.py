"""The API page in a browser: every request is listed, described, tried and copied."""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator

import pytest
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.pages.test_pages import violations

from ipcamd.web.endpoints import load_endpoints

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with Chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Chromium, shared_camera: CameraProcess) -> Iterator[Chromium]:
    browser.console.clear()
    look(browser, shared_camera, "admin", PASSWORD)
    yield browser
    assert browser.console == []


def look(browser: Chromium, camera: CameraProcess, user: str, password: str) -> None:
    browser.log_in(user, password)
    browser.go("about:blank")
    browser.go(f"http://127.0.0.1:{camera.port}/api")
    eventually(lambda: browser.run("document.querySelector('summary') !== null"), "no requests")


def operation(path: str) -> str:
    return f"[...document.querySelectorAll('details')].find((e) => e.querySelector('code').textContent === '{path}')"


def part(path: str, selector: str) -> str:
    return f"{operation(path)}.querySelector({json.dumps(selector)})"


def open_operation(page: Chromium, path: str) -> None:
    page.run(f"{operation(path)}.querySelector('summary').click()")
    eventually(lambda: page.run(f"{part(path, '.curl')} !== null"), "it does not open")


def fill(page: Chromium, path: str, **values: str) -> None:
    for name, value in values.items():
        control = f"[...{operation(path)}.querySelectorAll('label')].find((e) => e.textContent === '{name}').control"
        page.run(
            f"{control}.value = {json.dumps(value)}; {control}.dispatchEvent(new Event('input', {{ bubbles: true }}))"
        )


def send(page: Chromium, path: str) -> None:
    page.run(f"{part(path, '[data-part=send]')}.click()")


def answer(page: Chromium, path: str) -> str:
    return str(page.run(f"{part(path, '[data-part=body]')}.textContent"))


def test_every_request_is_listed_and_found_by_words(page: Chromium) -> None:
    assert set(page.run("[...document.querySelectorAll('summary code')].map((e) => e.textContent)")) == {
        endpoint.path for endpoint in load_endpoints()
    }
    page.run("document.getElementById('find').focus(); 0")
    page.call("Input.insertText", text="clock time zone")
    shown = (
        "[...document.querySelectorAll('summary code')].filter((e) => e.checkVisibility()).map((e) => e.textContent)"
    )
    assert page.run(shown) == ["/cgi/admin/date.cgi"]
    page.call("Input.insertText", text=" nothing such")
    assert page.run(shown) == []
    assert not page.run("document.getElementById('none').hidden")


def test_a_request_is_described_tried_and_shown_as_code(page: Chromium, shared_camera: CameraProcess) -> None:
    path = "/cgi/admin/date.cgi"
    open_operation(page, path)
    labels = (
        f"[...{operation(path)}.querySelectorAll('label')].filter((e) => e.checkVisibility()).map((e) => e.textContent)"
    )
    assert page.run(labels) == ["action"]
    assert violations(page) == []
    send(page, path)
    eventually(lambda: answer(page, path).startswith("20"), "no answer")
    fill(page, path, action="set", month="13")
    assert page.run(labels)[:3] == ["action", "year", "month"]
    send(page, path)
    eventually(lambda: page.run("document.getElementById('confirm')?.open"), "it does not ask")
    page.run("document.getElementById('confirm-yes').click()")
    eventually(lambda: "month=13: allowed: 1 to 12" in answer(page, path), "no error")
    assert violations(page) == []


@pytest.mark.parametrize("language", ["curl", "python"])
def test_the_code_of_a_parameter_has_the_effect_that_the_page_shows(
    page: Chromium, shared_camera: CameraProcess, language: str
) -> None:
    path = "/cgi/admin/param.cgi"
    value = 'it\'s "50 %" & <\N{LATIN SMALL LETTER E WITH ACUTE}> `id` $(id) \\ @x;#'
    open_operation(page, path)
    fill(page, path, action="update", group="System.Info", Parameter="ServerLocation", Value=value)
    code = page.run(f"{part(path, f'.{language}')}.textContent").replace("PASSWORD", PASSWORD)
    command = shlex.split(code) if language == "curl" else [sys.executable, "-c", code]
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        assert done.stdout.strip() == f"System.Info.ServerLocation={value}"
    finally:
        shared_camera.client.update("System.Info", ServerLocation="")


def test_requests_beyond_the_rank_are_not_offered(browser: Chromium, shared_camera: CameraProcess) -> None:
    shared_camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="uma", pwd="sunflower", grp="users")
    try:
        look(browser, shared_camera, "uma", "sunflower")
        for path, may in (("/cgi/admin/date.cgi", False), ("/cgi/ptz/ptz.cgi", True)):
            open_operation(browser, path)
            assert browser.run(f"{part(path, '[data-part=send]')}.disabled") is not may
    finally:
        shared_camera.client.get("/cgi/admin/pwdgrp.cgi", action="remove", user="uma")
