"""Event engine: selects the schedules that an event starts, requests clips, and passes them to the targets (SDK 11)."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path

from ipcamd.errors import IpcamdError
from ipcamd.event_bus import Event, EventKind
from ipcamd.events.output_pulse import OutputPulse
from ipcamd.events.schedule import Schedule
from ipcamd.recording.clip_file import ClipFile, ClipSink
from ipcamd.recording.clip_recorder import ClipRecorder
from ipcamd.store.event_log_table import EventLog, EventLogEntry
from ipcamd.workers.tasks import start_task

CARD = "EnableSDCard"
"""Flag of the action that records clips on the card; times of a schedule are recorded continuously instead."""

OUTPUT = "EnableDigitalOutput"
"""Flag of the action without a delivery."""

TARGETS = {"EnableFtp": "FTP", "EnableEmail": "mail", "EnableSamba": "Samba", CARD: "the SD card"}
"""Flags of the actions that deliver clips, and the names of their targets for people."""

_RECORDED = "recorded during its time"

REMEMBERED_CLIPS = 100
"""Deliveries in memory, so that no clip is delivered twice to a target."""

_log = logging.getLogger(__name__)

Taking = AbstractAsyncContextManager[Sequence[ClipFile]]
"""Context that yields the files of a clip. They stay pending until its end, so that after a kill the next start
delivers them."""


class EventEngine:
    """Executes the actions of the schedules that an event starts."""

    def __init__(
        self,
        schedules: Iterable[Schedule],
        recorder: ClipRecorder,
        sinks: Mapping[str, ClipSink],
        output: OutputPulse,
        log: EventLog,
        local: Callable[[int], datetime],
        card_problem: Callable[[], str] = lambda: "",
    ) -> None:
        """`sinks` by the flag of the schedule (``EnableFtp``); `local` converts nanoseconds to local time;
        `card_problem` returns why nothing can be recorded on the card, or ""."""
        self._schedules = schedules
        self._recorder = recorder
        self._sinks = sinks
        self._output = output
        self._log = log
        self._local = local
        self._card_problem = card_problem
        self._tasks: set[asyncio.Task[None]] = set()
        self._resuming: asyncio.Task[None] | None = None
        self._sent: deque[tuple[Path, int, str]] = deque(maxlen=REMEMBERED_CLIPS)
        """Recent deliveries: two events may share a clip, but a target gets it once."""

    def handle(self, event: Event) -> None:
        """Handle an event (see `EventBus`)."""
        if started := self.started_by(event):
            start_task(self._act(event, started), self._tasks)

    def started_by(self, event: Event) -> list[Schedule]:
        """Return the schedules that an event starts."""
        local = self._local(event.time_ns)
        return [s for s in self._schedules if s.is_started_by(event) and s.is_in_force(local)]

    def resume(self, ready: Callable[[], Awaitable[object]]) -> None:
        """Deliver the pending clips of the previous run as soon as the targets are `ready`."""
        if self._recorder.pending:
            self._resuming = start_task(self._resume(ready), self._tasks)

    async def close(self) -> None:
        """Wait for the running clips; the next start delivers pending ones."""
        if self._resuming:
            self._resuming.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _resume(self, ready: Callable[[], Awaitable[object]]) -> None:
        await ready()
        named = {schedule.name: schedule for schedule in self._schedules}
        for clip in self._recorder.pending:
            schedule = named.get(clip.schedule)
            flags = list(self._flags(clip.event, schedule)) if schedule else []
            await self._pass_on(self._recorder.recover_clip(clip), clip.event, clip.schedule, flags)

    async def _act(self, event: Event, started: Sequence[Schedule]) -> None:
        try:
            self._act_at_once(event, started)
            await asyncio.gather(*(self._capture(event, schedule) for schedule in started))
        except Exception:  # a failing event must not affect the next
            _log.exception("the event %s could not be handled", event.kind.value)

    def _flags(self, event: Event, schedule: Schedule) -> Iterable[str]:
        """Return the flags of the targets of a schedule's clips."""
        return (f for f in self._sinks if schedule.has(f) and not (f == CARD and event.kind is EventKind.SCHEDULE))

    def _act_at_once(self, event: Event, started: Sequence[Schedule]) -> None:
        """Execute and log the actions without a clip."""
        for schedule in started:
            if not any(map(schedule.has, (*TARGETS, OUTPUT))):
                self._note(event, schedule.name, done="nothing: the schedule has no action")
            if event.kind is EventKind.SCHEDULE and schedule.has(CARD):
                why = self._card_problem()
                failed = why and f"nothing is recorded: {why}"
                self._note(event, schedule.name, "" if failed else _RECORDED, failed)
            if schedule.has(OUTPUT):
                seconds = schedule.values.number("DigitalOutputTime")
                self._output.pulse(seconds)
                self._note(event, schedule.name, done=f"output high for {seconds} s")

    async def _capture(self, event: Event, schedule: Schedule) -> None:
        """Record the clip of a schedule, which others may share, and deliver it to each target once."""
        flags = list(self._flags(event, schedule))
        if flags:
            await self._pass_on(self._recorder.record_clip(event, schedule.name), event, schedule.name, flags)

    async def _pass_on(self, taking: Taking, event: Event, schedule: str, flags: Sequence[str]) -> None:
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
        """Whether the clip that starts with `first` was not delivered there before; it then counts as delivered."""
        sent = first.path, first.started_ns, flag
        if sent in self._sent:
            return False
        self._sent.append(sent)
        return True

    async def _keep(self, event: Event, schedule: str, captured: Sequence[ClipFile], flags: Sequence[str]) -> None:
        """Deliver a clip to its targets; one log entry lists successes and failures."""
        done, failed, clip = dict[str, list[str]](), [], ""
        for flag in flags:
            try:
                name = await self._sinks[flag](captured)
            except (IpcamdError, OSError) as error:
                failed.append(f"{TARGETS[flag]}: {error}")
            else:
                done.setdefault(_called(captured, name), []).append(TARGETS[flag])
                clip = clip or (flag == CARD and (name or captured[0].name)) or ""
        there = "; ".join(f"{called} for {', '.join(places)}" for called, places in done.items())
        lost = f"{_called(captured)} for {'; '.join(failed)}" if failed else ""
        self._note(event, schedule, there, lost, clip)

    def _note(self, event: Event, schedule: str, done: str = "", failed: str = "", clip: str = "") -> None:
        self._log.note(EventLogEntry(event.time_ns, event.label, schedule, done, failed, clip))


def _called(captured: Sequence[ClipFile], name: str | None = None) -> str:
    """Return the display name of a clip; `name` replaces the name of its first file."""
    name, more = name or captured[0].name, len(captured) - 1
    return f"{name} and {more} more" if more else name
