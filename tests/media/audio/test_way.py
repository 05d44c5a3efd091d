"""Sound through the whole pipeline: from the picture's source, or from a separate audio source."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from tests.media.scripted_source import NOON, WAIT, ScriptedSource

from ipcamd.media.audio.audio_capture import AudioSource
from ipcamd.media.capture.video_capture import Timeouts
from ipcamd.media.frame import AudioChunk, EncodedFrame
from ipcamd.media.pipeline import Pipeline
from ipcamd.media.source_demand import AUDIO_ONLY_RATE
from ipcamd.params import GROUPS
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database

NEVER = Timeouts(silence_s=600, start_s=600, blank_s=600)
LOUD = np.full(400, 8000, np.int16)


class PulseAudioSource:
    """Audio source with one pulse, then more as long as it may run."""

    name = "pulses"

    def __init__(self) -> None:
        self.playing = threading.Event()

    def check(self) -> None:
        pass

    def play(self, stop: threading.Event) -> Iterator[AudioChunk]:
        self.playing.set()
        yield AudioChunk(LOUD, NOON)
        stop.wait(WAIT)
        self.playing.clear()


class AudioPipeline:
    def __init__(self, path: Path, sound: bool, own: bool, audio_source: AudioSource | None) -> None:
        self.database = Database(path)
        self.settings = Settings(self.database, GROUPS, {("Audio", "MicEnabled"): "yes"})
        self.source = ScriptedSource()
        self.source.sound = sound
        self.pipeline = Pipeline(
            self.settings, self.source, lambda: NOON, timeouts=NEVER, audio_source=audio_source, own_audio=own
        )
        self.blocks: asyncio.Queue[EncodedFrame] = asyncio.Queue()

    def listen(self) -> None:
        assert self.pipeline.sound
        self.pipeline.sound.subscribe(self.blocks.put_nowait)

    def leave(self) -> None:
        assert self.pipeline.sound
        self.pipeline.sound.unsubscribe(self.blocks.put_nowait)

    async def enable(self, value: str) -> None:
        await self.settings.update([Change("Audio", "MicEnabled", value)])

    async def next(self) -> EncodedFrame:
        return await asyncio.wait_for(self.blocks.get(), WAIT)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Callable[..., object]]:
    """Give a context of a running pipeline: whether the source has sound, whether that is wanted, the audio source."""
    async with AsyncExitStack() as stack:

        @asynccontextmanager
        async def running(
            sound: bool = True, own: bool = True, audio_source: AudioSource | None = None
        ) -> AsyncIterator[AudioPipeline]:
            rig = AudioPipeline(tmp_path / "state" / "ipcamd.db", sound, own, audio_source)
            stack.callback(rig.database.close)
            await rig.pipeline.start()
            yield rig
            await rig.pipeline.stop()
            assert not [thread for thread in threading.enumerate() if thread.name.startswith("media-")]

        yield running


async def in_a_thread(wait: Callable[[], bool]) -> bool:
    return await asyncio.get_running_loop().run_in_executor(None, wait)


async def test_a_listener_alone_starts_the_source(rig: Callable[..., AsyncExitStack]) -> None:
    async with rig() as running:
        assert isinstance(running, AudioPipeline)
        running.listen()
        assert await in_a_thread(lambda: running.source.played.acquire(timeout=WAIT))
        assert running.source.wanted
        want = running.source.wanted()
        assert (want.sound, want.rate, want.size) == (True, AUDIO_ONLY_RATE, (1280, 720))
        running.source.items.put(AudioChunk(LOUD, NOON))
        block = await running.next()
        assert (block.captured_ns, len(block.payload)) == (NOON, 320)
        await running.enable("no")
        assert not running.pipeline.has_audio
        running.leave()


async def test_sound_is_requested_only_while_it_is_enabled_and_has_a_listener(
    rig: Callable[..., AsyncExitStack],
) -> None:
    async with rig() as running:
        assert isinstance(running, AudioPipeline)
        running.pipeline.mjpeg.subscribe(lambda _: None)
        assert await in_a_thread(lambda: running.source.played.acquire(timeout=WAIT))
        asked = []
        assert running.source.wanted
        for act in (running.listen, lambda: running.enable("no"), lambda: running.enable("yes"), running.leave):
            if (waiting := act()) is not None:
                await waiting
            asked.append(running.source.wanted().sound)
        assert asked == [True, False, True, False]
        assert running.source.wanted().rate == 30


async def test_a_separate_audio_source_replaces_the_sources_sound(rig: Callable[..., AsyncExitStack]) -> None:
    pulses = PulseAudioSource()
    async with rig(sound=False, own=False, audio_source=pulses) as running:
        assert isinstance(running, AudioPipeline)
        running.listen()
        assert (await running.next()).captured_ns == NOON
        assert pulses.playing.is_set()
        assert running.source.plays == 0
        running.leave()


@pytest.mark.parametrize(("sound", "own"), [(False, True), (True, False)])
async def test_without_sound_there_is_no_microphone(rig: Callable[..., AsyncExitStack], sound: bool, own: bool) -> None:
    async with rig(sound=sound, own=own) as running:
        assert isinstance(running, AudioPipeline)
        assert running.pipeline.sound is None
        assert not running.pipeline.has_audio
        await running.enable("no")
