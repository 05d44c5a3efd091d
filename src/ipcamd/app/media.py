"""What the camera sees, hears and says, and the world around a virtual one."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from ipcamd.app.core import Core
from ipcamd.device.virtual import Outside
from ipcamd.media import sound as sounds
from ipcamd.media import source as sources
from ipcamd.media.pipeline import Pipeline
from ipcamd.media.sound.speaker import Speaker
from ipcamd.media.source import pace
from ipcamd.media.source.scene import Scene
from ipcamd.motion.motion import Motion
from ipcamd.wire.payload import Status


@dataclass(frozen=True, slots=True)
class MediaParts:
    """The parts that pictures and sound go through."""

    pipeline: Pipeline
    motion: Motion
    speaker: Speaker | None
    outside: Outside

    def readers(self) -> dict[tuple[str, str], Callable[[], str]]:
        """Return the readers of the parameters that say what sound there is (see ``Settings.add_readers``)."""
        hears, speaks = self.pipeline.sound is not None, self.speaker is not None
        return {
            ("Hardware", "MicIn"): lambda: "1" if hears else "0",
            ("Hardware", "AudioOut"): lambda: "1" if speaks else "0",
            ("Properties.Audio", "Audio"): lambda: "yes" if hears else "no",
            ("Properties.Audio", "Talk"): lambda: "yes" if speaks else "no",
        }


async def build_media(stack: AsyncExitStack, on: Core, done: dict[str, str]) -> MediaParts:
    """Build them and start their threads, which sleep until somebody watches. For `done` see `Outside`.

    Raises ``ConfigError``.
    """
    pacing = pace.Clock(now=on.clock.now_ns, local=on.clock.local)
    source, instrument = sources.make(on.options.source, pacing), sounds.make(on.options.audio, pacing)
    source.check()
    if instrument:
        instrument.check()
    pipeline = Pipeline(
        on.settings,
        source,
        on.clock.now_ns,
        lambda: _status(motion, outside),
        on.clock.local,
        instrument=instrument,
        own_sound=on.options.audio == "",
    )
    stack.push_async_callback(pipeline.stop)
    outside = _outside(source, pipeline, done)
    motion = Motion(on.settings, pipeline)
    stack.push_async_callback(motion.stop)
    speaker = _speaker(stack, on)
    await pipeline.start()
    await motion.start()
    return MediaParts(pipeline, motion, speaker, outside)


def _outside(source: sources.Source, pipeline: Pipeline, done: dict[str, str]) -> Outside:
    """Return the virtual device's world, wired to the source."""
    outside = Outside(done, source=lambda value: setattr(pipeline.capture, "lost", value == "lost"))
    if outside["source"] == "lost":
        pipeline.capture.lost = True
    if isinstance(source, Scene):
        source.figure = "still" if outside["scene"] == "still" else "walk"
        outside.watch("scene", lambda value: setattr(source, "figure", value))
    return outside


def _status(motion: Motion, outside: Outside) -> Status:
    """Return what the camera's senses say (SDK 3.1)."""
    first, second, third = motion.levels()
    high = [outside[name] == "high" for name in ("di1", "di2", "do1")]
    return Status((first, second, third), (high[0], high[1]), high[2])


def _speaker(stack: AsyncExitStack, on: Core) -> Speaker | None:
    """Return the speaker, if there is to be one."""
    if on.options.speaker == "none":
        return None
    speaker = Speaker(sounds.output(on.options.speaker))
    stack.callback(speaker.close)
    on.settings.watch("Audio", speaker.follow)
    speaker.follow(on.settings["Audio"])
    return speaker
