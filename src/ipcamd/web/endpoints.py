"""Table of all endpoints: the SDK's requests, the pages with their files and requests, and their description."""

from ipcamd import cgi
from ipcamd.web import description, home, presets, settings, state, welcome, whep
from ipcamd.web.events import event_log, notifications, schedules
from ipcamd.web.metrics import metrics
from ipcamd.web.openapi.openapi import ApiDescription
from ipcamd.web.recordings import export, recordings
from ipcamd.web.system import clients, host, log

_PARTS = (
    home,
    clients,
    metrics,
    log,
    recordings,
    export,
    event_log,
    schedules,
    notifications,
    presets,
    settings,
    state,
    whep,
    welcome,
    host,
    description,
)

ENDPOINTS = ApiDescription([*(each for part in _PARTS for each in part.ENDPOINTS), *cgi.ENDPOINTS]).endpoints
"""All endpoints; a path that none of them has does not exist."""
