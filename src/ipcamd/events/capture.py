"""What is captured for one event, and for those that follow while it goes on: frames, then files."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ipcamd.events.film import form_of
from ipcamd.events.ring import Ring
from ipcamd.events.take import is_picture, merged
from ipcamd.media.frame import Encoded
from ipcamd.storage.recording import name_of
from ipcamd.wire.avi.layout import SOUND_RATE
from ipcamd.wire.avi.writer import Writer

SECOND = 1_000_000_000
MOST_BYTES = 64 << 20
"""Pictures of one capture; it ends early when there are more."""
BLOCK = 40_000_000
"""Nanoseconds of a block of sound."""


@dataclass(frozen=True, slots=True)
class File:
    """One file to be written."""

    name: str
    pieces: list[bytes]
    head: bytes
    """What finally stands at its beginning."""
    began: int
    ended: int


@dataclass(frozen=True, slots=True)
class Span:
    """When a capture begins, when its event is, when it ends: nanoseconds by the camera's clock."""

    begin: int
    moment: int
    end: int


class Frames(Protocol):
    """What a capture keeps of what comes."""

    bytes: int

    def see(self, frame: Encoded) -> None:
        """Take a picture."""

    def hear(self, block: Encoded) -> None:
        """Take sound."""

    def files(self, model: str, local: Callable[[int], datetime], end: int) -> list[File]:
        """Return what to write, for a thread; empty if no picture came."""


class Scene:
    """All pictures and all sound: a film."""

    def __init__(self, begin: int) -> None:
        self.bytes = 0
        self._begin = begin
        self._pictures: list[Encoded] = []
        self._sounds: list[Encoded] = []

    def see(self, frame: Encoded) -> None:
        """See `Frames`."""
        if self._pictures or frame.key:
            self._pictures.append(frame)
            self.bytes += len(frame.payload)

    def hear(self, block: Encoded) -> None:
        """See `Frames`."""
        self._sounds.append(block)

    def files(self, model: str, local: Callable[[int], datetime], end: int) -> list[File]:
        """See `Frames`.

        The film begins at `begin`. What was captured before that, back to the last key frame, is needed to decode what
        follows: it plays at twice its speed, and so does what follows until pictures and time are together again.
        """
        pictures = self._of_one_form()
        if not pictures:
            return []
        origin = max(self._begin, pictures[0].captured)
        form = form_of(pictures[0], bool(self._sounds), 2 if pictures[0].captured < origin else 1)
        writer = Writer(form, local(origin), origin)
        pieces = [writer.head()]
        for frame in merged(pictures, (block for block in self._sounds if block.captured < end)):
            pieces += _picture(writer, frame) if is_picture(frame) else _sound(writer, frame, end)
        pieces += writer.stretch(end)
        pieces.append(writer.index())
        ended = origin + writer.length
        return [File(name_of(model, writer.began), pieces, writer.head(closed=True), origin, ended)]

    def _of_one_form(self) -> list[Encoded]:
        """Return the pictures up to the first of another form: the stream's parameters were changed meanwhile."""
        for number, frame in enumerate(self._pictures):
            if frame.key and form_of(frame, False) != form_of(self._pictures[0], False):
                return self._pictures[:number]
        return self._pictures


class Stills:
    """Single pictures, one a second; one of them is the first at the event or after it."""

    def __init__(self, begin: int) -> None:
        self.bytes = 0
        self._due = begin
        self._pictures: list[Encoded] = []

    def see(self, frame: Encoded) -> None:
        """See `Frames`."""
        if frame.captured >= self._due:
            self._pictures.append(frame)
            self.bytes += len(frame.payload)
            self._due += ((frame.captured - self._due) // SECOND + 1) * SECOND

    def hear(self, block: Encoded) -> None:
        """See `Frames`."""

    def files(self, model: str, local: Callable[[int], datetime], end: int) -> list[File]:
        """See `Frames`."""
        return [
            File(name_of(model, local(p.captured), "jpg"), [p.payload], p.payload[:1], p.captured, p.captured)
            for p in self._pictures
        ]


class Capture:
    """Takes what the hubs give until its end has come, which may be put off. For the event loop."""

    LATE = 2.0
    """Seconds after which a picture that should have come is waited for no longer."""
    SOUND_LATE = 0.5
    """Seconds that sound may come after its pictures."""

    def __init__(self, ring: Ring, span: Span, frames: Frames, now: int) -> None:
        """`now` is the camera's clock; the moments are on it."""
        self.asked: set[str] = set()
        """The schedules that have asked for it."""
        self.end = span.end
        self.open = True
        """Whether it may be prolonged."""
        self.complete = asyncio.Event()
        self._moment = span.moment
        self._reached = False
        """Whether there is a picture of the event itself."""
        self._frames = frames
        self._hub, self._sound = ring.hub, ring.sound
        self._heard = 0
        pictures, sounds = ring.since(span.begin)
        for frame in pictures:
            self._keep(frame)
        for block in sounds:
            self._hear(block)
        self._hub.join(self._see)
        if self._sound:
            self._sound.join(self._hear)
        self._timer = self._await(span.end - now, self.LATE)

    def prolong(self, end: int, now: int) -> None:
        """Go on until then, if that is later."""
        if self.open and end > self.end:
            self.end = end
            self._timer.cancel()
            self._timer = self._await(end - now, self.LATE)

    def cut(self, now: int) -> None:
        """Take no more, and let it end now, where its pictures end."""
        self.end = min(self.end, now)
        self.finish()

    def finish(self) -> None:
        """Take no more."""
        if not self.complete.is_set():
            self.open = False
            self.complete.set()
            self._timer.cancel()
            self._hub.leave(self._see)
            if self._sound:
                self._sound.leave(self._hear)

    def files(self, model: str, local: Callable[[int], datetime]) -> list[File]:
        """Return what to write; for a thread, when it is complete."""
        return self._frames.files(model, local, self.end)

    def _await(self, nanoseconds: int, more: float) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(max(0.0, nanoseconds / SECOND) + more, self.finish)

    def _see(self, frame: Encoded) -> None:
        if (frame.captured < self.end or not self._reached) and self._frames.bytes < MOST_BYTES:
            self._keep(frame)
        else:
            self.end = min(self.end, frame.captured)  # earlier if there are too many bytes
            self._wind_up()

    def _keep(self, frame: Encoded) -> None:
        self._reached = self._reached or frame.captured >= self._moment
        self._frames.see(frame)

    def _hear(self, block: Encoded) -> None:
        self._frames.hear(block)
        self._heard = block.captured + BLOCK
        if not self.open and self._heard >= self.end:
            self.finish()

    def _wind_up(self) -> None:
        """The pictures are there; the sound that belongs to them may be on its way."""
        if not self._sound or self._heard >= self.end:
            return self.finish()
        self.open = False
        self._hub.leave(self._see)
        self._timer.cancel()
        self._timer = self._await(0, self.SOUND_LATE)
        return None


def _sound(writer: Writer, block: Encoded, end: int) -> Iterable[bytes]:
    return writer.sound(block.payload[: (end - block.captured) * SOUND_RATE // SECOND], block.captured)


def _picture(writer: Writer, frame: Encoded) -> Iterable[bytes]:
    return writer.picture(frame.payload, frame.key, frame.captured)
