"""Elements of Media2 only: its profile, encoders and their options."""

from collections.abc import Collection, Mapping

from ipcamd.camera import Camera
from ipcamd.media.codecs import ULAW
from ipcamd.onvif.media.nodes import (
    EXTENSION_ORDER,
    PROFILE_ORDER,
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


def profile_node(camera: Camera, profile: MediaProfile, parts: Collection[Part]) -> Node:
    """Return ``tr2:Profiles`` with these parts of the profile."""
    shown = [
        BUILD[part](f"tr2:{part.value}", camera, profile.parts[part])
        for part in PROFILE_ORDER + EXTENSION_ORDER
        if part in parts and part in profile.parts
    ]
    name = node("tr2:Name", profile.name)
    configurations = node("tr2:Configurations", shown) if shown else None
    return node("tr2:Profiles", name, configurations, token=profile.token, fixed=profile.is_fixed)


def video_encoder_configuration(name: str, camera: Camera, token: str) -> Node:
    """Return ``tt:VideoEncoder2Configuration`` as an element of this name."""
    encoder = find_encoder(token)
    values = camera.settings[encoder.group.name]
    settings = encoder.settings(values)
    rate = (node("tt:FrameRateLimit", settings.framerate), node("tt:BitrateLimit", settings.bitrate_kbits))
    return configuration_entity(
        name,
        camera,
        Part.VIDEO_ENCODER,
        token,
        node("tt:Encoding", encoder.onvif.media2),
        resolution("tt:Resolution", (settings.width, settings.height)),
        node("tt:RateControl", rate, ConstantBitRate=settings.constant_bitrate),
        video_multicast(camera, encoder),
        node("tt:Quality", settings.quality),
        GovLength=encoder.gop(values) if encoder.onvif.profile else None,
        Profile=encoder.onvif.profile or None,
    )


def video_encoder_options(name: str, camera: Camera, encoder: VideoEncoder) -> Node:
    """Return the options of one encoder as an element of this name."""
    gop = encoder.gop(camera.settings[encoder.group.name])
    has_profile = bool(encoder.onvif.profile)
    return node(
        name,
        node("tt:Encoding", encoder.onvif.media2),
        range_node("tt:QualityRange", encoder.qualities),
        [resolution("tt:ResolutionsAvailable", size) for size in encoder.resolutions],
        range_node("tt:BitrateRange", encoder.bitrates_kbits),
        GovLengthRange=f"{gop} {gop}" if has_profile else None,
        FrameRatesSupported=" ".join(map(str, reversed(encoder.framerates))),
        ProfilesSupported=encoder.onvif.profile or None,
        ConstantBitRateSupported=encoder.group.param("Ratecontrol") is not None,
        GuaranteedFrameRateSupported=False,
    )


def audio_encoder_configuration(name: str, camera: Camera, token: str) -> Node:
    """Return ``tt:AudioEncoder2Configuration`` as an element of this name."""
    codec = audio_codec(camera)
    return configuration_entity(
        name,
        camera,
        Part.AUDIO_ENCODER,
        token,
        node("tt:Encoding", codec.media2),
        multicast(camera, ULAW),
        node("tt:Bitrate", codec.kbits),
        node("tt:SampleRate", codec.khz),
    )


BUILD: Mapping[Part, BuildConfiguration] = {
    **SHARED_CONFIGURATIONS,
    Part.VIDEO_ENCODER: video_encoder_configuration,
    Part.AUDIO_ENCODER: audio_encoder_configuration,
}
"""Functions that build a configuration, by kind."""
