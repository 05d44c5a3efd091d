import pytest

from ipcamd.wire.rtsp.sap import GROUP, format_announcement, group_for


def test_announcement() -> None:
    data = format_announcement(b"v=0\r\n", "10.0.0.5")
    assert data[:2] == b"\x20\x00"
    assert data[4:] == b"\x0a\x00\x00\x05application/sdp\0v=0\r\n"
    ended = format_announcement(b"v=0\r\n", "10.0.0.5", ended=True)
    assert (ended[0], ended[1:]) == (0x24, data[1:])
    assert format_announcement(b"v=1\r\n", "10.0.0.5")[2:4] != data[2:4]
    assert format_announcement(b"", "10.0.0.5")[:4] == b"\x20\x00\x00\x01"


@pytest.mark.parametrize(("session", "group"), [("224.2.128.1", GROUP), ("239.255.1.1", "239.255.255.255")])
def test_group(session: str, group: str) -> None:
    assert group_for(session) == group
