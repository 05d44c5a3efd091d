"""AAC: its configuration in session descriptions and containers (ISO/IEC 14496-3, 1.6.2.1)."""

from ipcamd.dataclass import dataclass

_LC = 2
_RATES_HZ = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
"""Sampling rates by their index (ISO/IEC 14496-3, 1.6.3.4)."""
_NO_SBR = bytes.fromhex("56e500")
"""Extension that signals the absence of SBR (spectral band replication); without it, decoders have to guess."""


@dataclass(frozen=True, slots=True)
class AudioSpecificConfig:
    """AAC-LC, one channel."""

    rate_hz: int
    """Samples per second: one of the standard's rates."""

    def pack(self) -> bytes:
        """Return its bytes."""
        return (_LC << 11 | _RATES_HZ.index(self.rate_hz) << 7 | 1 << 3).to_bytes(2) + _NO_SBR
