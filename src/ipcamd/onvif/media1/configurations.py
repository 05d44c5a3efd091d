"""Configurations of Media1: operations that list each kind, read one by its token, or list those of a profile."""

from collections import Counter
from collections.abc import Callable
from functools import partial

from ipcamd.camera import Camera
from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.media import tokens
from ipcamd.onvif.media.configuration_names import name_changes, set_name
from ipcamd.onvif.media.nodes import (
    AUDIO_KBITS,
    AUDIO_KHZ,
    audio_codec,
    items,
    resolution,
    source_size,
)
from ipcamd.onvif.media.part_options import audio_output_options, audio_source_options, video_source_options
from ipcamd.onvif.media.profiles import Part, available_parts, check_part, find_profile
from ipcamd.onvif.media.video_encoder import (
    VideoEncoderValues,
    enabled_encoders,
    find_encoder,
    no_configuration,
    set_encoder,
    video_encoders,
)
from ipcamd.onvif.media1.nodes import BUILD, is_known, video_encoder_options
from ipcamd.onvif.metadata.configuration import metadata_options, set_metadata
from ipcamd.onvif.operation import Field, Operation, OperationCall, optional
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import invalid_argument
from ipcamd.onvif.soap.values import boolean, integer, real, token
from ipcamd.onvif.soap.writer import Content, Node, node

_PARTS = tuple(part for part in Part if part is not Part.PTZ)
"""Kinds of configurations with operations of this service; PTZ has a service of its own."""

_READ, _WRITE = AccessClass.READ_MEDIA, AccessClass.WRITE_SYSTEM
_CHOICE = (optional("ConfigurationToken", token), optional("ProfileToken", token))
"""Fields of a request for options."""


def get_video_sources(call: OperationCall) -> Content:
    """List the video source."""
    rate = max(
        call.camera.settings[encoder.group.name].number("Framerate") for encoder in enabled_encoders(call.camera)
    )
    size = resolution("tt:Resolution", source_size(call.camera))
    return node("trt:VideoSources", node("tt:Framerate", rate), size, token=tokens.VIDEO_SOURCE)


def get_audio_sources(call: OperationCall) -> Content:
    """List the microphone, while it is enabled."""
    listed = Part.AUDIO_SOURCE in available_parts(call.camera)
    return node("trt:AudioSources", node("tt:Channels", 1), token=tokens.AUDIO_SOURCE) if listed else None


def get_audio_outputs(call: OperationCall) -> Content:
    """List the speaker, if any."""
    return node("trt:AudioOutputs", token=tokens.AUDIO_OUTPUT) if call.camera.speaker else None


def get_video_encoder_options(call: OperationCall) -> Content:
    """Return the options of a video encoder; without a token, of those of all main streams."""
    asked = _asked(call, Part.VIDEO_ENCODER)
    listed = (each for each in video_encoders() if each.onvif.media1)
    encoders = tuple(each for each in listed if each.token == asked or (asked is None and not each.is_sub))
    return video_encoder_options(call.camera, encoders)


def get_video_source_options(call: OperationCall) -> Content:
    """Return the options of the video source: the present values."""
    _asked(call, Part.VIDEO_SOURCE)
    return video_source_options("trt:Options", call.camera)


def get_metadata_options(call: OperationCall) -> Content:
    """Return the options of the metadata."""
    _asked(call, Part.METADATA)
    return metadata_options("trt:Options")


def get_audio_source_options(call: OperationCall) -> Content:
    """Return the options of the audio source: the microphone."""
    _asked(call, Part.AUDIO_SOURCE)
    return audio_source_options("trt:Options")


def get_audio_encoder_options(call: OperationCall) -> Content:
    """Return the options of the audio encoder: ``Audio.Codec``; none if Media1 does not define that codec."""
    _asked(call, Part.AUDIO_ENCODER)
    codec = audio_codec(call.camera)
    lists = items("tt:BitrateList", (codec.kbits,)), items("tt:SampleRateList", (codec.khz,))
    known = node("tt:Options", node("tt:Encoding", codec.media1), lists) if codec.media1 else None
    return node("trt:Options", known)


def get_audio_output_options(call: OperationCall) -> Content:
    """Return the options of the audio output: the speaker."""
    _asked(call, Part.AUDIO_OUTPUT)
    return audio_output_options("trt:Options")


def get_audio_decoder_options(call: OperationCall) -> Content:
    """Return the options of the audio decoder: u-law."""
    _asked(call, Part.AUDIO_DECODER)
    lists = items("tt:Bitrate", (AUDIO_KBITS,)), items("tt:SampleRateRange", (AUDIO_KHZ,))
    return node("trt:Options", node("tt:G711DecOptions", lists))


