"""Time zones of ``date.cgi`` and ``Time.TimeZone`` (SDK appendix B, as restored by clarifications 1.3)."""

from typing import NamedTuple


class Zone(NamedTuple):
    """One row of the table; its index there is the value of ``Time.TimeZone``."""

    name: str
    """Present IANA name, whose rules apply with daylight saving."""
    hours: float
    """Standard time in hours east of UTC, which applies all year without daylight saving."""

    def __str__(self) -> str:
        minutes = round(abs(self.hours) * 60)
        return f"{self.name} ({'-' if self.hours < 0 else '+'}{minutes // 60:02}:{minutes % 60:02})"


_TABLE: dict[float, str] = {
    -12: "Etc/GMT+12",
    -11: "Pacific/Midway",
    -10: "Pacific/Honolulu",
    -9: "America/Anchorage",
    -8: "America/Los_Angeles",
    -7: "America/Phoenix America/Denver",
    -6: "America/Chicago America/Mexico_City America/Regina",
    -5: "America/Bogota America/New_York America/Indiana/Indianapolis",
    -4: "America/Halifax America/La_Paz America/Santiago",
    -3: "America/Sao_Paulo America/Argentina/Buenos_Aires",
    -2: "Atlantic/South_Georgia",
    -1: "Atlantic/Azores",
    0: "Africa/Monrovia Europe/London",
    1: "Europe/Berlin Europe/Prague Europe/Paris Europe/Warsaw",
    2: "Europe/Athens Europe/Bucharest Africa/Cairo Africa/Johannesburg Europe/Helsinki Asia/Jerusalem",
    3: "Asia/Kuwait Europe/Moscow Africa/Nairobi",
    4: "Asia/Dubai Asia/Baku",
    5: "Asia/Yekaterinburg Asia/Karachi",
    5.5: "Asia/Kolkata",
    6: "Asia/Dhaka",
    7: "Asia/Bangkok",
    8: "Asia/Shanghai Australia/Perth Asia/Singapore Asia/Taipei",
    9: "Asia/Tokyo Asia/Seoul Asia/Yakutsk",
    10: "Australia/Brisbane Australia/Sydney Pacific/Guam Australia/Hobart Asia/Vladivostok",
    11: "Asia/Magadan",
    12: "Pacific/Auckland Pacific/Fiji",
}

ZONES = tuple(Zone(name, hours) for hours, names in _TABLE.items() for name in names.split())
"""All zones, from west to east."""
