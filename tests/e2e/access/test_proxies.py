"""The camera behind real reverse proxies, for browsers and for other clients."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.conftest import StartCamera
from tests.e2e.access.proxies import NAMES, proxy
from tests.e2e.camera import PASSWORD, CameraProcess, Client, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.streams.test_players import run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    """A camera that trusts the proxies of this machine."""
    state = tmp_path_factory.mktemp("proxied") / "state"
    camera = CameraProcess(state, "--source=scene", "--trusted-proxy=127.0.0.1", "--log-level=debug").start()
    yield camera
    camera.stop()


@pytest.fixture
def browser() -> Iterator[Chromium]:
    with Chromium(flags=["--host-resolver-rules=MAP *.test 127.0.0.1"]) as browser:
        yield browser


def curl(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    return run("curl", "-sS", "--user", f"admin:{PASSWORD}", *options, url)


def switch_motion_off(camera: CameraProcess, browser: Chromium) -> None:
    """Switch motion detection off on the live page."""
    eventually(lambda: browser.run("document.getElementById('player')?.dataset.state") == "live", camera.log[-3000:])
    eventually(lambda: not browser.run("document.getElementById('motion-button').hidden"))
    browser.run("document.getElementById('motion-button').click()")
    eventually(lambda: not browser.run("document.getElementById('motion').hidden"))
    browser.run("document.getElementById('motion-on').click()")
    browser.run("document.getElementById('motion-save').click()")
    eventually(lambda: "motionenable=0" in camera.client.get("/setup.cgi").text)


@pytest.mark.parametrize("prefix", ["", "/yard"])
@pytest.mark.parametrize("preserve", [False, True], ids=["default-host", "preserved-host"])
@pytest.mark.parametrize("name", NAMES)
def test_a_browser_logs_in_and_changes_something_on_the_page(
    camera: CameraProcess, browser: Chromium, tmp_path: Path, name: str, preserve: bool, prefix: str
) -> None:
    camera.client.get("/setup.cgi", motionenable=1)
    with proxy(name, tmp_path, camera.port, preserve=preserve, prefix=prefix) as port:
        browser.go(f"http://admin:{quote(PASSWORD)}@camera.test:{port}{prefix}/")
        switch_motion_off(camera, browser)
        browser.go(browser.run("document.querySelector('nav.pages a[href=events]').href"))
        assert browser.run("location.pathname") == f"{prefix}/events"
        eventually(lambda: browser.run("document.getElementById('days').children.length") > 0)
        assert not browser.console
        browser.go("about:blank")  # caddy does not end before the page's stream has


def test_the_page_works_behind_a_proxy_that_knows_nothing_of_the_camera(
    camera: CameraProcess, browser: Chromium, tmp_path: Path
) -> None:
    camera.client.get("/setup.cgi", motionenable=1)
    with proxy("bare-nginx", tmp_path, camera.port, preserve=False) as port:
        browser.go(f"http://admin:{quote(PASSWORD)}@camera.test:{port}/")
        switch_motion_off(camera, browser)
        browser.go(f"http://camera.test:{port}/cgi/admin/param.cgi?action=update&group=System.Info&ServerLocation=gate")
        eventually(lambda: browser.run("getComputedStyle(document.querySelector('button')).visibility") == "visible")
        browser.run("document.querySelector('button').click()")
        eventually(lambda: "System.Info.ServerLocation=gate" in browser.run("document.body.innerText"))
    assert camera.client.value("System.Info", "ServerLocation") == "gate"


@pytest.mark.parametrize("name", NAMES)
def test_a_digest_login_and_the_clients_address_pass_through(camera: CameraProcess, tmp_path: Path, name: str) -> None:
    with proxy(name, tmp_path, camera.port, preserve=False, prefix="/yard") as port:
        url = f"http://127.0.0.1:{port}/yard/cgi/admin/date.cgi?action=get"
        assert curl(url, "--digest").stdout.startswith("20")
        assert curl(url, "--basic").stdout.startswith("20")
        for number in range(11):
            run("curl", "-sS", "--interface", "127.0.0.9", "--user", f"admin:guess{number}", url)
        blocked = curl(url, "--interface", "127.0.0.9", "-o", "/dev/null", "-w", "%{http_code}")
        assert blocked.stdout == "429"
        assert curl(url).stdout.startswith("20")
    assert "too many wrong logins from 127.0.0.9" in camera.log


def test_forwarded_fields_of_an_untrusted_address_are_ignored(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene", "--trusted-proxy=192.0.2.0/24")
    forwarded = {"X_Forwarded_For": "198.51.100.7", "X_Forwarded_Host": "cam.test", "Origin": "http://cam.test"}
    assert camera.client.ask("GET", "/cgi/admin/restart.cgi", **forwarded).status == 403
    guesser = Client(camera.port, "admin", "guess")
    statuses = [guesser.ask("GET", "/", X_Forwarded_For=f"198.51.100.{number}").status for number in range(11)]
    assert statuses == [401] * 10 + [429]
