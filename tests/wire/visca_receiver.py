"""VISCA receiver: a pan-tilt head that reads a serial line and tracks its position."""

_WAY = {1: -1, 2: 1, 3: 0}


class ViscaReceiver:
    """Head at `address`. Pan and tilt, and zoom, each go on until a stop; `run` lets so much time pass."""

    def __init__(self, address: int) -> None:
        self.address = address
        self.position = (0, 0, 0)
        self.presets: dict[int, tuple[int, int, int]] = {}
        self._velocity, self._zoom = (0, 0), 0

    def feed(self, data: bytes) -> None:
        """Take whole messages."""
        *messages, rest = data.split(b"\xff")
        assert not rest, "a message ends with FF"
        for message in messages:
            if message[0] == 0x80 | self.address:
                self._obey(message[1:])

    def run(self, ticks: int) -> None:
        """Let so many ticks of time pass."""
        pan, tilt, zoom = self.position
        self.position = pan + self._velocity[0] * ticks, tilt + self._velocity[1] * ticks, zoom + self._zoom * ticks

    def _obey(self, command: bytes) -> None:
        match list(command):
            case [1, 6, 1, pan_speed, tilt_speed, pan, tilt]:
                assert 1 <= pan_speed <= 0x18
                assert 1 <= tilt_speed <= 0x14
                self._velocity = _WAY[pan] * pan_speed, -_WAY[tilt] * tilt_speed
            case [1, 4, 7, zoom]:
                self._zoom = {0: 0, 2: 1, 3: -1}[zoom]
            case [1, 6, 4]:
                self.position = (0, 0, 0)
            case [1, 4, 0x3F, 0, preset]:
                self.presets.pop(preset, None)
            case [1, 4, 0x3F, 1, preset]:
                self.presets[preset] = self.position
            case [1, 4, 0x3F, 2, preset]:
                self.position = self.presets[preset]
            case _:
                raise AssertionError(f"unknown command: {command.hex()}")
