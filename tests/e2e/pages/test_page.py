"""The home page shows the live picture in a browser, and reconnects by itself after a restart."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium

pytestmark = pytest.mark.slow


@pytest.fixture
def browser() -> Iterator[Chromium]:
    with Chromium() as browser:
        yield browser


def view(browser: Chromium) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(browser.screenshot())).convert("RGB"), dtype=np.int16)


def changing(browser: Chromium) -> bool:
    """Whether the page's picture moves: a tenth of a per cent of the page's pixels change between two screenshots."""
    one, other = view(browser), view(browser)
    return one.shape == other.shape and (abs(one - other).max(axis=2) > 40).mean() > 0.001


STATE = "document.getElementById('player').dataset.state"
KEEP_STATES = f"""
    globalThis.states = [];
    new MutationObserver(() => states.push({STATE})).observe(
        document.getElementById("player"), {{ attributes: true, attributeFilter: ["data-state"] }});
    0"""


def test_the_picture_moves_and_comes_back_after_a_restart(browser: Chromium, camera: CameraProcess) -> None:
    browser.log_in("admin", PASSWORD)
    browser.go(f"http://127.0.0.1:{camera.port}/")
    eventually(lambda: changing(browser), "the page's picture stands still")
    assert not browser.console
    browser.run(KEEP_STATES)
    camera.client.get("/cgi/admin/restart.cgi")
    eventually(lambda: browser.run("states.length && states.at(-1) === 'live'"), "the page did not come back to life")
    eventually(lambda: changing(browser), "the picture does not come back after a restart")


def test_the_page_shows_the_cameras_name_and_runs_no_script_of_it(browser: Chromium, camera: CameraProcess) -> None:
    name = "<img src=x onerror=x()>"
    camera.client.update("System.Info", ServerName=name)
    browser.log_in("admin", PASSWORD)
    browser.go(f"http://127.0.0.1:{camera.port}/")
    eventually(lambda: name in (browser.run("document.body && document.body.innerText") or ""))
    assert not browser.run("document.querySelector('img[src=x]') !== null")


def test_a_guest_sees_the_picture(browser: Chromium, camera: CameraProcess) -> None:
    camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="paul", pwd="sunflower", grp="guest")
    browser.log_in("paul", "sunflower")
    browser.go(f"http://127.0.0.1:{camera.port}/")
    eventually(lambda: changing(browser), "the page's picture stands still")


@pytest.mark.parametrize(
    ("script", "report"),
    [
        ("document.body.append(Object.assign(new Image(), { src: 'web/none.svg' }))", "404"),
        (
            "document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.2/x.png' }))",
            "Policy",
        ),
        ("document.body.append(Object.assign(document.createElement('style'), { textContent: 'a {}' }))", "Policy"),
        ("console.warn('careful')", "careful"),
        ("setTimeout(() => { throw new Error('not caught') })", "not caught"),
    ],
)
def test_a_fault_of_a_page_is_noticed(browser: Chromium, camera: CameraProcess, script: str, report: str) -> None:
    browser.log_in("admin", PASSWORD)
    browser.go(f"http://127.0.0.1:{camera.port}/")
    browser.run(f"{script}; 0")
    eventually(lambda: browser.run("true") and any(report in line for line in browser.console), "it is not noticed")
