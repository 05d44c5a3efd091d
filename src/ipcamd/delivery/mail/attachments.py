"""Attachments of a mail (SDK 10.17, `AttachSize`): the files that fit, or a picture of a clip that is too large."""

import io
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ipcamd.delivery.mail.message import Attachment
from ipcamd.delivery.queue.spool_item import SpoolItem, describe_items

if TYPE_CHECKING:
    from PIL.Image import Image


class AttachmentChoice(NamedTuple):
    """Attachments of one mail, and the files that are missing."""

    attached: Sequence[Attachment]
    missing: str = ""
    """Text about the files that are not attached; empty if all are."""
    note: str = ""
    """The same as a sentence for the mail."""


def choose_attachments(items: Sequence[SpoolItem], limit_bytes: int) -> Iterator[AttachmentChoice]:
    """Yield the choices from the largest to the smallest, because a server may refuse a mail by its size.

    They are: all files that fit, the first file, a picture of it if it is a clip, and none. `limit_bytes` is the
    maximum size of all attachments.
    """
    fitting = _count_fitting(items, limit_bytes)
    for count in dict.fromkeys([fitting, min(fitting, 1)] if fitting else []):
        missing = _describe_missing(items[count:])
        files = [Attachment(item.name, item.content_type, item.path) for item in items[:count]]
        yield AttachmentChoice(files, missing, missing and f"{missing}.")
    first, missing = items[0], _describe_missing(items)
    if first.content_type.startswith("video/") and (picture := _take_picture(first.path)):
        attachment = Attachment(f"{first.name.rpartition('.')[0] or first.name}.jpg", "image/jpeg", picture)
        yield AttachmentChoice([attachment], missing, f"{missing}; a picture of it is.")
    yield AttachmentChoice([], missing, f"{missing}.")


def _count_fitting(items: Sequence[SpoolItem], limit_bytes: int) -> int:
    sizes = accumulate(item.size for item in items)
    return sum(size <= limit_bytes for size in sizes)


def _describe_missing(items: Sequence[SpoolItem]) -> str:
    if not items:
        return ""
    size = f"{sum(item.size for item in items) / 1e6:.1f} MB"
    if len(items) > 1:
        return f"{describe_items(items)} ({size}) are too large for a mail and are not attached"
    return f"{items[0].name} ({size}) is too large for a mail and is not attached"


def _take_picture(clip: Path) -> bytes | None:
    """Return the clip's middle key frame as JPEG; None if it has none that can be decoded. Blocks."""
    import av  # not imported at the start of the camera, because it takes too long

    try:
        with av.open(str(clip)) as container:
            if container.duration:
                container.seek(container.duration // 2)
            picture: Image = next(container.decode(video=0)).to_image()  # type: ignore[no-untyped-call]
    except (av.FFmpegError, OSError, StopIteration, IndexError):
        return None
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80)
    return file.getvalue()
