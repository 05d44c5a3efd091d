"""Elements of Media1 only: its profile, encoders and their options (onvif.xsd)."""

from collections.abc import Iterable, Mapping

from ipcamd.camera import Camera
from ipcamd.media.codecs import ULAW
from ipcamd.onvif.media.nodes import (
    EXTENSION_ORDER,
    PROFILE_ORDER,
    SESSION_TIMEOUT,
    BuildConfiguration,
    audio_codec,
    configuration_entity,
    multicast,
    range_node,
    resolution,
    video_multicast,
)
from ipcamd.onvif.media.profiles import MediaProfile, Part
from ipcamd.onvif.media.video_encoder import VideoEncoder, find_encoder
from ipcamd.onvif.media_configurations import SHARED_CONFIGURATIONS
from ipcamd.onvif.soap.writer import Node, node

INTERVAL = (1, 1)
"""Encoding interval: every picture is encoded."""
_PROFILES = {"H264": "H264Profile", "MPEG4": "Mpeg4Profile"}
"""Codec to the element of its profile."""


def profile_node(name: str, camera: Camera, profile: MediaProfile) -> Node:
    """Return ``tt:Profile`` as an element of this name."""
    extension = _configurations(camera, profile, EXTENSION_ORDER)
    return node(
        name,
        node("tt:Name", profile.name),
        _configurations(camera, profile, PROFILE_ORDER),
        node("tt:Extension", extension) if extension else None,
        token=profile.token,
        fixed=profile.is_fixed,
    )


def _configurations(camera: Camera, profile: MediaProfile, order: Iterable[Part]) -> list[Node]:
    return [
        BUILD[part](f"tt:{part.value}Configuration", camera, profile.parts[part])
        for part in order
        if part in profile.parts and is_known(camera, part, profile.parts[part])
    ]


def video_encoder_configuration(name: str, camera: Camera, token: str) -> Node:
    """Return ``tt:VideoEncoderConfiguration`` as an element of this name."""
    encoder = find_encoder(token)
    values = camera.settings[encoder.group.name]
    settings = encoder.settings(values)
    codec, profile = encoder.onvif.media1, encoder.onvif.profile
    gop = node("tt:GovLength", encoder.gop(values))
    return configuration_entity(
        name,
        camera,
        Part.VIDEO_ENCODER,
        token,
        node("tt:Encoding", codec),
        resolution("tt:Resolution", (settings.width, settings.height)),
        node("tt:Quality", settings.quality),
        node(
            "tt:RateControl",
            node("tt:FrameRateLimit", settings.framerate),
            node("tt:EncodingInterval", INTERVAL[0]),
            node("tt:BitrateLimit", settings.bitrate_kbits),
        ),
        node(f"tt:{codec}", gop, node(f"tt:{_PROFILES[codec]}", profile)) if profile else None,
        video_multicast(camera, encoder),
        node("tt:SessionTimeout", SESSION_TIMEOUT),
    )


def video_encoder_options(name: str, camera: Camera, encoders: Iterable[VideoEncoder]) -> Node:
    """Return the options of at least one encoder as an element of this name: the older elements first, then those with
    the bit rate."""
    listed = sorted(encoders, key=lambda each: ("JPEG", "MPEG4", "H264").index(each.onvif.media1))
    return node(
        name,
        range_node("tt:QualityRange", listed[0].qualities),
        [_options(camera, encoder) for encoder in listed],
        node(
            "tt:Extension",
            [_options(camera, encoder, range_node("tt:BitrateRange", encoder.bitrates_kbits)) for encoder in listed],
        ),
    )


def audio_encoder_configuration(name: str, camera: Camera, token: str) -> Node:
    """Return ``tt:AudioEncoderConfiguration`` as an element of this name."""
    codec = audio_codec(camera)
    return configuration_entity(
        name,
        camera,
        Part.AUDIO_ENCODER,
        token,
        node("tt:Encoding", codec.media1),
        node("tt:Bitrate", codec.kbits),
        node("tt:SampleRate", codec.khz),
        multicast(camera, ULAW),
        node("tt:SessionTimeout", SESSION_TIMEOUT),
    )


def _options(camera: Camera, encoder: VideoEncoder, *more: Node) -> Node:
    codec, profile = encoder.onvif.media1, encoder.onvif.profile
    gop = encoder.gop(camera.settings[encoder.group.name])
    return node(
        f"tt:{codec}",
        [resolution("tt:ResolutionsAvailable", size) for size in encoder.resolutions],
        range_node("tt:GovLengthRange", (gop, gop)) if profile else None,
        range_node("tt:FrameRateRange", (encoder.framerates[0], encoder.framerates[-1])),
        range_node("tt:EncodingIntervalRange", INTERVAL),
        node(f"tt:{_PROFILES[codec]}sSupported", profile) if profile else None,
        more,
    )


BUILD: Mapping[Part, BuildConfiguration] = {
    **SHARED_CONFIGURATIONS,
    Part.VIDEO_ENCODER: video_encoder_configuration,
    Part.AUDIO_ENCODER: audio_encoder_configuration,
}
"""Functions that build a configuration, by kind."""


def is_known(camera: Camera, part: Part, token: str) -> bool:
    """Whether Media1 shows this configuration: it has no name for newer codecs."""
    if part is Part.VIDEO_ENCODER:
        return bool(find_encoder(token).onvif.media1)
    return part is not Part.AUDIO_ENCODER or bool(audio_codec(camera).media1)
