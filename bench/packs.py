"""Frame packs: files with the pictures that every server under test serves.

A pack is a u32 count, then for each picture a u32 length and its bytes, little endian. Each JPEG has a comment right
after its start: ``CAMSTAMP``, a u64 number and a u64 time in ns, both zero; the sender of the picture fills them in.
"""

import itertools
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import numpy as np
import simplejpeg
from av.video.reformatter import VideoReformatter

VIDEO = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
"""Video of walking people, from Debian's opencv-doc."""

STAMP = b"\xff\xfe" + struct.pack(">H", 2 + 8 + 16) + b"CAMSTAMP" + bytes(16)


def write(path: Path, jpegs: Iterable[bytes]) -> None:
    """Write a pack of these pictures, with the comment."""
    items = [jpeg[:2] + STAMP + jpeg[2:] for jpeg in jpegs]
    path.write_bytes(struct.pack("<I", len(items)) + b"".join(struct.pack("<I", len(i)) + i for i in items))


def jpegs(count: int = 90, quality: int = 90) -> Iterator[bytes]:
    """Yield JPEGs of the video, scaled to 1280x720."""
    return (encode(frame, quality) for frame in frames(count))


def frames(count: int) -> Iterator[av.VideoFrame]:
    """Yield pictures of the video, scaled to 1280x720."""
    scale = VideoReformatter()
    with av.open(str(VIDEO)) as box:
        for frame in itertools.islice(box.decode(video=0), count):
            yield scale.reformat(frame, 1280, 720, "yuvj420p")


def encode(frame: av.VideoFrame, quality: int) -> bytes:
    planes = [np.frombuffer(p, np.uint8).reshape(p.height, p.line_size)[:, : p.width] for p in frame.planes]
    return bytes(simplejpeg.encode_jpeg_yuv_planes(*map(np.ascontiguousarray, planes), quality=quality))
