"""SRT address: ``srt://host:port`` with mode, passphrase, stream ID and latency."""

import re
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from ipcamd.dataclass import dataclass
from ipcamd.egress.url_host import url_host
from ipcamd.media.source.source_query import parse_query

_LISTENER = "listener"
_LOOPBACK = "127.0.0.1"
_MOST_LATENCY_MS = 10_000
STREAM_ID_BYTES = 512
"""Longest stream ID (SRT protocol, 3.2.1.3)."""


@dataclass(frozen=True, slots=True)
class SrtAddress:
    """Address of a sender that listens, or one of the camera at which it waits for a sender."""

    host: str
    """Name or IP address; of the camera only an IP address."""
    port: int
    """UDP port."""
    passphrase: str
    """10 to 79 characters; "" without encryption."""
    stream_id: str
    """Name of the stream, for servers with several; "" for none."""
    latency_ms: int | None
    """Time in which lost packets can be sent again; None for libsrt's own."""
    listens: bool
    """Whether the camera waits for a sender that calls."""


def parse_srt_address(bare: str, query: str) -> SrtAddress:
    """Return the address whose URL is `bare`, then "?" and `query`.

    Raises ``ValueError`` with the error and the permitted values.
    """
    parts = urlsplit(bare)
    if parts.username is not None:
        raise ValueError("SRT has no login; give ?passphrase=... or ?streamid=...")
    parsers = {
        "mode": _parse_mode,
        "passphrase": _parse_passphrase,
        "streamid": _parse_stream_id,
        "latency": _parse_latency,
    }
    values = parse_query(query, parsers, secret=("passphrase", "streamid"))
    listens = values.get("mode") == _LISTENER
    host = url_host(parts) or (_LOOPBACK if listens else "")
    if not host or not parts.port or parts.path not in ("", "/") or any(c.isspace() for c in parts.netloc):
        raise ValueError("is not an address such as srt://192.168.1.20:9000 or srt://:9000?mode=listener")
    secrets = values.get("passphrase", ""), values.get("streamid", "")
    if listens:
        _check_listener(host, secrets[0])
    return SrtAddress(host, parts.port, *secrets, values.get("latency"), listens)


def _check_listener(host: str, passphrase: str) -> None:
    try:
        is_local = ip_address(host).is_loopback
    except ValueError:
        raise ValueError("mode=listener: use an IP address of this machine, 0.0.0.0 or [::]") from None
    if not is_local and not passphrase:
        raise ValueError("mode=listener: an address that others can call needs ?passphrase=...")


def _parse_mode(text: str) -> str:
    if text not in ("caller", _LISTENER):
        raise ValueError("use caller (the camera calls) or listener (the sender calls)")
    return text


def _parse_passphrase(text: str) -> str:
    passphrase = unquote(text)
    if not 10 <= len(passphrase.encode()) <= 79:
        raise ValueError("use 10 to 79 characters")
    return passphrase


def _parse_stream_id(text: str) -> str:
    stream_id = unquote(text)
    if len(stream_id.encode()) > STREAM_ID_BYTES:
        raise ValueError(f"use at most {STREAM_ID_BYTES} bytes")
    return stream_id


def _parse_latency(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) > _MOST_LATENCY_MS:
        raise ValueError(f"use milliseconds, 0 to {_MOST_LATENCY_MS} (FFmpeg's number is in microseconds)")
    return int(text)
