import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.wire.rtp.rtcp import Goodbye, ReceptionReport, goodbye, parse, sender_report

# receiver 9 about source 7: 64/256 lost lately, -1 in all, highest 0x10002, jitter 30
REPORT = bytes.fromhex("81c90007 00000009 00000007 40ffffff 00010002 0000001e 00000000 00000000")
READ = ReceptionReport(7, -1, 0x10002)


def test_sender_report_ties_rtp_time_to_the_wall_clock() -> None:
    data = sender_report(7, 1_700_000_000_500_000_000, 2**32 + 90, 3, 4, "cam")
    assert struct.unpack(">BBHIIIIII", data[:28]) == (0x80, 200, 6, 7, 3_908_988_800, 2**31, 90, 3, 4)
    assert data[28:] == bytes.fromhex("81ca0003 00000007 0103") + b"cam" + b"\0\0\0"


@given(st.text(max_size=80).map(lambda text: text * 4))
def test_description_is_whole_words_and_ends_with_a_zero(name: str) -> None:
    data = sender_report(1, 0, 0, 0, 0, name)
    assert len(data) % 4 == 0
    assert data[-1] == 0
    assert parse(data) == []


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (REPORT, [READ]),
        (sender_report(1, 0, 0, 0, 0, "x") + goodbye(5), [Goodbye((5,))]),
        (REPORT + goodbye(9), [READ, Goodbye((9,))]),
        (bytes.fromhex("80c90001 00000009"), []),
        (bytes.fromhex("81cc0002 00000009 61626364"), []),
        (b"\x81\xc8" + bytes.fromhex("000c 00000009") + bytes(20) + REPORT[8:], [READ]),
    ],
)
def test_parse(data: bytes, told: list[ReceptionReport | Goodbye]) -> None:
    assert parse(data) == told


@pytest.mark.parametrize(
    "data", [b"", b"\x80", REPORT[:-1], b"\x41" + REPORT[1:], b"\x82" + REPORT[1:], b"\x82\xcb\x00\x01" + bytes(4)]
)
def test_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"RTCP|short|empty"):
        parse(data)


@given(st.binary(max_size=100))
def test_any_bytes_are_reports_or_refused(data: bytes) -> None:
    with suppress(ValueError):
        assert all(isinstance(told, ReceptionReport | Goodbye) for told in parse(data))
