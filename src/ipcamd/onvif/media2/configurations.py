"""Configurations of Media2: operations that list each kind and its options."""

from collections import Counter
from collections.abc import Callable
from functools import partial

from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.media.configuration_names import name_changes, set_name
from ipcamd.onvif.media.nodes import AUDIO_KBITS, AUDIO_KHZ, audio_codec, items
from ipcamd.onvif.media.part_options import audio_output_options, audio_source_options, video_source_options
from ipcamd.onvif.media.profiles import Part, available_parts, check_part, find_profile
from ipcamd.onvif.media.video_encoder import (
    VideoEncoderValues,
    enabled_encoders,
    find_encoder,
    set_encoder,
    video_encoders,
)
from ipcamd.onvif.media2.nodes import BUILD, ULAW_MEDIA2, video_encoder_options
from ipcamd.onvif.metadata.configuration import metadata_options, set_metadata
from ipcamd.onvif.operation import Field, Operation, OperationCall, optional
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import invalid_argument
from ipcamd.onvif.soap.values import boolean, integer, real, token
from ipcamd.onvif.soap.writer import Content, node

_READ, _WRITE = AccessClass.READ_MEDIA, AccessClass.WRITE_SYSTEM
_CHOICE = (optional("ConfigurationToken", token), optional("ProfileToken", token))


def get_video_source_options(call: OperationCall) -> Content:
    """Return the options of the video source: the present values."""
    _asked(call, Part.VIDEO_SOURCE)
    return video_source_options("tr2:Options", call.camera)


def get_video_encoder_options(call: OperationCall) -> Content:
    """Return the options of the video encoders, one element each."""
    found = _asked(call, Part.VIDEO_ENCODER)
    return [video_encoder_options(call.camera, each) for each in video_encoders() if each.token in found]


def get_audio_source_options(call: OperationCall) -> Content:
    """Return the options of the audio source: the microphone."""
    _asked(call, Part.AUDIO_SOURCE)
    return audio_source_options("tr2:Options")


def get_audio_encoder_options(call: OperationCall) -> Content:
    """Return the options of the audio encoder: ``Audio.Codec``."""
    _asked(call, Part.AUDIO_ENCODER)
    codec = audio_codec(call.camera)
    lists = items("tt:BitrateList", (codec.kbits,)), items("tt:SampleRateList", (codec.khz,))
    return node("tr2:Options", node("tt:Encoding", codec.media2), lists)


def get_audio_output_options(call: OperationCall) -> Content:
    """Return the options of the audio output: the speaker."""
    _asked(call, Part.AUDIO_OUTPUT)
    return audio_output_options("tr2:Options")


def get_audio_decoder_options(call: OperationCall) -> Content:
    """Return the options of the audio decoder: u-law."""
    _asked(call, Part.AUDIO_DECODER)
    lists = items("tt:BitrateList", (AUDIO_KBITS,)), items("tt:SampleRateList", (AUDIO_KHZ,))
    return node("tr2:Options", node("tt:Encoding", ULAW_MEDIA2), lists)


def get_metadata_options(call: OperationCall) -> Content:
    """Return the options of the metadata."""
    _asked(call, Part.METADATA)
    return metadata_options("tr2:Options")


async def set_video_encoder(call: OperationCall) -> Content:
    """Configure a video encoder; a frame rate is rounded to the nearest allowed one."""
    wanted: Element = call["Configuration"]
    encoder = find_encoder(wanted.attributes.get("token", ""))
    if wanted.require("Encoding").text != encoder.onvif.media2:
        raise invalid_argument(f"Encoding: {encoder.token} is {encoder.onvif.media2}", "ConfigModify")
    present = encoder.settings(call.camera.settings[encoder.group.name])
    rate = wanted.find("RateControl")
    constant = rate.attribute(boolean, "ConstantBitRate") if rate else None
    settings = VideoEncoderValues(
        wanted.value(integer, "Resolution", "Width"),
        wanted.value(integer, "Resolution", "Height"),
        rate.value(real, "FrameRateLimit") if rate else present.framerate,
        wanted.value(real, "Quality"),
        rate.value(integer, "BitrateLimit") if rate else present.bitrate_kbits,
        constant,
    )
    named = name_changes(call.camera, Part.VIDEO_ENCODER, encoder.token, wanted)
    await set_encoder(call.camera, encoder, settings, named, call.requester())
    return None


def get_video_encoder_instances(call: OperationCall) -> Content:
    """Return the number of simultaneous streams: one per codec, and its substream."""
    check_part(call.camera, Part.VIDEO_SOURCE, call["ConfigurationToken"])
    counts = Counter(each.onvif.media2 for each in enabled_encoders(call.camera))
    codecs = [
        node("tr2:Codec", node("tr2:Encoding", name), node("tr2:Number", number)) for name, number in counts.items()
    ]
    return node("tr2:Info", codecs, node("tr2:Total", counts.total()))


def _asked(call: OperationCall, part: Part) -> tuple[str, ...]:
    """Return the tokens of the requested configurations. Raises ``Fault``."""
    profile, configuration = call["ProfileToken"], call["ConfigurationToken"]
    if configuration is not None:
        return (check_part(call.camera, part, configuration),)
    if profile is not None:
        find_profile(call.camera, profile)
    return available_parts(call.camera).get(part, ())


def _list(part: Part) -> Operation:
    def listed(call: OperationCall) -> Content:
        return [BUILD[part]("tr2:Configurations", call.camera, each) for each in _asked(call, part)]

    return Operation(f"Get{part.value}Configurations", _READ, listed, _CHOICE)


def _set_name(part: Part) -> Operation:
    """Return the operation that sets the name of a configuration."""
    return Operation(f"Set{part.value}Configuration", _WRITE, partial(set_name, part), (Field("Configuration"),))


_OPTIONS: dict[Part, Callable[[OperationCall], Content]] = {
    Part.VIDEO_SOURCE: get_video_source_options,
    Part.VIDEO_ENCODER: get_video_encoder_options,
    Part.METADATA: get_metadata_options,
    Part.AUDIO_SOURCE: get_audio_source_options,
    Part.AUDIO_ENCODER: get_audio_encoder_options,
    Part.AUDIO_OUTPUT: get_audio_output_options,
    Part.AUDIO_DECODER: get_audio_decoder_options,
}

OPERATIONS: tuple[Operation, ...] = (
    *(_list(part) for part in _OPTIONS),
    *(Operation(f"Get{part.value}ConfigurationOptions", _READ, action, _CHOICE) for part, action in _OPTIONS.items()),
    Operation("SetVideoEncoderConfiguration", _WRITE, set_video_encoder, (Field("Configuration"),)),
    Operation("SetMetadataConfiguration", _WRITE, set_metadata, (Field("Configuration"),)),
    *(_set_name(part) for part in _OPTIONS if part not in (Part.VIDEO_ENCODER, Part.METADATA)),
    Operation("GetVideoEncoderInstances", _READ, get_video_encoder_instances, (Field("ConfigurationToken", token),)),
)
"""Operations that read and set the parts of a profile."""
