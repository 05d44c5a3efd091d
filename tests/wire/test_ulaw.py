import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.wire.ulaw import decode, encode

# ITU-T G.711, table 2a: decision values are midway between neighbours
KNOWN = [(0, 0xFF), (8, 0xFE), (-8, 0x7E), (32124, 0x80), (-32124, 0x00), (32767, 0x80), (-32768, 0x00), (132, 0xEF)]


@pytest.mark.parametrize(("sample", "code"), KNOWN)
def test_known_codes(sample: int, code: int) -> None:
    assert encode(struct.pack("<h", sample)) == bytes((code,))


def test_every_code_comes_back() -> None:
    codes = bytes(range(256))
    assert encode(decode(codes)) == codes.replace(b"\x7f", b"\xff")  # there is one zero


@given(st.lists(st.integers(-32635, 32635)))
def test_error_is_at_most_half_a_step(samples: list[int]) -> None:
    codes = encode(struct.pack(f"<{len(samples)}h", *samples))
    back = struct.unpack(f"<{len(samples)}h", decode(codes))
    for sample, code, value in zip(samples, codes, back, strict=True):
        assert abs(sample - value) <= 4 << (~code >> 4 & 7)


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="half"):
        encode(b"abc")
