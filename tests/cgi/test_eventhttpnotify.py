"""``/EventHttpNotify.cgi`` (SDK 12), on the real store."""

from urllib.parse import quote

import pytest
from tests.cgi.camera_rig import CameraRig

from ipcamd.cgi import eventhttpnotify

ASK = eventhttpnotify.ENDPOINT
URL = "http://192.168.101.101:8001/event/eventhandler.cgi"


def targets(rig: CameraRig) -> dict[str, str]:
    return dict(rig.settings["Event.Notify"])


async def test_the_last_target_of_a_kind_counts(rig: CameraRig) -> None:
    for url, message in [(URL, "motion,Time=1"), (URL, "di1_0,Time:2"), ("http://nvr/x", "input1_2,Time:3")]:
        assert await rig.text(ASK, f"HttpUrl={url}&Message={message}") == "OK\r\n"
    assert targets(rig) == {"motion": f"motion {URL}", "di1": "input1_2 http://nvr:80/x", "di2": ""}


async def test_addresses_by_https(rig: CameraRig) -> None:
    assert await rig.text(ASK, "HttpUrl=https://nvr/x&Message=motion,Time=1") == "OK\r\n"
    assert targets(rig)["motion"] == "motion https://nvr:443/x"
    assert await rig.text(ASK, "HttpUrl=https://localhost/x&Message=motion,Time=1") == "NG\r\n"


async def test_an_empty_url_removes_all(rig: CameraRig) -> None:
    await rig.text(ASK, f"HttpUrl={URL}&Message=di2_1,Time=1")
    assert await rig.text(ASK, "HttpUrl=&Message=motion,Time=1") == "OK\r\n"
    assert set(targets(rig).values()) == {""}


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("Message=motion,Time=1", "HttpUrl Not Found"),
        ("", "HttpUrl Not Found"),
        (f"HttpUrl={URL}", "Message Not Found"),
        (f"HttpUrl={URL}&Message=", "Message Not Found"),
        ("HttpUrl=http:///x&Message=motion,Time=1", "IP Not Found"),
        ("HttpUrl=http://h:x/y&Message=motion,Time=1", "Port Not Found"),
        ("HttpUrl=http://h:80&Message=motion,Time=1", "CGI Not Found"),
        (f"HttpUrl={URL}&Message=smoke,Time=1", "Event Not Found"),
        (f"HttpUrl={URL}&Message=motion", "Time Not Found"),
        ("HttpUrl=http://300.1.1.1/x&Message=motion,Time=1", "IP Not Found"),
        ("HttpUrl=http://-nvr/x&Message=motion,Time=1", "IP Not Found"),
        ("HttpUrl=http://nvr/x?id=3&Message=motion,Time=1", "NG"),
        ("HttpUrl=&all=1", "NG"),
        ("HttpUrl=http://127.0.0.1/x&Message=motion,Time=1", "NG"),
        ("HttpUrl=http://localhost/x&Message=motion,Time=1", "NG"),
        ("HttpUrl=http://169.254.169.254/x&Message=motion,Time=1", "NG"),
        (f"HttpUrl={quote('http://[::ffff:127.0.0.1]/x')}&Message=motion,Time=1", "NG"),
    ],
)
async def test_errors_are_reported_in_the_sdks_words(rig: CameraRig, query: str, answer: str) -> None:
    await rig.text(ASK, f"HttpUrl={URL}&Message=di1_0,Time=1")
    before = targets(rig)
    assert await rig.text(ASK, query) == f"{answer}\r\n"
    assert targets(rig) == before
