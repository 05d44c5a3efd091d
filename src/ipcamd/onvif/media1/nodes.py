"""Elements of Media1 only: its profile, encoders and their options (onvif.xsd)."""

from collections.abc import Iterable, Mapping

from ipcamd.camera import Camera
from ipcamd.media.codecs import ULAW
from ipcamd.onvif.media import tokens
from ipcamd.onvif.media.nodes import (
    EXTENSION_ORDER,
    PROFILE_ORDER,
    SESSION_TIMEOUT,
    SHARED_CONFIGURATIONS,
    BuildConfiguration,
    audio_codec,
    configuration_entity,
    int_range,
    multicast,
    resolution,
    video_multicast,
)
from ipcamd.onvif.media.profiles import MediaProfile, Part
from ipcamd.onvif.media.video_encoder import VideoEncoder, find_encoder
from ipcamd.onvif.metadata.configuration import metadata_configuration
from ipcamd.onvif.ptz.configuration import ptz_configuration
from ipcamd.onvif.soap.writer import Node, node

INTERVAL = (1, 1)
"""Encoding interval: every picture is encoded."""


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


def video_encoder_configuration(name: str, camera: Camera, encoder: VideoEncoder) -> Node:
    """Return ``tt:VideoEncoderConfiguration`` as an element of this name."""
    values = camera.settings[encoder.group.name]
    settings = encoder.settings(values)
    gop = node("tt:GovLength", encoder.gop(values))
    codec = f"tt:{encoder.onvif.media1}"
    profile = f"{'H264' if encoder.onvif.media1 == 'H264' else 'Mpeg4'}Profile"
    return configuration_entity(
        name,
        camera,
        Part.VIDEO_ENCODER,
        encoder.token,
        node("tt:Encoding", encoder.onvif.media1),
        resolution("tt:Resolution", (settings.width, settings.height)),
        node("tt:Quality", settings.quality),
        node(
            "tt:RateControl",
            node("tt:FrameRateLimit", settings.framerate),
            node("tt:EncodingInterval", INTERVAL[0]),
            node("tt:BitrateLimit", settings.bitrate_kbits),
        ),
        node(codec, gop, node(f"tt:{profile}", encoder.onvif.profile)) if encoder.onvif.profile else None,
        video_multicast(camera, encoder),
        node("tt:SessionTimeout", SESSION_TIMEOUT),
    )


def video_encoder_options(camera: Camera, encoders: tuple[VideoEncoder, ...]) -> Node:
    """Return the options of these encoders: the older elements first, then those with the bit rate."""
    listed = sorted(encoders, key=lambda each: ("JPEG", "MPEG4", "H264").index(each.onvif.media1))
    return node(
        "trt:Options",
        int_range("tt:QualityRange", listed[0].qualities),
        [_options(camera, encoder) for encoder in listed],
        node(
            "tt:Extension",
            [_options(camera, encoder, int_range("tt:BitrateRange", encoder.bitrates_kbits)) for encoder in listed],
        ),
    )


def audio_encoder_configuration(name: str, camera: Camera) -> Node:
    """Return ``tt:AudioEncoderConfiguration`` as an element of this name."""
    codec = audio_codec(camera)
    return configuration_entity(
        name,
        camera,
        Part.AUDIO_ENCODER,
        tokens.AUDIO_ENCODER_CONFIGURATION,
        node("tt:Encoding", codec.media1),
        node("tt:Bitrate", codec.kbits),
        node("tt:SampleRate", codec.khz),
        multicast(camera, ULAW),
        node("tt:SessionTimeout", SESSION_TIMEOUT),
    )


def _options(camera: Camera, encoder: VideoEncoder, *more: Node) -> Node:
    profile = encoder.onvif.profile
    gop = encoder.gop(camera.settings[encoder.group.name])
    kind = "H264" if encoder.onvif.media1 == "H264" else "Mpeg4"
    return node(
        f"tt:{encoder.onvif.media1}",
        [resolution("tt:ResolutionsAvailable", size) for size in encoder.resolutions],
        int_range("tt:GovLengthRange", (gop, gop)) if profile else None,
        int_range("tt:FrameRateRange", (encoder.framerates[0], encoder.framerates[-1])),
        int_range("tt:EncodingIntervalRange", INTERVAL),
        node(f"tt:{kind}ProfilesSupported", profile) if profile else None,
        more,
    )


BUILD: Mapping[Part, BuildConfiguration] = {
    **SHARED_CONFIGURATIONS,
    Part.VIDEO_ENCODER: lambda name, camera, token: video_encoder_configuration(name, camera, find_encoder(token)),
    Part.AUDIO_ENCODER: lambda name, camera, _: audio_encoder_configuration(name, camera),
    Part.PTZ: lambda name, camera, _: ptz_configuration(name, camera),
    Part.METADATA: lambda name, camera, _: metadata_configuration(name, camera),
}
"""Functions that build a configuration, by kind."""


def is_known(camera: Camera, part: Part, token: str) -> bool:
    """Whether Media1 shows this configuration: it has no name for newer codecs."""
    if part is Part.VIDEO_ENCODER:
        return bool(find_encoder(token).onvif.media1)
    return part is not Part.AUDIO_ENCODER or bool(audio_codec(camera).media1)
