"""Payload header: the 28 bytes in front of every frame (SDK 3.1), seven 32-bit little-endian words."""

import struct
from collections.abc import Mapping
from enum import IntEnum

from ipcamd.dataclass import dataclass

LENGTH = 28
"""Bytes of the header."""

JPEG = ord("J")
"""Type word of a JPEG."""
AUDIO = ord("A")
"""Type word of sound."""
MAX_P = 30
"""Type word of the 30th and every later P frame after the last I frame, which has 0."""

_WORDS = struct.Struct("<7I")
_ESCAPE = 15
"""Scale code that refers to the second scale field, and there means a size without a code."""

SCALES: Mapping[tuple[int, int], tuple[int, int]] = {
    (640, 480): (0, 0),
    (320, 240): (1, 0),
    (160, 120): (2, 0),
    (720, 480): (3, 0),
    (720, 576): (4, 0),
    (1280, 720): (5, 0),
    (1280, 1024): (7, 0),
    (704, 480): (8, 0),
    (352, 240): (9, 0),
    (176, 120): (10, 0),
    (704, 576): (11, 0),
    (352, 288): (12, 0),
    (176, 144): (13, 0),
    (1280, 960): (_ESCAPE, 0),
    (1920, 1080): (_ESCAPE, 1),
    (1600, 1200): (_ESCAPE, 2),
    (2048, 1536): (_ESCAPE, 3),
}
"""(width, height) to its codes in bits 4-7 and 26-29 of the format word."""

_SIZES = {codes: size for size, codes in SCALES.items()}
_RATES = (8000, 11025, 24000, 44100, 48000)


class AudioKind(IntEnum):
    """Sound codec: bits 0-3 of the format word."""

    PCM = 2
    ULAW = 3
    AMR = 4


_SOUND = frozenset(AudioKind)


@dataclass(frozen=True, slots=True)
class VideoFormat:
    """Format word of a picture."""

    kind: int
    """Code of the codec, bits 0-3: any except those of sound."""
    size: tuple[int, int] | None
    """(width, height) in pixels.

    A size without a code, and None, are packed as 15 in both scale fields: only the picture contains the size. Parsed
    as None.
    """
    rate: int
    """Pictures per second, 1 to 30."""
    ratio: int
    """Pictures per GOP, 1 to 30; 1 for JPEG."""
    quality: int
    """0 lowest to 4 highest."""

    def word(self) -> int:
        """Return the 32-bit word; raise ``ValueError`` if a field is out of its range."""
        _check("rate", self.rate, 1, 30)
        _check("ratio", self.ratio, 1, 30)
        _check("quality", self.quality, 0, 4)
        scale, more = SCALES.get(self.size, (_ESCAPE, _ESCAPE)) if self.size else (_ESCAPE, _ESCAPE)
        return self.kind | scale << 4 | self.rate << 8 | self.ratio << 14 | self.quality << 22 | more << 26

    @classmethod
    def parse(cls, word: int) -> "VideoFormat":
        """Return the value of `word`; raise ``ValueError`` for undefined values. Reserved bits are ignored."""
        kind, scale, more = word & 15, word >> 4 & 15, word >> 26 & 15
        if kind in _SOUND:
            raise ValueError(f"picture type {kind}")
        codes = (scale, more if scale == _ESCAPE else 0)
        if codes not in _SIZES and codes != (_ESCAPE, _ESCAPE):
            raise ValueError(f"scale {codes}")
        return cls(
            kind,
            _SIZES.get(codes),
            _check("rate", word >> 8 & 63, 1, 30),
            _check("ratio", word >> 14 & 255, 1, 30),
            _check("quality", word >> 22 & 15, 0, 4),
        )


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """Format word of a block of sound."""

    kind: AudioKind
    bits: int
    """Bits per sample, 8 or 16."""
    rate: int
    """Samples per second: 8000, 11025, 24000, 44100 or 48000."""
    channels: int
    """1 or 2."""
    milliseconds: int
    """Duration, 0 to 2097151."""

    def word(self) -> int:
        """Return the 32-bit word; raise ``ValueError`` if a field is out of its range."""
        _check("channels", self.channels, 1, 2)
        _check("milliseconds", self.milliseconds, 0, (1 << 21) - 1)
        bits, rate = (8, 16).index(self.bits), _RATES.index(self.rate)
        return self.kind | bits << 4 | rate << 6 | self.channels << 9 | self.milliseconds << 11

    @classmethod
    def parse(cls, word: int) -> "AudioFormat":
        """Return the value of `word`; raise ``ValueError`` for undefined values."""
        return cls(
            AudioKind(word & 15),
            (8, 16)[_check("sample size", word >> 4 & 3, 0, 1)],
            _RATES[_check("sample rate", word >> 6 & 7, 0, len(_RATES) - 1)],
            _check("channels", word >> 9 & 3, 1, 2),
            word >> 11,
        )


