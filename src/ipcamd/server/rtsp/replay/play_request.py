"""PLAY request of a replay: range, direction, speed, and choice of frames (ONVIF Streaming Specification, 6.5)."""

import re
from dataclasses import replace
from datetime import UTC, datetime

from ipcamd.dataclass import dataclass
from ipcamd.server.rtsp.response import RtspError
from ipcamd.wire.rtsp.message import RtspRequest

SCALES = 1 / 8, 32
"""Slowest and fastest replay speed that the camera paces itself."""

_CLOCK = re.compile(r"([0-9]{8}T[0-9]{6})(?:\.([0-9]{1,9})[0-9]*)?Z", re.IGNORECASE)
_FRAMES = re.compile(r"(all|predicted|intra)(?:/([0-9]{1,9}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PlayRequest:
    """Fields of a PLAY request; times are nanoseconds since the epoch, UTC."""

    cseq: int
    """Its sequence number."""
    has_range: bool = False
    """Whether there is a range; without one, a replay starts at the beginning or continues after a pause."""
    start_ns: int | None = None
    """Start time; None: the beginning of the recording, in reverse replay its end."""
    end_ns: int | None = None
    offset_ns: int | None = None
    """Start relative to the beginning of the recording, if the client gave it so (``npt=``), in nanoseconds."""
    scale: float = 1.0
    """Speed; negative in reverse replay."""
    is_paced: bool = True
    """Whether the camera sends at the speed of the recording; otherwise as fast as the client reads."""
    intra_only: bool = False
    interval_ns: int = 0
    """Minimum time between two key frames."""
    is_onvif: bool = False
    """Whether the client uses the ONVIF extensions."""


def read_play(request: RtspRequest) -> PlayRequest:
    """Return the fields of a request. Raises `RtspError` 400 or 457 for invalid fields."""
    fields = request.fields
    rate_control = fields.get("rate-control", "yes").strip().lower()
    if rate_control not in ("yes", "no"):
        raise RtspError(400)
    is_paced = rate_control == "yes"
    intra_only, interval_ns = _read_frames(fields.get("frames", "all"))
    begun = PlayRequest(
        int(request.cseq),
        scale=_read_scale(fields.get("scale", "1"), is_paced),
        is_paced=is_paced,
        intra_only=intra_only,
        interval_ns=interval_ns,
        is_onvif="onvif-replay" in fields.get("require", ""),
    )
    return _with_range(begun, fields["range"]) if "range" in fields else begun


def _with_range(begun: PlayRequest, text: str) -> PlayRequest:
    unit, _, span = text.partition(";")[0].strip().partition("=")
    first, dash, last = (part.strip() for part in span.partition("-"))
    if not dash:
        raise RtspError(457)
    match unit.strip().lower():
        case "clock":
            start_ns = _read_clock(first) if first else None
            end_ns = _read_clock(last) if last else None
            if start_ns is not None and end_ns is not None and (end_ns < start_ns) != (begun.scale < 0):
                raise RtspError(457)
            return replace(begun, has_range=True, start_ns=start_ns, end_ns=end_ns)
        case "npt":
            return replace(begun, has_range=True, offset_ns=_read_npt(first))
    raise RtspError(457)


def _read_clock(text: str) -> int:
    match = _CLOCK.fullmatch(text)
    try:
        moment = datetime.strptime(match[1].upper(), "%Y%m%dT%H%M%S") if match else None
    except ValueError:
        moment = None
    if match is None or moment is None:
        raise RtspError(457)
    return int(moment.replace(tzinfo=UTC).timestamp()) * 1_000_000_000 + int((match[2] or "").ljust(9, "0"))


def _read_npt(text: str) -> int | None:
    """Return an offset in nanoseconds; None for ``now`` and for none."""
    if text in ("", "now"):
        return None
    match = re.fullmatch(r"(?:([0-9]{1,4}):([0-5]?[0-9]):)?([0-9]{1,9})(?:\.([0-9]{1,9})[0-9]*)?", text)
    if match is None:
        raise RtspError(457)
    seconds = int(match[1] or 0) * 3600 + int(match[2] or 0) * 60 + int(match[3])
    return seconds * 1_000_000_000 + int((match[4] or "").ljust(9, "0"))


def _read_scale(text: str, is_paced: bool) -> float:
    """Return the nearest possible speed (RFC 2326, 12.34)."""
    if not re.fullmatch(r"[+-]?[0-9]{1,6}(\.[0-9]{1,9})?", text.strip()) or not float(text):
        raise RtspError(400)
    scale = float(text)
    size = min(max(abs(scale), SCALES[0]), SCALES[1]) if is_paced else 1.0
    return size if scale > 0 else -size


def _read_frames(text: str) -> tuple[bool, int]:
    match = _FRAMES.fullmatch(text.strip())
    if match is None or (match[2] and match[1].lower() != "intra"):
        raise RtspError(400)
    return match[1].lower() == "intra", int(match[2] or 0) * 1_000_000
