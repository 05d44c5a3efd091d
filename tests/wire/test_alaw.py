import struct

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.wire.alaw import decode, encode

# ITU-T G.711, table 1a, with every other bit inverted
KNOWN = [
    (0, 0xD5),
    (15, 0xD5),
    (16, 0xD4),
    (-1, 0x55),
    (-16, 0x55),
    (-17, 0x54),
    (32767, 0xAA),
    (-32768, 0x2A),
]


@pytest.mark.parametrize(("sample", "code"), KNOWN)
def test_known_codes(sample: int, code: int) -> None:
    assert encode(struct.pack("<h", sample)) == bytes((code,))


def test_ffmpeg_decodes_the_same() -> None:
    decoder = av.CodecContext.create("pcm_alaw", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.sample_rate, decoder.layout = 8000, "mono"
    codes = bytes(range(256))
    (frame,) = decoder.decode(av.Packet(codes))
    assert bytes(frame.planes[0])[:512] == decode(codes)
    assert encode(decode(codes)) == codes


@given(st.lists(st.integers(-32768, 32767)))
def test_error_is_at_most_half_a_step(samples: list[int]) -> None:
    codes = encode(struct.pack(f"<{len(samples)}h", *samples))
    back = struct.unpack(f"<{len(samples)}h", decode(codes))
    for sample, code, value in zip(samples, codes, back, strict=True):
        assert abs(sample - value) <= 8 << max(0, ((code ^ 0x55) >> 4 & 7) - 1)


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="half"):
        encode(b"abc")
