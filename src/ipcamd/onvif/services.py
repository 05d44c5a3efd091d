"""All ONVIF services of a camera, and their endpoints."""

from collections.abc import Sequence

from ipcamd.cgi.endpoint import ANY, Body, Call, Endpoint, LoginPlace, Reply
from ipcamd.errors import HttpError
from ipcamd.media.stream.hub import Hub
from ipcamd.onvif.device.service import device_service
from ipcamd.onvif.device_io.service import DEVICE_OPERATIONS
from ipcamd.onvif.device_io.service import SERVICE as DEVICE_IO
from ipcamd.onvif.dispatcher import Dispatcher
from ipcamd.onvif.events.service import SUBSCRIPTION_PATH, EventService
from ipcamd.onvif.imaging.service import SERVICE as IMAGING
from ipcamd.onvif.media1.service import media1_service
from ipcamd.onvif.media2.service import media2_service
from ipcamd.onvif.operation import Service
from ipcamd.onvif.ptz.service import SERVICE as PTZ
from ipcamd.params.group import Rank
from ipcamd.params.onvif import ONVIF


def build_services(events: EventService, metadata: Hub) -> tuple[Service, ...]:
    """Return all services, the device service first; `metadata` is the hub of the metadata track."""
    others = (media1_service(metadata), media2_service(metadata), *events.services(), PTZ, IMAGING, DEVICE_IO)

    def listed() -> Sequence[Service]:
        return [service for service in services if service.is_listed]

    services = (device_service(listed, DEVICE_OPERATIONS), *others)
    return services


def onvif_endpoints(events: EventService, metadata: Hub) -> tuple[Endpoint, ...]:
    """Return the endpoints: every service answers at every address (clarifications, Additions of ours)."""
    services = build_services(events, metadata)
    dispatcher = Dispatcher(services)

    async def answer(call: Call) -> Reply:
        if not call.camera.settings[ONVIF.name].flag("Enabled"):
            raise HttpError(404, "no such path")
        return await dispatcher.answer(call)

    first, *others = dict.fromkeys(service.path for service in services)
    return (
        Endpoint(first, Rank.GUEST, answer, tuple(others), methods=("POST",), body=Body.STREAM, login=LoginPlace.BODY),
        Endpoint(
            f"{SUBSCRIPTION_PATH}{ANY}",
            Rank.GUEST,
            answer,
            methods=("POST",),
            body=Body.STREAM,
            login=LoginPlace.BODY,
            for_caller=True,
        ),
    )
