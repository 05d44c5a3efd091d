"""Configurations of profiles in both media services: their elements, their options, and how clients set them."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeAlias

from ipcamd.errors import RequestFailed
from ipcamd.media.codecs import OnvifCodec
from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.media import tokens
from ipcamd.onvif.media.configuration_names import name_changes, set_name
from ipcamd.onvif.media.nodes import (
    SEND_PRIMACY,
    BuildConfiguration,
    audio_decoder_configuration,
    audio_output_configuration,
    audio_source_configuration,
    range_node,
    source_size,
    video_source_configuration,
)
from ipcamd.onvif.media.profiles import Part, available_parts, check_part, find_profile
from ipcamd.onvif.media.video_encoder import VideoEncoderValues, find_encoder
from ipcamd.onvif.metadata.configuration import metadata_configuration, metadata_options, set_metadata
from ipcamd.onvif.operation import Action, Field, Operation, OperationCall, optional
from ipcamd.onvif.ptz.configuration import ptz_configuration
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import config_modify
from ipcamd.onvif.soap.values import boolean, integer, real, token
from ipcamd.onvif.soap.writer import Content, Node, node

MEDIA_PARTS = tuple(part for part in Part if part is not Part.PTZ)
"""Kinds of configurations with operations of the media services; PTZ has a service of its own."""

SHARED_CONFIGURATIONS: Mapping[Part, BuildConfiguration] = {
    Part.VIDEO_SOURCE: video_source_configuration,
    Part.AUDIO_SOURCE: audio_source_configuration,
    Part.AUDIO_OUTPUT: audio_output_configuration,
    Part.AUDIO_DECODER: audio_decoder_configuration,
    Part.PTZ: ptz_configuration,
    Part.METADATA: metadata_configuration,
}
"""Functions that build the configurations that are equal in both services, by kind."""

CHOICE = (optional("ConfigurationToken", token), optional("ProfileToken", token))
"""Fields of a request for some configurations, or for their options."""

BuildOptions: TypeAlias = Callable[[str, OperationCall], Content]
"""Builds the options of the requested configurations as an element of a name."""


def requested_tokens(call: OperationCall, part: Part) -> tuple[str, ...]:
    """Return the token of the requested configuration, or those of all of its kind. Raises ``Fault``."""
    profile, configuration = call["ProfileToken"], call["ConfigurationToken"]
    if profile is not None:
        find_profile(call.camera, profile)
    if configuration is not None:
        return (check_part(call.camera, part, configuration),)
    return available_parts(call.camera).get(part, ())


def options_operations(prefix: str, own: Mapping[Part, BuildOptions]) -> list[Operation]:
    """Return the operations that read options, of the service with this prefix; `own` has the options that differ
    between the services."""

    def operation(part: Part, build: BuildOptions) -> Operation:
        def get_options(call: OperationCall) -> Content:
            requested_tokens(call, part)
            return build(f"{prefix}:Options", call)

        return Operation(f"Get{part.value}ConfigurationOptions", AccessClass.READ_MEDIA, get_options, CHOICE)

    return [operation(part, build) for part, build in {**_SHARED_OPTIONS, **own}.items()]


def set_operations(encoding_of: Callable[[OnvifCodec], str], needs_limits: bool) -> list[Operation]:
    """Return the operations that set configurations; `encoding_of` returns the service's name of a codec, "" if it
    has none; `needs_limits`: ``RateControl`` must have both limits, else a missing one keeps its value."""
    actions: dict[Part, Action] = {
        Part.VIDEO_ENCODER: partial(_set_video_encoder, encoding_of, needs_limits),
        Part.METADATA: set_metadata,
    }
    fields = (Field("Configuration"), optional("ForcePersistence", boolean))
    return [
        Operation(
            f"Set{part.value}Configuration",
            AccessClass.WRITE_SYSTEM,
            actions.get(part) or partial(set_name, part),
            fields,
        )
        for part in MEDIA_PARTS
    ]


async def _set_video_encoder(encoding_of: Callable[[OnvifCodec], str], needs_limits: bool, call: OperationCall) -> None:
    """Configure a video encoder; a frame rate is rounded to the nearest allowed one. Raises ``Fault``
    ``ConfigModify``."""
    wanted: Element = call["Configuration"]
    encoder = find_encoder(wanted.attributes.get("token", ""))
    encoding = encoding_of(encoder.onvif)
    if wanted.require("Encoding").text != encoding or not encoding:
        raise config_modify(f"Encoding: {encoder.token} is {encoding or 'unknown to this service'}")
    present = encoder.settings(call.camera.settings[encoder.group.name])
    control = wanted.find("RateControl")
    if control and needs_limits:
        for limit in ("FrameRateLimit", "BitrateLimit"):
            wanted.require("RateControl", limit)
    rate = control.optional(real, "FrameRateLimit") if control else None
    bitrate = control.optional(integer, "BitrateLimit") if control else None
    values = VideoEncoderValues(
        wanted.value(integer, "Resolution", "Width"),
        wanted.value(integer, "Resolution", "Height"),
        present.framerate if rate is None else rate,
        wanted.value(real, "Quality"),
        present.bitrate_kbits if bitrate is None else bitrate,
        control.attribute(boolean, "ConstantBitRate") if control else None,
    )
    named = name_changes(call.camera, Part.VIDEO_ENCODER, encoder.token, wanted)
    try:
        await call.update(*encoder.changes(values), *named)
    except RequestFailed as error:
        raise config_modify(str(error)) from error


def _video_source_options(name: str, call: OperationCall) -> Node:
    """Return the options of the video source: the full picture."""
    width, height = source_size(call.camera)
    limits = {"XRange": (0, 0), "YRange": (0, 0), "WidthRange": (width, width), "HeightRange": (height, height)}
    bounds = node("tt:BoundsRange", [range_node(f"tt:{name}", each) for name, each in limits.items()])
    return node(name, bounds, node("tt:VideoSourceTokensAvailable", tokens.VIDEO_SOURCE))


def _audio_source_options(name: str, _: OperationCall) -> Node:
    """Return the options of the audio source: the microphone."""
    return node(name, node("tt:InputTokensAvailable", tokens.AUDIO_SOURCE))


def _audio_output_options(name: str, _: OperationCall) -> Node:
    """Return the options of the audio output: the speaker, for one client at a time."""
    output = node("tt:OutputTokensAvailable", tokens.AUDIO_OUTPUT)
    return node(name, output, node("tt:SendPrimacyOptions", SEND_PRIMACY), range_node("tt:OutputLevelRange", (1, 1)))


_SHARED_OPTIONS: Mapping[Part, BuildOptions] = {
    Part.VIDEO_SOURCE: _video_source_options,
    Part.METADATA: metadata_options,
    Part.AUDIO_SOURCE: _audio_source_options,
    Part.AUDIO_OUTPUT: _audio_output_options,
}
"""Options that are equal in both services, by kind of configuration."""
