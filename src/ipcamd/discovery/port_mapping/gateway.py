"""Gateway: the router as a client of each protocol sees it."""

from typing import NamedTuple, Protocol

from ipcamd.dataclass import dataclass

LIFETIME_S = 3600
"""Seconds that are asked for a mapping: what a power cut leaves behind does not stay long."""


class Route(NamedTuple):
    """Way from the camera to the router: their IPv4 addresses on the network that they share."""

    own: str
    router: str


@dataclass(frozen=True, slots=True)
class MappedPort:
    """A port of the router that leads to the camera."""

    internal_port: int
    """TCP port of the camera."""
    external_port: int
    """TCP port of the router's external address."""
    lifetime_s: int
    """0: it stays until it is removed."""


class Gateway(Protocol):
    """Client of one protocol. Each method raises ``OSError``; ``ValueError`` is for answers that cannot be used."""

    name: str
    """The protocol's name."""

    async def map_port(self, internal_port: int, external_port: int) -> MappedPort:
        """Map a port for `LIFETIME_S`, or renew the mapping; a router may choose another external port."""

    async def unmap_port(self, mapped: MappedPort) -> None:
        """Remove the mapping."""

    async def external_address(self) -> str:
        """Return the router's public address; "" if it has none."""

    async def has_forgotten(self, mapped: MappedPort) -> bool:
        """Whether the router has been restarted, or has lost this mapping otherwise."""
