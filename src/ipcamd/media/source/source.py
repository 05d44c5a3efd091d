"""Source of pictures and sound: the interface of all sources, and what the streams want of one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import field
from typing import Protocol

from ipcamd.dataclass import dataclass
from ipcamd.errors import ConfigError, SourceError
from ipcamd.media.decode.decoder_choice import DecoderChoice
from ipcamd.media.frame import Packet, SourceItem
from ipcamd.media.stream.stream_settings import StreamSettings


@dataclass(frozen=True, slots=True)
class Wanted:
    """Present needs of the streams."""

    size: tuple[int, int]
    """Largest needed picture: width and height in pixels."""
    rate: int
    """Highest needed frame rate, at least 1."""
    sound: bool
    """Whether sound is needed."""
    codecs: frozenset[str] = field(default=frozenset(), compare=False)
    """Names of the codecs whose packets are wanted, from a source that has them."""
    may_pass: Callable[[Packet], bool] = field(default=lambda _: False, compare=False)
    """Whether a packet that is not wanted would be passed through if there were a viewer."""
    settings_of: Callable[[str], StreamSettings | None] = field(default=lambda _: None, compare=False)
    """Returns the settings of the stream for which a camera encodes with a codec; None without one."""
    decoded_rate: int | None = field(default=None, compare=False)
    """Highest frame rate of pictures to decode from packets; 0: no picture; None: `rate`."""
    key_frame: bool = field(default=False, compare=False)
    """Whether a key frame is wanted soon, from a source that encodes and takes such requests."""
    keys_suffice: bool = field(default=False, compare=False)
    """Whether decoded key frames are enough, if there is one per second."""
    decoders: DecoderChoice | None = field(default=None, compare=False)
    """Makes the decoders of packets; None: in software."""

    @property
    def picture_rate(self) -> int:
        """The highest rate of decoded pictures."""
        return self.rate if self.decoded_rate is None else min(self.rate, self.decoded_rate)


class Source(Protocol):
    """Source of pictures, and optionally of sound."""

    @property
    def name(self) -> str:
        """Name for logs and messages; never contains a password."""

    @property
    def sound(self) -> bool:
        """Whether it may have sound; known after `check`."""

    def check(self) -> None:
        """Raise `ConfigError` if the source can never work. An unreachable network camera is no error."""

    def play(self, wanted: Callable[[], Wanted], stop: threading.Event) -> Iterator[SourceItem]:
        """Yield pictures and sound in real time until `stop` is set; for one thread of its own.

        A source of encoded pictures yields each as a packet, if wanted, then decoded, if wanted. The caller owns each
        picture and its pixels. A picture has the source's size, or is scaled down to the smallest that covers the
        wanted size.

        The source opens at the first ``next()`` and closes with the generator. Raises `SourceError` when the source
        fails, or delivers nothing for too long (see `SourceTimeout`); after `stop` is set, that is no failure.
        """


@contextmanager
def raise_config_error(label: str) -> Iterator[None]:
    """Raise a `ConfigError` that begins with `label` for a `SourceError` or ``ValueError`` in the block."""
    try:
        yield
    except (SourceError, ValueError) as error:
        raise ConfigError(f"{label}: {error}") from error