@dataclass(frozen=True, slots=True)
class Status:
    """Status word: motion levels, inputs and output at the time of the frame."""

    motion: tuple[int, int, int] = (0, 0, 0)
    """Motion level of each window, 0 to 255."""
    inputs: tuple[bool, bool] = (False, False)
    """Trigger inputs 1 and 2; True is high."""
    output: bool = False
    """Trigger output 1; True is high."""

    def word(self) -> int:
        """Return the 32-bit word; raise ``ValueError`` if a motion level is out of its range."""
        first, second, third = self.motion
        if not 0 <= min(self.motion) <= max(self.motion) <= 255:
            raise ValueError(f"motion {self.motion}: 0 to 255")
        return first | second << 8 | third << 16 | self.inputs[0] << 24 | self.inputs[1] << 25 | self.output << 26

    @classmethod
    def parse(cls, word: int) -> "Status":
        """Return the value of `word`. Reserved bits are ignored."""
        motion = (word & 255, word >> 8 & 255, word >> 16 & 255)
        return cls(motion, (bool(word >> 24 & 1), bool(word >> 25 & 1)), bool(word >> 26 & 1))


@dataclass(frozen=True, slots=True)
class Header:
    """One payload header, as words; `VideoFormat`, `AudioFormat` and `Status` parse the last two."""

    counter: int
    """Number of previous frames of this stream and media kind, modulo 2**32."""
    size: int
    """Bytes of the payload behind the header."""
    type: int
    """`JPEG`, `AUDIO`, 0 for an I frame, 1 to `MAX_P` for the following P frames."""
    captured_us: int
    """Capture time: microseconds since the epoch, UTC."""
    format: int
    """Word of 32 bits for `VideoFormat` or `AudioFormat`."""
    status: int
    """Word of 32 bits for `Status`."""

    @classmethod
    def parse(cls, data: bytes) -> "Header":
        """Return the header in 28 bytes; raise ``ValueError`` for another number of bytes and for undefined values."""
        if len(data) != LENGTH:
            raise ValueError(f"{len(data)} bytes instead of {LENGTH}")
        counter, size, kind, second, microsecond, form, status = _WORDS.unpack(data)
        _check("microsecond", microsecond, 0, 999_999)
        if not _type(kind):
            raise ValueError(f"type {kind}")
        return cls(counter, size, kind, second * 1_000_000 + microsecond, form, status)

    def media(self) -> VideoFormat | AudioFormat:
        """Return the value of the format word, by the header's type; raise ``ValueError`` if it is undefined."""
        return AudioFormat.parse(self.format) if self.type == AUDIO else VideoFormat.parse(self.format)


def pack_fields(counter: int, size: int, kind: int, captured_us: int, format_word: int, status_word: int) -> bytes:
    """Return the 28 bytes of a `Header` with these fields; `kind` is its `type`. Raise ``ValueError`` if a field is out
    of its range."""
    second, microsecond = divmod(captured_us, 1_000_000)
    try:
        if _type(kind):
            return _WORDS.pack(counter, size, kind, second, microsecond, format_word, status_word)
    except struct.error:
        pass
    raise ValueError(f"no payload header holds {Header(counter, size, kind, captured_us, format_word, status_word)}")


def _type(word: int) -> bool:
    return word in (JPEG, AUDIO) or 0 <= word <= MAX_P


def _check(name: str, value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise ValueError(f"{name} {value}: {low} to {high}")
    return value
