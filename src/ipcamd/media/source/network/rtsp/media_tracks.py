"""Media of a camera's session description that the camera's own RTSP client receives."""

from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ipcamd.dataclass import dataclass
from ipcamd.media.codecs import H264, H265, Codec
from ipcamd.wire.depacketize.aac import AacDepacketizer
from ipcamd.wire.depacketize.h264 import H264Depacketizer
from ipcamd.wire.depacketize.h265 import H265Depacketizer
from ipcamd.wire.depacketize.nal_units import NalDepacketizer
from ipcamd.wire.packetize.nal_units import START_CODE
from ipcamd.wire.rtsp.sdp import MediaDescription, read_parameters

Unpack = Callable[[bytes, bool], list[bytes]]
"""Function that returns the frames that are complete with a packet's payload and marker. Raises ``ValueError``."""


_WHOLE_DECODERS = {"PCMU": "pcm_mulaw", "PCMA": "pcm_alaw", "L16": "pcm_s16be", "OPUS": "opus"}
"""FFmpeg's decoders of the formats with one frame per packet."""


class UnknownMedia(Exception):
    """FFmpeg must receive this stream."""


@dataclass(frozen=True, slots=True)
class VideoPayload:
    """Format of a video track."""

    codec: Codec
    depacketizer: Callable[[], NalDepacketizer]
    parameter_sets: bytes
    """Parameter sets in the session description, in Annex B form."""


@dataclass(frozen=True, slots=True)
class AudioPayload:
    """Format of a sound track."""

    decoder: str
    """FFmpeg's name of the decoder."""
    rate_hz: int
    """Units of the time stamps per second; except for Opus, also the samples per second."""
    channels: int
    """Number of channels."""
    unpack: Unpack
    extra_data: bytes = b""
    """Configuration of the decoder."""


class Selection(NamedTuple):
    """Tracks to receive, with their formats."""

    video: MediaDescription
    video_format: VideoPayload
    sound: MediaDescription | None
    audio_format: AudioPayload | None


def select_tracks(tracks: Sequence[MediaDescription]) -> Selection:
    """Return the video and the sound, if any, of a description. Raises `UnknownMedia`."""
    videos = [each for each in tracks if each.media == "video"]
    sounds = [each for each in tracks if each.media == "audio"]
    if len(videos) != 1 or len(sounds) > 1:
        raise UnknownMedia
    try:
        sound = sounds[0] if sounds else None
        return Selection(videos[0], _read_video(videos[0]), sound, _read_audio(sound) if sound else None)
    except ValueError:
        raise UnknownMedia from None


def _read_video(track: MediaDescription) -> VideoPayload:
    parameters = read_parameters(track.parameters)
    match track.encoding.upper():
        case "H264/90000" if parameters.get("packetization-mode", "0") in ("0", "1"):
            return VideoPayload(H264, H264Depacketizer, _read_sets(parameters, "sprop-parameter-sets"))
        case "H265/90000" if int(parameters.get("sprop-max-don-diff", "0")) == 0:
            sets = _read_sets(parameters, "sprop-vps", "sprop-sps", "sprop-pps")
            return VideoPayload(H265, H265Depacketizer, sets)
    raise UnknownMedia


def _read_sets(parameters: Mapping[str, str], *names: str) -> bytes:
    """Return parameter sets; none if they are malformed: the stream contains them, too."""
    texts = [text for name in names for text in parameters.get(name, "").split(",") if text]
    try:
        return b"".join(START_CODE + b64decode(text) for text in texts)
    except ValueError:
        return b""


def _read_audio(track: MediaDescription) -> AudioPayload:
    name, _, rest = track.encoding.upper().partition("/")
    rate, _, count = rest.partition("/")
    rate_hz, channels = int(rate), int(count or "1")
    if not 1000 <= rate_hz <= 192_000 or not 1 <= channels <= 8:
        raise UnknownMedia
    match name:
        case "PCMU" | "PCMA" | "L16" | "OPUS":
            return AudioPayload(_WHOLE_DECODERS[name], rate_hz, channels, lambda payload, _: [payload])
        case "MPEG4-GENERIC":
            parameters = read_parameters(track.parameters)
            if parameters.get("mode", "").lower() not in ("aac-hbr", "aac-lbr"):
                raise UnknownMedia
            configuration = bytes.fromhex(parameters.get("config", ""))
            if not configuration:
                raise UnknownMedia
            return AudioPayload("aac", rate_hz, channels, AacDepacketizer(parameters).unpack, configuration)
    raise UnknownMedia
