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


class ClientSource(Protocol):
    """Service with clients."""

    def clients(self) -> Iterator[ConnectedClient]:
        """Yield the present clients."""

    def disconnect(self, number: int) -> bool:
        """Disconnect the client with this number; return whether it existed."""


class ConnectedClients:
    """The clients of all services. For the event loop."""

    def __init__(self) -> None:
        self._sources: dict[str, ClientSource] = {}

    def add(self, name: str, source: ClientSource) -> None:
        """Add a service; its `name` is the prefix of its clients' identifiers."""
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
