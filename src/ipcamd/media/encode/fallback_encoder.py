"""Fallback encoder: encodes in hardware, and in software from the picture at which the hardware fails."""

from collections.abc import Callable

import av
from av.error import FFmpegError

from ipcamd.media.encoders import EncodedPicture, Encoder
from ipcamd.media.hardware_trial import MOST_WAITING, explain_failure
from ipcamd.media.planes import LIMITED
from ipcamd.wire.bitstream.access_unit import Inspector


class FallbackEncoder:
    """See `Encoder`. A viewer misses at most the pictures that were in the hardware when it failed."""

    pixel_format = LIMITED

    def __init__(
        self,
        hardware: Encoder,
        make_software: Callable[[], Encoder],
        inspector: Inspector,
        note_failure: Callable[[str], None],
    ) -> None:
        """`make_software` returns the encoder that replaces `hardware` when it fails. `inspector` inspects the pictures
        from the hardware. `note_failure` gets the reason of the failure, once."""
        self._hardware: Encoder | None = hardware
        self._make_software, self._inspector, self._note_failure = make_software, inspector, note_failure
        self._software: Encoder
        self._first = 0
        """Number of the first picture that is encoded in software."""
        self._submitted = self._complete = 0

    def encode(self, frame: av.VideoFrame, key: bool) -> list[EncodedPicture]:
        """See `Encoder`."""
        number, self._submitted = self._submitted, self._submitted + 1
        if self._hardware:
            try:
                return self._encode_in_hardware(self._hardware, frame, key)
            except (FFmpegError, OSError, ValueError) as error:
                self._change_over(number, explain_failure(error))
        return self._renumber(self._software.encode(frame, key))

    def drain(self) -> list[EncodedPicture]:
        """See `Encoder`. If the hardware fails, the pictures in it are lost."""
        if not self._hardware:
            return self._renumber(self._software.drain())
        try:
            return [self._completed(each) for each in self._hardware.drain()]
        except (FFmpegError, OSError, ValueError) as error:
            self._note_failure(explain_failure(error))
            return []

    def _renumber(self, done: list[EncodedPicture]) -> list[EncodedPicture]:
        """Return pictures from software with their numbers in the whole stream."""
        return [EncodedPicture(self._first + each.number, each.payload, each.key) for each in done]

    def _encode_in_hardware(self, hardware: Encoder, frame: av.VideoFrame, key: bool) -> list[EncodedPicture]:
        done = [self._completed(each) for each in hardware.encode(frame, key)]
        self._complete += len(done)
        if self._submitted - self._complete > MOST_WAITING:
            raise ValueError("it returns no pictures")
        return done

    def _completed(self, picture: EncodedPicture) -> EncodedPicture:
        """Return a picture, with parameter sets if it is a key frame. Raises ``ValueError`` if it cannot be used."""
        unit = self._inspector.inspect(picture.payload)
        if unit is None or unit.obstacle:
            raise ValueError(f"its pictures cannot be used: {unit.obstacle if unit else 'they are empty'}")
        return EncodedPicture(picture.number, unit.payload, unit.key)

    def _change_over(self, number: int, reason: str) -> None:
        """Encode in software from the picture with this number."""
        self._hardware, self._first = None, number
        self._software = self._make_software()
        self._note_failure(reason)
