"""Logins of ONVIF clients: HTTP Digest, UsernameToken, none; ranks; replays."""

import base64
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha1

import pytest
import requests
from requests.auth import HTTPDigestAuth
from tests.conftest import stop_all
from tests.e2e.camera import PASSWORD, CameraProcess, Client
from tests.onvif.client import OnvifClient

pytestmark = pytest.mark.slow

TYPES = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"


def token(user: str, password: str, age_s: float = 0, nonce: bytes = b"", kind: str = "PasswordDigest") -> str:
    nonce = nonce or os.urandom(16)
    created = (datetime.now(UTC) - timedelta(seconds=age_s)).strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = base64.b64encode(sha1(nonce + created.encode() + password.encode()).digest()).decode()
    proof = digest if kind == "PasswordDigest" else password
    return (
        f'<Security s:mustUnderstand="1" xmlns="{WSSE}"><UsernameToken><Username>{user}</Username>'
        f'<Password Type="{TYPES}{kind}">{proof}</Password><Nonce>{base64.b64encode(nonce).decode()}</Nonce>'
        f'<Created xmlns="{WSU}">{created}</Created></UsernameToken></Security>'
    )


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    camera = CameraProcess(tmp_path_factory.mktemp("login") / "state", "--source=scene").start()
    for name, group in (("guest1", "guest"), ("user1", "users")):
        camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user=name, pwd="horse 42", grp=group)
    yield camera
    stop_all([camera])


@pytest.fixture
def nobody(camera: CameraProcess) -> OnvifClient:
    return OnvifClient(camera.client.anonymous())


def test_a_token_logs_in_once_and_within_the_window(nobody: OnvifClient) -> None:
    fresh = token("admin", PASSWORD)
    assert nobody.ask("tds:GetUsers", header=fresh).status == 200
    assert nobody.refuse("tds:GetUsers", header=fresh)[0] == "ter:NotAuthorized"  # a replay
    assert nobody.ask("tds:GetUsers", header=token("admin", PASSWORD, age_s=250)).status == 200
    for age_s in (400, -400):
        assert nobody.refuse("tds:GetUsers", header=token("admin", PASSWORD, age_s))[0] == "ter:NotAuthorized"
    clear = token("admin", PASSWORD, kind="PasswordText")
    assert "only over HTTPS" in nobody.refuse("tds:GetUsers", header=clear)[-1]
    without_nonce = fresh.partition("<Nonce>")[0] + fresh.partition("</Nonce>")[2]
    assert "Username, Password, Nonce" in nobody.refuse("tds:GetUsers", header=without_nonce)[-1]


def test_a_wrong_token_counts_as_a_wrong_login(nobody: OnvifClient) -> None:
    result = nobody.ask("tds:GetUsers", header=token("nobody", "wrong"))
    assert (result.status, result.fault[0]) == (401, "ter:NotAuthorized")


def test_the_time_needs_no_login(nobody: OnvifClient, camera: CameraProcess) -> None:
    for operation in ("GetSystemDateAndTime", "GetCapabilities", "GetServices", "GetHostname", "GetEndpointReference"):
        nobody.change(f"tds:{operation}")
    # the clock of the client may be wrong: it asks for the time with a token all the same
    assert nobody.ask("tds:GetSystemDateAndTime", header=token("admin", "wrong", age_s=9000)).status == 200
    envelope = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
        '<GetUsers xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>'
    )
    answer = nobody.post(envelope.encode())
    assert answer.status == 401
    assert any(text.startswith("Digest ") for text in answer.fields.get_all("WWW-Authenticate", []))
    url = f"http://127.0.0.1:{camera.client.port}/onvif/device_service"
    digest = requests.post(url, envelope, auth=HTTPDigestAuth("admin", PASSWORD), timeout=20)
    assert (digest.status_code, "<tt:Username>admin" in digest.text) == (200, True)


def test_ranks_follow_the_access_classes(camera: CameraProcess) -> None:
    def allowed(user: str, operation: str, content: str = "") -> bool:
        result = OnvifClient(Client(camera.client.port, user, "horse 42")).ask(operation, content)
        return result.status == 200

    profile = "<tptz:ProfileToken>h264</tptz:ProfileToken>"
    assert [allowed(user, "trt:GetProfiles") for user in ("guest1", "user1")] == [True, True]
    assert [allowed(user, "tptz:Stop", profile) for user in ("guest1", "user1")] == [False, True]
    assert [allowed(user, "tds:GetUsers") for user in ("guest1", "user1")] == [False, False]
    name = "<tds:Name>x</tds:Name>"
    assert [allowed(user, "tds:SetHostname", name) for user in ("guest1", "user1")] == [False, False]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "ter:WellFormed"),
        (b"<a>", "ter:WellFormed"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "ter:WellFormed"),
        (b"<a>" * 40 + b"</a>" * 40, "ter:WellFormed"),
        (b'<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body/></Envelope>', "ter:WellFormed"),
    ],
)
def test_rubbish_is_answered_with_a_fault(nobody: OnvifClient, body: bytes, code: str) -> None:
    result = nobody.send(body)
    assert (result.status, result.fault[0]) == (400, code)


def test_unknown_operations_and_old_envelopes_are_refused(nobody: OnvifClient, camera: CameraProcess) -> None:
    assert nobody.ask("tds:GetNothing").status == 500
    assert nobody.refuse("tds:GetNothing")[0] == "ter:ActionNotSupported"
    old = b'<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><a/></Body></Envelope>'
    assert "s:VersionMismatch" in nobody.send(old).raw
    assert nobody.post(b"<a/>" + b" " * 300_000).status == 413
    camera.client.update("Network.ONVIF", Enabled="no")
    try:
        assert nobody.post(b"<a/>").status == 404
    finally:
        camera.client.update("Network.ONVIF", Enabled="yes")
