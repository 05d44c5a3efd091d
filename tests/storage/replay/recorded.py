"""Recordings on a card, to be replayed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.storage.conftest import CardSlot
from tests.wire.avi.avi_files import NOON, SECOND, EncodedPicture, avi_file, pictures
from tests.wire.mp4.mp4_files import mp4_file

from ipcamd.media import codecs
from ipcamd.storage.recording_name import name_of


def lay(
    slot: CardSlot,
    second: int,
    codec: codecs.Codec = codecs.H264,
    closed: bool = True,
    shown: Sequence[EncodedPicture] = (),
    sound: bool = True,
    mp4: bool = False,
) -> Path:
    """Lay a recording on the card that begins so many seconds after noon: two seconds, a key frame each second."""
    moved = [replace(p, captured_ns=p.captured_ns + second * SECOND) for p in shown or pictures(codec, 60)]
    began = datetime.fromtimestamp(NOON / SECOND + second, UTC)
    path = slot.root / "record" / name_of("ipcamd", began, "mp4" if mp4 else "avi")
    path.parent.mkdir(parents=True, exist_ok=True)
    if mp4:
        path.write_bytes(mp4_file(moved, codec, codecs.AAC if sound else None, closed))
    else:
        path.write_bytes(avi_file(moved, codec, sound=sound, closed=closed))
    return path
