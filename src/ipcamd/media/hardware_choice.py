"""Hardware choice: the encoders or decoders in hardware that work on this computer, and those that have failed."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from ipcamd.media.codecs import Codec, video_codecs

_log = logging.getLogger(__name__)

AUTO = "auto"
"""Value of ``--encoder``: any hardware that works."""
SOFTWARE = "software"
"""Value of ``--encoder``: no hardware."""

T = TypeVar("T")


class HardwareChoice(Generic[T]):
    """Encoders or decoders (`T`) of all codecs. Its methods may be called from any thread."""

    def __init__(
        self, name: str, title: str, action: str, hardware: Mapping[str, Mapping[str, T]], name_of: Callable[[T], str]
    ) -> None:
        """`name` is the value of ``--encoder``. `title` and `action` name them in messages, such as ``Encoder`` and
        ``encoded``. `hardware` lists them by the names of hardware and codec; `name_of` returns FFmpeg's name of
        one."""
        self._name, self._title, self._action = name, title, action
        self._hardware, self._name_of = hardware, name_of
        self._working: dict[str, tuple[str, T]] = {}
        """Those that work, with the name of the hardware, by the codec's name."""
        self._failed: dict[tuple[str, tuple[int, int]], str] = {}
        """Reasons of failures while running, by codec and size of pictures. Software replaces these."""
        self._lock = threading.Lock()

    def choose(self, find_failure: Callable[[Codec, T], str]) -> list[str]:
        """Choose those that work, of the named hardware or, for `AUTO`, of any; return why the others do not work.
        `find_failure` tries one and returns why it does not work, "" if it does; it may take seconds."""
        reasons = list[str]()
        for hardware in self._hardware if self._name == AUTO else {self._name} & self._hardware.keys():
            for codec_name, item in self._hardware[hardware].items():
                reason = self._try(hardware, codec_name, item, find_failure)
                reasons += [f"{self._name_of(item)}: {reason}"] if reason else []
        return reasons

    def find(self, codec: Codec, size: tuple[int, int]) -> tuple[str, T] | None:
        """Return the name of the hardware for a codec, and its encoder or decoder; None for software."""
        with self._lock:
            return None if (codec.name, size) in self._failed else self._working.get(codec.name)

    def note_failure(self, name: str, codec: Codec, size: tuple[int, int], reason: str) -> None:
        """Record that the hardware `name` failed with pictures of this size: software replaces it from now on."""
        with self._lock:
            known = (codec.name, size) in self._failed
            self._failed[codec.name, size] = reason
        if not known:
            _log.warning("%s failed, %s is %s in software at %dx%d: %s", name, codec.label, self._action, *size, reason)

    def report(self) -> list[tuple[str, str]]:
        """Return title and state of each codec for which there is hardware, for a report to users."""
        codecs = {name for items in self._hardware.values() for name in items}
        return [(f"{self._title} {each.label}", self._describe(each)) for each in video_codecs() if each.name in codecs]

    def _describe(self, codec: Codec) -> str:
        with self._lock:
            name = self._working[codec.name][0] if codec.name in self._working else SOFTWARE
            failed = [(size, why) for (failed, size), why in self._failed.items() if failed == codec.name]
        return "; ".join([name, *(f"{SOFTWARE} at {w}x{h} ({name} failed: {why})" for (w, h), why in failed)])

    def _try(self, name: str, codec_name: str, item: T, find_failure: Callable[[Codec, T], str]) -> str:
        """Use an item if it works and its codec has none yet; return why it does not work, "" if it does."""
        if codec_name in self._working:
            return ""
        codec = next(each for each in video_codecs() if each.name == codec_name)
        reason = find_failure(codec, item)
        if not reason:
            self._working[codec_name] = name, item
            _log.info("%s is %s by %s", codec.label, self._action, self._name_of(item))
        return reason
