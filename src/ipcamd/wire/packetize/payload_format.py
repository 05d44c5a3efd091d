"""RTP payload format: conversion of a codec's frames, and its names in session descriptions."""

from collections.abc import Callable

from ipcamd.dataclass import dataclass
from ipcamd.wire.rtp.rtp import ROOM


@dataclass(frozen=True, slots=True)
class PayloadFormat:
    """RTP payload format of a codec."""

    media: str
    """``video``, ``audio`` or ``application``."""
    payload_type: int
    """0 to 127 (RFC 3551, 6); from 96 on it is dynamic."""
    encoding: str
    """Encoding in the session description: ``H264/90000``."""
    clock: int
    """Time stamp units per second."""
    payloads: Callable[[bytes, int], list[bytes]]
    """``payloads(frame, room)`` splits a frame into payloads of at most `room` bytes. Raises ``ValueError`` if the
    format cannot carry the frame."""
    parameters: Callable[[bytes], str]
    """Return the format parameters of a session description (``a=fmtp``), from a key frame; "" for none."""
    ticks: Callable[[bytes], int] = lambda _: 0
    """Return the duration of a payload in time stamp units; 0 if all payloads of a frame have the same time."""
    marks: bool = True
    """Whether a frame's last packet has the marker bit."""
    is_steady: bool = True
    """Whether frames come regularly: otherwise a long pause does not mean that the clock was set."""


def no_parameters(_: bytes) -> str:
    """Return no format parameters, because the payload type suffices."""
    return ""


def split_payload(data: bytes, room: int = ROOM) -> list[bytes]:
    """Return `data` in pieces of `room` bytes; the last one may be shorter."""
    return [data[at : at + room] for at in range(0, len(data), room)]
