"""H.265 in RTP (RFC 7798), without decoding order numbers: access units from packets."""

from ipcamd.wire.depacketize.nal_units import NalDepacketizer, split_aggregate
from ipcamd.wire.packetize.h265 import unit_type

_FIRST_NO_PICTURE = 32
_AGGREGATE, _FRAGMENT, _UNKNOWN = 48, 49, 50
_HEADER_BYTES = 2


class H265Depacketizer(NalDepacketizer):
    """See `NalDepacketizer`."""

    def _unpack(self, payload: bytes) -> None:
        kind = unit_type(payload[0])
        if len(payload) <= _HEADER_BYTES:
            return
        if kind == _FRAGMENT:
            flags = payload[_HEADER_BYTES]
            header = bytes((payload[0] & 0x81 | (flags & 63) << 1, payload[1]))
            self._add_fragment(header, flags, payload[_HEADER_BYTES + 1 :])
        elif kind == _AGGREGATE:
            for unit in split_aggregate(payload, _HEADER_BYTES):
                self._add_unit(unit)
        elif kind < _UNKNOWN:
            self._add_unit(payload)
        else:
            raise ValueError(f"H.265 in RTP packets of type {kind}")

    @staticmethod
    def _is_picture(first: int) -> bool:
        return unit_type(first) < _FIRST_NO_PICTURE
