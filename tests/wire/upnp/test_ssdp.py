"""SSDP messages."""

from dataclasses import replace

import pytest

from ipcamd.wire.upnp.ssdp import (
    GROUP,
    LINK_GROUP,
    SITE_GROUP,
    SsdpDevice,
    SsdpSearch,
    format_alive,
    format_answer,
    format_byebye,
    format_search,
    parse_answer,
    parse_search,
)

DEVICE = SsdpDevice("uuid:1", "urn:schemas-upnp-org:device:Basic:1", GROUP, "http://10.0.0.1/d.xml", 7, 9)
DEVICE6 = replace(DEVICE, group=LINK_GROUP)


def test_a_search_is_read_as_it_is_written() -> None:
    assert parse_search(format_search(GROUP, "ssdp:all", 3)) == SsdpSearch("ssdp:all", 3)
    loose = b'M-SEARCH * HTTP/1.1\nman: "ssdp:discover"\nMx:1\nsT:\tuuid:1 \n\n'
    assert parse_search(loose) == SsdpSearch("uuid:1", 1)


@pytest.mark.parametrize("wrong", ["MX: x", "MX: -1", "MX:", "X: 1", "MX: 99999999999"])
def test_a_search_without_a_delay_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="MX"):
        parse_search(f'M-SEARCH * HTTP/1.1\r\nMAN: "ssdp:discover"\r\n{wrong}\r\n\r\n'.encode())


def test_other_messages_are_no_searches() -> None:
    assert parse_search(format_alive(DEVICE, DEVICE.udn)) is None
    assert parse_search(b"") is None
    assert parse_search(format_search(GROUP, "x" * 3000, 1)) is None
    with pytest.raises(ValueError, match="not one of SSDP"):
        parse_search(b"M-SEARCH * HTTP/1.1\r\nMX: 1\r\n\r\n")


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("ssdp:all", ("upnp:rootdevice", "uuid:1", DEVICE.kind)),
        ("uuid:1", ("uuid:1",)),
        (DEVICE.kind, (DEVICE.kind,)),
        ("uuid:2", ()),
        ("urn:schemas-upnp-org:device:Basic:2", ()),
    ],
)
def test_a_search_finds_what_matches(target: str, found: tuple[str, ...]) -> None:
    assert DEVICE.matching(target) == found


def test_an_answer_gives_the_address_of_the_description() -> None:
    fields = parse_answer(format_answer(DEVICE, DEVICE.kind))
    assert (fields["location"], fields["st"], fields["usn"]) == (DEVICE.location, DEVICE.kind, f"uuid:1::{DEVICE.kind}")
    assert (fields["cache-control"], fields["ext"]) == ("max-age=1800", "")
    assert (fields["bootid.upnp.org"], fields["configid.upnp.org"]) == ("7", "9")


def test_a_byebye_message_names_only_the_device() -> None:
    text = format_byebye(DEVICE, DEVICE.udn).decode()
    assert "NTS: ssdp:byebye\r\n" in text
    assert "USN: uuid:1\r\n" in text
    assert "LOCATION" not in text


def test_messages_name_the_group_that_they_go_to() -> None:
    for message in (format_alive(DEVICE6, DEVICE.udn), format_byebye(DEVICE6, DEVICE.udn)):
        assert b"\r\nHOST: [FF02::C]:1900\r\n" in message
    assert b"\r\nHOST: 239.255.255.250:1900\r\n" in format_alive(DEVICE, DEVICE.udn)
    assert b"\r\nHOST: [FF05::C]:1900\r\n" in format_search(SITE_GROUP, "ssdp:all", 1)
