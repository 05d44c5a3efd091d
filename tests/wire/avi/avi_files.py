"""Really encoded pictures, AVI files made of them, and ffprobe's description of a file."""

import json
import subprocess
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import av
import numpy as np
from tests.media.scripted_source import sloped

from ipcamd.media import codecs
from ipcamd.media.encode.encode_session import EncodeSession
from ipcamd.media.encode.encoder_choice import EncoderChoice
from ipcamd.media.image.scale import ProcessedFrame
from ipcamd.media.stream.stream_settings import StreamSettings
from ipcamd.wire.avi.layout import AviFormat
from ipcamd.wire.avi.writer import AviWriter

SECOND = 1_000_000_000
NOON = 1_750_000_000 * SECOND
CODECS = {"H264": "h264", "FMP4": "mpeg4", "MJPG": "mjpeg"}
"""FourCC to ffprobe's name."""
SIZE = (160, 120)


@dataclass(frozen=True)
class EncodedPicture:
    """An encoded picture."""

    payload: bytes
    key: bool
    captured_ns: int


@cache
def pictures(codec: codecs.Codec, count: int = 60, rate: int = 30) -> tuple[EncodedPicture, ...]:
    """Encode so many pictures, each different, from NOON on; a key frame each second."""
    session, asked = EncodeSession(StreamSettings(codec, SIZE, rate, 2), EncoderChoice().make), threading.Event()
    shown = []
    for number in range(count):
        captured_ns = NOON + number * SECOND // rate
        (done,) = session.encode(ProcessedFrame(sloped(SIZE, 4 * number), captured_ns), asked)
        shown.append(EncodedPicture(done.payload, done.key, done.captured_ns))
    return tuple(shown)


def tone(seconds: float) -> bytes:
    """So much u-law that is not silent."""
    return bytes(range(256)) * int(seconds * 8000 // 256 + 1)


def avi_file(
    shown: Iterable[EncodedPicture],
    codec: codecs.Codec,
    *,
    rate: int = 30,
    sound: bool = False,
    origin: int | None = None,
    closed: bool = True,
) -> bytes:
    """Return these pictures as an AVI file."""
    shown = tuple(shown)
    begin = shown[0].captured_ns if origin is None else origin
    writer = AviWriter(AviFormat(codec.fourcc, SIZE, rate, sound), datetime.fromtimestamp(begin / SECOND, UTC), begin)
    data = bytearray(writer.head())
    for picture in shown:
        if sound:
            data += b"".join(writer.sound(tone(1)[: 8000 // 30 + 1], picture.captured_ns))
        data += b"".join(writer.picture(picture.payload, picture.key, picture.captured_ns))
    if closed:
        data += writer.index()
    head = writer.head(closed=closed)
    return head + bytes(data[len(head) :])


def probe(path: Path) -> dict[str, dict[str, object]]:
    """Return ffprobe's result: ``format``, ``video`` and, if there is any, ``audio``."""
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", "-count_frames", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert not done.stderr, done.stderr
    found = json.loads(done.stdout)
    return {"format": found["format"], **{stream["codec_type"]: stream for stream in found["streams"]}}


def playable(path: Path) -> str:
    """Return ffmpeg's complaints when it decodes all of a file."""
    # in the file's own units of time: ffmpeg takes files that begin at double speed for half as fast now and then
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-enc_time_base", "-1", "-f", "null", "-"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.stderr + ("" if done.returncode == 0 else f"exit code {done.returncode}")


def played(path: Path) -> int:
    """Return how many pictures a player decodes from a file, regardless of its warnings."""
    command = [
        "ffprobe",
        "-v",
        "quiet",
        "-count_frames",
        "-select_streams",
        "v",
        "-show_entries",
        "stream=nb_read_frames",
    ]
    done = subprocess.run([*command, "-of", "csv=p=0", str(path)], check=False, capture_output=True, text=True)
    return int(done.stdout.strip().strip(",") or 0)


def seen(path: Path) -> list[np.ndarray]:
    """Return the grey pictures of a file."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


def times(path: Path) -> list[float]:
    """Return when each picture of a file is shown, in seconds."""
    with av.open(str(path)) as container:
        return [float(frame.dts * frame.time_base) for frame in container.decode(video=0)]  # type: ignore[operator]
