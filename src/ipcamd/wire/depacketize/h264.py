"""H.264 in RTP (RFC 6184), packetization modes 0 and 1: access units from packets."""

from ipcamd.wire.depacketize.nal_units import NalDepacketizer, split_aggregate
from ipcamd.wire.packetize.h264 import unit_type

_PICTURES = frozenset((1, 2, 3, 4, 5))
_STAP_A, _FU_A = 24, 28
_HEADER_BYTES = 2


class H264Depacketizer(NalDepacketizer):
    """See `NalDepacketizer`."""

    def _unpack(self, payload: bytes) -> None:
        kind = payload[0] & 31
        if kind == _FU_A:
            if len(payload) > _HEADER_BYTES:
                header = bytes((payload[0] & 0xE0 | payload[1] & 31,))
                self._add_fragment(header, payload[1], payload[_HEADER_BYTES:])
        elif kind == _STAP_A:
            for unit in split_aggregate(payload, 1):
                self._add_unit(unit)
        elif 0 < kind < _STAP_A:
            self._add_unit(payload)
        else:
            raise ValueError(f"H.264 in RTP packets of type {kind}")

    @staticmethod
    def _is_picture(first: int) -> bool:
        return unit_type(first) in _PICTURES
