"""The settings page in a browser: search, check while typing, save, undo, two browsers, ranks."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.access.test_certificate import serve_tls
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.pages.test_page_motion import click

pytestmark = pytest.mark.slow

SENSOR = "ImageSource.IO.Sensor"


def look(browser: Chromium, camera: CameraProcess) -> None:
    browser.go(f"http://127.0.0.1:{camera.port}/settings")
    eventually(lambda: browser.run("document.querySelector('[data-param]') !== null"), "no settings")


def control(name: str) -> str:
    return f"document.querySelector('[data-param={json.dumps(name)}]')"


def row(name: str, part: str) -> str:
    return f"{control(name)}.closest('.setting').querySelector('[data-part={part}]')"


def write(page: Chromium, name: str, text: str) -> None:
    """Write into the field of a parameter, as a person does."""
    page.run(f"{control(name)}.focus(); {control(name)}.select(); 0")
    page.call("Input.insertText", text=text)


def error(page: Chromium, name: str) -> str:
    return str(page.run(f"{row(name, 'error')}.textContent"))


def said(page: Chromium) -> str:
    return str(page.run("document.getElementById('said').textContent"))


def save(page: Chromium) -> None:
    click(page, "#save")
    eventually(lambda: said(page) == "Saved", "not saved")


def shown(page: Chromium) -> list[str]:
    found: list[str] = page.run(
        "[...document.querySelectorAll('[data-param]')].filter((c) => c.checkVisibility()).map((c) => c.dataset.param)"
    )
    return found


def test_a_value_is_checked_while_it_is_typed_then_saved_and_undone(page: Chromium, camera: CameraProcess) -> None:
    name = f"{SENSOR}.Brightness"
    write(page, name, "300")
    eventually(lambda: error(page, name) == "allowed: 0 to 255", "no error while typing")
    assert page.run(f"{row(name, 'error')}.getAttribute('role')") == "alert"
    click(page, "#save")
    eventually(lambda: said(page) == "1 change", "saved")
    assert camera.client.value(SENSOR, "Brightness") == "128"
    write(page, name, "200")
    eventually(lambda: error(page, name) == "", "the error stays")
    save(page)
    assert camera.client.value(SENSOR, "Brightness") == "200"
    assert page.run(f"{row(name, 'reset')}.textContent") == "Factory: 128"
    click(page, "#undo")
    eventually(lambda: said(page) == "Undone", "not undone")
    assert camera.client.value(SENSOR, "Brightness") == "128"
    assert page.run(f"{control(name)}.value") == "128"


def test_several_groups_are_saved_together_and_the_factory_value_returns(page: Chromium, camera: CameraProcess) -> None:
    write(page, "Event.Server.FTP.Password", "hush hush")
    write(page, "System.Info.ServerLocation", "Hall <b>1</b>")
    page.run(f"{control(f'{SENSOR}.Mirror')}.click()")
    assert said(page) == "3 changes"
    save(page)
    assert camera.client.value("System.Info", "ServerLocation") == "Hall <b>1</b>"
    assert camera.client.value(SENSOR, "Mirror") == "on"
    assert page.run(f"{control('Event.Server.FTP.Password')}.value") == ""
    click(page, "#only-changed")
    assert set(shown(page)) == {"System.Info.ServerLocation", f"{SENSOR}.Mirror"}
    page.run(f"{row(f'{SENSOR}.Mirror', 'reset')}.click()")
    save(page)
    assert camera.client.value(SENSOR, "Mirror") == "off"


def test_a_stored_password_is_removed(page: Chromium, camera: CameraProcess) -> None:
    name = "Event.Server.FTP.Password"
    remove = row(name, "reset")
    assert not page.run(f"{remove}.checkVisibility()")
    write(page, name, "hush hush")
    save(page)
    eventually(lambda: page.run(f"{remove}.checkVisibility()"), "it cannot be removed")
    page.run(f"{remove}.click()")
    assert said(page) == "1 change"
    click(page, "#discard")
    assert page.run(f"{control(name)}.placeholder") == "unchanged"
    page.run(f"{remove}.click()")
    save(page)
    eventually(lambda: page.run(f"{control(name)}.placeholder") == "none", "it is not removed")
    look(page, camera)
    assert page.run(f"{control(name)}.placeholder") == "none"


def test_one_bad_value_saves_nothing_and_stands_at_its_control(page: Chromium, camera: CameraProcess) -> None:
    write(page, f"{SENSOR}.Brightness", "9")
    write(page, "System.HTTPPort", "8554")
    write(page, "System.RTSPPort", "8554")
    click(page, "#save")
    eventually(lambda: "they must differ" in error(page, "System.HTTPPort"), "no error")
    assert camera.client.value(SENSOR, "Brightness") == "128"
    click(page, "#discard")
    assert (said(page), error(page, "System.HTTPPort")) == ("", "")


def test_changes_of_another_browser_appear_at_once_and_keep_unsaved_input(
    page: Chromium, camera: CameraProcess
) -> None:
    with Chromium() as other:
        other.log_in("admin", PASSWORD)
        look(other, camera)
        write(page, f"{SENSOR}.Contrast", "77")
        for name, text in ((f"{SENSOR}.Brightness", "11"), (f"{SENSOR}.Contrast", "22")):
            write(other, name, text)
        save(other)
        eventually(lambda: page.run(f"{control(f'{SENSOR}.Brightness')}.value") == "11", "it is not shown")
        assert page.run(f"{control(f'{SENSOR}.Contrast')}.value") == "77"
        assert page.run(f"{row(f'{SENSOR}.Contrast', 'note')}.textContent") == "Changed by another client to 22"
        save(page)
        eventually(lambda: other.run(f"{control(f'{SENSOR}.Contrast')}.value") == "77", "the last one does not win")
        click(other, "#undo")
        trouble = "document.getElementById('trouble').textContent"
        eventually(lambda: "Contrast has been changed since" in other.run(trouble), "no reason")
        assert camera.client.value(SENSOR, "Contrast") == "77"
        assert other.console == []


def test_search_finds_words_of_name_help_and_topic(page: Chromium) -> None:
    urls = [name for name in shown(page) if name.endswith(".URL")]
    assert urls == ["Event.Webhook1.URL"], "only the first of the unused webhooks is shown"
    for words, found in (
        ("webhook 7 url", {"Event.Webhook7.URL"}),
        ("brightness", {f"{SENSOR}.Brightness"}),
        ("frame rate h.264", {"Image.H264.Framerate", "Image.H264.Sub.Framerate"}),
        ("SMTPPORT", {"Event.Server.SMTP.Smtpport"}),
    ):
        page.run("document.getElementById('find').focus(); document.getElementById('find').select(); 0")
        page.call("Input.insertText", text=words)
        assert set(shown(page)) == found
    page.call("Input.insertText", text=" nothing such")
    assert shown(page) == []
    assert not page.run("document.getElementById('none').hidden")


def test_users_see_what_they_may_set_and_guests_nothing(camera: CameraProcess) -> None:
    for user, group in (("uma", "users"), ("paul", "guest")):
        camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user=user, pwd="sunflower", grp=group)
    with Chromium() as browser:
        browser.log_in("uma", "sunflower")
        look(browser, camera)
        assert f"{SENSOR}.Brightness" in shown(browser)
        assert f"{SENSOR}.Mirror" not in shown(browser)
        write(browser, f"{SENSOR}.Brightness", "99")
        save(browser)
        assert camera.client.value(SENSOR, "Brightness") == "99"
        assert browser.console == []
        browser.log_in("paul", "sunflower")
        browser.go(f"http://127.0.0.1:{camera.port}/settings")
        assert browser.run("document.querySelector('[data-param]')") is None
        assert "403" in str(browser.console)


def test_missing_hardware_is_reported(camera_without_head: CameraProcess) -> None:
    with Chromium() as browser:
        browser.log_in("admin", PASSWORD)
        look(browser, camera_without_head)
        assert browser.run(f"{control('PTZ.Speed.PanSpeed')}.disabled")
        assert browser.run(f"{row('PTZ.Speed.PanSpeed', 'help')}.textContent") == "Not on this device: Pan and tilt."


@pytest.fixture
def camera_without_head(start_camera: StartCamera, tmp_path: Path) -> CameraProcess:
    config = tmp_path / "camera.toml"
    config.write_text(f'admin-password = "{PASSWORD}"\n[device]\npan-tilt = "none"\n')
    return start_camera(f"--config={config}")


def shown_code(page: Chromium, name: str, language: str) -> list[str]:
    """Return the command that the page shows for a parameter, with the password in it."""
    page.run(f"{row(name, 'code')}.click()")
    eventually(lambda: page.run("document.getElementById('code')?.open"), "the request is not shown")
    code = page.run(f"document.getElementById('code-{language}').textContent").replace("PASSWORD", PASSWORD)
    page.run("document.getElementById('code').close()")
    return shlex.split(code) if language == "curl" else [sys.executable, "-c", code]


@pytest.mark.parametrize("language", ["curl", "python"])
def test_the_request_that_is_shown_does_the_same(page: Chromium, camera: CameraProcess, language: str) -> None:
    value = 'it\'s "50 %" & <\N{LATIN SMALL LETTER E WITH ACUTE}>'
    write(page, "System.Info.ServerLocation", value)
    command = shown_code(page, "System.Info.ServerLocation", language)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == f"System.Info.ServerLocation={value}"
    eventually(lambda: said(page) == "", "what the request has set is still a change")


def test_over_https_the_request_trusts_the_cameras_own_certificate(camera: CameraProcess, tmp_path: Path) -> None:
    https, _ = serve_tls(camera)
    certificate = camera.client.get("/cgi/admin/certificate.cgi", action="download").body
    (tmp_path / "ipcamd.crt").write_bytes(certificate)
    with Chromium(flags=["--ignore-certificate-errors"]) as browser:
        browser.log_in("admin", PASSWORD)
        browser.go(f"https://127.0.0.1:{https}/settings")
        eventually(lambda: browser.run("document.querySelector('[data-param]') !== null"), "no settings")
        for language in ("curl", "python"):
            name = "Event.Server.FTP.Password"
            write(browser, name, "hush")
            command = [word.replace("NEW_", "") for word in shown_code(browser, name, language)]
            assert "action=update" not in "".join(word for word in command if word.startswith("http"))
            done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)
            assert done.stdout.strip() == f"{name}=********"


def test_changes_during_a_disconnection_are_shown(page: Chromium, camera: CameraProcess) -> None:
    port, options = camera.port, camera.options
    camera.stop()
    camera.start().client.update(SENSOR, Brightness=42)  # at another port, out of the page's sight
    camera.stop()
    camera.options = (*options, f"--port={port}")
    camera.start()
    eventually(lambda: page.run(f"{control(f'{SENSOR}.Brightness')}.value") == "42", "the page shows old values")
    write(page, f"{SENSOR}.Contrast", "43")
    save(page)
