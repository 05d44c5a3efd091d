"""Gateway: interface of the router, with one implementation per protocol."""

from typing import NamedTuple, Protocol

from ipcamd.dataclass import dataclass
from ipcamd.device.interface_state import OwnAddress

MAPPING_LIFETIME_S = 3600
"""Requested lifetime of a mapping, in seconds: mappings expire soon after a power cut."""


@dataclass(frozen=True, slots=True)
class MappingRequest:
    """Wanted state."""

    own: OwnAddress
    """The camera's address: on the router's network, or its public IPv6 address."""
    router: str
    """Its IP address, with a zone if that is link-local."""
    protocol: str
    """``auto``, ``pcp``, ``natpmp`` or ``upnp``."""
    ports: tuple[tuple[str, int], ...]
    """Services and their ports."""
    link_local: OwnAddress | None = None
    """The camera's address for the search for a UPnP router, if it is not `own`."""

    @property
    def route(self) -> "Route":
        """The way to the router."""
        return Route(self.own.address, self.router)


class Route(NamedTuple):
    """Route to the router: IP addresses of the camera and of the router."""

    own: str
    router: str


@dataclass(frozen=True, slots=True)
class MappedPort:
    """Port of the router that is mapped to the camera."""

    internal_port: int
    """TCP port of the camera."""
    external_port: int
    """TCP port of the router's external address; for IPv6 that of the camera."""
    lifetime_s: int
    """0: permanent."""


class Gateway(Protocol):
    """Client of one protocol. Each method raises ``OSError``, or ``ValueError`` for an unusable answer."""

    name: str
    """The protocol's name."""

    async def map_port(self, internal_port: int, external_port: int) -> MappedPort:
        """Map a port for `MAPPING_LIFETIME_S`, or renew the mapping; a router may choose another external port."""

    async def unmap_port(self, mapped: MappedPort) -> None:
        """Remove the mapping."""

    async def external_address(self) -> str:
        """Return the public address that leads to the camera; "" if there is none."""

    async def has_forgotten(self, mapped: MappedPort) -> bool:
        """Whether the router has restarted or lost this mapping."""
