"""WebRTC offers: the session descriptions (RFC 8866, RFC 8829) that browsers and players send."""

import re
from collections.abc import Iterator
from dataclasses import field

from ipcamd.dataclass import dataclass
from ipcamd.wire.rtsp.sdp import read_parameters

MOST_BYTES = 64 * 1024
"""Maximum bytes of an offer."""
MOST_LINES = 2000
"""Maximum number of lines of an offer."""
MOST_SECTIONS = 16
"""Maximum number of media sections of an offer."""

_MEDIA = re.compile(r"m=([!-~]+) [0-9]{1,5}(?:/[0-9]+)? ([!-~]+)((?: [!-~]+)*)")
_RTPMAP = re.compile(r"([0-9]{1,3}) ([!-.0-~]+/[0-9]{1,9})(?:/([0-9]+))?")
_ICE_NAME = re.compile(r"[A-Za-z0-9+/]{4,256}")
_ICE_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")
_FINGERPRINT = re.compile(r"(?i)(sha-(?:1|224|256|384|512)) ([0-9A-F]{2}(?::[0-9A-F]{2})+)")
_EXTENSION = re.compile(r"([1-9]|1[0-4])(?:/(?:sendrecv|recvonly))? ([!-~]{1,256})(?: [ -~]*)?")
_TOKEN = re.compile(r"[!-~]{1,64}")
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")


@dataclass(slots=True)
class OfferedFormat:
    """One payload type of a section."""

    payload_type: int
    """Number of the format in packets, 0 to 127."""
    encoding: str
    """``H264/90000``, as sent; clients differ in case. Multichannel sound has the number of channels at its end."""
    parameters: dict[str, str] = field(default_factory=dict)
    """Format parameters (``a=fmtp``) by lower-case name."""
    feedback: set[str] = field(default_factory=set)
    """RTCP feedback (``a=rtcp-fb``), such as ``nack pli``."""


@dataclass(slots=True)
class OfferedMedia:
    """One ``m=`` section."""

    media: str
    """``audio``, ``video``, ``application`` ..."""
    protocol: str
    """``UDP/TLS/RTP/SAVPF``"""
    kinds: tuple[str, ...]
    """Payload types, the preferred one first."""
    mid: str = ""
    direction: str = "sendrecv"
    formats: dict[str, OfferedFormat] = field(default_factory=dict)
    """By payload type as text."""
    extensions: dict[str, int] = field(default_factory=dict)
    """Numbers of header extensions (``a=extmap``, RFC 8285) that fit into one-byte headers, by URI."""
    attributes: dict[str, str] = field(default_factory=dict)
    """``ice-ufrag``, ``ice-pwd``, ``fingerprint``, ``setup``, and flags with ""; by default those of the session."""

    @property
    def ordered(self) -> Iterator[OfferedFormat]:
        """Formats with an encoding, in order of preference."""
        return (self.formats[kind] for kind in self.kinds if kind in self.formats and self.formats[kind].encoding)


@dataclass(frozen=True, slots=True)
class Offer:
    """A whole offer."""

    sections: tuple[OfferedMedia, ...]
    bundle: tuple[str, ...]
    """Identifiers (mid) of the sections that share one transport; empty without a group."""


def parse(data: bytes) -> Offer:
    """Return a parsed offer. Raises ``ValueError`` with the reason as text."""
    if len(data) > MOST_BYTES:
        raise ValueError(f"the offer is longer than {MOST_BYTES} bytes")
    lines = data.decode("utf-8", "replace").replace("\r\n", "\n").rstrip("\n").split("\n")
    if lines[0] != "v=0" or len(lines) > MOST_LINES:
        raise ValueError("the offer is not a session description")
    session, sections = OfferedMedia("session", "", ()), list[OfferedMedia]()
    for line in lines:
        if line.startswith("m="):
            sections.append(_section(line))
        elif line.startswith("a="):
            _read_attribute((sections or [session])[-1], line[2:])
    if not 0 < len(sections) <= MOST_SECTIONS:
        raise ValueError(f"the offer has {len(sections)} media sections; allowed: 1 to {MOST_SECTIONS}")
    for section in sections:
        section.attributes = session.attributes | section.attributes
    groups = session.attributes.get("group", "").split()
    return Offer(tuple(sections), tuple(groups[1:]) if groups[:1] == ["BUNDLE"] else ())


def _section(line: str) -> OfferedMedia:
    found = _MEDIA.fullmatch(line)
    if not found:
        raise ValueError("the offer has a malformed m= line")
    return OfferedMedia(found[1], found[2], tuple(found[3].split()))


def _read_attribute(section: OfferedMedia, text: str) -> None:
    name, _, value = text.partition(":")
    if name in _DIRECTIONS and not value:
        section.direction = name
    elif name == "mid":
        section.mid = _checked(_TOKEN, value, "mid")
    elif name == "rtpmap":
        if found := _RTPMAP.fullmatch(value):
            channels = f"/{found[3]}" if found[3] not in (None, "1") else ""
            _format(section, found[1]).encoding = found[2] + channels
    elif name == "fmtp":
        kind, _, parameters = value.partition(" ")
        _format(section, kind).parameters |= read_parameters(parameters)
    elif name == "extmap":
        if found := _EXTENSION.fullmatch(value):
            section.extensions[found[2]] = int(found[1])
    elif name == "rtcp-fb":
        kind, _, feedback = value.partition(" ")
        for one in section.kinds if kind == "*" else (kind,):
            _format(section, one).feedback.add(feedback)
    elif name == "group" and not value.startswith("BUNDLE"):
        return  # LS: sections that are to be synchronized
    elif name in _ATTRIBUTES:
        section.attributes[name] = _checked(_ATTRIBUTES[name], value, name)


_ATTRIBUTES = {
    "ice-ufrag": _ICE_NAME,
    "ice-pwd": _ICE_PASSWORD,
    "fingerprint": _FINGERPRINT,
    "setup": re.compile("actpass|active|passive|holdconn"),
    "group": re.compile(r"[ -~]{1,1024}"),
    "rtcp-mux": re.compile(""),
}


def _checked(pattern: re.Pattern[str], value: str, name: str) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(f"the offer has a malformed a={name}")
    return value


def _format(section: OfferedMedia, kind: str) -> OfferedFormat:
    """Return the format of a payload type; an unused one if the section does not list it."""
    if kind not in section.kinds or not kind.isdecimal() or int(kind) > 127:
        return OfferedFormat(0, "")
    return section.formats.setdefault(kind, OfferedFormat(int(kind), ""))
