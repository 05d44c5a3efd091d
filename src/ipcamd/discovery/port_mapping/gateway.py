"""Gateway: interface of the router, with one implementation per protocol."""

from typing import NamedTuple, Protocol

from ipcamd.dataclass import dataclass

LIFETIME_S = 3600
"""Requested lifetime of a mapping, in seconds: mappings expire soon after a power cut."""


class Route(NamedTuple):
    """Route from the camera to the router: their IPv4 addresses in the shared network."""

    own: str
    router: str


@dataclass(frozen=True, slots=True)
class MappedPort:
    """Port of the router that is mapped to the camera."""

    internal_port: int
    """TCP port of the camera."""
    external_port: int
    """TCP port of the router's external address."""
    lifetime_s: int
    """0: permanent."""


class Gateway(Protocol):
    """Client of one protocol. Each method raises ``OSError``, or ``ValueError`` for an unusable answer."""

    name: str
    """The protocol's name."""

    async def map_port(self, internal_port: int, external_port: int) -> MappedPort:
        """Map a port for `LIFETIME_S`, or renew the mapping; a router may choose another external port."""

    async def unmap_port(self, mapped: MappedPort) -> None:
        """Remove the mapping."""

    async def external_address(self) -> str:
        """Return the router's public address; "" if it has none."""

    async def has_forgotten(self, mapped: MappedPort) -> bool:
        """Whether the router has restarted or lost this mapping."""
