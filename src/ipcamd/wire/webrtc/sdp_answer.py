"""WebRTC answers: the camera's session descriptions (RFC 8829), with all its candidates."""

from collections.abc import Sequence
from ipaddress import ip_address

from ipcamd.dataclass import dataclass
from ipcamd.wire.webrtc import playout_delay
from ipcamd.wire.webrtc.candidates import list_candidates


@dataclass(frozen=True, slots=True)
class SynchronizationSource:
    """SSRC of a section's packets, with its attributes (RFC 5576)."""

    ssrc: int
    """Identifier in packets."""
    name: str
    """Canonical name: players synchronize streams of the same name."""
    clock_offset: int
    """RTP time stamp of the epoch, 1970 UTC (RFC 7273, ``mediaclk:direct``)."""


@dataclass(frozen=True, slots=True)
class AnsweredMedia:
    """One ``m=`` section."""

    media: str
    protocol: str
    mid: str
    payload_type: int | str
    """Payload type of the offer; a rejected section repeats the offer's first one."""
    encoding: str = ""
    """``H264/90000``; "" for a rejected section."""
    parameters: str = ""
    """Format parameters (``a=fmtp``)."""
    feedback: tuple[str, ...] = ()
    """RTCP feedback that the camera supports."""
    direction: str = "sendonly"
    source: SynchronizationSource | None = None
    """SSRC of its packets; None if the camera sends none."""
    playout_delay: int | None = None
    """Number of the header extension for the delay of pictures; None: the client offers none."""

    @property
    def is_rejected(self) -> bool:
        """Whether the section is rejected."""
        return not self.encoding


@dataclass(frozen=True, slots=True)
class AnswerDescription:
    """A whole answer."""

    identifier: int
    """Identifier of the session, in ``o=``."""
    ice_name: str
    ice_password: str
    fingerprint: str
    """SHA-256 of the certificate, in hexadecimal with colons."""
    addresses: Sequence[str]
    """IP addresses of the candidates, the preferred one first."""
    port: int
    """Port of the candidates, UDP and TCP."""
    sections: Sequence[AnsweredMedia]


def write(answer: AnswerDescription) -> bytes:
    """Return the text of an answer."""
    used = [section.mid for section in answer.sections if not section.is_rejected]
    lines = [
        "v=0",
        f"o=- {answer.identifier} 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        *([f"a=group:BUNDLE {' '.join(used)}"] if used else []),
        "a=ice-lite",
        "a=msid-semantic:WMS *",
    ]
    for section in answer.sections:
        lines += _rejected(section) if section.is_rejected else _section(answer, section)
        lines += _transport(answer)  # aiortc requires it even in a rejected section
    return "".join(f"{line}\r\n" for line in lines).encode()


def _rejected(section: AnsweredMedia) -> list[str]:
    kind = section.payload_type
    lines = [f"m={section.media} 0 {section.protocol} {kind}", "c=IN IP4 0.0.0.0", "a=inactive"]
    return [*lines, f"a=mid:{section.mid}"] if section.mid else lines


def _section(answer: AnswerDescription, section: AnsweredMedia) -> list[str]:
    kind = section.payload_type
    lines = [
        f"m={section.media} {answer.port} {section.protocol} {kind}",
        f"c=IN IP{ip_address(answer.addresses[0]).version} {answer.addresses[0]}",
        *([f"a=mid:{section.mid}"] if section.mid else []),
        f"a={section.direction}",
        "a=rtcp-mux",
        f"a=rtpmap:{kind} {section.encoding}",
    ]
    if section.parameters:
        lines.append(f"a=fmtp:{kind} {section.parameters}")
    lines += [f"a=rtcp-fb:{kind} {each}" for each in section.feedback]
    if section.playout_delay is not None:
        lines.append(f"a=extmap:{section.playout_delay} {playout_delay.URI}")
    if source := section.source:
        lines += [
            f"a=msid:ipcamd {section.media}",
            f"a=ssrc:{source.ssrc} cname:{source.name}",
            "a=ts-refclk:local",
            f"a=mediaclk:direct={source.clock_offset}",
        ]
    return [*lines, *list_candidates(answer.addresses, answer.port), "a=end-of-candidates"]


def _transport(answer: AnswerDescription) -> list[str]:
    return [
        f"a=ice-ufrag:{answer.ice_name}",
        f"a=ice-pwd:{answer.ice_password}",
        f"a=fingerprint:sha-256 {answer.fingerprint}",
        "a=setup:passive",
    ]
