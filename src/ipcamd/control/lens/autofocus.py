"""Autofocus: moves the focus through its range, measures the pictures, and moves to the sharpest position.

A fast sweep through the whole range finds the peak, and a slow one around it finds its middle. Each reading is assigned
to the focus at the capture of the picture, so the delay of the pictures does not matter.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from ipcamd.control.lens.sharpness_peak import Sample, find_peak
from ipcamd.dataclass import dataclass
from ipcamd.device.drivers import Lens
from ipcamd.device.position import FOCUS_LIMIT, LensPosition
from ipcamd.media.image.focus_meter import FocusMeter, FocusReading

FAST = 0.65
"""Speed of the sweep through the whole range, as a fraction of the full speed."""
FEWEST = 16
"""Fewest readings of that sweep; with fewer, it is repeated more slowly."""
NEAR = 6.0
"""Range of the slow sweep on each side of the peak; larger if the readings of the fast one were farther apart."""
FINE = 1.5
"""Units of focus between readings of the slow sweep."""
SLOWEST = 0.05
"""Lowest speed of a sweep."""
FIRST_S = 5.0
"""Seconds within which a source must send its first picture."""
LATE_S = 0.5
"""Longest delay from capture to arrival of a picture, in seconds."""

Drive = Callable[[LensPosition, float], Awaitable[None]]
"""Starts to move the lens to a position, at a speed. Raises ``RequestFailed``."""


class _ZoomedError(Exception):
    """The zoom has moved meanwhile: readings before and after it are not comparable."""


@dataclass(frozen=True, slots=True)
class _Sweep:
    """Readings on the way between two limits of focus."""

    low: float
    high: float
    samples: list[Sample]

    @property
    def spacing(self) -> float:
        """Units of focus between readings."""
        return (self.high - self.low) / max(1, len(self.samples))


class Autofocus:
    """Autofocus of one lens."""

    def __init__(self, driver: Lens, drive: Drive, meter: FocusMeter) -> None:
        self._driver, self._drive, self._meter = driver, drive, meter
        self._readings: asyncio.Queue[FocusReading] = asyncio.Queue()
        self._zoom = 1.0

    def prepare(self) -> LensPosition:
        """Return the start of `run`: the nearer limit of focus. If the zoom is moved from now on, `run` stops at the
        present position."""
        target = self._driver.target
        self._zoom = target.zoom
        return replace(target, focus=0.0 if target.focus < FOCUS_LIMIT / 2 else FOCUS_LIMIT)

    async def run(self, start: float) -> None:
        """Find the sharpest picture, starting at the result of `prepare`, to which the lens already moves; without
        pictures return to the focus `start`. Raises ``RequestFailed``."""
        try:
            with self._meter.measure() as self._readings:
                best = await self._search()
            await self._go(start if best is None else best)
        except _ZoomedError:
            return

    async def _search(self) -> float | None:
        """Return the best focus; None without pictures."""
        try:
            async with asyncio.timeout(FIRST_S):
                await self._readings.get()
        except TimeoutError:
            return None
        await self._arrive()
        coarse = await self._sweep(FAST)
        if len(coarse.samples) < FEWEST:
            coarse = await self._sweep(max(SLOWEST, FAST * len(coarse.samples) / FEWEST))
        if not coarse.samples:
            return None
        return await self._refine(coarse)

    async def _refine(self, coarse: _Sweep) -> float:
        peak = find_peak(coarse.samples)
        near = max(NEAR, 1.5 * coarse.spacing)
        low, high = max(0.0, peak.focus - near), min(FOCUS_LIMIT, peak.focus + near)
        pace = min(FAST, max(SLOWEST, FAST * FINE / coarse.spacing))
        here = self._driver.target.focus
        await self._go(low if here < peak.focus else high)
        fine = await self._sweep(pace, low, high)
        if not fine.samples:
            return peak.focus
        found = find_peak(fine.samples)
        # the scene may have changed meanwhile
        return found.focus if found.sharpness > peak.sharpness / 2 else peak.focus

    async def _sweep(self, pace: float, low: float = 0.0, high: float = FOCUS_LIMIT) -> _Sweep:
        """Move from one of two limits to the other, and return the readings on the way."""
        here = self._driver.target.focus
        await self._start(high if here - low < high - here else low, pace)
        began_s, end_s = time.monotonic(), time.monotonic() + self._driver.rest_in_s
        samples = []
        while (reading := await self._next(end_s + LATE_S)) and (moment_s := self._moment_s(reading)) <= end_s:
            if moment_s >= began_s:
                samples.append(Sample(self._driver.position_at(moment_s).focus, reading.sharpness))
        await self._arrive()
        return _Sweep(low, high, samples)

    async def _next(self, until_s: float) -> FocusReading | None:
        """Return the next reading; None if none arrives until this time."""
        try:
            async with asyncio.timeout(until_s - time.monotonic()):
                return await self._readings.get()
        except TimeoutError:
            return None

    def _moment_s(self, reading: FocusReading) -> float:
        """Return the time of the lens position that the picture shows: a digital lens changes pictures after their
        capture."""
        return reading.viewed_s if self._driver.is_digital else reading.captured_s

    async def _go(self, focus: float) -> None:
        await self._start(focus)
        await self._arrive()

    async def _start(self, focus: float, pace: float = 1.0) -> None:
        self._refuse_zoom()
        await self._drive(LensPosition(self._zoom, focus), pace)

    async def _arrive(self) -> None:
        """Wait until the motors stop."""
        while rest_in_s := self._driver.rest_in_s:
            await asyncio.sleep(rest_in_s)
            self._refuse_zoom()

    def _refuse_zoom(self) -> None:
        if self._driver.target.zoom != self._zoom:
            raise _ZoomedError
