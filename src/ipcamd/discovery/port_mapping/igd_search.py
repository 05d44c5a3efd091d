"""Search for a router with UPnP: only the default router's answers are accepted."""

import asyncio
import socket
from urllib.parse import urlsplit

from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.multicast_socket import open_sender
from ipcamd.wire.upnp import igd
from ipcamd.wire.upnp.ssdp import GROUP, LINK_GROUP, PORT, SIZE_BYTES, format_search, parse_answer

SEARCH_S = 3.0
"""Time limit for answers to a search, in seconds."""
SEARCHES = 2
"""Number of copies of a search, because datagrams can get lost (UPnP Device Architecture 1.1, 1.3.2)."""
ANSWERS = 100
"""Maximum number of answers to a search that are evaluated."""


async def find_location(own: OwnAddress, router: str) -> str:
    """Return the URL of the router's description. Raises ``OSError``.

    Over IPv6 the URL may have any host, because a router names one of its addresses; requests go to `router`.
    """
    group = LINK_GROUP if own.is_ipv6 else GROUP
    with open_sender(own) as sock:
        for _ in range(SEARCHES):
            for target in igd.TARGETS:
                sock.sendto(format_search(group, target, 1), (group, PORT))
            try:
                async with asyncio.timeout(SEARCH_S / SEARCHES):
                    return await _location(sock, router.partition("%")[0])
            except TimeoutError:
                continue
    raise TimeoutError


async def _location(sock: socket.socket, router: str) -> str:
    loop = asyncio.get_running_loop()
    for _ in range(ANSWERS):
        data, peer = await loop.sock_recvfrom(sock, SIZE_BYTES + 1)
        if peer[0].partition("%")[0] != router:
            continue
        try:
            fields = parse_answer(data)
            location = fields.get("location", "")
            host = urlsplit(location).hostname or "" if ":" in router else router
        except ValueError:
            continue
        if fields.get("st") in igd.TARGETS and igd.is_url_of(location, host):
            return location
    raise TimeoutError
