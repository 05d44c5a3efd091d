from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.wire.rtsp.tunnel import TunnelDecoder


@given(st.lists(st.binary(max_size=40), max_size=5), st.integers(1, 7))
def test_requests_encoded_one_by_one_and_cut_anywhere(requests: list[bytes], size: int) -> None:
    text = b"\r\n".join(b64encode(request) for request in requests)
    decoder = TunnelDecoder()
    pieces = [decoder.feed(text[at : at + size]) for at in range(0, len(text), size)]
    assert b"".join(pieces) == b"".join(requests)


@pytest.mark.parametrize("text", [b"====", b"ab=c", b"a===", b"\x00\x00\x00\x00", b"QUJD-_-_", b"QQ==Q==="])
def test_invalid_base64_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="Base64"):
        TunnelDecoder().feed(text)


@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    try:
        whole = TunnelDecoder().feed(data)
    except ValueError:
        return
    decoder = TunnelDecoder()
    assert b"".join(decoder.feed(bytes((byte,))) for byte in data) == whole
