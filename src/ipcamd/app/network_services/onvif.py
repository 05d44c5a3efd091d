"""ONVIF of a camera: services and metadata track, imported and built for the first client."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ipcamd.app.shutdown import ShutdownStack
from ipcamd.camera import Camera
from ipcamd.cgi.endpoint import Call, Reply
from ipcamd.media.stream.hub import Hub
from ipcamd.workers.thread import run_in_thread

if TYPE_CHECKING:
    from ipcamd.app.network_services.onvif_services import OnvifServices


class LateOnvif:
    """ONVIF of one camera."""

    def __init__(self, stack: ShutdownStack, camera: Camera) -> None:
        """`stack` closes what the services start."""
        self._stack, self._camera = stack, camera
        self._services: OnvifServices | None = None

    def answer(self, call: Call) -> Reply | Awaitable[Reply]:
        """Answer a request: at once, unless it waits for something."""
        return self._services.dispatcher.answer(call) if self._services else self._answer_first(call)

    async def _answer_first(self, call: Call) -> Reply:
        await run_in_thread(_import_builder, "ONVIF")  # imports a hundred modules
        outcome = self._built().dispatcher.answer(call)
        return outcome if isinstance(outcome, Reply) else await outcome

    def metadata(self) -> Hub:
        """Return the hub of the metadata track."""
        return self._built().metadata

    def profile_tracks(self, token: str) -> tuple[str, ...]:
        """Return the tracks of the profile with this token; see `ipcamd.onvif.media.stream_uri`."""
        from ipcamd.onvif.media.stream_uri import profile_tracks

        return profile_tracks(self._camera, token)

    def _built(self) -> "OnvifServices":
        if self._services is None:
            self._services = _import_builder()(self._stack, self._camera)
        return self._services


def _import_builder() -> "Callable[[ShutdownStack, Camera], OnvifServices]":
    from ipcamd.app.network_services.onvif_services import build_onvif

    return build_onvif
