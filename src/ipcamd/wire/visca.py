"""VISCA messages: commands of Sony's protocol for pan-tilt heads on a serial line.

A message is 80 plus the address, a command, and FF. Replies of the head are not read.
"""

VISCA_ADDRESSES = 7
"""Highest address on a line; the lowest is 1."""
PAN_TOP = 0x18
"""Highest speed of pan in the protocol."""
TILT_TOP = 0x14
"""Highest speed of tilt in the protocol."""

_PAN = {"left": 1, "right": 2}
_TILT = {"up": 1, "down": 2}
_NONE = 3
"""Direction of an axis that does not move."""
_ZOOM = {"zoomin": 0x02, "zoomout": 0x03}
_PRESET_CODES = {"clear": 0, "set": 1, "go": 2}


def build_visca_move(address: int, moves: tuple[str, ...], pan_level: int, tilt_level: int) -> bytes:
    """Return the messages that move in one or two directions, or zoom; levels are 0 to 9. A move ends a zoom and a zoom
    ends a move; both last until a stop. Raises ``ValueError``."""
    if moves[0] in _ZOOM:
        return _stop_drive(address) + _build(address, 0x04, 0x07, _ZOOM[moves[0]])
    pan = next((_PAN[move] for move in moves if move in _PAN), _NONE)
    tilt = next((_TILT[move] for move in moves if move in _TILT), _NONE)
    drive = _build(address, 0x06, 0x01, _speed(pan_level, PAN_TOP), _speed(tilt_level, TILT_TOP), pan, tilt)
    return _stop_zoom(address) + drive


def build_visca_stop(address: int) -> bytes:
    """Return the messages that end moves and zoom. Raises ``ValueError``."""
    return _stop_drive(address) + _stop_zoom(address)


def build_visca_home(address: int) -> bytes:
    """Return the message that moves the head home. Raises ``ValueError``."""
    return _build(address, 0x06, 0x04)


def build_visca_preset(address: int, action: str, preset: int) -> bytes:
    """Return the message for ``set``, ``clear`` or ``go`` with a preset, 1 to 8. Raises ``ValueError``."""
    return _build(address, 0x04, 0x3F, _PRESET_CODES[action], preset - 1)


def _stop_drive(address: int) -> bytes:
    return _build(address, 0x06, 0x01, 1, 1, _NONE, _NONE)


def _stop_zoom(address: int) -> bytes:
    return _build(address, 0x04, 0x07, 0x00)


def _speed(level: int, top: int) -> int:
    return 1 + level * (top - 1) // 9


def _build(address: int, *command: int) -> bytes:
    if not 1 <= address <= VISCA_ADDRESSES:
        raise ValueError(f"address {address}: 1 to {VISCA_ADDRESSES}")
    return bytes([0x80 | address, 0x01, *command, 0xFF])
