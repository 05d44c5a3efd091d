"""The system page in a browser: accounts, IP filter, certificate, audit log, restart, factory values, firmware."""

import json
from pathlib import Path

import pytest
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.pages.test_page_motion import click

pytestmark = pytest.mark.slow


def look(browser: Chromium, camera: CameraProcess) -> None:
    browser.go(f"http://127.0.0.1:{camera.port}/system")
    eventually(lambda: browser.run("document.querySelector('.account') !== null"), "no accounts")


def words(page: Chromium, what: str) -> str:
    return str(page.run(f"document.querySelector({json.dumps(what)})?.innerText ?? ''"))


def write(page: Chromium, what: str, text: str) -> None:
    page.run(f"document.querySelector({json.dumps(what)}).focus(); 0")
    page.call("Input.insertText", text=text)


def choose(page: Chromium, what: str, value: str) -> None:
    page.run(
        f"""(() => {{
            const list = document.querySelector({json.dumps(what)});
            list.value = {json.dumps(value)};
            list.dispatchEvent(new Event("change", {{ bubbles: true }}));
        }})()"""
    )


def labelled(label: str) -> str:
    return f'[aria-label="{label}"]'


def answer(page: Chromium, yes: bool) -> None:
    """Answer the question that is asked."""
    eventually(lambda: page.run("document.getElementById('confirm')?.open"), "nothing is asked")
    click(page, "#confirm-yes" if yes else "#confirm [value=no]")


def test_accounts_are_added_changed_and_removed_after_a_question(page: Chromium, camera: CameraProcess) -> None:
    write(page, "account-list [name=user]", "uma")
    write(page, "account-list [name=pwd]", "ab")
    click(page, "account-list [data-part=add] [type=submit]")
    eventually(lambda: "3 to 64" in words(page, "account-list [role=alert]"), "no reason")
    write(page, "account-list [name=pwd]", "cdefgh")
    click(page, "account-list [data-part=add] [type=submit]")
    eventually(lambda: "uma" in words(page, "account-list"), "it is not added")
    uma = Client(camera.port, "uma", "abcdefgh")
    assert uma.get("/settings").status == 403
    choose(page, labelled("Rank of uma"), "users")
    eventually(lambda: uma.get("/settings").status == 200, "the rank is not changed")
    write(page, labelled("New password of uma"), "sunflower")
    click(page, labelled("Set the password of uma"))
    eventually(lambda: Client(camera.port, "uma", "sunflower").get("/settings").status == 200, "no new password")
    for yes in (False, True):
        click(page, labelled("Remove uma"))
        answer(page, yes)
        eventually(lambda: ("uma" in words(page, "account-list")) is not yes, "it is not removed")  # noqa: B023
    assert page.run(f"document.querySelector({json.dumps(labelled('Remove admin'))}).disabled")


def test_the_ip_filter_is_edited_without_a_lock_out(page: Chromium, camera: CameraProcess) -> None:
    for entry in ("10.0.0.0/8", "fd00::/8"):
        write(page, "ip-filter [name=entry]", entry)
        click(page, "ip-filter [type=submit]")
        eventually(lambda: entry in words(page, "ip-filter"), "it is not added")  # noqa: B023
    lists = camera.client.get("/cgi/admin/ipfilter.cgi", action="list").text
    assert lists.split() == ["[DenyIPRange]", "10.0.0.0/8", "[AcceptIPRange]", "[DenyIPv6]", "fd00::/8", "[AcceptIPv6]"]
    click(page, "ip-filter [role=switch]")
    eventually(
        lambda: camera.client.get("/cgi/admin/ipfilter.cgi", action="list", name="Policy").text.strip() == "Both"
    )
    write(page, "ip-filter [name=entry]", "127.0.0.1")
    click(page, "ip-filter [type=submit]")
    eventually(lambda: "127.0.0.1" in words(page, "ip-filter [role=alert]"), "no reason")
    click(page, labelled("Remove 10.0.0.0/8"))
    eventually(lambda: "10.0.0.0/8" not in words(page, "ip-filter"), "it is not removed")


