"""Container writer: returns the bytes of a recording's file, for `RecordingFile`. AVI and MP4 have one each."""

from typing import Any, Protocol


class ContainerWriter(Protocol):
    """One file, in the order of writing: head, frames, index, and the head again."""

    ending: str
    """End of the file's name, without the dot."""

    @property
    def origin(self) -> int:
        """Time of the beginning: nanoseconds since the epoch."""

    @property
    def length(self) -> int:
        """Duration of the written pictures in nanoseconds."""

    @property
    def size(self) -> int:
        """Bytes of the file, index included."""

    @property
    def end(self) -> int:
        """End of the frames, in bytes from the beginning."""

    def picture(self, payload: bytes, key: bool, captured_ns: int) -> list[bytes]:
        """Return the bytes to append for a picture captured then."""

    def sound(self, samples: bytes, captured_ns: int, /) -> list[bytes]:
        """Return the bytes to append for sound, the first of it captured then."""

    def stretch(self, until: int, /) -> list[bytes]:
        """Return the bytes to append so that the last picture is shown until then (nanoseconds)."""

    def head(self, *, closed: bool = False) -> bytes:
        """Return the first bytes, always as many; `closed` if the index is written."""

    def index(self) -> bytes:
        """Return the bytes that follow the last frame of a closed file."""

    def mark(self) -> Any:
        """Return the state for `back`."""

    def back(self, mark: Any, /) -> None:
        """Forget the bytes since `mark`: they could not be written."""
