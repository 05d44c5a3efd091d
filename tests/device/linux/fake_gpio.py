"""Lines of the stand-in for a GPIO chip (bench/fakegpio): a file that its process and the test share."""

import mmap
import struct
import time
from pathlib import Path

CHIP = "/dev/gpiochip77"
PULL_UP, ACTIVE_LOW = 1 << 8, 1 << 1
_HEAD = struct.Struct("<II")
_LINE = struct.Struct("<32s32sIIIiQIIII32I")
_ALIGNED = (_LINE.size + 7) // 8 * 8
_DRIVEN, _SWINGS, _KERNEL, _OWNER = 64, 68, 72, 76


class FakeGpio:
    """The chip ``/dev/gpiochip77``: the test drives its inputs and reads its outputs."""

    def __init__(
        self, path: Path, library: Path, names: tuple[str, ...] = ("GPIO0", "GPIO1", "GPIO2", "GPIO3")
    ) -> None:
        self.path, self._library = path, library
        lines = (name.encode().ljust(_ALIGNED, b"\0") for name in names)
        path.write_bytes(_HEAD.pack(0, len(names)) + b"".join(lines))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)

    @property
    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self._library), "FAKEGPIO_STATE": str(self.path)}

    def mishap(self, letter: str = "") -> None:
        """``g``: it is removed, ``h``: it hangs, "": it works."""
        struct.pack_into("<I", self._map, 0, ord(letter) if letter else 0)

    def drive(self, line: int, level: int) -> None:
        """Set the level of an input."""
        self._write(line, _SWINGS, self._read(line, _SWINGS) + 1)
        self._write(line, _DRIVEN, level)

    def bounce(self, line: int, level: int, times: int = 5) -> None:
        """Set the level of an input with the contact bounce of a worn button."""
        for _ in range(times):
            self.drive(line, level)
            time.sleep(0.002)
            self.drive(line, 1 - level)
            time.sleep(0.002)
        self.drive(line, level)

    def take(self, line: int, taken: bool) -> None:
        """Let another program hold a line."""
        self._write(line, _KERNEL, int(taken))

    def is_used(self, line: int) -> bool:
        return self._read(line, _OWNER) != 0

    def consumer(self, line: int) -> str:
        return self._record(line)[1].rstrip(b"\0").decode()

    def flags(self, line: int) -> int:
        return self._record(line)[6]

    def debounce_us(self, line: int) -> int:
        return self._record(line)[7]

    def edges(self, line: int) -> int:
        """Return how many edges the chip has reported."""
        return self._record(line)[9]

    def level(self, line: int) -> int:
        """The level of an output."""
        return self._record(line)[8]

    def changes(self, line: int) -> list[int]:
        """All levels that an output has had."""
        count, *levels = self._record(line)[10:]
        return levels[:count]

    def _record(self, line: int) -> tuple:
        return _LINE.unpack_from(self._map, self._at(line))

    def _read(self, line: int, offset: int) -> int:
        return struct.unpack_from("<I", self._map, self._at(line) + offset)[0]

    def _write(self, line: int, offset: int, value: int) -> None:
        struct.pack_into("<I", self._map, self._at(line) + offset, value)

    def _at(self, line: int) -> int:
        return _HEAD.size + line * _ALIGNED
