"""Animation of the scene."""

import threading
from collections.abc import Callable, Iterator
from functools import lru_cache

import av

from ipcamd.media.frame import AudioChunk, Picture
from ipcamd.media.image.overlay import Tile
from ipcamd.media.planes import Plane, framed, planes
from ipcamd.media.source.convert import fit_size
from ipcamd.media.source.drawing import round_to_even
from ipcamd.media.source.pacing import Clock, Ticker, tick
from ipcamd.media.source.scene.beep import make_beep
from ipcamd.media.source.scene.clock_board import Board
from ipcamd.media.source.scene.figure import POSES, STRIDE, WIDTH, Figure
from ipcamd.media.source.scene.gallery import draw_gallery
from ipcamd.media.source.scene.plan import LARGEST, SMALLEST, Plan
from ipcamd.media.source.source import Wanted
from ipcamd.time_units import SECOND_NS

_CHUNKS_PER_S = 20
"""Fewest chunks of sound per second, at any frame rate."""

_STRIDES_PER_S = 0.9

_SIZES = 4
"""Number of sizes whose parts a playing scene keeps; about 10 MB each at 1280x720."""


def play_scene(
    wanted: Callable[[], Wanted], stop: threading.Event, clock: Clock, walking: Callable[[], bool]
) -> Iterator[Picture | AudioChunk]:
    """Yield the scene's pictures and sound (see `Source.play`)."""
    ticker, renderer = Ticker(clock, stop), _Renderer(clock)
    heard, number = clock.now_ns(), -1
    while True:
        want = wanted()
        parts = -(-_CHUNKS_PER_S // want.rate) if want.sound else 1
        due, missed = ticker.wait(want.rate * parts)
        if stop.is_set():
            return
        if want.sound and 0 < due - heard <= SECOND_NS:
            yield make_beep(heard, due)
        heard = due
        if tick(due, want.rate * parts) % parts == 0:
            number += 1 + missed // parts
            yield Picture(renderer.render(fit_size(want.size, LARGEST), due, number, walking()), due)


class _SceneParts:
    """Parts of a picture of one size."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.plan = Plan(size)
        self.back, self.board, self.figure = draw_gallery(self.plan), Board(self.plan), Figure(self.plan.figure)


class _Renderer:
    """Renders pictures; keeps the static parts of the most recent sizes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._set = lru_cache(_SIZES)(_SceneParts)
        self._walked = 0.3
        """Distance that the figure has walked, in strides."""
        self._rendered_ns = 0

    def render(self, size: tuple[int, int], moment: int, number: int, walking: bool) -> av.VideoFrame:
        """Return the picture of a moment (nanoseconds since the epoch)."""
        present = self._set((max(SMALLEST[0], round_to_even(size[0])), max(SMALLEST[1], round_to_even(size[1]))))
        if walking and 0 < moment - self._rendered_ns < SECOND_NS:
            self._walked += _STRIDES_PER_S * (moment - self._rendered_ns) / SECOND_NS
        self._rendered_ns = moment
        made = framed(present.back)
        parts = planes(made)
        present.board.write(parts[0], moment, self._clock.local(moment), number)
        self._place_figure(present, parts)
        return made

    def _place_figure(self, present: _SceneParts, onto: list[Plane]) -> None:
        """Draw the figure at its present position on its way back and forth."""
        plan = present.plan
        room = max(2.0, plan.size[0] - plan.figure * WIDTH)
        gone = self._walked * STRIDE * plan.figure % (2 * room)
        parts = present.figure.pose(int(self._walked * POSES) % POSES, to_left=gone > room)
        height, width = parts[0][0].shape
        middle = plan.size[0] / 2 + room / 2 - abs(room - gone)
        Tile(max(0, round_to_even(middle) - width // 4 * 2), max(0, plan.ground - height), parts).draw(onto)
