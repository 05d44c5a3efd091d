"""Table of all endpoints: the SDK's requests, the pages with their files and requests, and their description."""

from ipcamd import cgi
from ipcamd.web import clients, description, events, export, home, log, presets, recordings, settings, state
from ipcamd.web.openapi.openapi import ApiDescription

_PARTS = (home, clients, log, recordings, export, events, presets, settings, state, description)

ENDPOINTS = ApiDescription([*(each for part in _PARTS for each in part.ENDPOINTS), *cgi.ENDPOINTS]).endpoints
"""What is not here does not exist."""
