"""Port mapping: keeps ports of the router mapped to the camera's services, and removes the mappings at shutdown.

Over IPv6 the router translates nothing: a mapping is a pinhole in its firewall.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address, ip_network

from ipcamd.discovery.port_mapping.gateway import MAPPING_LIFETIME_S, Gateway, MappedPort, MappingRequest
from ipcamd.egress.policy import EgressPolicy
from ipcamd.errors import IpcamdError
from ipcamd.store.keyvalue import KeyValueStore
from ipcamd.workers.tasks import end_tasks

NONCE = "portmapping.nonce"
"""Key of the stored nonce, which identifies the camera's mappings at a PCP router."""

CHECK_S = 60.0
"""Seconds between two checks that the router still has the mappings."""
RETRY_S = 60.0
"""Seconds from a failure to the next attempt."""
RELEASE_S = 1.0
"""Time limit for the removal of all mappings, in seconds."""

_PRIVATE = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7"))
)
_log = logging.getLogger(__name__)


class PortMapping:
    """Maps and renews ports, repeats this after a restart of the router, and removes the mappings."""

    def __init__(
        self, key_values: KeyValueStore, egress: EgressPolicy, note: Callable[[str], None], family: str = "IPv4"
    ) -> None:
        """`note` writes a failure to the event log; `family` is for the log."""
        self._family = family
        self._key_values = key_values
        self._egress = egress
        self._note = note
        self._gateway: Gateway | None = None
        self._held: dict[str, MappedPort] = {}
        self._task: asyncio.Task[None] | None = None
        self._releasing: asyncio.Future[None] | None = None
        self.external_address = ""
        """The router's public address while ports are mapped; "" if unknown."""
        self.status = ""
        """Result as text, such as ``pcp 203.0.113.5 http=8080``."""

    async def apply(self, wanted: MappingRequest | None) -> None:
        """Map these ports, or none."""
        await end_tasks(self._task)
        self._task = None
        await self._release()
        self.status = ""
        if wanted:
            self._task = asyncio.get_running_loop().create_task(self._work(wanted))

    async def _work(self, wanted: MappingRequest) -> None:
        from ipcamd.discovery.port_mapping.find_gateway import find_gateway

        while True:
            try:
                self._gateway = await find_gateway(wanted, await self._nonce(), self._egress)
                await self._keep(self._gateway, wanted)
            except (OSError, ValueError, IpcamdError) as error:
                self._report(str(error) or "the router does not answer")
            except Exception as error:  # keep trying
                _log.exception("port mapping failed")
                self._report(str(error))
            self.external_address = ""
            await asyncio.sleep(RETRY_S)

    async def _keep(self, gateway: Gateway, wanted: MappingRequest) -> None:
        """Map and renew until a failure. Raises the errors of `Gateway`."""
        while True:
            for service, port in wanted.ports:
                await self._map(gateway, service, port)
            self._tell(gateway.name, await gateway.external_address())
            await self._await_renewal(gateway)

    async def _map(self, gateway: Gateway, service: str, port: int) -> None:
        """Map or renew one port. If cancelled, wait for the answer, because a requested mapping must be removed."""
        before = self._held.get(service)
        request = asyncio.ensure_future(gateway.map_port(port, before.external_port if before else port))
        try:
            self._held[service] = await asyncio.shield(request)
        except asyncio.CancelledError:
            with suppress(OSError, ValueError, IpcamdError):  # TimeoutError is an OSError
                self._held[service] = await asyncio.wait_for(request, RELEASE_S)
            raise

    async def _await_renewal(self, gateway: Gateway) -> None:
        """Wait for half of the shortest lifetime, or until the router has lost the mappings."""
        clock = asyncio.get_running_loop().time
        shortest_s = min(mapped.lifetime_s or MAPPING_LIFETIME_S for mapped in self._held.values())
        due = clock() + max(shortest_s / 2, CHECK_S / 2)
        while clock() < due:
            await asyncio.sleep(min(CHECK_S, max(0.0, due - clock())))
            if await gateway.has_forgotten(next(iter(self._held.values()))):
                _log.info(
                    "the router has lost the port mappings or has another address; the camera requests them again"
                )
                return

    async def _nonce(self) -> bytes:
        """Return the camera's nonce for PCP, which is stored."""
        from ipcamd.wire.pcp import NONCE_BYTES

        nonce = self._key_values.get(NONCE)
        if nonce is None:
            nonce = secrets.token_hex(NONCE_BYTES)
            await self._key_values.set(NONCE, nonce)
        return bytes.fromhex(nonce)

    async def _release(self) -> None:
        """Remove all mappings. A release that is cancelled continues, and the next one waits for it."""
        if self._releasing:
            await asyncio.shield(self._releasing)
        self._releasing = asyncio.ensure_future(self._remove_all())
        await asyncio.shield(self._releasing)

    async def _remove_all(self) -> None:
        """Remove all mappings. An unreachable router removes them after `MAPPING_LIFETIME_S`."""
        gateway, held = self._gateway, list(self._held.values())
        self._gateway, self._held, self.external_address = None, {}, ""
        if gateway and held:
            removals = [asyncio.ensure_future(gateway.unmap_port(mapped)) for mapped in held]
            done, late = await asyncio.wait(removals, timeout=RELEASE_S)
            for removal in late:
                removal.cancel()
            failed = [removal.exception() for removal in done if removal.exception()] + ["no answer"] * len(late)
            if failed:
                _log.warning("%d port mappings remain on the router (%s)", len(failed), failed[0])

    def _tell(self, protocol: str, external: str) -> None:
        ports = " ".join(f"{service}={mapped.external_port}" for service, mapped in self._held.items())
        private = " (not public: the router is behind another one)" if external and _is_private(external) else ""
        status = f"{protocol} {external or 'no address'} {ports}{private}"
        if status != self.status:
            _log.info("ports are mapped: %s", status)
        self.external_address, self.status = "" if private else external, status

    def _report(self, problem: str) -> None:
        if problem != self.status:
            _log.warning("ports are not mapped over %s: %s", self._family, problem)
            self._note(problem)
        self.status = problem


def _is_private(address: str) -> bool:
    ip = ip_address(address)
    return any(ip in network for network in _PRIVATE if network.version == ip.version)
