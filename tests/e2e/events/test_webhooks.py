"""Webhooks of a real camera to a real HTTP server: signatures, pictures, outages, TLS, redirections, secrets."""

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from tests.delivery.conftest import certificate  # noqa: F401 - a fixture
from tests.delivery.webhook.receiver import ReceiverProcess
from tests.e2e.camera import CameraProcess, Client, eventually

pytestmark = pytest.mark.slow

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
TOKEN = "Bearer a-token-that-nobody-may-see"
HOOK = "Event.Webhook1"


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[ReceiverProcess]:
    receiver = ReceiverProcess(tmp_path / "receiver").start()
    yield receiver
    receiver.kill()


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[CameraProcess]:
    camera = CameraProcess(tmp_path / "state", "--allow-local-targets").start()
    yield camera
    camera.stop()


def connect(client: Client, receiver: ReceiverProcess, group: str = HOOK, **values: object) -> None:
    sent = {"Enable": "yes", "URL": receiver.url, "Events": "input"} | values
    shown = {name: "********" if name in ("Secret", "Authorization") else value for name, value in sent.items()}
    answer = client.get("/cgi/admin/param.cgi", action="update", group=group, **sent)
    assert answer.lines == [f"{group}.{name}={value}" for name, value in shown.items()], answer.text


def toggle(client: Client, times: int) -> None:
    """Let input 1 go high and low."""
    for _ in range(times):
        for level in ("high", "low"):
            assert client.get("/cgi/admin/virtual.cgi", di1=level).text == "OK\r\n"


def waiting(client: Client, target: str = "webhook1") -> int:
    start = f'ipcamd_deliveries_waiting{{target="{target}"}} '
    return int(next(line for line in client.get("/metrics").lines if line.startswith(start)).split()[-1])


def test_a_signed_event_with_a_picture(camera: CameraProcess, receiver: ReceiverProcess) -> None:
    client = camera.client
    client.get("/cgi/event/schedule.cgi", action="add", Name="gate", TriggerDI1=1)
    connect(client, receiver, Secret=SECRET, Authorization=TOKEN, Picture="yes")
    eventually(lambda: client.get("/cgi/jpg/image.cgi").body.startswith(b"\xff\xd8"))  # from now on there are pictures
    toggle(client, 1)
    eventually(lambda: len(receiver.events) == 2)
    request = receiver.requests[0]
    assert request["path"] == "/hook?token=in-the-url"
    assert request["fields"]["content-type"] == "application/json"
    assert request["fields"]["authorization"] == TOKEN
    event = Webhook(SECRET).verify(request["body"], request["fields"])
    data = event["data"]
    assert (event["type"], data["kind"], data["number"], data["state"]) == ("input.on", "input", 1, "ON")
    assert data["schedule"] == "gate"
    assert data["camera"]["mac"] == client.value("System.Info", "MACAddress")
    assert base64.b64decode(data["picture"]["data"]).startswith(b"\xff\xd8\xff")
    assert receiver.events[1]["type"] == "input.off"
    # the signature reveals changed messages and another key
    for key, body in ((SECRET, request["body"].replace("ON", "OFF")), (SECRET[:-4] + "AAA=", request["body"])):
        with pytest.raises(WebhookVerificationError):
            Webhook(key).verify(body, request["fields"])
        assert not documented_check()(key, request["fields"], body.encode())
    assert documented_check()(SECRET, request["fields"], request["body"].encode())


def documented_check() -> Callable[[str, dict[str, str], bytes], bool]:
    """Return the check of signatures that the documentation has."""
    text = (Path(__file__).parents[3] / "docs/use.md").read_text()
    names: dict[str, Any] = {}
    exec(re.findall("```python\n(.*?)```", text, re.S)[0], names)
    return cast("Callable[[str, dict[str, str], bytes], bool]", names["is_genuine"])


