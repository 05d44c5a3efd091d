"""``Time`` (SDK 10.3) and ``Time.NTP`` (SDK 10.4): the clock."""

from ipcamd.params.group import Group, Param, Rank, Texts, ValueOrigin, Values
from ipcamd.params.kinds.addresses import HostPort
from ipcamd.params.kinds.choice import ON_OFF, OneOf
from ipcamd.params.kinds.date_and_time import Day, Time
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.number import Integer
from ipcamd.params.time_zones import ZONES


def _by_hand(_: Values, sent: Texts) -> Texts:
    """Disable NTP when the clock is set by hand, because NTP would revert it (clarifications 1.3)."""
    set_by_hand = not sent.keys().isdisjoint(("ServerDate", "ServerTime"))
    return {"SyncSource": "manually"} if set_by_hand and "SyncSource" not in sent else {}


def _clock(name: str, kind: ValueKind, default: str, help: str) -> Param:
    return Param(name, kind, default, f"{help}; setting it sets the clock.", get=Rank.GUEST, origin=ValueOrigin.LIVE)


NTP_PORT = 123
"""Default UDP port of a server (RFC 5905)."""

_ZONE = Integer(0, len(ZONES) - 1, labels=tuple(str(zone) for zone in ZONES))

TIME = Group(
    "Time",
    "10.3",
    (
        _clock("ServerDate", Day(), "1971-01-01", "Local date"),
        _clock("ServerTime", Time(), "00:00:00", "Local time of day"),
        Param("SyncSource", OneOf(("NTP", "manually")), "manually", "Source of the time.", get=Rank.USERS),
        Param("TimeZone", _ZONE, "21", "Time zone, by its index in the table.", get=Rank.GUEST, network=True),
        Param(
            "DaylightSaving",
            ON_OFF,
            "off",
            "Apply the zone's daylight saving; off: standard time all year.",
            get=Rank.GUEST,
            network=True,
        ),
    ),
    normalize=_by_hand,
)

NTP = Group(
    "Time.NTP",
    "10.4",
    (
        Param("Server", HostPort(NTP_PORT), "pool.ntp.org", "NTP server, optionally with its UDP port."),
        Param("Update", Time("00:01:00", "24:00:00"), "24:00:00", "Interval between requests to the server."),
    ),
)
