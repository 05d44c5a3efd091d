"""Raw decoder: decodes the raw frames that a camera of this computer sends."""

import av
import numpy as np
from av.video.reformatter import ColorRange

from ipcamd.errors import SourceError
from ipcamd.media.source.capture_device.device import PixelLayout
from ipcamd.media.source.capture_device.mode_choice import RAW


def decode_raw(layout: PixelLayout, data: bytes) -> av.VideoFrame | None:
    """Copy the rows, which may be padded, into a picture; return None if some are missing. Raises `SourceError` if the
    format is unknown."""
    if layout.format not in RAW:
        raise SourceError(f"sends pictures of an unknown format ({layout.format!r})")
    raw, (width, height) = RAW[layout.format], layout.size
    picture = av.VideoFrame(width, height, raw.name)
    picture.color_range = ColorRange.JPEG if layout.full_range else ColorRange.MPEG
    sent = np.frombuffer(data, np.uint8)
    for plane, share in zip(picture.planes, raw.rows, strict=True):
        used = int(width * raw.bytes * share)
        stride = max(used, int(layout.stride * share))
        if sent.size < stride * (plane.height - 1) + used:
            return None
        rows = sent[: stride * plane.height]
        rows = np.pad(rows, (0, stride * plane.height - rows.size)).reshape(plane.height, stride)
        np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, :used] = rows[:, :used]
        sent = sent[stride * plane.height :]
    return picture
