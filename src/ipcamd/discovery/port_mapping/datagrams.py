"""Datagram exchange with the router: repeats requests after increasing pauses; accepts answers from the router only."""

import asyncio
import socket
from collections.abc import Callable
from typing import TypeVar

from ipcamd.discovery.port_mapping.gateway import Route
from ipcamd.egress.numeric_address import numeric_address
from ipcamd.wire.pcp import PORT, SIZE_BYTES, PortMapRefused

PAUSES_S = (0.25, 0.5, 1.0, 2.0)
"""Waiting times after each request (RFC 6886, 3.1)."""

T = TypeVar("T")


async def exchange(route: Route, request: bytes, parse: Callable[[bytes], T]) -> T:
    """Send a request to the router's port for PCP and NAT-PMP, and return the parsed answer.

    Datagrams that `parse` rejects with ``ValueError`` are ignored. Raises its ``PortMapRefused``, ``OSError``.
    """
    loop = asyncio.get_running_loop()
    family, router = numeric_address(route.router, PORT)
    with socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC) as sock:
        sock.bind((route.own, 0))
        sock.connect(router)  # the kernel then drops datagrams of other senders
        for pause_s in PAUSES_S:
            await loop.sock_sendall(sock, request)
            try:
                async with asyncio.timeout(pause_s):
                    return await _answer(sock, parse)
            except TimeoutError:
                continue
    raise TimeoutError("the router does not answer")


async def _answer(sock: socket.socket, parse: Callable[[bytes], T]) -> T:
    loop = asyncio.get_running_loop()
    while True:
        data = await loop.sock_recv(sock, SIZE_BYTES + 1)
        try:
            return parse(data)
        except PortMapRefused:
            raise
        except ValueError:
            continue
