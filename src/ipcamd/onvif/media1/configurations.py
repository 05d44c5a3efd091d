"""Configurations of Media1: operations that list each kind, read one by its token, or list those of a profile."""

from collections import Counter
from collections.abc import Mapping

from ipcamd.camera import Camera
from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.media import tokens
from ipcamd.onvif.media.nodes import SPEAKER_CODEC, audio_codec, items, resolution, source_size
from ipcamd.onvif.media.profiles import Part, available_parts, check_part, find_profile
from ipcamd.onvif.media.video_encoder import enabled_encoders, video_encoders
from ipcamd.onvif.media1.nodes import BUILD, is_known, video_encoder_options
from ipcamd.onvif.media_configurations import MEDIA_PARTS, BuildOptions, options_operations, set_operations
from ipcamd.onvif.operation import Field, Operation, OperationCall
from ipcamd.onvif.soap.fault import no_configuration
from ipcamd.onvif.soap.values import token
from ipcamd.onvif.soap.writer import Content, Node, node

_READ = AccessClass.READ_MEDIA
_CONFIGURATION = Field("ConfigurationToken", token)


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


def _video_encoder_options(name: str, call: OperationCall) -> Node:
    """Return the options of a video encoder; without a token, of those of all main streams. Raises ``Fault`` for a
    codec that Media1 does not define."""
    asked = call["ConfigurationToken"]
    listed = [each for each in video_encoders() if each.token == asked or (asked is None and not each.is_sub)]
    if encoders := [each for each in listed if each.onvif.media1]:
        return video_encoder_options(name, call.camera, encoders)
    raise no_configuration(asked)


def _audio_encoder_options(name: str, call: OperationCall) -> Node:
    """Return the options of the audio encoder: ``Audio.Codec``; none if Media1 does not define that codec."""
    codec = audio_codec(call.camera)
    lists = items("tt:BitrateList", codec.kbits), items("tt:SampleRateList", codec.khz)
    return node(name, node("tt:Options", node("tt:Encoding", codec.media1), lists) if codec.media1 else None)


def _audio_decoder_options(name: str, _: OperationCall) -> Node:
    """Return the options of the audio decoder: u-law."""
    lists = items("tt:Bitrate", SPEAKER_CODEC.kbits), items("tt:SampleRateRange", SPEAKER_CODEC.khz)
    return node(name, node("tt:G711DecOptions", lists))


_OPTIONS: Mapping[Part, BuildOptions] = {
    Part.VIDEO_ENCODER: _video_encoder_options,
    Part.AUDIO_ENCODER: _audio_encoder_options,
    Part.AUDIO_DECODER: _audio_decoder_options,
}


def get_guaranteed_instances(call: OperationCall) -> Content:
    """Return the number of simultaneous streams: one per codec, and its substream."""
    check_part(call.camera, Part.VIDEO_SOURCE, call["ConfigurationToken"])
    counts = Counter(each.onvif.media1 for each in video_encoders() if each.onvif.media1)
    numbers = [node(f"trt:{name}", counts[name]) for name in ("JPEG", "H264", "MPEG4") if counts[name]]
    return node("trt:TotalNumber", counts.total()), numbers


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
        Operation(f"Get{name}", _READ, get_one, (_CONFIGURATION,)),
        Operation(f"GetCompatible{name}s", _READ, get_compatible, (Field("ProfileToken", token),)),
    )


OPERATIONS: tuple[Operation, ...] = (
    Operation("GetVideoSources", _READ, get_video_sources),
    Operation("GetAudioSources", _READ, get_audio_sources),
    Operation("GetAudioOutputs", _READ, get_audio_outputs),
    *(operation for part in MEDIA_PARTS for operation in _readers(part)),
    *options_operations("trt", _OPTIONS),
    *set_operations(lambda codec: codec.media1, needs_limits=False),
    Operation("GetGuaranteedNumberOfVideoEncoderInstances", _READ, get_guaranteed_instances, (_CONFIGURATION,)),
)
"""Operations that read and set the parts of a profile."""
