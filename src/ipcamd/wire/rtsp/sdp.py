"""Session descriptions (RFC 8866) of RTSP servers (RFC 2326, appendix C): written for clients, read from cameras."""

import re
from collections.abc import Sequence

from ipcamd.dataclass import dataclass

_MOST_TRACKS = 16
"""Maximum number of sections that are read."""
_MEDIA = re.compile(r"([a-z]+) ([0-9]{1,5})(?:/[0-9]+)? +RTP/AVPF? +([0-9]{1,3})(?: .*)?")
_RTPMAP = re.compile(r"([0-9]{1,3}) +([!-~]+)")
_FMTP = re.compile(r"([0-9]{1,3}) +(.*)")
_STATIC = {0: "PCMU/8000", 8: "PCMA/8000", 10: "L16/44100/2", 11: "L16/44100", 26: "JPEG/90000"}
"""Encodings of payload types that need no ``a=rtpmap`` (RFC 3551, 6)."""


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
    """Multicast address (IPv4); "" if receivers choose their addresses."""
    ttl: int = 0
    """IP time to live of multicast packets."""
    attributes: tuple[str, ...] = ()


def read(text: str) -> tuple[str, list[MediaDescription]]:
    """Return the session's control URL, "" without one, and the media in RTP without encryption. Of a section with
    several payload types, the first one is read."""
    head, *sections = re.split("^m=", text.replace("\r", ""), flags=re.MULTILINE)[: _MOST_TRACKS + 1]
    tracks = [track for section in sections if (track := _read_track(section))]
    return _control(head), tracks


def _read_track(section: str) -> MediaDescription | None:
    lines = section.splitlines()
    media = _MEDIA.fullmatch(lines[0]) if lines else None
    if media is None or int(media[3]) > 127:
        return None
    kind = int(media[3])
    attributes = tuple(line[2:] for line in lines if line.startswith("a="))
    encoding = _of_type(kind, attributes, "rtpmap:", _RTPMAP) or _STATIC.get(kind, "")
    parameters = _of_type(kind, attributes, "fmtp:", _FMTP)
    return MediaDescription(media[1], kind, encoding, parameters, _control(section), int(media[2]), attributes)


def _of_type(kind: int, attributes: Sequence[str], name: str, pattern: re.Pattern[str]) -> str:
    """Return the value of the attribute for a payload type; "" without one."""
    found = (pattern.fullmatch(each.removeprefix(name).strip()) for each in attributes if each.startswith(name))
    return next((match[2] for match in found if match and int(match[1]) == kind), "")


def _control(section: str) -> str:
    found = re.search(r"^a=control:(\S+)", section, re.MULTILINE)
    return found[1] if found else ""


def read_parameters(text: str) -> dict[str, str]:
    """Return the format parameters of a section (``a=fmtp``) by lower-case name."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}


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
    return f"{_at(session.group)}/{session.ttl}"


def _at(address: str) -> str:
    return f"IP{6 if ':' in address else 4} {address.partition('%')[0]}"


def _line(text: str) -> str:
    return "".join(c for c in text if c.isprintable())
