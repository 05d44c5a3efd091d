"""Playback of recordings in browsers: converts videos, segments and thumbnails one after the other, and caches the
newest ones."""

import asyncio
import contextlib
import os
import shutil
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

from ipcamd.errors import CardError
from ipcamd.storage.card import Card
from ipcamd.storage.recording import Parts, Recording
from ipcamd.workers.file import ThreadedFile
from ipcamd.workers.pool import WorkerPool

T = TypeVar("T")
GoOn = Callable[[], None]

MOST_BYTES = 512 << 20
"""Films that are kept, the newest aside."""
MOST_PICTURES = 500
"""Small pictures that are kept, some ten kilobytes each."""
WAITING = 100
"""Requests that may wait for their turn."""
NICE = 10
"""How much its thread stands back behind those that make the live picture."""


class Playback:
    """For the event loop; the work is done in threads, so that small pictures need not wait for films.

    Who is cancelled while waiting ends the work.
    """

    def __init__(self, card: Card, folder: Path) -> None:
        """`folder` is for it alone; nothing in it outlives a restart: see `start`."""
        self._card = card
        self._folder = folder
        self._films: OrderedDict[Recording, int] = OrderedDict()
        """What is in the folder, and how large it is; the one that was asked for last comes last."""
        self._pictures: OrderedDict[Recording, bytes] = OrderedDict()
        self._film_turn = asyncio.Lock()
        self._picture_turn = asyncio.Lock()
        self._parts_turn = asyncio.Lock()
        self._waiting = 0
        self._threads = WorkerPool("playback", 3, prepare=_stand_back)
        self._files = WorkerPool("playback-files", 2)
        """For the folder, so that what is made needs not wait for what is being made."""

    async def start(self) -> None:
        """Throw away what an earlier life left, as far as that can be done."""
        await self._files.run(self._clear)

    async def parts_of(self, recording: Recording) -> Parts | None:
        """Return what a page must know to play it in parts; None if `film` gives it whole. Raises `CardError`."""
        async with self._my_turn(self._parts_turn):
            return await self._make(recording, lambda source, _: _parts(source))

    async def part(self, recording: Recording, number: int) -> bytes:
        """Return one part of a film that is played in parts, as fragmented MP4. Raises `CardError`."""
        async with self._my_turn(self._film_turn):
            return await self._make(recording, lambda source, go_on: _part(source, number, go_on))

    async def film(self, recording: Recording) -> tuple[ThreadedFile, int]:
        """Return the recording as MP4, open for reading, and its size. Raises `CardError`."""
        path = self._path(recording)
        async with self._my_turn(self._film_turn):
            if recording not in self._films:
                await self._make(recording, lambda source, go_on: _film(source, path, go_on))
                self._films[recording] = (await self._files.run(path.stat)).st_size
            self._films.move_to_end(recording)
            fd = await self._files.run(partial(os.open, path, os.O_RDONLY | os.O_CLOEXEC))
            await self._clear_out()
        return ThreadedFile(fd, self._files), self._films[recording]

    async def picture(self, recording: Recording) -> bytes:
        """Return a small picture of the recording, as JPEG. Raises `CardError`."""
        if found := self._pictures.get(recording):
            return found
        length = (recording.ended_ns - recording.started_ns) / 1e9
        async with self._my_turn(self._picture_turn):
            made = await self._make(recording, lambda source, _: _picture(source, length))
        self._pictures[recording] = made
        while len(self._pictures) > MOST_PICTURES:
            self._pictures.popitem(last=False)
        return made

    async def close(self) -> None:
        """Throw away what was made."""
        await self._files.run(self._clear)

    async def _make(self, recording: Recording, work: Callable[[BinaryIO, GoOn], T]) -> T:
        waiting = _Waiting()
        making = self._threads.run(lambda: self._work_on(recording, work, waiting.go_on))
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            waiting.over = True
            await asyncio.gather(making, return_exceptions=True)  # its turn lasts until the thread is free
            raise
        except (OSError, ValueError) as error:
            raise CardError(f"{recording.name} cannot be shown: {error}") from error

    def _work_on(self, recording: Recording, work: Callable[[BinaryIO, GoOn], T], go_on: GoOn) -> T:
        assert self._card.disk is not None
        with os.fdopen(self._card.disk.open(recording.folder, recording.name), "rb") as source:
            return work(source, go_on)

    @contextlib.asynccontextmanager
    async def _my_turn(self, turn: asyncio.Lock) -> AsyncIterator[None]:
        if self._waiting >= WAITING:
            raise CardError("too many recordings are asked for at once")
        self._waiting += 1
        try:
            async with turn:
                yield
        finally:
            self._waiting -= 1

    def _clear(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _clear_out(self) -> None:
        while len(self._films) > 1 and sum(self._films.values()) > MOST_BYTES:
            oldest, _ = self._films.popitem(last=False)
            await self._files.run(partial(self._path(oldest).unlink, missing_ok=True))

    def _path(self, recording: Recording) -> Path:
        return self._folder / f"{recording.folder}-{recording.modified_ns}-{recording.name}.mp4"


class _Waiting:
    """Whether somebody waits for what a thread makes."""

    over = False

    def go_on(self) -> None:
        if self.over:
            raise InterruptedError("nobody waits for it any more")


def _film(source: BinaryIO, path: Path, go_on: GoOn) -> None:
    from ipcamd.storage.remux import mp4

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        mp4(source, path, go_on)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _parts(source: BinaryIO) -> Parts | None:
    from ipcamd.storage.transcode import parts_of

    return parts_of(source)


def _part(source: BinaryIO, number: int, go_on: GoOn) -> bytes:
    from ipcamd.storage.transcode import part

    return part(source, number, go_on)


def _picture(source: BinaryIO, length: float) -> bytes:
    from ipcamd.storage.remux import small_picture

    return small_picture(source, length)


def _stand_back() -> None:
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
