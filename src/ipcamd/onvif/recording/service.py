"""Recording service: its table of read operations (recording.wsdl). Schedules control recording."""

from datetime import timedelta

from ipcamd.media.codecs import Codec
from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.media import tokens
from ipcamd.onvif.operation import Field, Operation, OperationCall, Service
from ipcamd.onvif.recording.nodes import (
    CONTENT,
    check_recording,
    find_track,
    source_node,
    track_type,
)
from ipcamd.onvif.soap.values import token
from ipcamd.onvif.soap.writer import Content, Node, node
from ipcamd.storage.replay.catalog import TRACKS

_TOKEN = Field("RecordingToken", token)


def get_recordings(call: OperationCall) -> Content:
    """Return the recording with its tracks, even without data."""
    tracks = [
        node("tt:Track", node("tt:TrackToken", codec.name), _track_configuration("tt:Configuration", codec))
        for codec in TRACKS
    ]
    return node(
        "trc:RecordingItem",
        node("tt:RecordingToken", tokens.RECORDING),
        _configuration(call, "tt:Configuration"),
        node("tt:Tracks", tracks),
    )


def get_recording_configuration(call: OperationCall) -> Content:
    """Return source and content of the recording."""
    check_recording(call["RecordingToken"])
    return _configuration(call, "trc:RecordingConfiguration")


def get_track_configuration(call: OperationCall) -> Content:
    """Return the kind of a track."""
    check_recording(call["RecordingToken"])
    return _track_configuration("trc:TrackConfiguration", find_track(call["TrackToken"]))


def get_recording_options(call: OperationCall) -> Content:
    """Return that clients can add neither jobs nor tracks."""
    check_recording(call["RecordingToken"])
    tracks = node("trc:Track", SpareTotal=0, SpareVideo=0, SpareAudio=0, SpareMetadata=0)
    return node("trc:Options", node("trc:Job", Spare=0), tracks)


def _configuration(call: OperationCall, name: str) -> Node:
    return node(
        name,
        source_node(call, "tt:Source"),
        node("tt:Content", CONTENT),
        node("tt:MaximumRetentionTime", timedelta(0)),
    )


def _track_configuration(name: str, codec: Codec) -> Node:
    return node(name, node("tt:TrackType", track_type(codec)), node("tt:Description", codec.name))


def _capabilities(_: OperationCall) -> Node:
    encodings = dict.fromkeys(codec.onvif.media1 for codec in TRACKS if codec.onvif and codec.onvif.media1)
    return node(
        "trc:Capabilities",
        DynamicRecordings=False,
        DynamicTracks=False,
        Encoding=" ".join(encodings),
        MaxRecordings=1,
        MaxRecordingJobs=0,
        Options=True,
        MetadataRecording=False,
    )


SERVICE = Service(
    "trc",
    "/onvif/recording_service",
    _capabilities,
    (
        Operation("GetRecordings", AccessClass.READ_MEDIA, get_recordings),
        Operation("GetRecordingConfiguration", AccessClass.READ_MEDIA, get_recording_configuration, (_TOKEN,)),
        Operation(
            "GetTrackConfiguration",
            AccessClass.READ_MEDIA,
            get_track_configuration,
            (_TOKEN, Field("TrackToken", token)),
        ),
        Operation("GetRecordingOptions", AccessClass.READ_MEDIA, get_recording_options, (_TOKEN,)),
        Operation("GetRecordingJobs", AccessClass.READ_MEDIA, lambda _: None),
    ),
)
"""Service with the read operations."""
