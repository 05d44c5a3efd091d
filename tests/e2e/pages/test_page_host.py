"""The system page in a browser: connected clients, clock, network, certificates with a passphrase, backup, live log."""

import json
import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.access.certificate.authority import Authority, new_key, pem_of
from tests.conftest import stop_all
from tests.e2e.camera import PASSWORD, CameraProcess, Client, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.pages.test_page_motion import click
from tests.e2e.pages.test_page_system import answer, choose, labelled, look, words, write

pytestmark = pytest.mark.slow

OTHER_ADDRESS = "127.0.0.2"


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    """One camera for all tests here; each changes another part of it."""
    camera = CameraProcess(tmp_path_factory.mktemp("host") / "state", "--source=scene").start()
    yield camera
    stop_all([camera])


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with Chromium() as browser:
        browser.log_in("admin", PASSWORD)
        yield browser


@pytest.fixture
def page(browser: Chromium, camera: CameraProcess, tmp_path: Path) -> Iterator[Chromium]:
    browser.call("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    look(browser, camera)
    eventually(lambda: browser.run("document.querySelectorAll('[data-param]').length > 20"), "no parameters")
    yield browser
    assert browser.console == []


def fill(page: Chromium, what: str, text: str) -> None:
    """Replace the text of a field."""
    page.run(f"document.querySelector({json.dumps(what)}).select(); 0")
    write(page, what, text)


def attach(page: Chromium, what: str, *files: Path) -> None:
    node = page.call("DOM.getDocument", depth=1)["root"]["nodeId"]
    field = page.call("DOM.querySelector", nodeId=node, selector=what)["nodeId"]
    page.call("DOM.setFileInputFiles", nodeId=field, files=[str(file) for file in files])


def param(name: str) -> str:
    return f'[data-param="{name}"]'


def downloaded(folder: Path, pattern: str) -> Path:
    """Return the file that the browser saves, when it is complete."""
    found: list[Path] = eventually(
        lambda: [f for f in folder.glob(pattern) if f.suffix != ".crdownload" and f.stat().st_size], "nothing is saved"
    )
    return found[0]


def test_clients_are_listed_and_a_stream_is_disconnected(page: Chromium, camera: CameraProcess) -> None:
    assert camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="uma", pwd="sunflower", grp="guest").lines == [
        "OK"
    ]
    with Client(camera.port, "uma", "sunflower").open("/cgi/mjpg/mjpg.cgi") as stream:
        eventually(lambda: "Motion JPEG" in words(page, "connected-clients"), "the stream is not listed")
        assert "uma · 127.0.0.1 · HTTP" in words(page, "connected-clients")
        before = words(page, "connected-clients .sent")
        stream.read(100_000)
        eventually(lambda: words(page, "connected-clients .sent") != before, "no bytes are counted")
        assert re.fullmatch(r"(\d\.\d|\d\d+) [kM]B", words(page, "connected-clients .sent"))
        assert words(page, "connected-clients .own") == "This page"
        assert page.run("document.querySelectorAll('connected-clients .client').length") == 2
        click(page, labelled("Disconnect uma at 127.0.0.1, Motion JPEG"))
        eventually(lambda: "Motion JPEG" not in words(page, "connected-clients"), "it is still there")
        with pytest.raises(ConnectionError):
            while stream.read(65536):
                pass
            raise ConnectionError("it ended")


def test_the_clock_is_shown_and_set_and_its_zone_saved(page: Chromium, camera: CameraProcess) -> None:
    eventually(lambda: "UTC" in words(page, "date-time [data-part=clock]"), "no clock")
    assert "manually" in words(page, "date-time [data-part=ntp]")
    choose(page, param("Time.TimeZone"), "22")
    page.run(f"document.querySelector('{param('Time.TimeZone')}').dispatchEvent(new Event('input')); 0")
    click(page, "date-time [data-part=form] [type=submit]")
    eventually(lambda: "UTC+01:00" in words(page, "date-time [data-part=clock]"), "the zone is not changed")
    assert camera.client.value("Time", "TimeZone") == "22"
    page.run("document.querySelector('date-time [data-part=moment]').value = '2031-05-06T07:08:09'; 0")
    click(page, "date-time [data-part=by-hand] [type=submit]")
    eventually(lambda: words(page, "date-time [data-part=clock]").startswith("2031-05-06 07:08:"), "it is not set")
    eventually(lambda: "behind the camera" in words(page, "date-time [data-part=difference]"), "no difference")
    click(page, "date-time [data-part=as-here]")
    eventually(lambda: words(page, "date-time [data-part=difference]") == "the same", "it is not set")
    year = camera.client.get("/cgi/admin/date.cgi", action="get").text.split("/")[0]
    assert year == time.strftime("%Y")


