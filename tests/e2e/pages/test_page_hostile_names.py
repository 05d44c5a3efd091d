"""Names that hold HTML: every page shows them as text, and no script of theirs runs."""

from urllib.parse import quote

import pytest
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.pages.test_pages import READY

from ipcamd.web.html_page import PAGES

pytestmark = pytest.mark.slow

LONG = "<img src=x onerror=x()></script>"
SHORT = "<img onerror=1>"
"""Names of presets and schedules have 16 characters."""


def name_everything(camera: CameraProcess) -> None:
    client = camera.client
    client.update("System.Info", ServerName=LONG, ServerLocation=LONG)
    client.update("Event.Server.FTP", UserName=LONG)
    client.update("PTZ.PresetList", Preset1=f"1|5|{SHORT}")
    for query in (f"event/schedule.cgi?action=add&Name={quote(SHORT)}", f"admin/auditlog.cgi?account={quote(LONG)}"):
        assert client.get(f"/cgi/{query}").status == 200
    client.get(f"/setup.cgi?mdname={quote('<img a=1>|<b>|x')}")
    assert client.get(f"/sdcard.cgi?action=delete&fname={quote(LONG)}").text.startswith("Request failed")
    folder = camera.state / "sdcard" / "event"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "<img src=x onerror=alert(1)>.avi").write_bytes(b"x")


def test_every_page_shows_them_as_text(camera: CameraProcess) -> None:
    name_everything(camera)
    with Chromium() as browser:
        browser.log_in("admin", PASSWORD)
        for path in PAGES:
            browser.go(f"http://127.0.0.1:{camera.port}{path}")
            eventually(lambda path=path: browser.run(f"Boolean({READY[path]})"), f"{path} does not become ready")
            assert browser.run("document.querySelector('h1').textContent") == LONG
            assert browser.run("document.querySelectorAll('[onerror], img[src=\"x\"]').length") == 0, path
            assert LONG in browser.run("document.title"), path
        assert browser.console == []
