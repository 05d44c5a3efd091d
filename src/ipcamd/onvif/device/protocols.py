"""Network protocols: HTTP, HTTPS and RTSP with their ports (ONVIF Core, 8.2.10)."""

from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import invalid_argument, prohibited
from ipcamd.onvif.soap.values import boolean, integer, one_of
from ipcamd.onvif.soap.writer import Content, node
from ipcamd.params.network import HTTPS
from ipcamd.params.system import SYSTEM
from ipcamd.settings.change_records import Change

_PORTS = {
    "HTTP": (SYSTEM.name, "HTTPPort"),
    "HTTPS": (HTTPS.name, "HttpsPort"),
    "RTSP": (SYSTEM.name, "RTSPPort"),
}
"""Protocol to the group and the parameter of its port."""


def get_protocols(call: OperationCall) -> Content:
    """List the protocols."""
    settings = call.camera.settings
    return [
        node(
            "tds:NetworkProtocols",
            node("tt:Name", name),
            node("tt:Enabled", _is_enabled(call, name)),
            node("tt:Port", settings[group].number(port)),
        )
        for name, (group, port) in _PORTS.items()
    ]


async def set_protocols(call: OperationCall) -> None:
    """Set ports, and enable or disable HTTP and HTTPS; RTSP is always enabled."""
    changes = [change for element in call["NetworkProtocols"] for change in _changes(call, element)]
    await call.update(*changes)


def _is_enabled(call: OperationCall, name: str) -> bool:
    https = call.camera.settings[HTTPS.name]
    return {"HTTP": https["HttpMode"] == "on", "HTTPS": https.flag("Enabled")}.get(name, True)


def _changes(call: OperationCall, element: Element) -> list[Change]:
    name, enabled = element.value(one_of(*_PORTS), "Name"), element.value(boolean, "Enabled")
    ports = [port.read(integer) for port in element.all("Port")]
    if len(ports) > 1 or not all(0 < port < 65536 for port in ports):
        raise invalid_argument(f"{name}: allowed is one port, 1 to 65535", "ServiceNotSupported")
    changes = [Change(*_PORTS[name], str(port)) for port in ports]
    if enabled == _is_enabled(call, name):
        return changes
    match name:
        case "HTTPS":
            return [*changes, Change(HTTPS.name, "Enabled", "yes" if enabled else "no")]
        case "HTTP":
            return [*changes, Change(HTTPS.name, "HttpMode", "on" if enabled else "off")]
    raise prohibited("RTSP: the camera always serves it")