def test_nothing_is_lost_when_the_receiver_and_the_camera_are_killed(
    camera: CameraProcess, receiver: ReceiverProcess
) -> None:
    client = camera.client
    connect(client, receiver)
    toggle(client, 2)
    eventually(lambda: len(receiver.events) == 4)
    eventually(lambda: waiting(client) == 0)  # the last answer has come, too
    receiver.kill()
    toggle(client, 20)
    eventually(lambda: waiting(client) == 40)
    for name in ("a", "b", "c"):  # changes are stored in order: when these are, the events are too
        client.update("System.Info", ServerName=name)
    camera.kill()
    receiver.answer(500)
    receiver.start()
    camera.start()
    eventually(lambda: any(told["fields"]["webhook-id"] for told in receiver.requests[4:]))
    assert waiting(camera.client) == 40
    receiver.answer(200)
    assert (
        camera.client.get("/cgi/event/test.cgi", target="webhook1").text == "OK\r\n"
    )  # waiting messages follow at once
    eventually(lambda: waiting(camera.client) == 0)
    states = [event["data"]["state"] for event in receiver.events if event["type"] != "test"]
    assert states == ["ON", "OFF"] * 22


def test_tls_redirections_and_a_receiver_that_is_gone(tmp_path: Path, certificate: Path) -> None:  # noqa: F811
    receiver = ReceiverProcess(tmp_path / "receiver", certificate).start()
    plain = ReceiverProcess(tmp_path / "plain").start()
    trusting = {"SSL_CERT_FILE": str(certificate)}
    camera = CameraProcess(tmp_path / "state", "--allow-local-targets", environment=trusting).start()
    client = camera.client
    try:
        connect(client, receiver, Secret=SECRET)
        toggle(client, 1)
        eventually(lambda: len(receiver.events) == 2)
        eventually(lambda: waiting(client) == 0)
        # the certificate is for 127.0.0.1, not for localhost, though that is the same address
        client.update(HOOK, URL=receiver.url.replace("127.0.0.1", "localhost"))
        assert "Hostname mismatch" in client.get("/cgi/event/test.cgi", target="webhook1").text
        client.update(HOOK, Certificate="any")
        assert client.get("/cgi/event/test.cgi", target="webhook1").text == "OK\r\n"
        client.update(HOOK, URL=plain.url)
        plain.answer(302, Location=receiver.url)
        before = len(receiver.requests)
        assert "302: redirections are not followed" in client.get("/cgi/event/test.cgi", target="webhook1").text
        assert len(receiver.requests) == before
        plain.answer(410)
        assert client.get("/cgi/admin/virtual.cgi", di1="high").text == "OK\r\n"
        eventually(lambda: client.value(HOOK, "Enable") == "no")
        eventually(lambda: "wants no more events" in client.get("/cgi/admin/eventlog.cgi", count=20).text)
        assert waiting(client) == 1
        plain.answer(200)
        client.update(HOOK, Enable="yes")
        eventually(lambda: waiting(client) == 0)
    finally:
        camera.stop()
        receiver.kill()
        plain.kill()


def test_refused_values_and_masked_secrets(tmp_path: Path, receiver: ReceiverProcess) -> None:
    camera = CameraProcess(tmp_path / "state").start()
    client = camera.client
    try:
        for values, words in (
            ({"URL": receiver.url}, "--allow-local-targets"),
            ({"URL": "ftp://example.com/"}, "http:// or https://"),
            ({"URL": "http://user:pw@example.com/"}, "without a login"),
            ({"Secret": "whsec_c2hvcnQ="}, "whsec_ and the base64 form of 24 to 64 bytes"),
            ({"Events": "motion,rain"}, "any of motion, input"),
            ({"Enable": "yes"}, "no URL"),
        ):
            answer = client.get("/cgi/admin/param.cgi", action="update", group=HOOK, **values).text
            assert answer.startswith("Request failed: "), answer
            assert words in answer
            assert "c2hvcnQ" not in answer
        assert client.value(HOOK, "URL") == ""
        assert "no address is set" in client.get("/cgi/event/test.cgi", target="webhook8").text
        url = "https://hooks.example.com/T0KEN"
        client.get("/cgi/admin/param.cgi", action="update", group=HOOK, URL=url, Secret=SECRET, Authorization=TOKEN)
        shown = client.get("/cgi/admin/param.cgi", action="list", group=HOOK).text
        shown += client.get("/web/settings", group=HOOK).text
        shown += client.get("/cgi/admin/auditlog.cgi", count=20).text
        assert "********" in shown
        for secret in (SECRET, TOKEN):
            assert secret not in shown + camera.log
        assert "T0KEN" not in client.get("/cgi/admin/auditlog.cgi", count=20).text + camera.log
    finally:
        camera.stop()
