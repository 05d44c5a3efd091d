"""``Time`` (SDK 10.3) and ``Time.NTP`` (SDK 10.4): the clock."""

from ipcamd.params.group import Group, Origin, Param, Rank, Texts, Values
from ipcamd.params.kinds.choice import ON_OFF, OneOf
from ipcamd.params.kinds.moment import Day, Time
from ipcamd.params.kinds.network import Host
from ipcamd.params.kinds.number import Integer
from ipcamd.params.zones import ZONES


def _by_hand(_: Values, sent: Texts) -> Texts:
    """Whoever sets the clock by hand does not want NTP to set it back (clarifications 1.3)."""
    set_by_hand = not sent.keys().isdisjoint(("ServerDate", "ServerTime"))
    return {"SyncSource": "manually"} if set_by_hand and "SyncSource" not in sent else {}


_ZONE = Integer(0, len(ZONES) - 1, labels=tuple(str(zone) for zone in ZONES))

TIME = Group(
    "Time",
    "10.3",
    (
        Param(
            "ServerDate",
            Day(),
            "1971-01-01",
            "The local date; setting it sets the clock.",
            get=Rank.GUEST,
            origin=Origin.LIVE,
        ),
        Param(
            "ServerTime",
            Time(),
            "00:00:00",
            "The local time of day; setting it sets the clock.",
            get=Rank.GUEST,
            origin=Origin.LIVE,
        ),
        Param("SyncSource", OneOf(("NTP", "manually")), "manually", "Who sets the clock.", get=Rank.USERS, acts=False),
        Param("TimeZone", _ZONE, "21", "The time zone, by its index in the table.", get=Rank.GUEST, network=True),
        Param(
            "DaylightSaving",
            ON_OFF,
            "off",
            "Follow the zone's rules of daylight saving; off: its standard time all year.",
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
        Param("Server", Host(), "pool.ntp.org", "The NTP server.", acts=False),
        Param(
            "Update",
            Time("00:01:00", "24:00:00"),
            "24:00:00",
            "Time between two questions to the server.",
            acts=False,
        ),
    ),
)
