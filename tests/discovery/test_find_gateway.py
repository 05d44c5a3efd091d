"""Search for the router's protocol, with routers that answer after given times."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.port_mapping import find_gateway
from ipcamd.discovery.port_mapping.gateway import MappingRequest
from ipcamd.discovery.port_mapping.natpmp_gateway import NatPmpGateway
from ipcamd.discovery.port_mapping.pcp_gateway import PcpGateway
from ipcamd.egress.policy import EgressPolicy
from ipcamd.wire.pcp import PortMapRefused

WAIT_S, NEVER_S = 30.0, 600.0
REFUSED = PortMapRefused(1, "no")
Find = Callable[..., Awaitable[str]]


@pytest.fixture
def find(monkeypatch: pytest.MonkeyPatch) -> Find:
    """Give a function that searches a router whose protocols answer or fail after these seconds, as named."""

    async def find(protocol: str = "auto", **times_s: float | Exception) -> str:
        def answer(name: str) -> Callable[..., object]:
            async def probe(*_: object) -> object:
                result = times_s.get(name, NEVER_S)
                await asyncio.sleep(0.0 if isinstance(result, Exception) else result)
                if isinstance(result, Exception):
                    raise result
                return upnp

            return probe

        upnp = type("Upnp", (), {"name": "upnp"})()
        monkeypatch.setattr(PcpGateway, "probe", answer("pcp"))
        monkeypatch.setattr(NatPmpGateway, "probe", answer("natpmp"))
        monkeypatch.setattr(find_gateway, "find_igd", answer("upnp"))
        wanted = MappingRequest(OwnAddress("cam1", "10.99.1.1", 24), "10.99.1.254", protocol, (("http", 8080),))
        async with asyncio.timeout(WAIT_S):
            return (await find_gateway.find_gateway(wanted, bytes(12), EgressPolicy())).name

    return find


async def test_a_router_with_upnp_alone_is_found_while_other_protocols_are_not_answered(
    find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await find(upnp=0.1) == "upnp"
    monkeypatch.setattr(find_gateway, "HEAD_START_S", NEVER_S)
    assert await find(upnp=0.1, pcp=REFUSED, natpmp=OSError("no")) == "upnp"


async def test_of_several_protocols_the_preferred_one_is_used_though_others_answer_first(find: Find) -> None:
    assert await find(pcp=0.2, natpmp=0.1, upnp=0.0) == "pcp"
    assert await find(natpmp=0.1, upnp=0.0) == "natpmp"
    assert await find(pcp=REFUSED, natpmp=0.1, upnp=0.0) == "natpmp"
    assert await find(pcp=1.0, upnp=2.0) == "pcp"


async def test_the_named_protocol_is_the_only_one(find: Find) -> None:
    assert await find("natpmp", pcp=0.0, natpmp=0.1, upnp=0.0) == "natpmp"
    assert await find("upnp", pcp=0.0, natpmp=0.0, upnp=0.1) == "upnp"
    with pytest.raises(OSError, match="the router does not support pcp"):
        await find("pcp", pcp=TimeoutError(), natpmp=0.0, upnp=0.0)
    with pytest.raises(OSError, match="the router does not support upnp"):
        await find("upnp", pcp=0.0, upnp=TimeoutError())


async def test_the_failure_names_the_reason(find: Find) -> None:
    with pytest.raises(OSError, match="the router does not answer"):
        await find(pcp=TimeoutError(), natpmp=TimeoutError(), upnp=TimeoutError())
    with pytest.raises(OSError, match="cannot be read"):
        await find(pcp=REFUSED, natpmp=OSError("no"), upnp=OSError("cannot be read"))
    with pytest.raises(ValueError, match="unusable"):
        await find(upnp=ValueError("unusable"))
