"""Recordings on a card, to be replayed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.storage.conftest import Slot
from tests.wire.avi.avi_files import NOON, SECOND, Shown, avi_file, pictures

from ipcamd.media import codecs
from ipcamd.storage.recording import name_of


def lay(
    slot: Slot,
    second: int,
    codec: codecs.Codec = codecs.H264,
    closed: bool = True,
    shown: Sequence[Shown] = (),
    sound: bool = True,
) -> Path:
    """Lay a recording on the card that begins so many seconds after noon: two seconds, a key frame each second."""
    moved = [replace(p, captured_ns=p.captured_ns + second * SECOND) for p in shown or pictures(codec, 60)]
    path = slot.root / "record" / name_of("ipcamd", datetime.fromtimestamp(NOON / SECOND + second, UTC))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(avi_file(moved, codec, sound=sound, closed=closed))
    return path
