"""Recording parts: clips of events, continuous recordings, the SD card."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ipcamd.app.core import Core
from ipcamd.app.media import MediaParts
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.app.virtual import connect_card
from ipcamd.errors import CardError
from ipcamd.events.schedule import Schedule
from ipcamd.options import Options
from ipcamd.params.event.server import STORAGE
from ipcamd.recording.clip_file import ClipFile, ClipSink
from ipcamd.recording.clip_recorder import ClipRecorder
from ipcamd.recording.continuous_recorder import ContinuousRecorder
from ipcamd.recording.pending_clips import PendingClips
from ipcamd.storage.card import Card
from ipcamd.storage.index import RecordingIndex
from ipcamd.storage.playback import Playback
from ipcamd.store.eventlog import EventLogEntry

MEGABYTE = 1 << 20

TRIGGERS = ("TriggerMotion", "TriggerDI1", "TriggerDI2", "ScheduleTimeMode")
TARGETS = ("EnableFtp", "EnableEmail", "EnableSamba", "EnableSDCard")
"""Flags of a schedule: what starts it, and what asks for clips."""


@dataclass(frozen=True, slots=True)
class RecordingParts:
    """The parts that keep it."""

    card: Card
    clips: ClipRecorder
    recorder: ContinuousRecorder
    playback: Playback

    def follow(self, on: Core, in_force: Sequence[Schedule]) -> None:
        """Do what the schedules want that are in force or will be soon."""
        local = on.clock.local()
        self.clips.arm(any(any(map(s.has, TRIGGERS)) and any(map(s.has, TARGETS)) for s in in_force))
        self.recorder.enable(
            any(s.has("ScheduleTimeMode") and s.has("EnableSDCard") and s.is_in_force(local) for s in in_force)
        )

    def readers(self) -> dict[tuple[str, str], Callable[[], str]]:
        """Return the readers of the parameters that say what card there is (see ``Settings.add_readers``)."""
        card = self.card
        return {
            ("Hardware", "SDCard"): lambda: "1" if card.slot else "0",
            (STORAGE.name, "Mount"): lambda: "yes" if card.mounted else "no",
            (STORAGE.name, "TotalSpace"): lambda: str(card.space().total_bytes // MEGABYTE),
            (STORAGE.name, "FreeSpace"): lambda: str(card.space().free_bytes // MEGABYTE),
        }


async def build_recording(stack: ShutdownStack, on: Core, senses: MediaParts) -> RecordingParts:
    """Build them; the card is looked through in the background."""
    model, clock = on.identity.model_name, on.clock

    def note(what: str, why: str) -> None:
        on.event_log.note(EventLogEntry(clock.now_ns(), what, failed=why))

    card = Card(
        _root(on.options), RecordingIndex(on.database), lambda: on.settings[STORAGE.name]["DiskFull"], clock.zone, note
    )
    stack.push(card.stop)
    recorder = ContinuousRecorder(senses.pipeline, card, on.settings, model, clock.now_ns, clock.local)
    shelf, orders = on.options.state_dir / "clips", PendingClips(on.database)
    clips = ClipRecorder(senses.pipeline, on.settings, shelf, orders, model, clock.now_ns, clock.local)
    if on.drivers.virtual:
        connect_card(on.drivers.virtual, card)
    await clips.start()
    await card.start()
    playback = Playback(card, on.options.state_dir / "playback")
    await playback.start()
    stack.push(playback.close)
    return RecordingParts(card, clips, recorder, playback)


def _root(options: Options) -> Path | None:
    if options.sdcard == "none":
        return None
    return Path(options.sdcard) if options.sdcard else options.state_dir / "sdcard"


def card_sink(card: Card) -> ClipSink:
    """Return the engine's way to the card."""

    async def keep(materials: Sequence[ClipFile]) -> str:
        names: list[str] = []
        for material in materials:
            try:
                names.append(await card.keep(material))
            except CardError as error:
                kept = f"; {len(names)} of {len(materials)} files are kept" if names else ""
                raise CardError(f"{error}{kept}") from error
        return names[0]

    return keep
