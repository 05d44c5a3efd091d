"""Targets of event notifications and the requests to them (SDK 12)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.wire.http.notification import HttpNotificationError, load, parse

URL = "http://192.168.102.101:8001/event/eventhandler.cgi"


@pytest.mark.parametrize(
    ("url", "message", "path", "host"),
    [
        (URL, "motion,Time=1234567890", "/event/eventhandler.cgi?Message=motion,Time:77", "192.168.102.101:8001"),
        (URL, "input1_0,Time:1234567890", "/event/eventhandler.cgi?Message=input1_0,Time:77", "192.168.102.101:8001"),
        ("http://nvr/x", "di2_1,Time=1", "/x?Message=di2_1,Time:77", "nvr"),
        ("https://nvr/x", "motion,Time=1", "/x?Message=motion,Time:77", "nvr"),
        ("HTTPS://nvr:443/x", "motion,Time=1", "/x?Message=motion,Time:77", "nvr"),
        ("https://nvr:80/x", "motion,Time=1", "/x?Message=motion,Time:77", "nvr:80"),
        ("http://nvr:443/x", "motion,Time=1", "/x?Message=motion,Time:77", "nvr:443"),
        ("HTTP://NVR:80/x", "Motion,time=1", "/x?Message=Motion,Time:77", "nvr"),
        ("http://[2001:DB8::1]:81/x?id=3", "di2_2,Time:1", "/x?id=3&Message=di2_2,Time:77", "[2001:db8::1]:81"),
    ],
)
def test_the_address_that_is_requested(url: str, message: str, path: str, host: str) -> None:
    assert parse(url, message).url(77) == f"{url.partition(':')[0].lower()}://{host}{path}"


@pytest.mark.parametrize(
    ("url", "message", "error"),
    [
        ("http://", "motion,Time=1", "IP Not Found"),
        ("http:///x", "motion,Time=1", "IP Not Found"),
        ("http://:80/x", "motion,Time=1", "IP Not Found"),
        ("ftp://h/x", "motion,Time=1", "IP Not Found"),
        ("httpss://h/x", "motion,Time=1", "IP Not Found"),
        ("https:///x", "motion,Time=1", "IP Not Found"),
        ("https://h:x/y", "motion,Time=1", "Port Not Found"),
        ("https://h", "motion,Time=1", "CGI Not Found"),
        ("http://a@h/x", "motion,Time=1", "IP Not Found"),
        ("http://h/x\r\nX-Evil: 1", "motion,Time=1", "IP Not Found"),
        ("http://h/" + 1024 * "x", "motion,Time=1", "IP Not Found"),
        ("http://h:/x", "motion,Time=1", "Port Not Found"),
        ("http://h:0/x", "motion,Time=1", "Port Not Found"),
        ("http://h:65536/x", "motion,Time=1", "Port Not Found"),
        ("http://h:\u0668\u0660/x", "motion,Time=1", "IP Not Found"),
        ("http://h", "motion,Time=1", "CGI Not Found"),
        ("http://h:80/", "motion,Time=1", "CGI Not Found"),
        (URL, ",Time=1", "Event Not Found"),
        (URL, "smoke,Time=1", "Event Not Found"),
        (URL, "di3_0,Time=1", "Event Not Found"),
        (URL, "di1_3,Time=1", "Event Not Found"),
        (URL, "motion", "Time Not Found"),
        (URL, "motion,Time=", "Time Not Found"),
        (URL, "motion,Time=noon", "Time Not Found"),
    ],
)
def test_missing_parts_are_reported_in_the_sdks_words(url: str, message: str, error: str) -> None:
    with pytest.raises(HttpNotificationError) as caught:
        parse(url, message)
    assert str(caught.value) == error


@pytest.mark.parametrize(("event", "high", "low"), [("di1_0", 1, 0), ("di1_1", 0, 1), ("input2_2", 1, 1)])
def test_levels(event: str, high: bool, low: bool) -> None:
    notification = parse(URL, f"{event},Time=1")
    assert (notification.wants(True), notification.wants(False)) == (high, low)


@given(st.sampled_from(["http", "https"]), st.text(max_size=60), st.text(max_size=40))
def test_anything_is_taken_or_named(scheme: str, host: str, message: str) -> None:
    try:
        notification = parse(f"{scheme}://{host}/x", message)
    except HttpNotificationError as error:
        assert str(error).endswith(" Not Found")
    else:
        assert load(notification.dump()) == notification
        assert not set(notification.url(1)) & set(" \r\n\t#")
