"""Pelco-D receiver: a pan-tilt head that reads a serial line and tracks its position."""

from dataclasses import dataclass

LENGTH = 7
_MOVES = {0x02: "right", 0x04: "left", 0x08: "up", 0x10: "down", 0x20: "zoomin", 0x40: "zoomout"}
_PRESET_ACTIONS = {0x03: "set", 0x05: "clear", 0x07: "go"}

_WAYS = {
    "left": (-1, 0, 0),
    "right": (1, 0, 0),
    "up": (0, 1, 0),
    "down": (0, -1, 0),
    "zoomin": (0, 0, 1),
    "zoomout": (0, 0, -1),
}


@dataclass
class PelcoMessage:
    """One message to the device at `address`; `preset_action` is "" for a move, which has no `moves` for a stop."""

    address: int
    moves: frozenset[str] = frozenset()
    pan_speed: int = 0
    tilt_speed: int = 0
    preset_action: str = ""
    preset: int = 0


def parse(message: bytes) -> PelcoMessage:
    """Return the content of a message of Pelco-D. Raises ``ValueError`` if it is invalid or unknown."""
    if len(message) != LENGTH or message[0] != 0xFF:
        raise ValueError(f"no Pelco-D message: {message.hex()}")
    if sum(message[1:-1]) % 256 != message[-1]:
        raise ValueError(f"wrong checksum: {message.hex()}")
    address, high, low, first, second = message[1:-1]
    if low & 0x81 and not high and not first and second and low in _PRESET_ACTIONS:
        return PelcoMessage(address, preset_action=_PRESET_ACTIONS[low], preset=second)
    if high or low & 0x81:
        raise ValueError(f"unknown command: {message.hex()}")
    return PelcoMessage(address, frozenset(move for bit, move in _MOVES.items() if low & bit), first, second)


class PelcoReceiver:
    """Head at `address`. A move lasts until the next message; `run` lets so much time pass."""

    def __init__(self, address: int) -> None:
        self.address = address
        self.position = (0, 0, 0)
        self.presets: dict[int, tuple[int, int, int]] = {0x22: (0, 0, 0)}
        self.messages: list[PelcoMessage] = []
        self._velocity = (0, 0, 0)
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take bytes as they come; bytes that are no message are skipped up to the next FF."""
        self._rest += data
        while len(self._rest) >= LENGTH:
            try:
                message = parse(self._rest[:LENGTH])
            except ValueError:
                skipped = self._rest.find(b"\xff", 1)
                self._rest = self._rest[skipped:] if skipped > 0 else b""
                continue
            self._rest = self._rest[LENGTH:]
            if message.address == self.address:
                self._obey(message)

    def feed_p(self, data: bytes) -> None:
        """Take whole messages of Pelco-P."""
        for at in range(0, len(data), 8):
            start, address, *body, end, check = data[at : at + 8]
            assert (start, end) == (0xA0, 0xAF)
            total = 0
            for byte in data[at : at + 7]:
                total ^= byte
            assert total == check, "wrong checksum"
            same = [address + 1, *body]
            self.feed(bytes([0xFF, *same, sum(same) % 256]))

    def run(self, ticks: int) -> None:
        """Let so many ticks of time pass."""
        moved = (place + speed * ticks for place, speed in zip(self.position, self._velocity, strict=True))
        self.position = tuple(moved)  # type: ignore[assignment]

    def _obey(self, message: PelcoMessage) -> None:
        self.messages.append(message)
        speeds = (message.pan_speed, message.tilt_speed, 1)
        ways = [_WAYS[move] for move in message.moves]
        self._velocity = tuple(sum(way[i] for way in ways) * speeds[i] for i in range(3))  # type: ignore[assignment]
        match message.preset_action:
            case "set":
                self.presets[message.preset] = self.position
            case "clear":
                self.presets.pop(message.preset, None)
            case "go":
                self.position = self.presets.get(message.preset, self.position)
