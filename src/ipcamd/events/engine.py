"""Event engine: selects the schedules that an event starts, requests clips, and passes them to the targets (SDK 11)."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from ipcamd.errors import IpcamdError
from ipcamd.event_bus import Event, EventKind
from ipcamd.events.output import Output
from ipcamd.events.schedule import Schedule
from ipcamd.recording.clip_file import ClipFile, ClipSink
from ipcamd.recording.pending_clips import PendingClip
from ipcamd.store.eventlog import EventLog, EventLogEntry

CARD = "EnableSDCard"
"""The flag of the action that a schedule's own time does otherwise: it is recorded from its start to its end."""

OUTPUT = "EnableDigitalOutput"
"""The flag of the action that takes nothing anywhere."""

PLACES = {"EnableFtp": "FTP", "EnableEmail": "mail", "EnableSamba": "Samba", CARD: "the SD card"}
"""The actions that take what was captured to a place, and what people call that."""

RECORDED = "recorded during its time"

SENT = 100
"""Captures that are remembered, so that none goes to the same place twice."""

_log = logging.getLogger(__name__)


Taking = AbstractAsyncContextManager[Sequence[ClipFile]]
"""Gives files. They are owed until its end: who is killed before gets them in the next life."""


class ClipSource(Protocol):
    """Recorder of clips (`ipcamd.recording.clip_recorder`)."""

    @property
    def owed(self) -> Sequence[PendingClip]:
        """Clips that the previous run still owes."""

    def take(self, event: Event, schedule: str) -> Taking:
        """Give what was captured around `event`; empty if an earlier event's capture, still going on, holds it."""

    def again(self, order: PendingClip) -> Taking:
        """Give what there is of that."""


class Engine:
    """Hears every event, and does what the schedules want."""

    def __init__(
        self,
        schedules: Iterable[Schedule],
        camera: ClipSource | None,
        sinks: Mapping[str, ClipSink],
        output: Output,
        log: EventLog,
        local: Callable[[int], datetime],
        hindrance: Callable[[], str] = lambda: "",
    ) -> None:
        """`sinks` by the schedule's flag that wants them (``EnableFtp``); `local` is the local time of a moment;
        `hindrance` says what keeps the card from being recorded on."""
        self._schedules = schedules
        self._camera = camera
        self._sinks = sinks
        self._output = output
        self._log = log
        self._local = local
        self._hindrance = hindrance
        self._tasks: set[asyncio.Task[None]] = set()
        self._resuming: asyncio.Task[None] | None = None
        self._sent: deque[tuple[Path, int, str]] = deque(maxlen=SENT)
        """What went where lately: two events may share a capture, but no place gets it twice."""

    def handle(self, event: Event) -> None:
        """Take an event (see `EventBus`)."""
        local = self._local(event.time_ns)
        started = [s for s in self._schedules if s.wants(event) and s.counts(local)]
        if not started:
            return
        self._begin(self._act(event, started))

    def resume(self, ready: Callable[[], Awaitable[object]]) -> None:
        """When the places are `ready`, take there what an earlier life captured and did not hand on."""
        if self._camera and self._camera.owed:
            self._resuming = self._begin(self._resume(self._camera, ready))

    async def close(self) -> None:
        """Let what is being captured be finished by who captures it, and end. What is owed waits for the next life."""
        if self._resuming:
            self._resuming.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _resume(self, camera: ClipSource, ready: Callable[[], Awaitable[object]]) -> None:
        await ready()
        named = {schedule.name: schedule for schedule in self._schedules}
        for order in camera.owed:
            schedule = named.get(order.schedule)
            flags = list(self._flags(order.event, schedule)) if schedule else []
            await self._hand_on(camera.again(order), order.event, order.schedule, flags)

    async def _act(self, event: Event, started: Sequence[Schedule]) -> None:
        try:
            self._begun(event, started)
            if self._camera:
                await asyncio.gather(*(self._capture(self._camera, event, schedule) for schedule in started))
        except Exception:  # one event's failure is not the next one's
            _log.exception("the event %s could not be handled", event.kind.value)

    def _flags(self, event: Event, schedule: Schedule) -> Iterable[str]:
        """Return where the schedule wants what is captured to go."""
        return (f for f in self._sinks if schedule.has(f) and not (f == CARD and event.kind is EventKind.SCHEDULE))

    def _begun(self, event: Event, started: Sequence[Schedule]) -> None:
        """Do, and note, what is done as soon as schedules start."""
        for schedule in started:
            if not any(map(schedule.has, (*PLACES, OUTPUT))):
                self._note(event, schedule.name, done="nothing: the schedule has no action")
            if event.kind is EventKind.SCHEDULE and schedule.has(CARD):
                why = self._hindrance()
                failed = why and f"nothing is recorded: {why}"
                self._note(event, schedule.name, "" if failed else RECORDED, failed)
            if schedule.has(OUTPUT):
                seconds = schedule.values.number("DigitalOutputTime")
                self._output.pulse(seconds)
                self._note(event, schedule.name, done=f"output high for {seconds} s")

    async def _capture(self, camera: ClipSource, event: Event, schedule: Schedule) -> None:
        """Have captured what a schedule wants, which others may share, and take it to each place once."""
        flags = list(self._flags(event, schedule))
        if flags:
            await self._hand_on(camera.take(event, schedule.name), event, schedule.name, flags)

    async def _hand_on(self, taking: Taking, event: Event, schedule: str, flags: Sequence[str]) -> None:
        try:
            async with taking as captured:
                new = [flag for flag in flags if captured and self._is_new(flag, captured[0])]
                if new:
                    await self._keep(event, schedule, captured, new)
                elif flags:
                    done = f"in {_called(captured)} too" if captured else "in the running clip"
                    self._note(event, schedule, done=done)
        except (IpcamdError, OSError) as error:
            self._note(event, schedule, failed=f"nothing was captured: {error}")

    def _is_new(self, flag: str, first: ClipFile) -> bool:
        """Whether the capture that begins with `first` does not go there yet; from now on it does."""
        sent = first.path, first.started_ns, flag
        if sent in self._sent:
            return False
        self._sent.append(sent)
        return True

    async def _keep(self, event: Event, schedule: str, captured: Sequence[ClipFile], flags: Sequence[str]) -> None:
        """Take a capture to its places; one entry says where it went and where not."""
        done, failed = dict[str, list[str]](), []
        for flag in flags:
            try:
                name = await self._sinks[flag](captured)
            except (IpcamdError, OSError) as error:
                failed.append(f"{PLACES[flag]}: {error}")
            else:
                done.setdefault(_called(captured, name), []).append(PLACES[flag])
        there = "; ".join(f"{called} for {', '.join(places)}" for called, places in done.items())
        lost = f"{_called(captured)} for {'; '.join(failed)}" if failed else ""
        self._note(event, schedule, there, lost)

    def _note(self, event: Event, schedule: str, done: str = "", failed: str = "") -> None:
        self._log.note(EventLogEntry(event.time_ns, event.label, schedule, done, failed))


def _called(captured: Sequence[ClipFile], name: str | None = None) -> str:
    """Return what to call a capture whose first file has this name; None: its own."""
    name, more = name or captured[0].name, len(captured) - 1
    return f"{name} and {more} more" if more else name
