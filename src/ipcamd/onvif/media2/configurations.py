"""Configurations of Media2: operations that list each kind and its options."""

from collections import Counter
from collections.abc import Mapping

from ipcamd.media.codecs import OnvifCodec
from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.media.nodes import SPEAKER_CODEC, audio_codec, items
from ipcamd.onvif.media.profiles import Part, check_part
from ipcamd.onvif.media.video_encoder import enabled_encoders, find_encoder
from ipcamd.onvif.media2.nodes import BUILD, video_encoder_options
from ipcamd.onvif.media_configurations import (
    CHOICE,
    MEDIA_PARTS,
    BuildOptions,
    options_operations,
    requested_tokens,
    set_operations,
)
from ipcamd.onvif.operation import Field, Operation, OperationCall
from ipcamd.onvif.soap.values import token
from ipcamd.onvif.soap.writer import Content, Node, node

_READ = AccessClass.READ_MEDIA


def _video_encoder_options(name: str, call: OperationCall) -> Content:
    """Return the options of the requested video encoders, one element each."""
    found = requested_tokens(call, Part.VIDEO_ENCODER)
    return [video_encoder_options(name, call.camera, find_encoder(each)) for each in found]


def _audio_encoder_options(name: str, call: OperationCall) -> Node:
    """Return the options of the audio encoder: ``Audio.Codec``."""
    return _audio_options(name, audio_codec(call.camera))


def _audio_decoder_options(name: str, _: OperationCall) -> Node:
    """Return the options of the audio decoder: u-law."""
    return _audio_options(name, SPEAKER_CODEC)


def _audio_options(name: str, codec: OnvifCodec) -> Node:
    lists = items("tt:BitrateList", codec.kbits), items("tt:SampleRateList", codec.khz)
    return node(name, node("tt:Encoding", codec.media2), lists)


_OPTIONS: Mapping[Part, BuildOptions] = {
    Part.VIDEO_ENCODER: _video_encoder_options,
    Part.AUDIO_ENCODER: _audio_encoder_options,
    Part.AUDIO_DECODER: _audio_decoder_options,
}


def get_video_encoder_instances(call: OperationCall) -> Content:
    """Return the number of simultaneous streams: one per codec, and its substream."""
    check_part(call.camera, Part.VIDEO_SOURCE, call["ConfigurationToken"])
    counts = Counter(each.onvif.media2 for each in enabled_encoders(call.camera))
    codecs = [
        node("tr2:Codec", node("tr2:Encoding", name), node("tr2:Number", number)) for name, number in counts.items()
    ]
    return node("tr2:Info", codecs, node("tr2:Total", counts.total()))


def _list(part: Part) -> Operation:
    def listed(call: OperationCall) -> Content:
        return [BUILD[part]("tr2:Configurations", call.camera, each) for each in requested_tokens(call, part)]

    return Operation(f"Get{part.value}Configurations", _READ, listed, CHOICE)


OPERATIONS: tuple[Operation, ...] = (
    *(_list(part) for part in MEDIA_PARTS),
    *options_operations("tr2", _OPTIONS),
    *set_operations(lambda codec: codec.media2, needs_limits=True),
    Operation("GetVideoEncoderInstances", _READ, get_video_encoder_instances, (Field("ConfigurationToken", token),)),
)
"""Operations that read and set the parts of a profile."""
