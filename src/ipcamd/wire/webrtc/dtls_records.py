"""DTLS records (RFC 6347, section 4.1): splits a flight into datagrams below the MTU."""

_HEADER_BYTES = 13
_LENGTH_AT = 11


def split_flight(flight: bytes, most_bytes: int) -> list[bytes]:
    """Return datagrams of complete records, of at most `most_bytes` bytes unless one record is longer. Raises
    ``ValueError`` if `flight` is not a sequence of complete records."""
    datagrams: list[bytes] = []
    start = at = 0
    while at < len(flight):
        end = at + _HEADER_BYTES + int.from_bytes(flight[at + _LENGTH_AT : at + _HEADER_BYTES])
        if end > len(flight) or at + _HEADER_BYTES > len(flight):
            raise ValueError("DTLS record cut short")
        if end - start > most_bytes and at > start:
            datagrams.append(flight[start:at])
            start = at
        at = end
    return [*datagrams, flight[start:]] if at > start else datagrams
