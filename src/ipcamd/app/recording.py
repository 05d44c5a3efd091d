"""Recording parts: clips of events, continuous recordings, the SD card."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ipcamd.app.core import Core
from ipcamd.app.media import MediaParts
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.app.virtual import connect_card
from ipcamd.dataclass import dataclass
from ipcamd.errors import CardError
from ipcamd.events.schedule import Schedule
from ipcamd.options.values import Options
from ipcamd.params.device.privacy import PRIVACY
from ipcamd.params.event.recording import RECORDING
from ipcamd.params.event.server import STORAGE
from ipcamd.recording.clip_file import ClipFile, ClipSink
from ipcamd.recording.clip_recorder import ClipRecorder
from ipcamd.recording.continuous_recorder import ContinuousRecorder
from ipcamd.recording.pending_clips import PendingClips
from ipcamd.storage.card import Card
from ipcamd.storage.export.exports import Exports
from ipcamd.storage.index import RecordingIndex
from ipcamd.storage.playback.playback import Playback
from ipcamd.storage.replay.catalog import ReplayCatalog

_MEGABYTE = 1 << 20

TRIGGERS = ("TriggerMotion", "TriggerDI1", "TriggerDI2", "ScheduleTimeMode")
TARGETS = ("EnableFtp", "EnableEmail", "EnableSamba", "EnableSDCard")
"""Flags of a schedule: its start, and its request for clips."""


@dataclass(frozen=True, slots=True)
class RecordingParts:
    """Parts that record and play."""

    card: Card
    clips: ClipRecorder
    recorder: ContinuousRecorder
    playback: Playback
    exports: Exports
    replay_catalog: ReplayCatalog

    def follow(self, core: Core, in_force: Sequence[Schedule]) -> None:
        """Start and stop recording for the present and the next schedules."""
        self.clips.suspended = core.settings[PRIVACY.name].flag("Enabled")
        if self.clips.suspended:
            in_force = ()
        local = core.clock.local()
        self.clips.arm(any(any(map(s.has, TRIGGERS)) and any(map(s.has, TARGETS)) for s in in_force))
        always = core.settings[RECORDING.name].flag("Continuous") and not self.clips.suspended
        self.recorder.enable(
            always
            or any(s.has("ScheduleTimeMode") and s.has("EnableSDCard") and s.is_in_force(local) for s in in_force)
        )

    def readers(self) -> dict[tuple[str, str], Callable[[], str]]:
        """Return the readers of the parameters about the card (see ``Settings.add_readers``)."""
        card = self.card
        return {
            ("Hardware", "SDCard"): lambda: "1" if card.slot else "0",
            (STORAGE.name, "Mount"): lambda: "yes" if card.mounted else "no",
            (STORAGE.name, "TotalSpace"): lambda: str(card.space().total_bytes // _MEGABYTE),
            (STORAGE.name, "FreeSpace"): lambda: str(card.space().free_bytes // _MEGABYTE),
        }


async def build_recording(stack: ShutdownStack, core: Core, media: MediaParts) -> RecordingParts:
    """Build the recording parts; the card is scanned in the background."""
    model, clock = core.identity.model_name, core.clock

    card = Card(
        _root(core.options),
        RecordingIndex(core.database),
        lambda: core.settings[STORAGE.name]["DiskFull"],
        clock.zone,
        core.note_failure,
    )
    stack.push(card.stop)
    recorder = ContinuousRecorder(media.pipeline, card, core.settings, model, clock.now_ns, clock.local)
    folder, pending_clips = core.options.state_dir / "clips", PendingClips(core.database)
    clips = ClipRecorder(media.pipeline, core.settings, folder, pending_clips, model, clock.now_ns, clock.local)
    if core.drivers.virtual:
        connect_card(core.drivers.virtual, card)
    await clips.start()
    await card.start()
    playback = Playback(card, core.options.state_dir / "playback")
    await playback.start()
    stack.push(playback.close)
    exports = Exports(card, clock.zone)
    stack.push(exports.close)
    return RecordingParts(card, clips, recorder, playback, exports, ReplayCatalog(card))


def _root(options: Options) -> Path | None:
    if options.sdcard == "none":
        return None
    return Path(options.sdcard) if options.sdcard else options.state_dir / "sdcard"


def card_sink(card: Card) -> ClipSink:
    """Return the sink of clips for the card."""

    async def keep(files: Sequence[ClipFile]) -> str:
        names: list[str] = []
        for file in files:
            try:
                names.append(await card.add_clip(file))
            except CardError as error:
                kept = f"; {len(names)} of {len(files)} files are kept" if names else ""
                raise CardError(f"{error}{kept}") from error
        return names[0]

    return keep
