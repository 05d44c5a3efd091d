"""Operations of all services, from the camera's own tables."""

from typing import Any, cast

from ipcamd.onvif.events.service import EventService
from ipcamd.onvif.operation import Operation
from ipcamd.onvif.services import build_services

_NO_PART = cast("Any", None)

OPERATIONS: dict[str, Operation] = {
    f"{service.prefix}:{operation.name}": operation
    for service in build_services(EventService(_NO_PART, _NO_PART), _NO_PART, True)
    for operation in service.operations.values()
}
"""By the prefix of the service and the name, such as ``tds:GetScopes``."""
