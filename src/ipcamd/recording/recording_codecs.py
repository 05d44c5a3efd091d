"""Codecs of recordings: which video and audio stream clips and continuous recordings contain, by ``FileFormat`` and
``EncodeFormat`` (SDK 10.16)."""

from ipcamd.media.codecs import AAC
from ipcamd.media.pipeline import Pipeline
from ipcamd.media.stream.hub import Hub
from ipcamd.params.group import Values

GENERAL = "Event.Server.General"
"""Parameter group with the format and length of clips, and the behaviour of a full card."""


def choose_clip_video(pipeline: Pipeline, general: Values) -> Hub:
    """Return the stream of event clips."""
    if general["FileFormat"] == "JPEG":
        return pipeline.mjpeg
    return pipeline.hubs.get(general["EncodeFormat"].lower(), pipeline.h264)


def choose_audio(pipeline: Pipeline, general: Values) -> Hub | None:
    """Return the audio of clips, in a codec that their files support; None while the microphone is disabled."""
    chosen = pipeline.chosen_audio if pipeline.has_audio else None
    if chosen is None:
        return None
    if general["FileFormat"] == "MP4":
        return chosen if chosen.codec.mp4_audio else pipeline.audio_in(AAC)
    return chosen if chosen.codec.audio_tag else pipeline.sound


def choose_continuous_video(pipeline: Pipeline, general: Values) -> Hub:
    """Return the stream of continuous recordings: that of clips if files can hold its codec, otherwise H.264."""
    hub = choose_clip_video(pipeline, general)
    return hub if hub.codec.fourcc or general["FileFormat"] == "MP4" else pipeline.h264
