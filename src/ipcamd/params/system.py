"""``System.Info`` (SDK 10.2) and ``System`` (SDK 10.7)."""

from ipcamd.params.group import Group, Origin, Param, Rank
from ipcamd.params.values import PORT, YES_NO, Text


def _live(name: str, help: str) -> Param:
    return Param(name, Text(64), "", help, get=Rank.GUEST, set=None, origin=Origin.LIVE)


INFO = Group(
    "System.Info",
    "10.2",
    (
        Param("ServerName", Text(32), "ipcamd", "The camera's name; also the login realm.", get=Rank.GUEST),
        Param("ServerLocation", Text(64), "", "Where the camera is.", get=Rank.GUEST),
        _live("MACAddress", "The camera's MAC address."),
        _live("ModelName", "The model's name."),
        _live("FWVersion", "Version of the software."),
        _live("FWBuild", "Build number of the software."),
        _live("CGI", "Version of the SDK that is spoken."),
        _live("ModelNumber", "The model's number."),
    ),
)

SYSTEM = Group(
    "System",
    "10.7",
    (
        Param("HTTPPort", PORT, "8080", "TCP port of the HTTP service."),
        Param("RTSPAuth", YES_NO, "yes", "RTSP viewers must log in.", acts=False),
        Param("RTSPPort", PORT, "8554", "TCP port of the RTSP service.", acts=False),
    ),
)
