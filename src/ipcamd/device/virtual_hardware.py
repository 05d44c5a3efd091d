"""Virtual hardware: the state of the simulated device and of its surroundings (``virtual.cgi``).

Requests set conditions; the drivers report the device's actions.
"""

from collections.abc import Callable, Mapping

from ipcamd.errors import RequestFailed, shown
from ipcamd.params.kinds.choice import HIGH_LOW, OneOf
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.number import Integer

Watcher = Callable[[str], None]
"""Called in the event loop with the new value."""

CONDITIONS: dict[str, tuple[ValueKind, str, str]] = {
    "di1": (HIGH_LOW, "low", "Level of digital input 1."),
    "di2": (HIGH_LOW, "low", "Level of digital input 2."),
    "light": (Integer(0, 100), "100", "Light around the camera."),
    "sdcard": (OneOf(("insert", "remove")), "insert", "SD card in its slot."),
    "sdcardsize": (Integer(1024, 2_000_000_000), "16000000", "Size of the SD card in KB."),
    "scene": (OneOf(("still", "walk")), "walk", "Test picture, still or with somebody who walks by."),
    "source": (OneOf(("lost", "back")), "back", "Signal of the picture source."),
    "lens": (OneOf(("jam", "free")), "free", "Motors of zoom and focus."),
    "ptz": (OneOf(("jam", "free")), "free", "Motors of pan and tilt."),
}
"""Conditions: their allowed values, the initial one, and a description."""

REPORTS: dict[str, str] = {
    "do1": "low",
    "ircut": "on",
    "led": "on",
    "pan": "0",
    "tilt": "0",
    "zoom": "1.00",
    "focus": "0",
    "irled": "off",
    "rs485": "",
    "link": "up auto",
}
"""Reports of the device, and their initial values. ``rs485`` is the last bytes sent, in hexadecimal."""


class VirtualHardware:
    """State of the virtual device and of its surroundings."""

    def __init__(self, applied: dict[str, str] | None = None) -> None:
        """`applied` contains the conditions from before a restart, and stores new ones."""
        self._applied = {} if applied is None else applied
        self._state = {name: first for name, (_, first, _) in CONDITIONS.items()} | REPORTS | self._applied
        self._readers: dict[str, Callable[[], str]] = {}
        self._watchers: dict[str, list[Watcher]] = {name: [] for name in self._state}

    def __getitem__(self, name: str) -> str:
        """Return the present value of a condition or report."""
        return self._state[name]

    def number(self, name: str) -> int:
        """Return the present value of a numeric condition."""
        return int(self._state[name])

    def state(self) -> Mapping[str, str]:
        """Return all conditions, then all reports."""
        return self._state | {name: reader() for name, reader in self._readers.items()}

    def measure(self, name: str, reader: Callable[[], str]) -> None:
        """Call `reader` for the value of `name`, one of `REPORTS`, whenever the state is listed."""
        self._readers[name] = reader

    def watch(self, name: str, watcher: Watcher) -> None:
        """Call `watcher` whenever `name` is set or reported, even with the same value."""
        self._watchers[name].append(watcher)

    def apply(self, conditions: Mapping[str, str]) -> None:
        """Set all of `conditions`, names of `CONDITIONS` to values, or none. Raises `RequestFailed`."""
        normalized = {name: _normalized(name, value) for name, value in conditions.items()}
        self._applied.update(normalized)
        for name, value in normalized.items():
            self._set(name, value)

    def report(self, name: str, value: str) -> None:
        """Store a report of the device: `name` is one of `REPORTS`. Raises ``KeyError`` for another."""
        if name not in REPORTS:
            raise KeyError(name)
        self._set(name, value)

    def _set(self, name: str, value: str) -> None:
        self._state[name] = value
        for watcher in self._watchers[name]:
            watcher(value)


def _normalized(name: str, value: str) -> str:
    if name not in CONDITIONS:
        raise RequestFailed(f"{shown(name)}: unknown parameter; allowed: {', '.join(CONDITIONS)}")
    kind, *_ = CONDITIONS[name]
    try:
        return kind.normalize(value)
    except ValueError as error:
        raise RequestFailed(f"{name}={shown(value)}: allowed: {kind.allowed}") from error
