"""Media parts: picture, microphone, speaker, and the surroundings of a virtual camera."""

import time
from collections.abc import Callable, Mapping

from ipcamd.app.core import Core
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.app.virtual import connect_source
from ipcamd.dataclass import dataclass
from ipcamd.device.drivers import Drivers
from ipcamd.device.position import PtzPosition
from ipcamd.media.audio.audio_choice import make_audio_output, make_audio_source
from ipcamd.media.audio.speaker import Speaker
from ipcamd.media.codecs import AAC, ULAW, mp4_codecs
from ipcamd.media.hardware_codecs import find_hardware
from ipcamd.media.image.view import View
from ipcamd.media.mp4.stream import Mp4Stream
from ipcamd.media.pipeline import Pipeline
from ipcamd.media.source import pacing
from ipcamd.media.source.source import Source
from ipcamd.media.source.source_choice import make_source
from ipcamd.motion.motion_detection import MotionDetection
from ipcamd.tampering.tampering_detection import TamperingDetection
from ipcamd.wire.payload_header import Status
from ipcamd.workers.thread import run_in_thread


@dataclass(frozen=True, slots=True)
class MediaParts:
    """Parts that produce or play pictures and audio."""

    pipeline: Pipeline
    mp4_streams: Mapping[str, Mp4Stream]
    """Live MP4 by the codec of its pictures."""
    motion: MotionDetection
    tampering: TamperingDetection
    speaker: Speaker | None

    def readers(self) -> dict[tuple[str, str], Callable[[], str]]:
        """Return the readers of the parameters about sound (see ``Settings.add_readers``)."""
        has_audio, speaks = self.pipeline.sound is not None, self.speaker is not None
        return {
            ("Hardware", "MicIn"): lambda: "1" if has_audio else "0",
            ("Hardware", "AudioOut"): lambda: "1" if speaks else "0",
            ("Properties.Audio", "Audio"): lambda: "yes" if has_audio else "no",
            ("Properties.Audio", "Format"): self._audio_formats,
            ("Properties.Audio", "Talk"): lambda: "yes" if speaks else "no",
        }

    def _audio_formats(self) -> str:
        chosen = self.pipeline.chosen_audio
        return ULAW.name if chosen is None or chosen.codec is ULAW else f"{ULAW.name},{chosen.codec.name}"


async def build_media(stack: ShutdownStack, core: Core) -> MediaParts:
    """Build the media parts. Raises ``ConfigError`` if the picture or audio source cannot be used."""
    clock = pacing.Clock(now_ns=core.clock.now_ns, local=core.clock.local)
    # its disk or server may hang
    source = await run_in_thread(lambda: make_source(core.options.source, clock, core.options.source_tls), "source")
    await run_in_thread(source.check, "source")
    analysis_source = await run_in_thread(lambda: _analysis_source(core, clock), "source")
    audio_source = make_audio_source(core.options.audio, clock)
    if audio_source:
        await run_in_thread(audio_source.check, "source")
    hardware = await find_hardware(core.options.encoder)
    pipeline = Pipeline(
        core.settings,
        source,
        core.clock.now_ns,
        lambda: _status(motion, core.drivers),
        core.clock.local,
        audio_source=audio_source,
        own_audio=core.options.audio == "",
        view=lambda: _view(core.drivers),
        hardware=hardware,
        analysis_source=analysis_source,
    )
    stack.push(pipeline.stop)
    mp4_streams = _make_mp4_streams(stack, pipeline)
    if core.drivers.virtual:
        connect_source(core.drivers.virtual, source, pipeline.capture)
    motion = MotionDetection(core.settings, pipeline)
    stack.push(motion.stop)
    speaker = _speaker(stack, core)
    await pipeline.start()
    await motion.start()
    return MediaParts(pipeline, mp4_streams, motion, TamperingDetection(pipeline, lambda: _head(core.drivers)), speaker)


def _make_mp4_streams(stack: ShutdownStack, pipeline: Pipeline) -> Mapping[str, Mp4Stream]:
    streams = {
        codec.name: Mp4Stream(
            pipeline.find_stream(codec.name), lambda: pipeline.audio_in(AAC) if pipeline.has_audio else None
        )
        for codec in mp4_codecs()
    }
    for stream in streams.values():
        stack.push(stream.close)
        pipeline.watch_disabled(stream.end_viewers)
    return streams


def _analysis_source(core: Core, clock: pacing.Clock) -> Source | None:
    """Return the source of pictures for analysis alone, if any. Raises ``ConfigError`` if it is no source."""
    if not core.options.analysis_source:
        return None
    source = make_source(core.options.analysis_source, clock, core.options.source_tls)
    source.check()
    return source


def _view(drivers: Drivers) -> View:
    """Return the view of a digital pan-tilt head, with the blur of a digital lens; grey while the IR-cut filter is
    removed."""
    if drivers.pan_tilt.is_digital:
        position = drivers.pan_tilt.position
    else:
        zoom = drivers.lens.position_at(time.monotonic()).zoom if drivers.lens.is_digital else 1.0
        position = PtzPosition(zoom=zoom)
    return View(position.pan, position.tilt, position.zoom, not drivers.ir_cut.in_path, drivers.lens.blur)


def _head(drivers: Drivers) -> tuple[float, ...]:
    """Return the position of head and lens, rounded to visible differences."""
    return tuple(round(part, 1) for part in (*drivers.pan_tilt.position, *drivers.lens.position_at(time.monotonic())))


def _status(motion: MotionDetection, drivers: Drivers) -> Status:
    """Return the state of motion windows, inputs and output (SDK 3.1)."""
    first, second, third = motion.levels()
    one, two, *_ = (*(i.level == "high" for i in drivers.inputs), False, False)
    return Status((first, second, third), (one, two), drivers.output.level == "high")


def _speaker(stack: ShutdownStack, core: Core) -> Speaker | None:
    """Return the speaker, if any."""
    if core.options.speaker == "none":
        return None
    speaker = Speaker(make_audio_output(core.options.speaker))
    stack.push(speaker.close)
    core.settings.follow("Audio", speaker.follow)
    return speaker
