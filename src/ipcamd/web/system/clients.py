"""Connected clients for the system page: ``/web/clients`` streams their list (server-sent events),
``/web/clients/disconnect`` disconnects one."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import asdict
from itertools import islice
from time import monotonic

from ipcamd.cgi.answer import EVENTS
from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Call, Endpoint, EventStream, Reply, text
from ipcamd.connected_clients import ConnectedClient
from ipcamd.errors import RequestFailed, shown
from ipcamd.params.group import Rank
from ipcamd.web.page_request import read_endpoint
from ipcamd.web.state_stream import PAGE

MOST = 300
"""Maximum number of clients in the list, which also contains the total."""
INTERVAL_S = 1.0
"""Seconds between two readings of the clients."""


async def clients(call: Call) -> EventStream:
    """Stream the list of clients whenever it changes."""
    return EventStream(_messages(call))


def disconnect(call: Call) -> Reply:
    """Disconnect the client ``id``. It may reconnect, unless the IP filter denies it or its account is removed."""
    identifier = call.query.get("id") or ""
    found = next((client for known, client in call.camera.clients if known == identifier), None)
    if not found or not call.camera.clients.disconnect(identifier):
        raise RequestFailed(f"id={shown(identifier)}: there is no such client; it may have disconnected")
    what = f"disconnected {found.account or 'a viewer without login'}, {found.address}, {found.protocol}"
    call.camera.audit_log.note_change(call.requester(), what)
    return text("OK")


async def _messages(call: Call) -> AsyncGenerator[bytes, None]:
    last = ""
    yield b"retry: 1000\n\n"
    while True:
        listed = json.dumps(_list(call))
        if listed != last:
            last = listed
            yield f"event: clients\ndata: {listed}\n\n".encode()
        await asyncio.sleep(INTERVAL_S)


def _list(call: Call) -> dict[str, object]:
    found = list(call.camera.clients)
    shown_clients = [_describe(call, identifier, client) for identifier, client in islice(found, MOST)]
    return {"total": len(found), "clients": shown_clients}


def _describe(call: Call, identifier: str, client: ConnectedClient) -> dict[str, object]:
    """Return a client as JSON, with the local time of its connection."""
    began_ns = call.camera.clock.now_ns() - round((monotonic() - client.since_s) * 1e9)
    values = asdict(client)
    del values["number"]
    return values | {"id": identifier, "since": call.camera.clock.local(began_ns).isoformat(timespec="seconds")}


ENDPOINTS = (
    read_endpoint("/web/clients", Rank.ADMIN, clients, Arguments(PAGE), EVENTS),
    Endpoint(
        "/web/clients/disconnect",
        Rank.ADMIN,
        disconnect,
        methods=("POST",),
        arguments=Arguments(Argument("id", "Identifier of the client, from the list.")),
    ),
)
"""Endpoints of the list of connected clients."""
