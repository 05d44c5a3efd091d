"""The virtual device's outside world (``virtual.cgi``): what people and nature do to it, what it does in return.

Drivers and engines hook in from both sides: they `watch` what is done to the device, and `show` what it does.
"""

from collections.abc import Callable, Mapping
from functools import partial

from ipcamd.errors import RequestFailed
from ipcamd.params.device.hardware import HARDWARE
from ipcamd.params.kinds.choice import HIGH_LOW, OneOf
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.number import Integer

Watcher = Callable[[str], None]
"""Called in the event loop with the new value."""

CAUSES: dict[str, tuple[ValueKind, str]] = {
    "di1": (HIGH_LOW, "low"),
    "di2": (HIGH_LOW, "low"),
    "light": (Integer(0, 100), "100"),
    "sdcard": (OneOf(("insert", "remove")), "insert"),
    "sdcardsize": (Integer(1024, 2_000_000_000), "16000000"),
    "scene": (OneOf(("still", "walk")), "walk"),
    "source": (OneOf(("lost", "back")), "back"),
    "lens": (OneOf(("jam", "free")), "free"),
}
"""What can be done to the device: what is allowed, and how it is at first. ``sdcardsize`` is in KB."""

EFFECTS: dict[str, str] = {
    "do1": "low",
    "ircut": "on",
    "led": "on",
    "pan": "0",
    "tilt": "0",
    "zoom": "0",
    "focus": "0",
    "irled": "off",
    "rs485": "",
}
"""What the device does, and how it is at first. ``rs485`` is the last bytes sent, in hexadecimal."""


class Outside:
    """The present state of the world around the virtual device."""

    def __init__(self, done: dict[str, str] | None = None, **watchers: Watcher) -> None:
        """`done` is what was done to the device in its earlier lives, and takes note of what is done in this one.

        `watchers` are those that act from the start on: ``Outside(scene=..., source=...)``.
        """
        self._done = {} if done is None else done
        self._state = {name: first for name, (_, first) in CAUSES.items()} | EFFECTS | self._done
        self._watchers: dict[str, list[Watcher]] = {name: [] for name in self._state}
        for name, watcher in watchers.items():
            self.watch(name, watcher)

    def __getitem__(self, name: str) -> str:
        """Return the present state of one thing."""
        return self._state[name]

    def state(self) -> Mapping[str, str]:
        """Return everything: causes, then effects."""
        return self._state

    def readers(self) -> dict[tuple[str, str], Callable[[], str]]:
        """Return the readers of the parameters whose value is this world's (see ``Settings.add_readers``)."""
        return {
            **{("GPIO", f"TriggerInStatus{number}"): partial(self.__getitem__, f"di{number}") for number in (1, 2)},
            ("GPIO", "TriggerOutStatus1"): partial(self.__getitem__, "do1"),
            **{("Hardware", param.name): partial(str, param.default) for param in HARDWARE.params},
        }

    def watch(self, name: str, watcher: Watcher) -> None:
        """Call `watcher` whenever `name` is done or shown, even when its value stays the same."""
        self._watchers[name].append(watcher)

    def act(self, deeds: Mapping[str, str]) -> None:
        """Do all of `deeds`, names of `CAUSES` to values, or none. Raises `RequestFailed` with what is allowed."""
        parsed = {name: _parse(name, value) for name, value in deeds.items()}
        self._done.update(parsed)
        for name, value in parsed.items():
            self._set(name, value)

    def show(self, name: str, value: str) -> None:
        """Tell what the device does: `name` is one of `EFFECTS`."""
        if name not in EFFECTS:
            raise KeyError(name)
        self._set(name, value)

    def _set(self, name: str, value: str) -> None:
        self._state[name] = value
        for watcher in self._watchers[name]:
            watcher(value)


def _parse(name: str, value: str) -> str:
    if name not in CAUSES:
        raise RequestFailed(f"{name}: unknown parameter; allowed: {', '.join(CAUSES)}")
    kind, _ = CAUSES[name]
    try:
        return kind.normalize(value)
    except ValueError as error:
        raise RequestFailed(f"{name}={value}: allowed: {kind.allowed}") from error
