"""Container writer: produces the bytes of a recording for `RecordingFile`. AVI and MP4 each have one."""

from typing import Any, Protocol


class ContainerWriter(Protocol):
    """Writer of one file. Order in the file: header, frames, index; the header is then written again."""

    ending: str
    """File name extension, without the dot."""

    @property
    def origin(self) -> int:
        """Start time in nanoseconds since the epoch."""

    @property
    def length(self) -> int:
        """Duration of the pictures written so far, in nanoseconds."""

    @property
    def size(self) -> int:
        """Size of the file in bytes, including the index."""

    @property
    def end(self) -> int:
        """Offset of the end of the frames, in bytes."""

    def picture(self, payload: bytes, key: bool, captured_ns: int) -> list[bytes]:
        """Return the bytes to append for a picture; `captured_ns` is its capture time."""

    def sound(self, samples: bytes, captured_ns: int, /) -> list[bytes]:
        """Return the bytes to append for sound whose first sample was captured at that time."""

    def stretch(self, until: int, /) -> list[bytes]:
        """Return the bytes to append so that the last picture lasts until that time (nanoseconds)."""

    def head(self, *, closed: bool = False) -> bytes:
        """Return the header, always of the same size; `closed` means that the index is written."""

    def index(self) -> bytes:
        """Return the index, to be written after the last frame when the file is closed."""

    def mark(self) -> Any:
        """Return the present state, for `back`."""

    def back(self, mark: Any, /) -> None:
        """Return to the state of `mark`: the bytes appended since then could not be written."""
