"""Endpoint table: modules of all endpoints, those of the SDK and those of the pages."""

from ipcamd import cgi
from ipcamd.cgi.endpoint import Endpoint
from ipcamd.cgi.endpoint_module import EndpointModule


def _module(name: str, *paths: str) -> EndpointModule:
    return EndpointModule(f"ipcamd.web.{name}", paths)


DESCRIPTION = _module("upnp_description", "/upnp/description.xml")
"""Address in the camera's announcements."""

MODULES = (
    _module(
        "pages",
        *("/", "/index.html", "/recordings", "/events", "/settings", "/system", "/api", "/welcome", "/favicon.ico"),
        *("/web/now", "/web/picture"),
        *(f"/web/{folder}/*" for folder in ("shared", "api", "time", "network", "log", "live", "stream")),
        *(f"/web/{folder}/*" for folder in ("renderers", "mp4", "requests", "size", "talk", "zoom")),
        *(f"/web/{folder}/*" for folder in ("motion", "device", "lens", "ptz", "recordings", "events", "settings")),
        *(f"/web/{folder}/*" for folder in ("system", "welcome", "masks")),
    ),
    _module("system.clients", "/web/clients", "/web/clients/disconnect"),
    _module("metrics.metrics", "/metrics"),
    _module("system.process_log", "/web/log", "/web/log.txt"),
    _module(
        "recordings.recordings",
        *("/web/recordings", "/web/segments", "/web/segment", "/web/video", "/web/thumbnail"),
        "/web/delete_recordings",
    ),
    _module("recordings.export", "/web/export_plan", "/web/export", "/web/exports", "/web/cancel_export"),
    _module("events.event_log_page", "/web/events"),
    _module("events.schedules", "/web/schedules"),
    _module("events.notifications", "/web/notifications", "/web/notify"),
    _module("preset_thumbnail", "/web/preset"),
    _module("settings", "/web/settings", "/web/check", "/web/update", "/web/undo"),
    _module("state_stream", "/web/state"),
    _module("whep", "/whep", "/whep/*", "/whep/h264/sub", "/whep/sessions/*"),
    _module("first_steps_end", "/web/welcome/end"),
    _module("system.clock_and_network", "/web/system"),
    DESCRIPTION,
    *cgi.MODULES,
    _module("openapi.openapi", "/openapi.json"),
)
"""All modules; other paths do not exist."""


def load_endpoints() -> tuple[Endpoint, ...]:
    """Return all endpoints, importing their modules."""
    return tuple(endpoint for module in MODULES for endpoint in module.load())
