"""Addresses of the ONVIF services."""

from typing import cast

from ipcamd.media.codecs import METADATA
from ipcamd.media.stream.hub import Hub
from ipcamd.onvif.endpoints import SERVICE_PATHS
from ipcamd.onvif.events.service import EventService
from ipcamd.onvif.services import build_services


def test_every_service_has_an_endpoint() -> None:
    events = EventService(cast(None, None), cast(None, None))  # type: ignore[arg-type]
    assert {service.path for service in build_services(events, Hub(METADATA), True)} == set(SERVICE_PATHS)
