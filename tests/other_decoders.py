"""Decoders in the place of hardware: FFmpeg's own, with the delay and the failures of hardware."""

from pathlib import Path

import av

from ipcamd.media.decode import picture_decoder


class LateDecoder:
    """A decoder that returns a picture only after the next ones, as FFmpeg's decoders of hardware do."""

    def __init__(
        self, name: str, size: tuple[int, int], delay: int = 2, switch: Path | None = None, has_numbers: bool = True
    ) -> None:
        """It fails while the file `switch` exists. Without numbers its pictures have no time stamps."""
        self._context = picture_decoder.open_decoder(name, size)
        self._delay, self._switch, self._has_numbers = delay, switch, has_numbers
        self._held: list[av.VideoFrame] = []
        self.options = self._context.options

    def open(self) -> None:
        self._context.options = self.options
        self._context.open()
        assert not self._context.options  # FFmpeg knows all of them

    def decode(self, packet: "av.Packet[av.VideoStream]") -> list[av.VideoFrame]:
        if self._switch and self._switch.exists():
            fail_like_a_driver()
        self._held += self._context.decode(packet)
        ready, self._held = self._held[: -self._delay or None], self._held[-self._delay :] if self._delay else []
        for frame in ready:
            frame.pts = frame.pts if self._has_numbers else None
        return ready


def fail_like_a_driver() -> None:
    """Raise an error of FFmpeg."""
    av.CodecContext.create("libx264", "w").open()  # fails: it has no size
