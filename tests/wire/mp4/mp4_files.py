"""MP4 files made of really encoded pictures, and sound that is silent but for its codec."""

from collections.abc import Sequence

from tests.wire.avi.avi_files import SECOND, SIZE, EncodedPicture

from ipcamd.media.codecs import AAC, OPUS, Codec
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.mp4.muxer import find_format
from ipcamd.wire.mp4.file_writer import Mp4FileWriter

SILENCE = {AAC: bytes.fromhex("01182007"), OPUS: bytes.fromhex("99fffefffe")}
"""A silent frame of each codec, of 64 and 40 ms."""


def mp4_file(shown: Sequence[EncodedPicture], codec: Codec, sound: Codec | None = AAC, closed: bool = True) -> bytes:
    """Return these pictures as an MP4 file, with sound all along."""
    first = shown[0]
    found = find_format(EncodedFrame(codec, first.payload, True, first.captured_ns, 0, SIZE, 30), sound)
    assert found
    writer, heard_ns = Mp4FileWriter(found, 30, first.captured_ns), first.captured_ns
    data = bytearray(writer.head())
    for picture in shown:
        while sound and found.sound and heard_ns < picture.captured_ns:
            data += b"".join(writer.sound(SILENCE[sound], heard_ns))
            heard_ns += found.sound.measure(SILENCE[sound]) * SECOND // found.sound.timescale
        data += b"".join(writer.picture(picture.payload, picture.key, picture.captured_ns))
    data += writer.index()
    head = writer.head(closed=closed)
    return head + bytes(data[len(head) :])
