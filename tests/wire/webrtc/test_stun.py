"""Tests of connectivity checks, with the messages of RFC 5769."""

from dataclasses import replace

import pytest
from tests.wire.webrtc.stun_request import make_request

from ipcamd.wire.webrtc import stun

PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt"
REQUEST = bytes.fromhex(
    "00010058 2112a442 b7e7a701bc34d686fa87dfae 80220010 5354554e207465737420636c69656e74 00240004 6e0001ff"
    "80290008 932ff9b151263b36 00060009 6576746a3a68367659202020"
    "00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 80280004 e57a3bcf"
)
RESPONSE_ADDRESS, RESPONSE_PORT = "192.0.2.1", 32853
XOR_MAPPED_ADDRESS = bytes.fromhex("002000080001a147e112a643")
TRANSACTION = REQUEST[8:20]


def test_the_request_of_the_rfc_is_read_and_its_sender_is_known_by_the_password() -> None:
    message = stun.parse(REQUEST)
    assert (message.local_name, message.transaction) == ("evtj", TRANSACTION)
    assert message.is_signed_by(PASSWORD)
    assert not message.is_signed_by(PASSWORD[:-1])
    assert (message.is_controlled, message.is_nominating, message.unknown) == (True, False, ())


def test_a_message_without_integrity_is_unsigned() -> None:
    message = replace(stun.parse(REQUEST), signed=b"")
    assert not message.is_signed_by(PASSWORD)


@pytest.mark.parametrize("place", range(0, len(REQUEST) - 8, 7))
def test_a_changed_message_is_refused_or_not_signed(place: int) -> None:
    changed = REQUEST[:place] + bytes((REQUEST[place] ^ 1,)) + REQUEST[place + 1 :]
    with pytest.raises(ValueError):
        stun.parse(changed)
    without_fingerprint = changed[:2] + (len(changed) - 28).to_bytes(2) + changed[4:-8]
    try:
        message = stun.parse(without_fingerprint)
    except ValueError:
        return
    assert not message.is_signed_by(PASSWORD)


def test_the_response_has_the_address_of_the_rfc_in_its_form() -> None:
    answer = stun.make_success(stun.parse(REQUEST), RESPONSE_ADDRESS, RESPONSE_PORT, PASSWORD)
    assert answer[:20] == bytes.fromhex("0101002c2112a442") + TRANSACTION
    assert answer[20:32] == XOR_MAPPED_ADDRESS


def test_an_error_names_the_unknown_attributes() -> None:
    message = replace(stun.parse(REQUEST), unknown=(0x0031,))
    answer = stun.make_error(message, stun.UNKNOWN_ATTRIBUTE, PASSWORD)
    assert b"\x00\x00\x04\x14Unknown Attribute" in answer
    assert b"\x00\x0a\x00\x02\x00\x31" in answer


def test_a_request_of_the_camera_is_understood() -> None:
    message = stun.parse(make_request(TRANSACTION, "here:there", "secret", nominate=True))
    assert (message.local_name, message.is_nominating, message.is_controlled) == ("here", True, False)
    assert message.is_signed_by("secret")
