"""All ONVIF services of a camera."""

from collections.abc import Sequence

from ipcamd.media.stream.hub import Hub
from ipcamd.onvif.device.service import device_service
from ipcamd.onvif.device_io.service import DEVICE_OPERATIONS
from ipcamd.onvif.device_io.service import SERVICE as DEVICE_IO
from ipcamd.onvif.events.service import EventService
from ipcamd.onvif.imaging.service import SERVICE as IMAGING
from ipcamd.onvif.media1.service import media1_service
from ipcamd.onvif.media2.service import media2_service
from ipcamd.onvif.operation import Service
from ipcamd.onvif.ptz.service import SERVICE as PTZ
from ipcamd.onvif.recording.service import SERVICE as RECORDING
from ipcamd.onvif.replay.service import SERVICE as REPLAY
from ipcamd.onvif.search.service import SearchService


def build_services(events: EventService, metadata: Hub, has_card: bool) -> tuple[Service, ...]:
    """Return all services, the device service first; `metadata` is the hub of the metadata track; `has_card`: the
    camera has a slot for an SD card."""
    others: tuple[Service, ...] = (
        media1_service(metadata),
        media2_service(metadata),
        *events.services(),
        PTZ,
        IMAGING,
        DEVICE_IO,
    )
    if has_card:
        others = (*others, RECORDING, SearchService().service(), REPLAY)

    def listed() -> Sequence[Service]:
        return [service for service in services if service.is_listed]

    services = (device_service(listed, DEVICE_OPERATIONS), *others)
    return services