def test_a_wrong_value_is_explained_beside_its_field_and_another_browsers_change_is_shown(
    page: Chromium, camera: CameraProcess
) -> None:
    fill(page, param("Network.UPnP.FriendlyName"), "Hall")
    fill(page, param("System.RTSPPort"), "99999")
    click(page, "network-settings [type=submit]")
    eventually(lambda: "65535" in words(page, "[id='f-System.RTSPPort-error']"), "no reason")
    assert camera.client.value("Network.UPnP", "FriendlyName") != "Hall"
    camera.client.update("Network.Advanced.Bonjour", FriendlyName="<img onerror=alert(1)>")
    name = f"document.querySelector('{param('Network.Advanced.Bonjour.FriendlyName')}').value"
    eventually(lambda: page.run(name) == "<img onerror=alert(1)>", "the change of another is not shown")


def test_a_change_of_the_address_is_explained_and_confirmed_at_the_new_one(
    page: Chromium, camera: CameraProcess
) -> None:
    fill(page, param("Network.IPAddress"), OTHER_ADDRESS)
    click(page, "network-settings [type=submit]")
    eventually(lambda: "within a minute" in words(page, "#confirm-words"), "nothing is explained")
    answer(page, False)
    assert page.run("document.querySelector('network-settings [data-part=moved]').hidden")
    click(page, "network-settings [type=submit]")
    answer(page, True)
    eventually(lambda: "undone in" in words(page, "network-settings [data-part=remaining]"), "no minute is shown")
    link = page.run("document.querySelector('network-settings [data-part=link]').href")
    assert link == f"http://{OTHER_ADDRESS}:{camera.port}/system"
    page.go(link)
    eventually(lambda: "127.0.0.1" in words(page, "network-settings [data-part=facts]"), "no facts")
    eventually(lambda: words(page, "network-settings [data-part=remaining]") == "", "it is not confirmed")
    fill(page, param("Network.IPAddress"), "127.0.0.1")
    click(page, "network-settings [type=submit]")
    answer(page, True)
    eventually(lambda: "undone in" in words(page, "network-settings [data-part=remaining]"), "no minute is shown")
    look(page, camera)


def test_a_signing_request_is_saved_and_an_encrypted_key_uploaded(page: Chromium, tmp_path: Path) -> None:
    write(page, "tls-certificate [name=names]", "camera.example")
    click(page, "[data-part=request] [type=submit]")
    request = downloaded(tmp_path, "*.csr").read_text()
    eventually(lambda: "signing request is pending" in words(page, "tls-certificate"), "it is not said that one waits")
    authority, key = Authority(), new_key()
    (tmp_path / "answer.crt").write_bytes(authority.answer(request))
    attach(page, "tls-certificate [name=certificate]", tmp_path / "answer.crt")
    click(page, "tls-certificate [data-part=upload] [type=submit]")
    eventually(lambda: "Test Root" in words(page, "tls-certificate .facts"), "the answer is not used")
    (tmp_path / "own.crt").write_bytes(authority.issue(key))
    (tmp_path / "own.key").write_bytes(pem_of(key, "open sesame"))
    for passphrase in ("wrong", "open sesame"):
        attach(page, "tls-certificate [name=certificate]", tmp_path / "own.crt")
        attach(page, "tls-certificate [name=key]", tmp_path / "own.key")
        fill(page, "tls-certificate [name=password]", passphrase)
        click(page, "tls-certificate [data-part=upload] [type=submit]")
        if passphrase == "wrong":
            eventually(lambda: "passw" in words(page, "tls-certificate [role=alert]"), "no reason")
    eventually(lambda: "CN=localhost" in words(page, "tls-certificate .facts"), "it is not used")


