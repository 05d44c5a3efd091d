"""NAT-PMP gateway: a router with the NAT Port Mapping Protocol (RFC 6886)."""

from functools import partial

from ipcamd.discovery.port_mapping.datagrams import exchange
from ipcamd.discovery.port_mapping.epoch import RouterEpoch
from ipcamd.discovery.port_mapping.gateway import MAPPING_LIFETIME_S, MappedPort, Route
from ipcamd.wire import natpmp


class NatPmpGateway:
    """See `Gateway`."""

    name = "natpmp"

    def __init__(self, route: Route) -> None:
        self._route = route
        self._epoch = RouterEpoch()
        self._external = ""

    async def probe(self) -> None:
        """Check whether the router supports NAT-PMP. Raises ``PortMapRefused``, and ``OSError`` without an answer."""
        await self._ask_address()

    async def map_port(self, internal_port: int, external_port: int) -> MappedPort:
        """See `Gateway`."""
        found = await self._ask_mapping(internal_port, external_port, MAPPING_LIFETIME_S)
        return MappedPort(internal_port, found.external_port, found.lifetime_s)

    async def unmap_port(self, mapped: MappedPort) -> None:
        """See `Gateway`."""
        await self._ask_mapping(mapped.internal_port, 0, 0)

    async def external_address(self) -> str:
        """See `Gateway`."""
        return self._external

    async def has_forgotten(self, mapped: MappedPort) -> bool:
        """See `Gateway`. Also True if the external address has changed."""
        before = self._external
        is_restarted = await self._ask_address()
        return is_restarted or self._external != before

    async def _ask_address(self) -> bool:
        self._external, epoch_s = await exchange(self._route, natpmp.format_address_request(), natpmp.parse_address)
        return self._epoch.note(epoch_s)

    async def _ask_mapping(self, internal_port: int, external_port: int, lifetime_s: int) -> natpmp.NatPmpMapping:
        request = natpmp.format_map(internal_port, external_port, lifetime_s)
        return await exchange(self._route, request, partial(natpmp.parse_map, internal_port=internal_port))
