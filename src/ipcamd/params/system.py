"""``System.Info`` (SDK 10.2) and ``System`` (SDK 10.7)."""

from ipcamd.errors import RequestFailed
from ipcamd.params.group import Group, Origin, Param, Rank, Values
from ipcamd.params.values import MAC, NOTHING, PORT, YES_NO, AnyOf, Kind, Text

_TEXT = Text(64)


def _plate(name: str, help: str, kind: Kind = _TEXT, get: Rank = Rank.GUEST) -> Param:
    return Param(name, kind, "", help, get=get, set=None, origin=Origin.LIVE)


def _two_ports(values: Values, _: Values) -> Values:
    """Refuse one port for both services (with port 0, an option of the command line, the system chooses)."""
    port = values["HTTPPort"]
    if port != "0" and port == values["RTSPPort"]:
        raise RequestFailed(f"HTTPPort={port}, RTSPPort={port}: they must differ")
    return {}


INFO = Group(
    "System.Info",
    "10.2",
    (
        Param("ServerName", Text(32), "ipcamd", "The camera's name; also the login realm.", get=Rank.GUEST),
        Param("ServerLocation", _TEXT, "", "Where the camera is.", get=Rank.GUEST),
        _plate("MACAddress", "The camera's MAC address.", AnyOf((MAC, NOTHING)), get=Rank.USERS),
        _plate("ModelName", "The model's name."),
        _plate("FWVersion", "Version of the software, X.Y.Z.", get=Rank.USERS),
        _plate("FWBuild", "Build number of the software.", get=Rank.USERS),
        _plate("CGI", "Version of the SDK that is spoken."),
        _plate("ModelNumber", "The model's number."),
    ),
)

SYSTEM = Group(
    "System",
    "10.7",
    (
        Param("HTTPPort", PORT, "8080", "TCP port of the HTTP service.", get=Rank.GUEST),
        Param("RTSPAuth", YES_NO, "yes", "RTSP viewers must log in.", get=Rank.GUEST),
        Param("RTSPPort", PORT, "8554", "TCP port of the RTSP service.", get=Rank.GUEST),
    ),
    settle=_two_ports,
)
