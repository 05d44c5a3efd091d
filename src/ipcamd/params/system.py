"""``System.Info`` (SDK 10.2) and ``System`` (SDK 10.7)."""

from ipcamd.errors import RequestFailed
from ipcamd.params.group import Group, Param, Rank, Texts, Values, live_param
from ipcamd.params.kinds.addresses import MAC
from ipcamd.params.kinds.choice import YES_NO
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.number import PORT
from ipcamd.params.kinds.text import NOTHING, AnyOf, Text

_TEXT = Text(64)


def _plate(name: str, help: str, kind: ValueKind = _TEXT, get: Rank = Rank.GUEST) -> Param:
    return live_param(name, kind, "", help, get=get)


def _two_ports(values: Values, _: Texts) -> Texts:
    """Refuse the same port for both services (port 0, an option of the command line, selects a free one)."""
    port = values["HTTPPort"]
    if port != "0" and port == values["RTSPPort"]:
        raise RequestFailed(f"HTTPPort={port}, RTSPPort={port}: they must differ")
    return {}


INFO = Group(
    "System.Info",
    "10.2",
    (
        Param("ServerName", Text(32), "ipcamd", "Name of the camera; also the login realm.", get=Rank.GUEST),
        Param("ServerLocation", _TEXT, "", "Location of the camera.", get=Rank.GUEST),
        _plate("MACAddress", "MAC address of the camera.", AnyOf((MAC, NOTHING)), get=Rank.USERS),
        _plate("ModelName", "Name of the model."),
        _plate("FWVersion", "Version of the software, X.Y.Z.", get=Rank.USERS),
        _plate("FWBuild", "Build number of the software.", get=Rank.USERS),
        _plate("CGI", "Version of the SDK that the camera implements."),
        _plate("ModelNumber", "Number of the model."),
    ),
)

SYSTEM = Group(
    "System",
    "10.7",
    (
        Param("HTTPPort", PORT, "8080", "TCP port of the HTTP service.", get=Rank.GUEST),
        Param("RTSPAuth", YES_NO, "yes", "Require a login of RTSP viewers.", get=Rank.GUEST),
        Param("RTSPPort", PORT, "8554", "TCP port of the RTSP service.", get=Rank.GUEST),
        Param("TalkPort", PORT, "5432", "UDP port for talk (addition; the SDK has only 5432).", get=Rank.GUEST),
    ),
    normalize=_two_ports,
)