def test_a_backup_with_a_passphrase_is_saved_and_restored(
    page: Chromium, camera: CameraProcess, tmp_path: Path
) -> None:
    camera.client.update("System.Info", ServerLocation="Hall")
    write(page, "camera-backup [data-part=save] [name=passphrase]", "correct horse battery")
    click(page, "camera-backup [data-part=save] [type=submit]")
    eventually(lambda: "Saved as" in words(page, "camera-backup"), words(page, "camera-backup [role=alert]"))
    backup = downloaded(tmp_path, "*.json")
    assert "secrets" in json.loads(backup.read_text())
    camera.client.update("System.Info", ServerLocation="Cellar")
    for passphrase in ("something else", "correct horse battery"):
        attach(page, "camera-backup [name=file]", backup)
        fill(page, "camera-backup [data-part=restore] [name=passphrase]", passphrase)
        click(page, "camera-backup [data-part=restore] [type=submit]")
        answer(page, True)
        if passphrase == "something else":
            eventually(lambda: "passphrase" in words(page, "camera-backup [role=alert]"), "no reason")
            assert camera.client.value("System.Info", "ServerLocation") == "Cellar"
    eventually(lambda: "restored" in words(page, "camera-backup [role=status]"), "it is not restored")
    assert camera.client.value("System.Info", "ServerLocation") == "Hall"


def test_the_log_comes_live_is_paused_and_filtered(page: Chromium, camera: CameraProcess) -> None:
    lines = "live-log [data-part=lines]"
    click(page, "live-log summary")
    assert Client(camera.port, "mallory", "guess").get("/").status == 401
    eventually(lambda: "mallory" in words(page, lines), "the line does not come")
    click(page, "live-log [data-part=pause]")
    shown = words(page, lines)
    camera.client.update("System.Info", ServerLocation="Attic")
    eventually(lambda: "new" in words(page, "live-log [data-part=count]"), "nothing waits")
    assert words(page, lines) == shown
    click(page, "live-log [data-part=pause]")
    eventually(lambda: "Attic" in words(page, lines), "what waited is not shown")
    choose(page, "live-log select", "error")
    eventually(lambda: "Attic" not in words(page, lines), "it shows other levels")
    assert "level=error" in page.run("document.querySelector('live-log [data-part=download]').href")


def test_logins_and_changes_are_filtered_by_account_and_day(page: Chromium, camera: CameraProcess) -> None:
    camera.client.update("System.Info", ServerLocation="Porch")
    click(page, "audit-log [data-part=again]")
    eventually(lambda: "Porch" in words(page, "audit-log"), "the change is not listed")
    choose(page, "audit-log [data-part=account]", "nobody")
    eventually(lambda: "No entry matches" in words(page, "audit-log"), "it lists other accounts")
    choose(page, "audit-log [data-part=account]", "admin")
    eventually(lambda: "Porch" in words(page, "audit-log"), "it is not listed")
    choose(page, "audit-log [data-part=day]", "2020-01-01")
    eventually(lambda: "No entry matches" in words(page, "audit-log"), "it lists other days")


def test_a_form_shows_the_requests_that_do_the_same(page: Chromium, camera: CameraProcess) -> None:
    fill(page, param("Time.NTP.Server"), "time.example")
    page.run("[...document.querySelectorAll('date-time button')].find((e) => e.textContent === 'As a request').click()")
    eventually(lambda: page.run("document.getElementById('code')?.open"), "the requests are not shown")
    commands = page.run("document.getElementById('code-curl').textContent").replace("PASSWORD", PASSWORD).splitlines()
    assert len(commands) == 2  # one for each group
    for command in commands:
        done = subprocess.run(shlex.split(command), capture_output=True, text=True, timeout=60, check=True)
        assert "Request failed" not in done.stdout
    assert camera.client.value("Time.NTP", "Server") == "time.example"
    page.run("document.getElementById('code-close').click()")
