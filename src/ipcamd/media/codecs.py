"""Codec table: one entry with all properties of a codec.

To add a codec, add an entry here and a payload format in `ipcamd.wire.packetize`. URLs, RTSP paths, payload headers,
recordings and their repair use the entry. This module imports neither PyAV nor numpy.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from ipcamd.dataclass import dataclass
from ipcamd.media.quality import (
    AAC_KBITS,
    H264_FACTORS,
    H264_PEAK,
    H265_FACTORS,
    H265_PEAK,
    MPEG4_SCALES,
    OPUS_KBITS,
    peak_bitrate,
)
from ipcamd.wire.avi.layout import ALAW_TAG, ULAW_TAG
from ipcamd.wire.bitstream.access_unit import Inspector
from ipcamd.wire.bitstream.h264 import H264Inspector
from ipcamd.wire.bitstream.h265 import H265Inspector
from ipcamd.wire.bitstream.jpeg import JpegInspector
from ipcamd.wire.mp4 import tracks
from ipcamd.wire.mp4.tracks import AudioTrack, VideoTrack
from ipcamd.wire.packetize import aac, g711, h264, h265, jpeg, mpeg4, onvif_metadata, opus
from ipcamd.wire.packetize.payload_format import PayloadFormat

if TYPE_CHECKING:  # imports PyAV
    from ipcamd.media.audio_encoders import AudioEncoder
    from ipcamd.media.encoders import Encoder, EncoderSettings

MakeEncoder = Callable[["EncoderSettings", int], "Encoder"]
"""``make(settings, rate)``; `rate` is the actual frame rate. Called in media threads."""


@dataclass(frozen=True, slots=True)
class OnvifCodec:
    """Properties of a codec in ONVIF's media services."""

    order: int
    """Position of its profile in lists: recorders use the first one."""
    media1: str
    """``tt:VideoEncoding`` or ``tt:AudioEncoding``; "" if Media1 has no name for it."""
    media2: str
    """``tt:VideoEncodingMimeNames`` or ``tt:AudioEncodingMimeNames``."""
    profile: str = ""
    """Codec profile; "" for a codec without profiles."""
    kbits: int = 0
    """Bit rate of sound, in kbit/s."""
    khz: int = 0
    """Sampling rate of sound."""


@dataclass(frozen=True, slots=True, eq=False)
class Codec:
    """One codec."""

    name: str
    """Name in URLs (``codec=h264``, ``rtsp://.../h264``), labels and logs."""
    payload_code: int
    """Bits 0 to 3 of the payload header's format word (SDK 3.1)."""
    content_type: str
    """MIME type of its frames without any header."""
    rtp_format: PayloadFormat
    """RTP payload format, and its line in session descriptions."""
    encoder: MakeEncoder | None = None
    """Constructor of the encoder; None for sound."""
    audio_encoder: "Callable[[], AudioEncoder] | None" = None
    """Makes an encoder of the microphone's sound; None for pictures, and u-law, which the microphone makes."""
    parameters: str = ""
    """Group of parameters of its stream; "" for sound."""
    sub_parameters: str = ""
    """Group of parameters of its substream; "" without one."""
    multicast_port: str = ""
    """Parameter of ``Network.Advanced.Multicast`` (SDK 10.28); "" without multicast."""
    fourcc: str = ""
    """FourCC in AVI files; "" if it is not recorded."""
    audio_tag: int = 0
    """Format tag of sound in AVI files; 0 if it is not recorded in AVI."""
    is_key: Callable[[bytes], bool] = lambda _: True
    """Returns whether a decoder can start at the frame that begins with these bytes, for the repair of recordings."""
    ffmpeg_name: str = ""
    """FFmpeg's name of it; "": the same as `name`."""
    title: str = ""
    """Name in messages; "": the same as `name`."""
    inspector: Callable[[], Inspector] | None = None
    """Constructor of the inspector of pictures from sources; None: such pictures are always encoded again."""
    in_browsers: bool = False
    """Whether browsers play it in MP4 without conversion."""
    mp4_video: Callable[[bytes, tuple[int, int]], VideoTrack | None] | None = None
    """Makes its track of MP4 from a key frame and the size of pictures; None if it is not recorded in MP4."""
    mp4_audio: Callable[[], AudioTrack] | None = None
    """Makes its track of MP4; None if it is not recorded in MP4."""
    mp4_kind: str = ""
    """Code of its tracks in MP4 files; "" if it is not recorded in MP4."""
    intra_only: bool = False
    """Every frame is a key frame."""
    onvif: OnvifCodec | None = None
    """Its properties in ONVIF's media services; None: not listed."""

    def __repr__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name in messages."""
        return self.title or self.name

    @property
    def decoder(self) -> str:
        """FFmpeg's name of its decoder."""
        return self.ffmpeg_name or self.name

    @property
    def is_audio(self) -> bool:
        """Whether it is a sound codec."""
        return self.rtp_format.media == "audio"


