"""PCP gateway: a router with the Port Control Protocol (RFC 6887)."""

from functools import partial

from ipcamd.discovery.port_mapping.datagrams import exchange
from ipcamd.discovery.port_mapping.epoch import RouterEpoch
from ipcamd.discovery.port_mapping.gateway import MAPPING_LIFETIME_S, MappedPort, Route
from ipcamd.wire import pcp


class PcpGateway:
    """See `Gateway`."""

    name = "pcp"

    def __init__(self, route: Route, nonce: bytes) -> None:
        """`nonce` is permanent: only its owner may renew or remove a mapping."""
        self._route = route
        self._nonce = nonce
        self._epoch = RouterEpoch()
        self._external = ""

    async def probe(self) -> None:
        """Check whether the router supports PCP. Raises ``PortMapRefused`` if not, ``OSError`` without an answer."""
        self._epoch.note(await exchange(self._route, pcp.format_announce(self._route.own), pcp.parse_announce))

    async def map_port(self, internal_port: int, external_port: int) -> MappedPort:
        """See `Gateway`."""
        found = await self._ask(internal_port, external_port, MAPPING_LIFETIME_S)
        self._external = found.external_address
        return MappedPort(internal_port, found.external_port, found.lifetime_s)

    async def unmap_port(self, mapped: MappedPort) -> None:
        """See `Gateway`."""
        await self._ask(mapped.internal_port, 0, 0)

    async def external_address(self) -> str:
        """See `Gateway`."""
        return self._external

    async def has_forgotten(self, mapped: MappedPort) -> bool:
        """See `Gateway`."""
        request = pcp.format_announce(self._route.own)
        return self._epoch.note(await exchange(self._route, request, pcp.parse_announce))

    async def _ask(self, internal_port: int, external_port: int, lifetime_s: int) -> pcp.PcpMapping:
        request = pcp.format_map(self._route.own, self._nonce, internal_port, external_port, lifetime_s)
        parse = partial(pcp.parse_map, nonce=self._nonce, internal_port=internal_port)
        return await exchange(self._route, request, parse)
