"""Connected clients: all present receivers of the camera, over all protocols."""

from collections.abc import Iterator
from typing import Protocol

from ipcamd.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ConnectedClient:
    """A stream, page or download, and its receiver."""

    number: int
    """Number of the connection or session within its service."""
    account: str
    """"" for a viewer without a login."""
    address: str
    """The client's IP address."""
    protocol: str
    """Such as ``https`` or ``rtsp/udp``."""
    streams: tuple[str, ...]
    """Streams of the client: ``mjpeg``, ``h264``, ``audio`` ..."""
    path: str
    """Requested path."""
    page: str
    """Name that an open page has set; "" for other clients."""
    since_s: float
    """Monotonic time of the connection, in seconds."""
    sent_bytes: int | None
    """Sent bytes; None if the system does not report them."""


class ClientService(Protocol):
    """Service with clients."""

    def clients(self) -> Iterator[ConnectedClient]:
        """Yield the present clients."""

    def disconnect(self, number: int) -> bool:
        """Disconnect the client with this number; return whether it existed."""


class ConnectedClients:
    """The clients of all services. For the event loop."""

    def __init__(self) -> None:
        self._services: dict[str, ClientService] = {}

    def add(self, name: str, service: ClientService) -> None:
        """Add a service; its `name` is the prefix of its clients' identifiers."""
        self._services[name] = service

    def __iter__(self) -> Iterator[tuple[str, ConnectedClient]]:
        """Yield identifier and client of all clients."""
        for name, service in self._services.items():
            for client in service.clients():
                yield f"{name}-{client.number}", client

    def disconnect(self, identifier: str) -> bool:
        """Disconnect a client; return whether it was there. It may connect again."""
        name, _, number = identifier.partition("-")
        service = self._services.get(name)
        return service is not None and number.isdecimal() and service.disconnect(int(number[:20]))
