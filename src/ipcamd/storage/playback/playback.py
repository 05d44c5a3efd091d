"""Playback of recordings in browsers: converts videos, segments and thumbnails in turn, and caches the newest ones."""

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
from ipcamd.storage.recording import Recording, Segments
from ipcamd.store.lru_dict import LruDict
from ipcamd.workers.pool import WorkerPool
from ipcamd.workers.thread import lower_priority
from ipcamd.workers.threaded_file import ThreadedFile

T = TypeVar("T")
CheckWanted = Callable[[], None]
"""Raises ``InterruptedError`` when the request was cancelled."""

MAX_CACHE_BYTES = 512 << 20
"""Maximum size of the cached videos, without the newest one."""
MAX_THUMBNAILS = 500
"""Maximum number of cached thumbnails, about 10 KB each."""
MAX_WAITING = 100
"""Maximum number of waiting requests."""


class Playback:
    """Playback for the event loop; worker threads convert, thumbnails separately from videos.

    Cancelling a request ends its work.
    """

    def __init__(self, card: Card, folder: Path) -> None:
        """`folder` contains only the cache; `start` empties it."""
        self._card = card
        self._folder = folder
        self._videos: OrderedDict[tuple[Recording, bool], int] = OrderedDict()
        """Cached videos with their sizes in bytes, the most recently used last."""
        self._thumbnails = LruDict[tuple[Recording, float], bytes](MAX_THUMBNAILS)
        self._video_turn = asyncio.Lock()
        self._thumbnail_turn = asyncio.Lock()
        self._segments_turn = asyncio.Lock()
        self._waiting = 0
        self._threads = WorkerPool("playback", 3, prepare=lower_priority)
        self._files = WorkerPool("playback-files", 2)
        """Threads for the folder: a finished video does not wait for a conversion."""

    async def start(self) -> None:
        """Empty the cache; failures are ignored."""
        await self._files.run(self._clear)

    async def segments_of(self, recording: Recording, keys_only: bool = False) -> Segments:
        """Return how a page plays the recording: whole or in segments. Raises `CardError`."""
        async with self._turn(self._segments_turn):
            return await self._make(recording, lambda source, _: _segments(source, keys_only))

    async def segment(self, recording: Recording, number: int, keys_only: bool = False) -> bytes:
        """Return one segment of a recording as fragmented MP4. Raises `CardError`."""
        async with self._turn(self._video_turn):
            return await self._make(
                recording, lambda source, check_wanted: _encode_segment(source, number, check_wanted, keys_only)
            )

    async def video(self, recording: Recording, keys_only: bool = False) -> tuple[ThreadedFile, int]:
        """Return the recording, or only its key frames, as an MP4 file open for reading, and its size in bytes.

        Raises `CardError`.
        """
        key, path = (recording, keys_only), self._path(recording, keys_only)
        async with self._turn(self._video_turn):
            if key not in self._videos:
                await self._make(
                    recording, lambda source, check_wanted: _write_mp4(source, path, check_wanted, keys_only)
                )
                self._videos[key] = (await self._files.run(path.stat)).st_size
            self._videos.move_to_end(key)
            fd = await self._files.run(partial(os.open, path, os.O_RDONLY | os.O_CLOEXEC))
            await self._limit_cache()
        return ThreadedFile(fd, self._files), self._videos[key]

    async def thumbnail(self, recording: Recording, at_s: float | None = None) -> bytes:
        """Return a thumbnail of the recording as JPEG: the last key frame before `at_s`. Raises `CardError`."""
        from ipcamd.storage.playback.thumbnail import make_thumbnail, thumbnail_position  # not at the camera's start

        at_s = thumbnail_position(_length_s(recording), at_s)
        key = recording, at_s
        if found := self._thumbnails.get(key):
            return found
        async with self._turn(self._thumbnail_turn):
            made = await self._make(recording, lambda source, _: make_thumbnail(source, at_s))
        self._thumbnails.put(key, made)
        return made

    async def close(self) -> None:
        """Delete the cache."""
        await self._files.run(self._clear)

    async def _make(self, recording: Recording, work: Callable[[BinaryIO, CheckWanted], T]) -> T:
        cancelled = threading.Event()

        def check_wanted() -> None:
            if cancelled.is_set():
                raise InterruptedError("the request was cancelled")

        making = self._threads.run(lambda: self._work_on(recording, work, check_wanted))
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            cancelled.set()
            await asyncio.gather(making, return_exceptions=True)  # its turn lasts until the thread ends
            raise
        except (OSError, ValueError) as error:
            raise CardError(f"{recording.name} cannot be shown: {error}") from error

    def _work_on(
        self, recording: Recording, work: Callable[[BinaryIO, CheckWanted], T], check_wanted: CheckWanted
    ) -> T:
        assert self._card.disk is not None
        with os.fdopen(self._card.disk.open(recording.folder, recording.name), "rb") as source:
            return work(source, check_wanted)

    @contextlib.asynccontextmanager
    async def _turn(self, turn: asyncio.Lock) -> AsyncIterator[None]:
        if self._waiting >= MAX_WAITING:
            raise CardError("too many recordings are requested at once; try again later")
        self._waiting += 1
        try:
            async with turn:
                yield
        finally:
            self._waiting -= 1

    def _clear(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _limit_cache(self) -> None:
        while len(self._videos) > 1 and sum(self._videos.values()) > MAX_CACHE_BYTES:
            oldest, _ = self._videos.popitem(last=False)
            await self._files.run(partial(self._path(*oldest).unlink, missing_ok=True))

    def _path(self, recording: Recording, keys_only: bool) -> Path:
        kind = "keys" if keys_only else "whole"
        return self._folder / f"{recording.folder}-{recording.modified_ns}-{recording.name}-{kind}.mp4"


def _length_s(recording: Recording) -> float:
    return (recording.ended_ns - recording.started_ns) / 1e9


def _write_mp4(source: BinaryIO, path: Path, check_wanted: CheckWanted, keys_only: bool) -> None:
    from ipcamd.storage.playback.remux import remux_to_mp4

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        remux_to_mp4(source, path, check_wanted, keys_only)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _segments(source: BinaryIO, keys_only: bool) -> Segments:
    from ipcamd.storage.playback.transcode import segments_of

    return segments_of(source, keys_only)


def _encode_segment(source: BinaryIO, number: int, check_wanted: CheckWanted, keys_only: bool) -> bytes:
    from ipcamd.storage.playback.transcode import encode_segment

    return encode_segment(source, number, check_wanted, keys_only)