async def set_video_encoder(call: OperationCall) -> Content:
    """Configure a video encoder; a frame rate is rounded to the nearest allowed one."""
    wanted: Element = call["Configuration"]
    encoder = find_encoder(wanted.attributes.get("token", ""))
    if wanted.require("Encoding").text != encoder.onvif.media1:
        raise invalid_argument(f"Encoding: {encoder.token} is {encoder.onvif.media1}", "ConfigModify")
    present = encoder.settings(call.camera.settings[encoder.group.name])
    rate = wanted.optional(integer, "RateControl", "FrameRateLimit")
    bitrate = wanted.optional(integer, "RateControl", "BitrateLimit")
    settings = VideoEncoderValues(
        wanted.value(integer, "Resolution", "Width"),
        wanted.value(integer, "Resolution", "Height"),
        present.framerate if rate is None else rate,
        wanted.value(real, "Quality"),
        present.bitrate_kbits if bitrate is None else bitrate,
    )
    named = name_changes(call.camera, Part.VIDEO_ENCODER, encoder.token, wanted)
    await set_encoder(call.camera, encoder, settings, named, call.requester())
    return None


def get_guaranteed_instances(call: OperationCall) -> Content:
    """Return the number of simultaneous streams: one per codec, and its substream."""
    check_part(call.camera, Part.VIDEO_SOURCE, call["ConfigurationToken"])
    counts = Counter(each.onvif.media1 for each in video_encoders())
    numbers = [node(f"trt:{name}", counts[name]) for name in ("JPEG", "H264", "MPEG4") if counts[name]]
    return node("trt:TotalNumber", sum(counts[name] for name in ("JPEG", "H264", "MPEG4"))), numbers


def _asked(call: OperationCall, part: Part) -> str | None:
    """Return the token of the configuration whose options are requested. Raises ``Fault``."""
    profile, configuration = call["ProfileToken"], call["ConfigurationToken"]
    if profile is not None:
        find_profile(call.camera, profile)
    return None if configuration is None else check_part(call.camera, part, configuration)


def _readers(part: Part) -> tuple[Operation, ...]:
    """Return the operations that read one kind of configuration."""
    build, name = BUILD[part], f"{part.value}Configuration"

    def listed(camera: Camera) -> list[Node]:
        found = available_parts(camera).get(part, ())
        return [build("trt:Configurations", camera, each) for each in found if is_known(camera, part, each)]

    def get_one(call: OperationCall) -> Content:
        found = check_part(call.camera, part, call["ConfigurationToken"])
        if not is_known(call.camera, part, found):
            raise no_configuration(found)
        return build("trt:Configuration", call.camera, found)

    def get_compatible(call: OperationCall) -> Content:
        find_profile(call.camera, call["ProfileToken"])
        return listed(call.camera)

    return (
        Operation(f"Get{name}s", _READ, lambda call: listed(call.camera)),
        Operation(f"Get{name}", _READ, get_one, (Field("ConfigurationToken", token),)),
        Operation(f"GetCompatible{name}s", _READ, get_compatible, (Field("ProfileToken", token),)),
    )


def _options(part: Part, action: Callable[[OperationCall], Content]) -> Operation:
    return Operation(f"Get{part.value}ConfigurationOptions", _READ, action, _CHOICE)


def _set(part: Part, action: Callable[[OperationCall], object]) -> Operation:
    fields = (Field("Configuration"), optional("ForcePersistence", boolean))
    return Operation(f"Set{part.value}Configuration", _WRITE, action, fields)


OPERATIONS: tuple[Operation, ...] = (
    Operation("GetVideoSources", _READ, get_video_sources),
    Operation("GetAudioSources", _READ, get_audio_sources),
    Operation("GetAudioOutputs", _READ, get_audio_outputs),
    *(operation for part in _PARTS for operation in _readers(part)),
    _options(Part.VIDEO_SOURCE, get_video_source_options),
    _options(Part.VIDEO_ENCODER, get_video_encoder_options),
    _options(Part.METADATA, get_metadata_options),
    _options(Part.AUDIO_SOURCE, get_audio_source_options),
    _options(Part.AUDIO_ENCODER, get_audio_encoder_options),
    _options(Part.AUDIO_OUTPUT, get_audio_output_options),
    _options(Part.AUDIO_DECODER, get_audio_decoder_options),
    _set(Part.VIDEO_ENCODER, set_video_encoder),
    _set(Part.METADATA, set_metadata),
    *(_set(part, partial(set_name, part)) for part in _PARTS if part not in (Part.VIDEO_ENCODER, Part.METADATA)),
    Operation(
        "GetGuaranteedNumberOfVideoEncoderInstances",
        _READ,
        get_guaranteed_instances,
        (Field("ConfigurationToken", token),),
    ),
)
"""Operations that read and set the parts of a profile."""
