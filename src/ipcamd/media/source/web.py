"""What an HTTP address gives: an endless row of pictures, a live stream, a film, or one picture after the other."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from ipcamd.errors import SourceError
from ipcamd.media.frame import Picture, Sound
from ipcamd.media.pacer import SECOND
from ipcamd.media.source.arrival import Arrival
from ipcamd.media.source.decode import Decoder, Eye
from ipcamd.media.source.fetch import Answer, fetch
from ipcamd.media.source.film import Film
from ipcamd.media.source.live import QUICK, live
from ipcamd.media.source.medium import open_medium
from ipcamd.media.source.pace import Beat, Clock
from ipcamd.media.source.parts import LARGEST
from ipcamd.media.source.push import pushed
from ipcamd.media.source.showing import showing

if TYPE_CHECKING:
    from ipcamd.media.source import Wanted

_FORMS = {"video/h264": "h264", "video/mp4v-es": "m4v", "video/mp2t": "mpegts", "video/x-flv": "flv"}
"""Media types whose pictures FFmpeg need not guess the form of."""

_LISTS = ("mpegurl", "dash+xml")
"""In media types of lists of further addresses."""

_FILM = {"protocol_whitelist": "http,https,tcp,tls,crypto", "user_agent": "ipcamd", "rw_timeout": "10000000"}

_BURST = 3 * SECOND
_SNAPSHOTS = 10
"""Single pictures asked for in a second, at most."""


def web(url: str, wanted: "Callable[[], Wanted]", stop: threading.Event, clock: Clock) -> Iterator[Picture | Sound]:
    """Yield what an address gives; see `Source.play`."""
    with closing(fetch(url)) as answer:
        if answer.type.startswith("multipart/"):
            yield from pushed(answer.read, wanted, stop, clock)
            return
        if answer.length is None and not any(part in answer.type for part in _LISTS):
            yield from _live(answer, wanted, stop, clock)
            return
    if answer.type == "image/jpeg":
        yield from _snapshots(url, wanted, stop, clock)
    else:
        yield from showing(partial(Film, answer.url, _FILM), wanted, stop, clock)


def _live(
    answer: Answer, wanted: "Callable[[], Wanted]", stop: threading.Event, clock: Clock
) -> Iterator[Picture | Sound]:
    options = QUICK | {"protocol_whitelist": ""}
    with closing(open_medium(answer, options, _FORMS.get(answer.type))) as medium:
        yield from live(medium, wanted, Arrival(clock, stop, _BURST), stop, clock)


def _snapshots(url: str, wanted: "Callable[[], Wanted]", stop: threading.Event, clock: Clock) -> Iterator[Picture]:
    """Ask for a picture as often as pictures are wanted, and yield it."""
    beat, eye, decoder, number = Beat(clock, stop), Eye(), Decoder("mjpeg"), -1
    while True:
        want = wanted()
        beat.next(min(want.rate, _SNAPSHOTS))
        if stop.is_set():
            return
        captured, number = clock.now(), number + 1
        with closing(fetch(url)) as answer:
            pictures = decoder.decode(_whole(answer))
        if not pictures:
            raise SourceError("sends a picture that cannot be decoded")
        yield Picture(eye.see(pictures[0], want.size), captured, number)


def _whole(answer: Answer) -> bytes:
    data = bytearray()
    while piece := answer.read():
        data += piece
        if len(data) > LARGEST:
            raise SourceError("sends a picture that is too large")
    return bytes(data)
