"""URLs of the camera for the client of a request, with the host name or address of that request."""

import re

from ipcamd.cgi.endpoint import Call
from ipcamd.params.system import SYSTEM

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")


def http_url(call: Call) -> str:
    """Return scheme, host and port, such as ``http://192.0.2.5:8080``.

    The host is that of the ``Host`` field if that is valid: a container or a router can hide the camera's own address.
    """
    scheme = "https" if call.over_tls else "http"
    host, port = _authority(call)
    return f"{scheme}://{host}{port}"


def rtsp_url(call: Call, path: str) -> str:
    """Return the RTSP address of a path, such as ``h264``."""
    port = call.camera.settings[SYSTEM.name].number("RTSPPort")
    return f"rtsp://{_authority(call)[0]}:{port}/{path}"


def _authority(call: Call) -> tuple[str, str]:
    """Return the host, and the port with its colon, or ""."""
    match = _HOST.fullmatch(call.head.fields.get("host", ""))
    if match:
        return match[1], match[2] or ""
    own = call.arrived_at or "127.0.0.1"
    return f"[{own}]" if ":" in own else own, _served_port(call)


def _served_port(call: Call) -> str:
    settings = call.camera.settings
    if call.over_tls:
        return f":{settings['Network.Advanced.HTTPS'].number('HttpsPort')}"
    return f":{settings[SYSTEM.name].number('HTTPPort')}"
