"""Trajectory of one axis: a pure function of time with acceleration, constant speed and deceleration."""

import time
from collections.abc import Callable
from math import copysign, sqrt

from ipcamd.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Phase:
    """Interval of constant acceleration, until the next one."""

    start_s: float
    position: float
    """At `start_s`, in units of the axis."""
    velocity: float
    """At `start_s`, in units per second."""
    acceleration: float = 0.0
    """Units per second squared."""

    def at(self, now_s: float) -> tuple[float, float]:
        """Return position and velocity at a time in this phase."""
        gone = now_s - self.start_s
        return (
            self.position + self.velocity * gone + self.acceleration * gone * gone / 2,
            self.velocity + self.acceleration * gone,
        )


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Phases in order of time; the last one is rest."""

    phases: tuple[Phase, ...]

    @property
    def end_s(self) -> float:
        """Time from which the axis rests."""
        return self.phases[-1].start_s

    @property
    def target(self) -> float:
        """Position at rest."""
        return self.phases[-1].position

    def at(self, now_s: float) -> tuple[float, float]:
        """Return position and velocity at a time; before the first phase, those of its start."""
        if now_s >= self.phases[-1].start_s:
            return self.phases[-1].position, 0.0
        phase = next((p for p in reversed(self.phases) if p.start_s <= now_s), self.phases[0])
        return phase.at(max(now_s, phase.start_s))

    def mapped(self, factor: float, offset: float) -> "Trajectory":
        """Return the trajectory of an axis with `factor` times this position plus `offset`."""
        return Trajectory(
            tuple(
                Phase(p.start_s, factor * p.position + offset, factor * p.velocity, factor * p.acceleration)
                for p in self.phases
            )
        )


def rest_at(position: float, now_s: float = 0.0) -> Trajectory:
    """Return the trajectory of an axis that does not move."""
    return Trajectory((Phase(now_s, position, 0.0),))


def cruise_speed(distance: float, duration_s: float, acceleration: float) -> float:
    """Return the velocity at which `distance` takes `duration_s` from rest to rest. Raises ``ValueError`` if none is
    high enough."""
    return acceleration * (duration_s - sqrt(duration_s**2 - 4 * distance / acceleration)) / 2


def move(start: tuple[float, float], target: float, speed: float, acceleration: float, now_s: float) -> Trajectory:
    """Return the fastest trajectory from `start`, position and velocity at `now_s`, to rest at `target`. `speed` is the
    highest velocity; a higher one at the start is reduced."""
    position, velocity = start
    braked = position + velocity * abs(velocity) / (2 * acceleration)
    towards = copysign(1.0, target - braked)
    peak = towards * min(speed, sqrt(max(0.0, acceleration * towards * (target - position) + velocity**2 / 2)))
    first = Phase(now_s, position, velocity, copysign(acceleration, peak - velocity))
    even_s = now_s + abs(peak - velocity) / acceleration
    even = Phase(even_s, first.at(even_s)[0], peak)
    slowing = peak * abs(peak) / (2 * acceleration)
    brake_s = even_s + (max(0.0, (target - slowing - even.position) / peak) if peak else 0.0)
    brake = Phase(brake_s, target - slowing, peak, -towards * acceleration)
    return Trajectory((first, even, brake, Phase(brake_s + abs(peak) / acceleration, target, 0.0)))


def stop(start: tuple[float, float], acceleration: float, now_s: float) -> Trajectory:
    """Return the trajectory that brakes from `start`, position and velocity at `now_s`."""
    position, velocity = start
    brake = Phase(now_s, position, velocity, -copysign(acceleration, velocity))
    end_s = now_s + abs(velocity) / acceleration
    return Trajectory((brake, Phase(end_s, brake.at(end_s)[0], 0.0)))


class MovingAxis:
    """Axis that moves by itself between two limits: its position is a function of time. Readable from any thread."""

    def __init__(
        self,
        limits: tuple[float, float],
        acceleration: float,
        position: float,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`acceleration` is in units per second squared; `now_s` is a monotonic clock, in seconds. `limits` are the
        smallest and the largest position, `position` the initial one, in the same units."""
        self.limits = limits
        """Smallest and largest position."""
        self._acceleration, self._now_s = acceleration, now_s
        self.path = rest_at(position)
        """The present move; may be replaced."""

    @property
    def position(self) -> float:
        """Present position."""
        return self.position_at(self._now_s())

    def position_at(self, moment_s: float) -> float:
        """Return the position at a time; before the present move, its start position."""
        path = self.path
        rest = path.phases[-1]  # at rest most of the time: this is called for each picture
        return self._limited(rest.position if moment_s >= rest.start_s else path.at(moment_s)[0])

    @property
    def share(self) -> float:
        """Present position as a fraction of the range."""
        low, high = self.limits
        return (self.position - low) / (high - low)

    @property
    def velocity(self) -> float:
        """Present velocity, in units per second."""
        return self.path.at(self._now_s())[1]

    @property
    def target(self) -> float:
        """Position at the end of the present move."""
        return self._limited(self.path.target)

    @property
    def rest_in_s(self) -> float:
        """Seconds until the present move ends; 0 at rest."""
        return max(0.0, self.path.end_s - self._now_s())

    def place(self, position: float) -> None:
        """Set the position, at rest."""
        self.path = rest_at(self._limited(position))

    def place_share(self, share: float) -> None:
        """Set the position to a fraction of the range, at rest."""
        low, high = self.limits
        self.place(low + (high - low) * share)

    def move_to(self, target: float, speed: float) -> None:
        """Move from the present position to `target`, or the nearest limit, at most at `speed`."""
        now_s = self._now_s()
        self.path = move(self.path.at(now_s), self._limited(target), speed, self._acceleration, now_s)

    def stop(self) -> None:
        """Decelerate and stop."""
        now_s = self._now_s()
        self.path = stop(self.path.at(now_s), self._acceleration, now_s)

    def _limited(self, position: float) -> float:
        low, high = self.limits
        return low if position < low else high if position > high else position
