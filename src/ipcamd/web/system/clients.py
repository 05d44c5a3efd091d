"""Connected clients for the system page: ``/web/clients`` streams their list (server-sent events),
``/web/clients/disconnect`` disconnects one."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import asdict
from itertools import islice
from time import monotonic

from ipcamd.cgi.answer import EVENTS, TEXT
from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Call, EventStream, Reply, text
from ipcamd.connected_clients import ConnectedClient
from ipcamd.errors import RequestFailed, shown
from ipcamd.params.group import Rank
from ipcamd.web.page_request import change_endpoint, read_endpoint
from ipcamd.web.server_sent_events import RETRY, format_event
from ipcamd.web.state_stream import PAGE

MOST = 300
"""Maximum number of clients in the list, which also contains the total."""
_ID = Argument("id", "Identifier of the client, from the list.")
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
    last: dict[str, object] = {}
    yield RETRY
    while True:
        listed = _list(call)
        if listed != last:
            last = listed
            yield format_event("clients", listed)
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
    change_endpoint("/web/clients/disconnect", Rank.ADMIN, disconnect, Arguments(_ID), TEXT),
)
"""Endpoints of the list of connected clients."""
