"""Still picture: shown at the wanted rate until its source is stopped."""

from collections.abc import Callable, Iterator
from fractions import Fraction

import av

from ipcamd.media.frame import Picture
from ipcamd.media.source.convert import VideoConverter, copy_frame
from ipcamd.media.source.pacing import Ticker
from ipcamd.media.source.reception import Reception


def show_still(
    still_at: Callable[[Fraction], av.VideoFrame], converter: VideoConverter, reception: Reception
) -> Iterator[Picture]:
    """Yield a still at the wanted rate (see `Source.play`); a change shows at the next picture.

    `still_at` returns the still at a time since the first picture, in seconds.
    """
    ticker, passed_s = Ticker(reception.clock, reception.stop), Fraction(0)
    shown: tuple[av.VideoFrame, tuple[int, int]] | None = None
    while True:
        captured_ns, missed = ticker.wait(rate := reception.wanted().rate)
        if reception.stop.is_set():
            return
        passed_s += Fraction(1 + missed, rate) if shown else 0
        present = still_at(passed_s), reception.wanted().size
        if present != shown:
            shown, converted = present, converter.convert(*present)
        yield Picture(copy_frame(converted), captured_ns)
