"""Path to endpoint, and who may call it: a path that is in no endpoint does not exist."""

from collections.abc import Awaitable, Iterable
from typing import Protocol

from ipcamd.access.accounts import Account
from ipcamd.cgi.endpoint import Call, Endpoint, FileReply, Join, Reply
from ipcamd.errors import HttpError
from ipcamd.server.origin import from_another_site
from ipcamd.wire.http import Head


class Doorkeeper(Protocol):
    """Who knows the accounts: `ipcamd.access.authenticator`."""

    def check(self, head: Head, address: str) -> Account:
        """Return who calls; raise ``HttpError`` 401 or 429, held back for its ``delay`` in seconds if it has one."""


class Router:
    """The table of all endpoints."""

    def __init__(self, endpoints: Iterable[Endpoint], login: Doorkeeper) -> None:
        self._login = login
        self._table: dict[str, Endpoint] = {}
        for endpoint in endpoints:
            for path in (endpoint.path, *endpoint.aliases):
                if self._table.setdefault(path.lower(), endpoint) is not endpoint:
                    raise ValueError(f"two endpoints at {path}")

    def admit(self, head: Head, address: str) -> tuple[Endpoint, Account]:
        """Return the endpoint and the caller, before the body is read. Raises ``HttpError`` 404, 405, 401, 429, 403."""
        endpoint = self._table.get(head.path.lower())
        if endpoint is None:
            raise HttpError(404, "no such path")
        method = "GET" if head.method == "HEAD" else head.method
        if method not in endpoint.methods:
            raise HttpError(405, "method not allowed", (("Allow", _allow(endpoint)),))
        account = self._login.check(head, address)
        if account.rank < endpoint.rank:
            raise HttpError(403, "this account may not do that")
        return endpoint, account

    def run(self, endpoint: Endpoint, call: Call) -> Reply | Join | Awaitable[Reply | Join | FileReply]:
        """Do what is asked for. Raises ``HttpError`` 403 if another site sent it, and what the action raises."""
        if from_another_site(call.head) and endpoint.changes(call.query):
            raise HttpError(403, "refused: the request comes from another site")
        return endpoint.action(call)


def _allow(endpoint: Endpoint) -> str:
    methods = (("GET", "HEAD") if method == "GET" else (method,) for method in endpoint.methods)
    return ", ".join(word for words in methods for word in words)
