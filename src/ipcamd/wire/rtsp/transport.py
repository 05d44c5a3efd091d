"""The ``Transport`` field of RTSP (RFC 2326, 12.39)."""

import re

from ipcamd.dataclass import dataclass

_MOST = 16


@dataclass(frozen=True, slots=True)
class Transport:
    """One transport offered by a client."""

    tcp: bool = False
    """Whether packets are interleaved on the RTSP connection."""
    multicast: bool = False
    ports: tuple[int, int] | None = None
    """The client's UDP ports for RTP and RTCP."""
    channels: tuple[int, int] | None = None
    """Interleaved channels for RTP and RTCP."""


def parse(text: str) -> list[Transport]:
    """Return the RTP/AVP offers, in the client's order of preference, without malformed ones."""
    offers = [_offer(part) for part in text.split(",")[:_MOST]]
    return [offer for offer in offers if offer is not None]


def _offer(text: str) -> Transport | None:
    profile, *parameters = (part.strip() for part in text.split(";"))
    if profile.upper() not in ("RTP/AVP", "RTP/AVP/UDP", "RTP/AVP/TCP"):
        return None
    given = {name.strip().lower(): value.strip() for name, _, value in (p.partition("=") for p in parameters)}
    ports, channels = _pair(given.get("client_port"), 65535), _pair(given.get("interleaved"), 255)
    if ("client_port" in given and ports is None) or ("interleaved" in given and channels is None):
        return None
    tcp = profile.upper().endswith("TCP")
    multicast = not tcp and "unicast" not in given and ports is None
    return Transport(tcp, multicast, ports, channels)


def _pair(text: str | None, highest: int) -> tuple[int, int] | None:
    """Return ``a-b``; for ``a`` alone, a and the next number."""
    match = re.fullmatch("([0-9]{1,5})(?:-([0-9]{1,5}))?", text or "")
    if match is None:
        return None
    first = int(match[1])
    second = int(match[2]) if match[2] else first + 1
    return (first, second) if max(first, second) <= highest and first != second else None
