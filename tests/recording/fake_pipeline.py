"""Streams controlled by a test: really encoded pictures, sound, and the camera's clock."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.wire.avi.avi_files import NOON, SECOND, SIZE, EncodedPicture, pictures

from ipcamd.media import codecs
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.traffic import Traffic
from ipcamd.params import ALL_GROUPS
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database

BLOCK = 40_000_000


def encoded(codec: codecs.Codec, shown: EncodedPicture, size: tuple[int, int] = SIZE, rate: int = 30) -> EncodedFrame:
    return EncodedFrame(codec, shown.payload, shown.key, shown.captured_ns, 0, size, rate)


def block(captured_ns: int) -> EncodedFrame:
    """40 ms of sound with one repeated sample, whose value is the second of its capture."""
    sample = bytes([captured_ns // SECOND % 100])
    return EncodedFrame(codecs.ULAW, sample * 320, True, captured_ns, 0, rate=8000)


class FakePipeline:
    """In the place of the pipeline."""

    def __init__(self, folder: Path, codec: codecs.Codec = codecs.H264, length: int = 300) -> None:
        self.database = Database(folder / "ipcamd.db")
        self.settings = Settings(self.database, ALL_GROUPS, {})
        self.h264, self.mpeg4, self.mjpeg = Hub(codecs.H264), Hub(codecs.MPEG4), Hub(codecs.JPEG)
        self.hubs = {hub.name: hub for hub in (self.h264, self.mpeg4, self.mjpeg)}
        self.sound: Hub | None = Hub(codecs.ULAW, "sound")
        self.chosen_audio = self.sound
        self.has_audio = True
        self.traffic = Traffic()
        self.codec = codec
        self.length = length
        self.number = 0
        """Of the next picture."""
        self.heard = NOON
        """Up to when there was sound."""
        self.offset = 0
        """Offset by which the clock was set, in nanoseconds."""
        self.size = SIZE
        self.mask_version = 0
        """Of the masks in the pictures."""

    @property
    def hub(self) -> Hub:
        return {codecs.H264: self.h264, codecs.MPEG4: self.mpeg4, codecs.JPEG: self.mjpeg}[self.codec]

    @property
    def time(self) -> int:
        """The camera's clock, without `offset`."""
        return NOON + self.number * SECOND // 30

    def now_ns(self) -> int:
        return self.time + self.offset

    def local(self, moment: int) -> datetime:
        return datetime.fromtimestamp(moment / SECOND, UTC)

    def show(self, count: int) -> None:
        """Show so many pictures, and the sound that belongs to them; a picture's sound comes after it."""
        for _ in range(count):
            # the same pictures over and over; each round begins with a key frame
            shown = pictures(self.codec, 60)[self.number % 60]
            frame = encoded(self.codec, replace(shown, captured_ns=self.now_ns()), self.size)
            self.hub.publish(replace(frame, mask_version=self.mask_version))
            self.number += 1
            while self.has_audio and self.sound and self.heard + BLOCK <= self.time:
                self.sound.publish(block(self.heard + self.offset))
                self.heard += BLOCK

    async def set(self, group: str, **values: str) -> None:
        await self.settings.update([Change(group, name, value) for name, value in values.items()])


async def general(source_pipeline: FakePipeline, **values: str) -> None:
    """Set ``Event.Server.General``."""
    await source_pipeline.set("Event.Server.General", **values)
