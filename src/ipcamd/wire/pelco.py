"""Pelco messages: seven bytes that control a pan-tilt head on a serial line (Pelco, D protocol manual).

A message is FF, the address, two command bytes, two data bytes, and the sum of the five previous bytes, modulo 256. The
P protocol has the same commands in eight bytes.
"""

from functools import reduce
from operator import xor

TOP_SPEED = 0x3F
"""Highest speed of the protocol, except turbo (0x40)."""
HOME_PRESET = 0x22
"""Preset reserved for the zero position of pan."""

_SYNC = 0xFF
_MOVE_BITS = {"right": 0x02, "left": 0x04, "up": 0x08, "down": 0x10, "zoomin": 0x20, "zoomout": 0x40}
_PRESET_CODES = {"set": 0x03, "clear": 0x05, "go": 0x07}
_OPPOSITES = (("left", "right"), ("up", "down"), ("zoomin", "zoomout"))


def build_move(address: int, moves: tuple[str, ...], pan_level: int = 0, tilt_level: int = 0) -> bytes:
    """Return the message of a move; levels are 0 to 9. Raises ``ValueError``."""
    if unknown := set(moves) - set(_MOVE_BITS):
        raise ValueError(f"not a move of Pelco-D: {', '.join(sorted(unknown))}")
    if any(set(pair) <= set(moves) for pair in _OPPOSITES):
        raise ValueError("opposite directions")
    pan = protocol_speed(pan_level) if {"left", "right"} & set(moves) else 0
    tilt = protocol_speed(tilt_level) if {"up", "down"} & set(moves) else 0
    return _build(address, sum(_MOVE_BITS[move] for move in set(moves)), pan, tilt)


def build_stop(address: int) -> bytes:
    """Return the message that ends a move. Raises ``ValueError``."""
    return _build(address, 0, 0, 0)


def build_preset(address: int, action: str, preset: int) -> bytes:
    """Return the message for ``set``, ``clear`` or ``go`` with a preset, 1 to 255. Raises ``ValueError``."""
    if action not in _PRESET_CODES or not 1 <= preset <= 255:
        raise ValueError(f"preset {preset}: {action}; allowed: 1 to 255 with {', '.join(_PRESET_CODES)}")
    return _build(address, _PRESET_CODES[action], 0, preset)


def to_pelco_p(message: bytes) -> bytes:
    """Return a Pelco-D message in Pelco-P: A0, the address less 1, the four command and data bytes, AF, and the
    exclusive or of the seven previous bytes (Pelco, P protocol manual)."""
    framed = bytes([0xA0, message[1] - 1, *message[2:6], 0xAF])
    return framed + bytes([reduce(xor, framed)])


def protocol_speed(level: int) -> int:
    """Return the speed of a level of the group ``RS485``: 0 is the slowest that moves, 9 is `TOP_SPEED`. Raises
    ``ValueError``."""
    if not 0 <= level <= 9:
        raise ValueError(f"speed level {level}: 0 to 9")
    return 1 + level * (TOP_SPEED - 1) // 9


def _build(address: int, command: int, first: int, second: int) -> bytes:
    if not 1 <= address <= 255:
        raise ValueError(f"address {address}: 1 to 255")
    body = bytes([address, 0, command, first, second])
    return bytes([_SYNC, *body, sum(body) % 256])
