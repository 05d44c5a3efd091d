"""A codec for tests: run as a program, a camera that has it. It consists of one entry in the table of codecs."""

import av

from ipcamd.__main__ import main
from ipcamd.media import codecs
from ipcamd.media.encoders import EncodedPicture
from ipcamd.media.planes import LIMITED
from ipcamd.wire.packetize.payload_format import PayloadFormat, split_payload

TYPE = 98
KEY, OTHER = b"TOY key frame ", b"TOY other frame "


class ToyEncoder:
    """Encodes of each picture only its type, number and size."""

    pixel_format = LIMITED

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = f"{size[0]}x{size[1]}"
        self._number = 0

    def encode(self, frame: av.VideoFrame, key: bool) -> list[EncodedPicture]:
        assert f"{frame.width}x{frame.height}" == self._size
        self._number += 1
        data = (KEY if key else OTHER) + f"{self._number} of {self._size}".encode() + bytes(2000)
        return [EncodedPicture(self._number - 1, data, key)]

    def drain(self) -> list[EncodedPicture]:
        return []


TOY = codecs.Codec(
    name="toy",
    payload_code=9,
    content_type="video/x-toy",
    rtp_format=PayloadFormat("video", TYPE, "TOY/90000", 90000, split_payload, lambda frame: f"toy={len(frame)}"),
    encoder=lambda settings, _: ToyEncoder(settings.size),
    parameters="Image.H264",
    fourcc="TOY1",
    is_key=lambda data: data.startswith(KEY),
)

if __name__ == "__main__":
    codecs.CODECS += (TOY,)
    raise SystemExit(main())
