"""Connected clients: everybody who gets something from the camera now, over all protocols."""

from collections.abc import Iterator
from typing import Protocol

from ipcamd.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ConnectedClient:
    """A stream, a page or a download, and its receiver."""

    number: int
    """Of the connection or session, within its service."""
    account: str
    """"" for a viewer without a login."""
    address: str
    """The client's IP address."""
    protocol: str
    """Such as ``https`` or ``rtsp/udp``."""
    streams: tuple[str, ...]
    """Streams that it gets: ``mjpeg``, ``h264``, ``audio`` ..."""
    path: str
    """Path that it asked for."""
    page: str
    """Name that an open page gave itself; "" for other clients."""
    since_s: float
    """Monotonic seconds when it connected."""
    sent_bytes: int | None
    """Bytes that it has got; None if the system does not tell."""


class ClientSource(Protocol):
    """Service that has clients."""

    def clients(self) -> Iterator[ConnectedClient]:
        """Yield the clients of now."""

    def disconnect(self, number: int) -> bool:
        """Disconnect a client; return whether there is one of this number."""


class ConnectedClients:
    """The clients of all services. For the event loop."""

    def __init__(self) -> None:
        self._sources: dict[str, ClientSource] = {}

    def add(self, name: str, source: ClientSource) -> None:
        """Add a service; its `name` begins the identifiers of its clients."""
        self._sources[name] = source

    def __iter__(self) -> Iterator[tuple[str, ConnectedClient]]:
        """Yield identifier and client of all clients."""
        for name, source in self._sources.items():
            for client in source.clients():
                yield f"{name}-{client.number}", client

    def disconnect(self, identifier: str) -> bool:
        """Disconnect a client; return whether it was there. It may connect again."""
        name, _, number = identifier.partition("-")
        source = self._sources.get(name)
        return source is not None and number.isdecimal() and source.disconnect(int(number[:20]))
