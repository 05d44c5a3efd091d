"""Sound card of this computer as the speaker, through miniaudio (an optional extra)."""

import importlib
import logging
import threading
from collections.abc import Generator, Sequence
from typing import Any

from ipcamd.errors import ConfigError
from ipcamd.media.frame import AUDIO_RATE_HZ

_log = logging.getLogger(__name__)

PERIOD_MS = 40
"""Length of the pieces that the card requests."""

IDLE_S = 2.0
"""Seconds without sound after which the card is released."""

QUEUE_BYTES = 2 * 2 * AUDIO_RATE_HZ
"""Most waiting sound, two seconds: the card's clock may be slower than the talker's."""


class SoundCard:
    """Plays on a sound card (see `AudioOutput`). It has a thread, and opens the card only to play."""

    def __init__(self, name: str, backends: Sequence[Any] = ()) -> None:
        """`name` is part of the card's name, or ``default``; `backends` are miniaudio's. Raises `ConfigError`."""
        self._device = _open(name, list(backends))
        self._changed = threading.Condition()
        self._waiting = bytearray()
        self._playing = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="media-speaker", daemon=True)
        self._thread.start()

    def write(self, samples: bytes) -> None:
        """See `AudioOutput`."""
        with self._changed:
            self._waiting += samples
            del self._waiting[:-QUEUE_BYTES]
            self._changed.notify_all()

    def close(self) -> None:
        """See `AudioOutput`."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(1)

    def _run(self) -> None:
        while self._await_sound():
            try:
                feed = self._feed()
                next(feed)
                self._device.start(feed)
                self._await_end()
                self._device.stop()
            except Exception:  # a failing sound system does not end the camera
                _log.exception("the sound card failed")
                with self._changed:
                    self._waiting.clear()
        self._device.close()

    def _await_sound(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            return not self._closed

    def _await_end(self) -> None:
        with self._changed:
            busy = True
            while busy and not self._closed:
                busy = self._changed.wait(IDLE_S) or bool(self._waiting)

    def _feed(self) -> Generator[bytes, int, None]:
        frames = yield b""
        while True:
            frames = yield self._take(2 * frames)

    def _take(self, size: int) -> bytes:
        """Return the next bytes to play, padded with silence; for the card's thread."""
        with self._changed:
            if not self._playing:
                # one period of silence first, as a buffer for irregular arrival
                self._playing = bool(self._waiting)
                return bytes(size)
            taken = bytes(self._waiting[:size])
            del self._waiting[:size]
            self._playing = len(taken) == size
            return taken.ljust(size, b"\0")


def _open(name: str, backends: list[Any]) -> Any:
    try:
        miniaudio = importlib.import_module("miniaudio")
    except ImportError as error:
        raise ConfigError("speaker: a sound card needs the extra: pip install 'ipcamd[sound]'") from error
    try:
        return miniaudio.PlaybackDevice(
            nchannels=1,
            sample_rate=AUDIO_RATE_HZ,
            buffersize_msec=PERIOD_MS,
            backends=backends,
            app_name="ipcamd",
            device_id=None if name == "default" else _found(miniaudio, name, backends),
        )
    except miniaudio.MiniaudioError as error:
        raise ConfigError(f"speaker {name}: {error}; --speaker virtual needs no sound card") from error


def _found(miniaudio: Any, name: str, backends: list[Any]) -> Any:
    cards = miniaudio.Devices(backends).get_playbacks()
    for card in cards:
        if name.lower() in card["name"].lower():
            return card["id"]
    names = ", ".join(card["name"] for card in cards) or "none"
    raise ConfigError(f"speaker {name}: no such sound card; available: {names}")