@dataclass(frozen=True, slots=True)
class FfmpegOptions:
    """FFmpeg's options for a codec: no delay, no B-frames, parameter sets before every key frame."""

    name: str
    """FFmpeg's name of the encoder."""
    options: Mapping[str, str]
    """Fixed options."""
    qualities: tuple[Mapping[str, str], ...]
    """Options of Quality 0 to 4 at constant quality; none for an encoder that always has a constant bit rate."""
    peak: float | None = None
    """Most bits per pixel over a second at constant quality; None for no limit."""
    pixel_format: str = "yuv420p"
    """Its input pixel format; only the order of the samples may differ from ``yuv420p``."""
    exact_gop: bool = False
    """Whether it makes key frames itself at the interval of the stream, because it may not make them on demand."""

    def __call__(self, settings: "EncoderSettings", rate: int) -> "Encoder":
        """Return an encoder; see `MakeEncoder`."""
        from ipcamd.media.encoders import FfmpegEncoder

        options = {**self.options, **self._rate_options(settings)}
        gop = settings.gop if self.exact_gop else 10 * settings.gop  # the session selects the key frames
        return FfmpegEncoder(self.name, options, settings, rate, gop, self.pixel_format)

    def _rate_options(self, settings: "EncoderSettings") -> dict[str, str]:
        """Return the options for constant quality or constant bit rate."""
        if settings.bitrate is not None or not self.qualities:
            steady = str(settings.expected_bitrate)
            return {"b": steady, "maxrate": steady, "bufsize": steady}
        options = dict(self.qualities[settings.quality])
        if self.peak:
            peak = str(peak_bitrate(settings.size, settings.rate, self.peak))
            options |= {"maxrate": peak, "bufsize": peak}
        return options


def _encode_jpeg(settings: "EncoderSettings", _: int) -> "Encoder":
    from ipcamd.media.encoders import JpegEncoder

    return JpegEncoder(settings)


_LIVE = {
    "tune": "zerolatency",
    "profile": "main",
    "forced-idr": "1",
    "color_range": "tv",
    "colorspace": "bt470bg",
    "color_primaries": "smpte170m",
    "color_trc": "smpte170m",
}
"""Options that x264 and x265 share: no delay, key frames on demand, and the colours of the camera's pictures."""


def _rate_factors(factors: tuple[str, ...]) -> tuple[Mapping[str, str], ...]:
    """Return the options of Quality 0 to 4 for x264 and x265."""
    return tuple({"crf": factor} for factor in factors)


JPEG = Codec(
    name="mjpeg",
    payload_code=0,
    title="MJPEG",
    content_type="image/jpeg",
    rtp_format=jpeg.FORMAT,
    encoder=_encode_jpeg,
    parameters="Image.MJPEG",
    sub_parameters="Image.MJPEG.Sub",
    fourcc="MJPG",
    inspector=JpegInspector,
    intra_only=True,
    onvif=OnvifCodec(2, "JPEG", "JPEG"),
)
"""Motion JPEG: independent pictures."""
MPEG4 = Codec(
    name="mpeg4",
    payload_code=1,
    title="MPEG-4",
    content_type="video/mp4v-es",
    rtp_format=mpeg4.FORMAT,
    encoder=FfmpegOptions(
        "mpeg4",
        {"sc_threshold": "1000000000"},  # no key frames at scene cuts; 0 would make every frame a key frame
        tuple({"qmin": scale, "qmax": scale} for scale in MPEG4_SCALES),
    ),
    parameters="Image.MPEG4",
    multicast_port="MPEG4Port",
    fourcc="FMP4",
    is_key=mpeg4.is_key,
    onvif=OnvifCodec(3, "MPEG4", "MPV4-ES", "SP"),
)
H264 = Codec(
    name="h264",
    payload_code=5,
    title="H.264",
    content_type="video/h264",
    rtp_format=h264.FORMAT,
    encoder=FfmpegOptions(
        "libx264",
        {"preset": "superfast", "sc_threshold": "0", **_LIVE},
        _rate_factors(H264_FACTORS),
        peak=H264_PEAK,
    ),
    parameters="Image.H264",
    sub_parameters="Image.H264.Sub",
    multicast_port="H264Port",
    fourcc="H264",
    is_key=h264.is_key,
    inspector=H264Inspector,
    in_browsers=True,
    mp4_video=tracks.make_h264_track,
    mp4_kind="avc1",
    onvif=OnvifCodec(1, "H264", "H264", "Main"),
)
H265 = Codec(
    name="h265",
    payload_code=6,  # ours: the SDK has no code
    ffmpeg_name="hevc",
    title="H.265",
    content_type="video/h265",
    rtp_format=h265.FORMAT,
    encoder=FfmpegOptions(
        "libx265",
        {
            "preset": "ultrafast",
            # all key frames are IDR pictures with parameter sets, and x265 starts no threads and writes no log
            "x265-params": "open-gop=0:scenecut=0:repeat-headers=1:info=0:pools=none:frame-threads=1:log-level=none",
            **_LIVE,
        },
        _rate_factors(H265_FACTORS),
        peak=H265_PEAK,
    ),
    parameters="Image.H265",
    is_key=h265.is_key,
    inspector=H265Inspector,
    mp4_video=tracks.make_h265_track,
    mp4_kind="hvc1",
    onvif=OnvifCodec(4, "", "H265", "Main"),
)
ULAW = Codec(
    name="ulaw",
    payload_code=3,
    title="G.711 u-law",
    content_type="audio/basic",  # 8000 samples per second (RFC 2046, 4.3)
    rtp_format=g711.PCMU,
    audio_tag=ULAW_TAG,
    multicast_port="AUDIOPort",
    intra_only=True,
    onvif=OnvifCodec(1, "G711", "PCMU", kbits=64, khz=8),
)

