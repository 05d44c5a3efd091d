"""Elements of configurations that both media services use (onvif.xsd); each is declared once."""

from collections.abc import Callable
from typing import TypeAlias

from ipcamd.camera import Camera
from ipcamd.media.codecs import ULAW, Codec, OnvifCodec
from ipcamd.onvif.media import tokens
from ipcamd.onvif.media.configuration_names import configuration_name
from ipcamd.onvif.media.profiles import Part, count_uses
from ipcamd.onvif.media.video_encoder import VideoEncoder, enabled_encoders
from ipcamd.onvif.soap.writer import Content, Node, node
from ipcamd.params.image import RESOLUTIONS
from ipcamd.params.network import MULTICAST

SESSION_TIMEOUT_S = 60
"""Seconds without a keep-alive after which an RTSP session ends; fixed."""
SESSION_TIMEOUT = f"PT{SESSION_TIMEOUT_S}S"
"""The same as ``xs:duration``."""
assert ULAW.onvif
SPEAKER_CODEC = ULAW.onvif
"""Codec of the sound that clients send to the speaker."""
SEND_PRIMACY = "www.onvif.org/ver20/HalfDuplex/Client"
"""Half-duplex mode of the speaker, with the client as the sender (``tt:SendPrimacy``)."""


def video_source_configuration(name: str, camera: Camera, token: str) -> Node:
    """Return ``tt:VideoSourceConfiguration`` as an element of this name."""
    width, height = source_size(camera)
    return configuration_entity(
        name,
        camera,
        Part.VIDEO_SOURCE,
        token,
        node("tt:SourceToken", tokens.VIDEO_SOURCE),
        node("tt:Bounds", x=0, y=0, width=width, height=height),
    )


def audio_source_configuration(name: str, camera: Camera, token: str) -> Node:
    """Return ``tt:AudioSourceConfiguration`` as an element of this name."""
    source = node("tt:SourceToken", tokens.AUDIO_SOURCE)
    return configuration_entity(name, camera, Part.AUDIO_SOURCE, token, source)


def audio_output_configuration(name: str, camera: Camera, token: str) -> Node:
    """Return ``tt:AudioOutputConfiguration`` as an element of this name."""
    return configuration_entity(
        name,
        camera,
        Part.AUDIO_OUTPUT,
        token,
        node("tt:OutputToken", tokens.AUDIO_OUTPUT),
        node("tt:SendPrimacy", SEND_PRIMACY),
        node("tt:OutputLevel", 1),
    )


def audio_decoder_configuration(name: str, camera: Camera, token: str) -> Node:
    """Return ``tt:AudioDecoderConfiguration`` as an element of this name."""
    return configuration_entity(name, camera, Part.AUDIO_DECODER, token)


BuildConfiguration: TypeAlias = Callable[[str, Camera, str], Node]
"""Builds the configuration with a token as an element of a name."""

PROFILE_ORDER = (Part.VIDEO_SOURCE, Part.AUDIO_SOURCE, Part.VIDEO_ENCODER, Part.AUDIO_ENCODER, Part.PTZ, Part.METADATA)
"""Order of the first configurations of a profile."""
EXTENSION_ORDER = (Part.AUDIO_OUTPUT, Part.AUDIO_DECODER)
"""Order of those that follow them; in Media1 they are an extension."""


def configuration_entity(
    name: str, camera: Camera, part: Part, token: str, *content: Content, **attributes: object
) -> Node:
    """Return a ``tt:ConfigurationEntity`` with this content as an element of this name."""
    title = node("tt:Name", configuration_name(camera, part, token))
    uses = node("tt:UseCount", count_uses(camera, part, token))
    return node(name, title, uses, content, token=token, **attributes)


def audio_codec(camera: Camera) -> OnvifCodec:
    """Return the codec of the microphone's sound."""
    sound = camera.pipeline.chosen_audio
    codec = sound.codec.onvif if sound else ULAW.onvif
    assert codec
    return codec


def video_multicast(camera: Camera, encoder: VideoEncoder) -> Node:
    """Return ``tt:Multicast`` of a video encoder; substreams are not multicast."""
    return _multicast("0.0.0.0", 0, 0, False) if encoder.is_sub else multicast(camera, encoder.codec)


def multicast(camera: Camera, codec: Codec) -> Node:
    """Return ``tt:Multicast``. The address is 0.0.0.0 for a codec that the camera does not multicast."""
    if not codec.multicast_port:
        return _multicast("0.0.0.0", 0, 0, False)
    values = camera.settings[MULTICAST.name]
    port = values.number(codec.multicast_port)
    return _multicast(values["GroupIP"], port, values.number("TTL"), values.flag("Enabled"))


def _multicast(group: str, port: int, ttl: int, starts: bool) -> Node:
    address = node("tt:Address", node("tt:Type", "IPv4"), node("tt:IPv4Address", group))
    return node("tt:Multicast", address, node("tt:Port", port), node("tt:TTL", ttl), node("tt:AutoStart", starts))


def resolution(name: str, size: tuple[int, int]) -> Node:
    """Return width and height as an element of this name."""
    return node(name, node("tt:Width", size[0]), node("tt:Height", size[1]))


def range_node(name: str, limits: tuple[object, object]) -> Node:
    """Return smallest and largest value, such as those of ``tt:IntRange``, as an element of this name."""
    return node(name, node("tt:Min", limits[0]), node("tt:Max", limits[1]))


def items(name: str, value: int) -> Node:
    """Return ``tt:IntItems`` with one value as an element of this name."""
    return node(name, node("tt:Items", value))


def source_size(camera: Camera) -> tuple[int, int]:
    """Return width and height of the source picture: the largest size of all streams."""
    groups = (encoder.group.name for encoder in enabled_encoders(camera))
    sizes = (RESOLUTIONS[camera.settings[group]["Resolution"]] for group in groups)
    return max(sizes, key=lambda size: size[0] * size[1])
