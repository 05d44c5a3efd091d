"""Local day: its start and end, and the camera's offset from UTC, which may change within it."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from ipcamd.storage.recording import nanoseconds

_DAY = timedelta(days=1)


def day_ends(day: date, zone: tzinfo) -> tuple[int, int]:
    """Return the midnights before and after a local day, in nanoseconds since the epoch, UTC."""
    start, end = (nanoseconds(datetime.combine(d, time(), zone)) for d in (day, day + _DAY))
    return start, end


def offsets(start_ns: int, end_ns: int, zone: tzinfo) -> list[tuple[int, int]]:
    """Return the start of each offset from UTC, in milliseconds since the epoch, and the offset in seconds."""
    first, last = _offset_s(start_ns, zone), _offset_s(end_ns - 1, zone)
    found = [(start_ns // 1_000_000, first)]
    if first != last:
        low, high = start_ns // 10**9, end_ns // 10**9
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset_s(middle * 10**9, zone) == first else (low, middle)
        found.append((high * 1000, last))
    return found


def _offset_s(moment_ns: int, zone: tzinfo) -> int:
    try:
        offset = datetime.fromtimestamp(moment_ns // 10**9, UTC).astimezone(zone).utcoffset()
    except (OverflowError, ValueError):  # at the limits of the calendar
        return 0
    return int(offset.total_seconds()) if offset else 0
