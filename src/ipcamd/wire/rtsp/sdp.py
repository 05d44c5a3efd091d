"""Session descriptions (RFC 8866) of RTSP servers (RFC 2326, appendix C)."""

from collections.abc import Sequence

from ipcamd.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class MediaDescription:
    """One ``m=`` section."""

    media: str
    """``video``, ``audio`` or ``application``."""
    payload_type: int
    """0 to 127 (RFC 3551, 6)."""
    encoding: str
    """``H264/90000``."""
    parameters: str = ""
    """Format parameters (``a=fmtp``)."""
    control: str = ""
    """URL relative to the session's; "" if it needs no RTSP."""
    port: int = 0
    """Even UDP port of multicast; 0 if each receiver chooses its own."""
    attributes: tuple[str, ...] = ()
    """Further ``a=`` lines, without the ``a=``."""


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """A whole description."""

    name: str
    address: str
    """The server's IP address."""
    identifier: int
    """Together with `version` and `address` unique for what is described."""
    version: int
    """Increases with each change of the description."""
    tracks: Sequence[MediaDescription]
    group: str = ""
    """Multicast address; "" if receivers choose their addresses."""
    ttl: int = 0
    """IP time to live of multicast packets."""
    attributes: tuple[str, ...] = ()


def write(session: SessionDescription) -> bytes:
    """Return the text of a description."""
    lines = [
        "v=0",
        f"o=- {session.identifier} {session.version} IN {_at(session.address)}",
        f"s={_line(session.name) or '-'}",
        f"c=IN {_connection(session)}",
        "t=0 0",
        *(f"a={attribute}" for attribute in session.attributes),
    ]
    for track in session.tracks:
        lines += _track(track)
    return "".join(f"{line}\r\n" for line in lines).encode()


def _track(track: MediaDescription) -> list[str]:
    kind = track.payload_type
    lines = [f"m={track.media} {track.port} RTP/AVP {kind}", f"a=rtpmap:{kind} {track.encoding}"]
    if track.parameters:
        lines.append(f"a=fmtp:{kind} {track.parameters}")
    lines += [f"a={attribute}" for attribute in track.attributes]
    if track.control:
        lines.append(f"a=control:{track.control}")
    return lines


def _connection(session: SessionDescription) -> str:
    if not session.group:
        return "IP6 ::" if ":" in session.address else "IP4 0.0.0.0"
    return _at(session.group) if ":" in session.group else f"{_at(session.group)}/{session.ttl}"


def _at(address: str) -> str:
    return f"IP{6 if ':' in address else 4} {address.partition('%')[0]}"


def _line(text: str) -> str:
    return "".join(c for c in text if c.isprintable())
