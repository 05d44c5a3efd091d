"""History of the recording: start and end of the recording and of each track, as notifications."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ipcamd.dataclass import dataclass
from ipcamd.onvif.events.notification import Notification
from ipcamd.onvif.events.topics import RECORDING_STATE, TRACK_STATE
from ipcamd.onvif.media import tokens
from ipcamd.onvif.soap.values import text_of
from ipcamd.storage.replay.catalog import CONTIGUOUS_NS, TRACKS, Section


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One change of state."""

    notification: Notification
    track: str
    """Token of the track; for the recording itself, the first track."""
    is_start_state: bool = False
    """It is the state at the start of a search, not a change."""


def read_history(sections: Sequence[Section]) -> list[HistoryEvent]:
    """Return all changes, oldest first."""
    first = sections[0].format.codec.name if sections else ""
    events = [HistoryEvent(_recording(time_ns, is_on), first) for time_ns, is_on in _changes(sections)]
    for codec in TRACKS:
        own = [section for section in sections if codec in section.codecs]
        events += [HistoryEvent(_track(codec.name, *change), codec.name) for change in _changes(own)]
    return sorted(events, key=lambda event: event.notification.time_ns)


def states_at(events: Iterable[HistoryEvent], time_ns: int) -> list[HistoryEvent]:
    """Return the state of the recording and of each track at a time."""
    states: dict[object, HistoryEvent] = {}
    for event in events:
        notification = event.notification
        if notification.time_ns <= time_ns or notification.key not in states:
            is_on = notification.data[0] if notification.time_ns <= time_ns else "false"
            state = replace(notification.initialized(time_ns), data=(is_on,))
            states[notification.key] = HistoryEvent(state, event.track, is_start_state=True)
    return list(states.values())


def _changes(sections: Iterable[Section]) -> list[tuple[int, bool]]:
    """Return the start and end times of the sections; contiguous sections are merged."""
    changes: list[tuple[int, bool]] = []
    is_written = False
    for section in sections:
        if changes and section.start_ns - changes[-1][0] < CONTIGUOUS_NS:
            changes.pop()
        else:
            changes.append((section.start_ns, True))
        changes.append((section.end_ns, False))
        is_written = section.recording.writing
    if is_written:
        changes.pop()
    return changes


def _recording(time_ns: int, is_on: bool) -> Notification:
    return Notification(RECORDING_STATE, time_ns, (tokens.RECORDING,), (text_of(is_on),))


def _track(token: str, time_ns: int, is_on: bool) -> Notification:
    return Notification(TRACK_STATE, time_ns, (tokens.RECORDING, token), (text_of(is_on),))