NO_CODE = 15
"""Payload code of a codec without payload header."""


def _encode_alaw() -> "AudioEncoder":
    from ipcamd.media.audio_encoders import AlawEncoder

    return AlawEncoder()


def _encode_aac() -> "AudioEncoder":
    from ipcamd.media.audio_encoders import AAC_FORMAT, FfmpegAudioEncoder

    return FfmpegAudioEncoder(AAC_FORMAT)


def _encode_opus() -> "AudioEncoder":
    from ipcamd.media.audio_encoders import OPUS_FORMAT, FfmpegAudioEncoder

    return FfmpegAudioEncoder(OPUS_FORMAT)


_make_sound_codec = partial(Codec, payload_code=NO_CODE, multicast_port="AUDIOPort", intra_only=True)
"""Makes a codec of sound that is not in the SDK's streams."""

ALAW = _make_sound_codec(
    name="alaw",
    title="G.711 A-law",
    content_type="audio/PCMA",
    rtp_format=g711.PCMA,
    audio_encoder=_encode_alaw,
    audio_tag=ALAW_TAG,
    onvif=OnvifCodec(1, "G711", "PCMA", kbits=64, khz=8),
)
"""ITU-T G.711 A-law."""
AAC = _make_sound_codec(
    name="aac",
    title="AAC",
    content_type="audio/aac",
    rtp_format=aac.FORMAT,
    audio_encoder=_encode_aac,
    in_browsers=True,
    mp4_audio=tracks.make_aac_track,
    mp4_kind="mp4a",
    onvif=OnvifCodec(1, "AAC", "MP4A-LATM", kbits=AAC_KBITS, khz=16),
)
"""AAC of low complexity (ISO/IEC 14496-3)."""
OPUS = _make_sound_codec(
    name="opus",
    title="Opus",
    content_type="audio/opus",
    rtp_format=opus.FORMAT,
    audio_encoder=_encode_opus,
    in_browsers=True,
    mp4_audio=tracks.make_opus_track,
    mp4_kind="Opus",
    onvif=OnvifCodec(1, "", "OPUS", kbits=OPUS_KBITS, khz=8),
)
"""Opus (RFC 6716)."""
METADATA = Codec(
    name="metadata",
    payload_code=NO_CODE,
    content_type="application/xml",
    rtp_format=onvif_metadata.FORMAT,
    multicast_port="MetadataPort",
)
"""ONVIF metadata: neither picture nor sound; a track of ONVIF profiles."""

CODECS: tuple[Codec, ...] = (JPEG, MPEG4, H264, H265, ULAW, ALAW, AAC, OPUS)
"""All codecs; add new ones here."""


def video_codecs() -> tuple[Codec, ...]:
    """Return the video codecs."""
    return tuple(codec for codec in CODECS if not codec.is_audio)


def audio_codecs() -> tuple[Codec, ...]:
    """Return the codecs of sound."""
    return tuple(codec for codec in CODECS if codec.is_audio)


def mp4_codecs() -> tuple[Codec, ...]:
    """Return the video codecs of live MP4 and of MP4 files."""
    return tuple(codec for codec in video_codecs() if codec.mp4_video)


def find_by_payload_code(code: int) -> Codec | None:
    """Return the video codec with this code in the payload header; None without one."""
    return next((codec for codec in video_codecs() if codec.payload_code == code), None)


def find_passable(name: str) -> Codec | None:
    """Return the codec with this FFmpeg name if its pictures can be passed through; None if not."""
    return next((codec for codec in video_codecs() if codec.decoder == name and codec.inspector), None)


def browser_codecs() -> frozenset[str]:
    """Return FFmpeg's names of the codecs that browsers play."""
    return frozenset(codec.decoder for codec in CODECS if codec.in_browsers)


def find_by_mp4_kind(kind: str) -> Codec:
    """Return the codec of tracks with this code in MP4 files. Raises ``ValueError`` if no codec has it."""
    found = next((codec for codec in CODECS if codec.mp4_kind == kind), None)
    if found is None:
        raise ValueError(f"this camera does not record {kind}")
    return found


def find_by_audio_tag(tag: int) -> Codec:
    """Return the codec of sound with this format tag in AVI files. Raises ``ValueError`` if no codec has it."""
    found = next((codec for codec in CODECS if codec.audio_tag == tag), None)
    if found is None:
        raise ValueError(f"this camera does not record sound with the format tag {tag}")
    return found


def key_tests() -> Mapping[str, Callable[[bytes], bool]]:
    """Return `Codec.is_key` of each codec that is recorded, by FourCC."""
    return {codec.fourcc: codec.is_key for codec in CODECS if codec.fourcc}
