"""RTP payload format of a codec."""

from collections.abc import Callable
from dataclasses import dataclass

from ipcamd.wire.rtp.rtp import ROOM


@dataclass(frozen=True, slots=True)
class Format:
    """RTP payload format of a codec."""

    media: str
    """``video`` or ``audio``."""
    payload_type: int
    encoding: str
    """As in the session description: ``H264/90000``."""
    clock: int
    """Time stamp units per second."""
    payloads: Callable[[bytes], list[bytes]]
    """Cut a frame into payloads of at most `ROOM` bytes; raises ``ValueError`` for a frame that it cannot carry."""
    parameters: Callable[[bytes], str]
    """What a session description must say (``a=fmtp``), from a key frame; "" for nothing."""
    ticks: Callable[[bytes], int] = lambda _: 0
    """How long a payload lasts, in time stamp units; 0 if all payloads of a frame have one time."""
    marks: bool = True
    """Whether the marker stands on a frame's last packet."""


def nothing(_: bytes) -> str:
    """For ``parameters``: the payload type says all."""
    return ""


def cut(data: bytes, room: int = ROOM) -> list[bytes]:
    """Return `data` in pieces of `room` bytes, the last one perhaps shorter."""
    return [data[at : at + room] for at in range(0, len(data), room)]
