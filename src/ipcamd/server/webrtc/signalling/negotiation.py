"""Negotiation of a WebRTC session: the accepted sections of an offer, and their payload types (RFC 8829)."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from ipcamd.dataclass import dataclass
from ipcamd.media.audio.talk_format import TalkFormat, find_talk_format
from ipcamd.media.stream.hub import Hub
from ipcamd.wire.packetize.payload_format import PayloadFormat
from ipcamd.wire.webrtc import playout_delay
from ipcamd.wire.webrtc.sdp_offer import Offer, OfferedFormat, OfferedMedia

PROTOCOLS = ("UDP/TLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVPF")
FEEDBACK = ("nack", "nack pli", "ccm fir")
"""RTCP feedback that the camera supports."""
PROFILES = ("4d", "64", "42")
"""H.264 profiles, by the start of ``profile-level-id``: the encoder's first; browsers decode it with any of these."""


@dataclass(frozen=True, slots=True)
class NegotiatedTrack:
    """One accepted section: a stream, or the client's sound, or both, with a payload type of the offer."""

    section: OfferedMedia
    hub: Hub | None
    """Stream to the client; None: it only talks."""
    format: OfferedFormat
    talk: TalkFormat | None
    """Format of the sound that the client sends; None: it sends none."""

    @property
    def playout_delay(self) -> int | None:
        """Number of the header extension for the delay of pictures; None if the client offers none."""
        return self.section.extensions.get(playout_delay.URI) if self.hub and self.section.media == "video" else None

    @property
    def extension(self) -> bytes:
        """Header extension for packets of the stream; empty if the client offers none."""
        return b"" if self.playout_delay is None else playout_delay.write_playout_delay(self.playout_delay)

    @property
    def direction(self) -> str:
        """The camera's direction, as in the answer."""
        if self.hub is None:
            return "recvonly"
        return "sendrecv" if self.talk else "sendonly"


def negotiate(offer: Offer, hubs: Sequence[Hub], *, may_talk: bool) -> list[NegotiatedTrack]:
    """Return the tracks of a session: the first stream of `hubs` is required, the others are optional.

    Of several streams of sound the first that the offer takes is used. Raises ``ValueError`` with the reason.
    """
    tracks: list[NegotiatedTrack] = []
    for hub in hubs:
        if any(track.hub and track.hub.codec.is_audio for track in tracks):
            break
        if found := _find(offer, hub, may_talk, needed=not tracks):
            tracks.append(found)
    if may_talk and not any(track.talk for track in tracks):
        tracks += _find_talk(offer, [track.section for track in tracks])
    if len(tracks) > 1 and not {track.section.mid for track in tracks} <= set(offer.bundle):
        return tracks[:1]  # all tracks share one transport
    return tracks


def transport(offer: Offer, tracks: Sequence[NegotiatedTrack]) -> OfferedMedia:
    """Return the section with the transport of all tracks. Raises ``ValueError`` if it is incomplete."""
    section = next((each for each in offer.sections if each.mid in offer.bundle[:1]), tracks[0].section)
    for name in ("ice-ufrag", "ice-pwd", "fingerprint"):
        if name not in section.attributes:
            raise ValueError(f"the offer has no a={name}")
    if section.attributes.get("setup") == "passive":
        raise ValueError("the offer has a=setup:passive; the camera waits for the client's handshake")
    return section


def _find(offer: Offer, hub: Hub, may_talk: bool, *, needed: bool) -> NegotiatedTrack | None:
    form = hub.codec.rtp_format
    for section in _usable(offer, form.media):
        if section.direction in ("recvonly", "sendrecv") and (chosen := _choose(form, section)):
            talks = may_talk and section.direction == "sendrecv" and hub.codec.is_audio
            return NegotiatedTrack(section, hub, chosen, find_talk_format(form.encoding) if talks else None)
    if needed:
        raise ValueError(f"the offer must have a {form.media} section that receives {form.encoding}, with rtcp-mux")
    return None


def _find_talk(offer: Offer, used: Sequence[OfferedMedia]) -> Iterator[NegotiatedTrack]:
    """Yield the first unused section in which the client only talks, in the codec that it prefers."""
    for section in _usable(offer, "audio"):
        if section.direction in ("sendonly", "sendrecv") and section not in used:
            for offered in section.ordered:
                if talk := find_talk_format(offered.encoding):
                    yield NegotiatedTrack(section, None, offered, talk)
                    return


def _usable(offer: Offer, media: str) -> Iterator[OfferedMedia]:
    for section in offer.sections:
        if section.media == media and section.protocol in PROTOCOLS and "rtcp-mux" in section.attributes:
            yield section


def _choose(form: PayloadFormat, section: OfferedMedia) -> OfferedFormat | None:
    """Return the payload type for a stream of this format; None without one."""
    fitting = [each for each in section.ordered if each.encoding.lower() == form.encoding.lower()]
    rank = _RANKS.get(form.encoding.partition("/")[0])
    if rank is None:
        return fitting[0] if fitting else None
    ranked = [(order, each) for each in fitting if (order := rank(each)) is not None]
    return min(ranked, key=lambda pair: pair[0])[1] if ranked else None


def _rank_h264(offered: OfferedFormat) -> int | None:
    """Return the order of preference of an H.264 format; None: it cannot carry the stream (RFC 6184, 8.1).

    A format without a packetization mode is the last choice: GStreamer offers one, and reads all modes.
    """
    mode = offered.parameters.get("packetization-mode")
    if mode not in ("1", None):
        return None
    profile = offered.parameters.get("profile-level-id", "42").lower()[:2]
    order = PROFILES.index(profile) if profile in PROFILES else len(PROFILES)
    return order if mode else order + len(PROFILES) + 1


_RANKS: Mapping[str, Callable[[OfferedFormat], int | None]] = {"H264": _rank_h264}
"""Codecs whose payload types differ in parameters: ``rank(format)``, lower is better."""
