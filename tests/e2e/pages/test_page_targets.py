"""Targets on the events page: saved, tested against real servers, with readable errors."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from standardwebhooks import Webhook
from tests.conftest import stop_all
from tests.delivery.ftp.ftp_server import PASSWORD as FTP_PASSWORD
from tests.delivery.ftp.ftp_server import USER as FTP_USER
from tests.delivery.ftp.ftp_server import FtpServer
from tests.delivery.mail.mail_server import serving_in_thread
from tests.delivery.samba.samba_server import PASSWORD as SAMBA_PASSWORD
from tests.delivery.samba.samba_server import running
from tests.delivery.webhook.receiver import ReceiverProcess
from tests.e2e.camera import PASSWORD, PATIENCE, CameraProcess, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.events.test_events import Receiver
from tests.e2e.pages.test_pages import violations

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    state = tmp_path_factory.mktemp("targets") / "state"
    camera = CameraProcess(state, "--source=scene", "--allow-local-targets").start()
    yield camera
    stop_all([camera])


@pytest.fixture
def page(camera: CameraProcess) -> Iterator[Chromium]:
    with Chromium() as browser:
        browser.log_in("admin", PASSWORD)
        browser.go(f"http://127.0.0.1:{camera.port}/events#targets")
        eventually(lambda: browser.run("document.querySelectorAll('#targets [data-param]').length > 20"), "no targets")
        eventually(lambda: not browser.run("document.getElementById('notifications').inert"), "no addresses")
        yield browser
        assert browser.console == []


def fill(page: Chromium, group: str, **values: object) -> None:
    for name, value in values.items():
        control = f"document.querySelector('[data-param={json.dumps(f'{group}.{name}')}]')"
        page.run(f"{control}.focus(); {control}.select(); 0")
        page.call("Input.insertText", text=str(value))


def part(target: str, selector: str) -> str:
    return f"document.querySelector('[data-target={target}] {selector}')"


def save(page: Chromium, target: str, form: str = "[data-part=form]") -> None:
    page.run(f"{part(target, f'{form} [type=submit]')}.click()")
    eventually(lambda: page.run(f"{part(target, f'{form} [role=status]')}.textContent") == "Saved", "not saved")


def result_of_test(page: Chromium, target: str) -> str:
    page.run(f"{part(target, '[data-part=test]')}.click()")
    told = f"{part(target, '[data-part=result]')}.textContent"
    eventually(lambda: page.run(told) not in ("", "The test is running."), "no result", 2 * PATIENCE)
    return str(page.run(told))


def test_ftp_fails_in_words_without_the_password_and_then_works(
    page: Chromium, camera: CameraProcess, tmp_path: Path
) -> None:
    assert violations(page) == []
    assert result_of_test(page, "ftp") == "The test failed: Event.Server.FTP.FTPServer is not set"
    with FtpServer(tmp_path) as server:
        login = {"FTPServer": "127.0.0.1", "Port": server.port, "UserName": FTP_USER}
        fill(page, "Event.Server.FTP", **login, Password="wrong secret")
        assert result_of_test(page, "ftp").startswith("Save the changes first")
        save(page, "ftp")
        failure = result_of_test(page, "ftp")
        assert failure.startswith("The test failed: ")
        assert "wrong secret" not in failure
        fill(page, "Event.Server.FTP", Password=FTP_PASSWORD)
        save(page, "ftp")
        assert result_of_test(page, "ftp") == "The test succeeded: a small file was delivered."
        assert len(server.files()) == 1


def test_mail(page: Chromium) -> None:
    with serving_in_thread() as server:
        addresses = {"FromEmail": "camera@home.example", "EmailTo": "anna@home.example"}
        fill(page, "Event.Server.SMTP", MailServer1="127.0.0.1", Smtpport=server.port, **addresses)
        save(page, "email")
        assert result_of_test(page, "email") == "The test succeeded: the mail server accepted a mail."
        assert [mail["To"] for mail in server.mails] == ["anna@home.example"]


def test_samba(page: Chromium, tmp_path: Path) -> None:
    with running(tmp_path) as server:
        share = {"SambaServer": "127.0.0.1", "Port": server.port, "Share": "clips", "UserName": server.user}
        fill(page, "Event.Server.NetStorage", **share, Password=SAMBA_PASSWORD)
        save(page, "samba")
        assert result_of_test(page, "samba") == "The test succeeded: a small file was delivered."
        assert len(server.files()) == 1


def test_http_notifications(page: Chromium, camera: CameraProcess) -> None:
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever)
        thread.start()
        try:
            fill(page, "Event.Notify", motion="ftp://nowhere/", di1="http://127.0.0.1")
            page.run(f"{part('http', '#notifications [type=submit]')}.click()")
            error = part("http", "[role=alert][data-kind=motion]")
            eventually(lambda: "allowed: an address http://host/path" in page.run(f"{error}.textContent"), "no error")
            assert "a path is needed" in page.run(f"{part('http', '[role=alert][data-kind=di1]')}.textContent")
            url = f"http://127.0.0.1:{receiver.server_port}/event.cgi"
            fill(page, "Event.Notify", motion=url, di1="")
            save(page, "http", "#notifications")
            assert result_of_test(page, "http") == "The test succeeded: every URL responded."
            assert [path.partition(",Time:")[0] for path in receiver.paths] == ["/event.cgi?Message=motion"]
        finally:
            receiver.shutdown()
            thread.join()
    assert "nothing answers at 127.0.0.1" in result_of_test(page, "http")


def test_webhooks(page: Chromium, camera: CameraProcess, tmp_path: Path) -> None:
    first, group = "document.querySelector('[data-target=webhook1]')", "Event.Webhook1"
    assert page.run(f"{first}.hidden")
    eventually(lambda: not page.run("document.getElementById('webhook-add').disabled"), "no webhooks")
    page.run("document.getElementById('webhook-add').click()")
    assert not page.run(f"{first}.hidden")
    receiver = ReceiverProcess(tmp_path / "receiver").start()
    try:
        fill(page, group, URL="ftp://nowhere/")
        page.run(f"{part('webhook1', '[type=submit]')}.click()")
        error = "document.getElementById('f-Event.Webhook1.URL-error').textContent"
        eventually(lambda: "http:// or https://" in page.run(error), "no error")
        fill(page, group, URL=receiver.url)
        page.run(f"{part('webhook1', '[value=storage]')}.click()")
        page.run(f"{part('webhook1', '[data-part=new-secret]')}.click()")
        secret = page.run("document.getElementById('f-Event.Webhook1.Secret').value")
        assert "cannot be displayed after" in page.run(f"{part('webhook1', '[data-part=secret-hint]')}.textContent")
        assert violations(page) == []
        save(page, "webhook1")
        assert page.run("document.getElementById('f-Event.Webhook1.Secret').value") == ""
        assert camera.client.value(group, "Events") == "motion,input,tamper,storage"
        assert result_of_test(page, "webhook1") == "The test succeeded: the receiver accepted a test message."
        told = receiver.requests[0]
        assert Webhook(secret).verify(told["body"], told["fields"])["type"] == "test"
        receiver.answer(500)
        assert result_of_test(page, "webhook1") == "The test failed: the answer is 500"
    finally:
        receiver.kill()
