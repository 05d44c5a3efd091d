"""Answer to a WebRTC offer: accepts or rejects each of its sections."""

import secrets
from collections.abc import Sequence

from ipcamd.server.webrtc.ice_agent import IceCredentials
from ipcamd.server.webrtc.signalling.negotiation import FEEDBACK, NegotiatedTrack
from ipcamd.server.webrtc.stream_table import WebRtcStream
from ipcamd.wire.webrtc import sdp_answer
from ipcamd.wire.webrtc.sdp_answer import AnsweredMedia, SynchronizationSource
from ipcamd.wire.webrtc.sdp_offer import Offer, OfferedMedia

NegotiatedStream = tuple[NegotiatedTrack, WebRtcStream | None]
"""A track with its stream; None if the client only talks."""


def make_answer(
    offer: Offer,
    tracks: Sequence[NegotiatedStream],
    credentials: IceCredentials,
    fingerprint: str,
    place: tuple[Sequence[str], int],
) -> bytes:
    """Return the answer. `place` contains the candidates' addresses and their port."""
    identifier, ice = secrets.randbits(62), (credentials.name, credentials.password)
    sections = [_answer_section(section, tracks) for section in offer.sections]
    return sdp_answer.write(sdp_answer.AnswerDescription(identifier, *ice, fingerprint, *place, sections))


def _answer_section(section: OfferedMedia, tracks: Sequence[NegotiatedStream]) -> AnsweredMedia:
    found = [each for each in tracks if each[0].section is section]
    return _answered(*found[0]) if found else _rejected(section)


def _rejected(section: OfferedMedia) -> AnsweredMedia:
    first = section.kinds[0] if section.kinds else "0"
    return AnsweredMedia(section.media, section.protocol, section.mid, first)


def _answered(track: NegotiatedTrack, stream: WebRtcStream | None) -> AnsweredMedia:
    section, chosen = track.section, track.format
    return AnsweredMedia(
        section.media,
        section.protocol,
        section.mid,
        chosen.payload_type,
        chosen.encoding,
        ";".join(f"{name}={value}" for name, value in chosen.parameters.items()),
        tuple(each for each in FEEDBACK if each in chosen.feedback),
        track.direction,
        SynchronizationSource(stream.rtp.ssrc, stream.rtp.name, stream.rtp.clock_offset) if stream else None,
        track.playout_delay,
    )
