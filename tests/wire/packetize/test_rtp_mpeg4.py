from ipcamd.wire.packetize.mpeg4 import FORMAT, parameters
from ipcamd.wire.rtp.rtp import ROOM

HEADERS = bytes.fromhex("000001b003 000001b509 00000100 00000120 0084")


def test_pieces_are_full_and_give_the_frame() -> None:
    frame = HEADERS + b"\0\0\1\xb6" + b"x" * 3000
    pieces = FORMAT.payloads(frame)
    assert b"".join(pieces) == frame
    assert [len(p) for p in pieces] == [ROOM, ROOM, len(frame) - 2 * ROOM]


def test_parameters_are_the_headers_before_the_picture() -> None:
    expected = f"profile-level-id=3;config={HEADERS.hex().upper()}"
    assert parameters(HEADERS + b"\0\0\1\xb6picture") == expected
    assert parameters(HEADERS + b"\0\0\1\xb3\x00\x10\x07\0\0\1\xb6picture") == expected
    assert parameters(b"\0\0\1\xb6picture") == "profile-level-id=1"
    assert parameters(b"\0\0\1\xb0") == "profile-level-id=1"
