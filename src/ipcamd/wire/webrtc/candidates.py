"""Candidates of the camera for ICE (RFC 8839, 5.1; RFC 6544): its addresses in order, each over UDP and over TCP."""

from collections.abc import Iterable

_UDP_PRIORITY = 126 << 24 | 65535 << 8 | 255
_TCP_PRIORITY = 90 << 24 | 65535 << 8 | 255


def order_addresses(own_address: str, further: Iterable[str]) -> list[str]:
    """Return the addresses of the candidates, the preferred one first: the one at which the client's offer arrived."""
    return list(dict.fromkeys((own_address, *further)))


def list_candidates(addresses: Iterable[str], port: int) -> list[str]:
    """Return the lines of an answer. The priority of UDP is higher than that of TCP, at every address."""
    lines = []
    for number, address in enumerate(addresses):
        step = number << 8
        udp, tcp = _UDP_PRIORITY - step, _TCP_PRIORITY - step
        lines.append(f"a=candidate:{number + 1} 1 udp {udp} {address} {port} typ host")
        lines.append(f"a=candidate:{number + 101} 1 tcp {tcp} {address} {port} typ host tcptype passive")
    return lines