def test_the_certificate_is_signed_anew(page: Chromium) -> None:
    eventually(lambda: "Fingerprint" in words(page, "tls-certificate"), "no certificate")
    before = words(page, ".facts dd:last-of-type")
    click(page, "tls-certificate [data-part=anew]")
    answer(page, True)
    eventually(lambda: words(page, ".facts dd:last-of-type") not in ("", before), "it is the same")


def test_failed_logins_and_changes_are_listed_as_text(page: Chromium, camera: CameraProcess) -> None:
    assert Client(camera.port, "mallory", "guess").get("/").status == 401
    camera.client.update("System.Info", ServerLocation="<b>Hall</b>")
    click(page, "audit-log [data-part=again]")
    eventually(lambda: "<b>Hall</b>" in words(page, "audit-log"), "the change is not listed")
    choose(page, "audit-log select", "login_failed")
    eventually(lambda: "Hall" not in words(page, "audit-log [data-part=list]"), "it lists other kinds")
    eventually(lambda: "mallory" in words(page, "audit-log"), "the login is not listed")


def test_the_page_requests_a_restart_and_waits_for_it(page: Chromium, camera: CameraProcess) -> None:
    camera.options = (*camera.options, f"--port={camera.port}")
    click(page, "[data-part=restart]")
    answer(page, False)
    assert words(page, "camera-maintenance [role=status]") == ""
    click(page, "[data-part=restart]")
    answer(page, True)
    eventually(
        lambda: words(page, "camera-maintenance [role=status]") == "The camera is running again.", "it is not back", 60
    )


def test_factory_values_keep_the_account_that_is_needed(page: Chromium, camera: CameraProcess) -> None:
    camera.client.update("System.Info", ServerLocation="Hall")
    click(page, "[data-part=reset-2]")
    answer(page, True)
    eventually(
        lambda: words(page, "camera-maintenance [role=status]") == "The camera is running again.", "it is not back", 60
    )
    assert camera.client.value("System.Info", "ServerLocation") == ""


def test_an_invalid_firmware_is_refused_with_the_cameras_message(page: Chromium, tmp_path: Path) -> None:
    (tmp_path / "image.bin").write_bytes(b"no firmware")
    node = page.call("DOM.getDocument", depth=1)["root"]["nodeId"]
    field = page.call("DOM.querySelector", nodeId=node, selector="[data-part=firmware] [type=file]")["nodeId"]
    page.call("DOM.setFileInputFiles", nodeId=field, files=[str(tmp_path / "image.bin")])
    click(page, "[data-part=firmware] [type=submit]")
    answer(page, True)
    eventually(lambda: "no firmware key is trusted" in words(page, "camera-maintenance [role=alert]"), "no reason")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("Promise.reject(new TypeError('Failed to fetch'))", "the camera does not answer"),
        ("Promise.resolve(new Response('Request failed: the disk is full\\r\\n'))", "the disk is full"),
        ("Promise.resolve(new Response('', { status: 503 }))", "the camera answered 503"),
    ],
)
def test_a_version_that_cannot_be_read_is_explained(
    page: Chromium, camera: CameraProcess, answer: str, reason: str
) -> None:
    fetch = f"const real = fetch; fetch = (url, how) => `${{url}}`.includes('FWVersion') ? {answer} : real(url, how)"
    page.call("Page.addScriptToEvaluateOnNewDocument", source=fetch)
    look(page, camera)
    eventually(lambda: words(page, "camera-maintenance [role=alert]") == reason, "no reason")


def test_only_administrators_see_it(camera: CameraProcess) -> None:
    camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="uma", pwd="sunflower", grp="users")
    assert Client(camera.port, "uma", "sunflower").get("/system").status == 403
