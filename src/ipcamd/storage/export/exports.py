"""Exports: bounded in number; each is written by a thread of low priority as fast as the browser reads it."""

import asyncio
import os
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from datetime import tzinfo
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from ipcamd.dataclass import dataclass
from ipcamd.errors import CardBusy, CardError
from ipcamd.storage.card import Card
from ipcamd.storage.recording import Recording
from ipcamd.workers.pool import WorkerPool
from ipcamd.workers.thread import lower_priority

if TYPE_CHECKING:
    from ipcamd.storage.export.bounded_pipe import BoundedPipe
    from ipcamd.storage.export.plan import ExportPlan

MAX_EXPORTS = 2
"""Maximum number of concurrent exports."""
REMEMBERED = 16
"""Number of exports whose outcome is remembered."""


class ExportState(StrEnum):
    """State of an export."""

    RUNNING = "running"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"
    """The browser disconnected, or the user stopped the export."""


@dataclass(slots=True)
class Export:
    """One export, running or finished."""

    name: str
    """Name given by the page that requests the export."""
    plan: "ExportPlan"
    pipe: "BoundedPipe"
    state: ExportState = ExportState.RUNNING
    done_s: float = 0
    """Seconds of video written so far."""
    sent_bytes: int = 0
    problem: str = ""
    """Reason for the failure; empty if there was none."""


class Exports:
    """Running and finished exports. For the event loop."""

    def __init__(self, card: Card, zone: Callable[[], tzinfo]) -> None:
        """`zone` returns the camera's time zone."""
        self._card = card
        self._zone = zone
        self._threads = WorkerPool("export", MAX_EXPORTS + 1, prepare=lower_priority)
        self._exports: OrderedDict[str, Export] = OrderedDict()

    def __iter__(self) -> Iterator[Export]:
        return iter(self._exports.values())

    @property
    def is_busy(self) -> bool:
        """Whether the maximum number of exports is running."""
        return sum(export.state is ExportState.RUNNING for export in self) >= MAX_EXPORTS

    async def plan(self, since_ns: int, until_ns: int, folder: str | None = None) -> "ExportPlan":
        """Return the plan for a time range, in nanoseconds since the epoch, of the recordings in `folder`, or in all
        folders.

        Raises `CardError` if there is nothing to export.
        """
        from ipcamd.storage.export.plan import make_plan  # not at the camera's start

        if self._card.disk is None:
            raise CardError("there is no SD card")
        wanted = [r for r in self._card.index if folder in (None, r.folder)]
        return await self._threads.run(partial(make_plan, self._card.disk, wanted, since_ns, until_ns))

    async def write(self, name: str, plan: "ExportPlan") -> AsyncGenerator[bytes, None]:
        """Yield the MP4 file of a plan; closing the generator cancels the export.

        Raises `CardError`, and `CardBusy` if too many exports are running.
        """
        from ipcamd.storage.export.bounded_pipe import BoundedPipe  # not at the camera's start

        if self.is_busy:
            raise CardBusy(f"{MAX_EXPORTS} exports are already running; wait until one of them has finished")
        export = self._remember(Export(name, plan, BoundedPipe()))
        try:
            async with aclosing(self._run(export)) as pieces:
                async for data in pieces:
                    yield data
            export.state = ExportState.COMPLETE
        except CardError as error:
            if export.state is ExportState.RUNNING:
                export.state, export.problem = ExportState.FAILED, str(error)
            raise
        finally:
            if export.state is ExportState.RUNNING:
                export.state = ExportState.CANCELLED

    def cancel(self, name: str) -> bool:
        """Cancel a running export; return whether there is one of that name."""
        export = self._exports.get(name)
        if export is None or export.state is not ExportState.RUNNING:
            return False
        export.state = ExportState.CANCELLED
        export.pipe.close()
        return True

    def close(self) -> None:
        """Cancel all running exports."""
        for name in self._exports:
            self.cancel(name)

    async def _run(self, export: Export) -> AsyncGenerator[bytes, None]:
        pipe, zone = export.pipe, self._zone()
        writing = self._threads.run(lambda: _write(export, self._open, zone))
        writing.add_done_callback(lambda _: pipe.finish())
        try:
            while data := await pipe.read():
                yield data
                export.sent_bytes += len(data)
            await asyncio.shield(writing)
        except (OSError, ValueError) as error:
            raise CardError(f"the export failed: {error}") from error
        finally:
            pipe.close()
            await asyncio.gather(writing, return_exceptions=True)  # it occupies its place until the thread ends

    def _open(self, recording: Recording) -> BinaryIO:
        """Open a recording. For threads."""
        assert self._card.disk is not None
        try:
            return os.fdopen(self._card.disk.open(recording.folder, recording.name), "rb")
        except FileNotFoundError as error:
            raise ValueError(f"{recording.name} has been deleted") from error

    def _remember(self, export: Export) -> Export:
        self._exports.pop(export.name, None)
        self._exports[export.name] = export
        over = [name for name, each in self._exports.items() if each.state is not ExportState.RUNNING]
        for name in over[: max(0, len(self._exports) - REMEMBERED)]:
            del self._exports[name]
        return export


def _write(export: Export, open_recording: Callable[[Recording], BinaryIO], zone: tzinfo) -> None:
    from ipcamd.storage.export.mp4_writer import write_mp4  # imported here: it loads PyAV

    def note_progress(done_s: float) -> None:
        export.done_s = done_s

    write_mp4(export.plan, open_recording, export.pipe, zone, note_progress)
