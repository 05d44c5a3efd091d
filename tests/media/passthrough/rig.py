"""Test rig of passthrough: a pipeline on a source of encoded pictures, and viewers."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.media.scripted_source import NOON, SECOND, WAIT, ScriptedSource, Viewer

from ipcamd.media import codecs
from ipcamd.media.capture.video_capture import Timeouts
from ipcamd.media.frame import AudioChunk, EncodedFrame, Packet, Picture
from ipcamd.media.hardware_codecs import HardwareCodecs
from ipcamd.media.pipeline import Pipeline
from ipcamd.media.source.packet_reader import PacketReader
from ipcamd.media.source.source import Wanted
from ipcamd.params import GROUPS
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database


class EncodedScript(ScriptedSource):
    """A camera of H.264, or of another codec: it gives the encoded pictures that the test puts in."""

    codec = codecs.H264

    def play(self, wanted: Callable[[], Wanted], stop: threading.Event) -> Iterator[Packet | Picture | AudioChunk]:
        reader = PacketReader(self.codec, wanted)
        for item in super().play(wanted, stop):
            yield from reader.read(*item) if isinstance(item, tuple) else [item]


class PassthroughRig:
    """A pipeline on such a camera."""

    def __init__(
        self, path: Path, analysis_source: ScriptedSource | None = None, hardware: HardwareCodecs | None = None
    ) -> None:
        self.time = NOON
        self.database = Database(path)
        small = {(f"Image.{codec}", "Resolution"): "1" for codec in ("MJPEG", "MPEG4", "H264")}
        self.settings = Settings(self.database, GROUPS, small)
        self.source = EncodedScript()
        never = Timeouts(silence_s=600, start_s=600, blank_s=600)
        self.pipeline = Pipeline(
            self.settings,
            self.source,
            lambda: self.time,
            timeouts=never,
            hardware=hardware,
            analysis_source=analysis_source,
        )
        self.sent: dict[int, bytes] = {}
        """Access units by their time."""

    async def set(self, group: str, **values: str) -> None:
        await self.settings.update([Change(group, name, value) for name, value in values.items()])

    async def send(self, viewer: Viewer, *payloads: bytes) -> list[EncodedFrame]:
        """Send pictures; return those that the viewer gets."""
        return [await self._send(viewer, payload) for payload in payloads]

    async def _send(self, viewer: Viewer, payload: bytes) -> EncodedFrame:
        self.put(payload)
        return await viewer.next()

    def put(self, payload: bytes, step_ns: int = SECOND // 30) -> None:
        self.time += step_ns
        self.sent[self.time] = payload
        self.source.items.put((payload, self.time))  # type: ignore[arg-type]

    def passed(self, frames: list[EncodedFrame]) -> list[bool]:
        """Whether each equals the sent one, byte for byte."""
        return [frame.payload == self.sent[frame.captured_ns] for frame in frames]

    @property
    def state(self) -> str:
        return dict(self.pipeline.passthrough.report())["Stream H.264"]


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(WAIT):
        while True:
            if condition():
                return
            await asyncio.sleep(0.005)
