"""Router: finds the endpoint of a path and checks the caller's rank. Other paths get 404."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from ipcamd.access.accounts import ANONYMOUS, Account
from ipcamd.access.login_result import LoginRefusal, LoginVerifier
from ipcamd.cgi.endpoint import ANY, Call, Endpoint, Join, LateAnswer, LoginPlace, Reply
from ipcamd.cgi.endpoint_module import EndpointModule
from ipcamd.errors import HttpError
from ipcamd.server.http.checks.allowed_hosts import AllowedHosts
from ipcamd.server.http.checks.cors import PREFLIGHT, CrossOrigin
from ipcamd.server.http.checks.csrf import FOREIGN_REFUSAL, RequestOrigin, origin_of
from ipcamd.server.http.checks.forwarded import Forwarded, TrustedProxies
from ipcamd.wire.http.bearer import bearer_token
from ipcamd.wire.http.message import Head


class Router:
    """Table of all endpoints."""

    def __init__(
        self,
        endpoints: Iterable[Endpoint | EndpointModule],
        verifier: LoginVerifier,
        hosts: AllowedHosts | None = None,
        proxies: TrustedProxies | None = None,
        admits: Callable[[str], bool] = lambda _: True,
        https_port: Callable[[], int | None] = lambda: None,
    ) -> None:
        """`admits` returns whether an IP address may use the camera (SDK 7); it is called for clients behind a proxy.

        `https_port` returns the port to which plain HTTP is redirected; None: no redirect.
        """
        self._verifier = verifier
        self._hosts = hosts or AllowedHosts()
        self._cross_origin = CrossOrigin(self._hosts.is_given)
        self._proxies = proxies or TrustedProxies()
        self._admits = admits
        self._https_port = https_port
        self._table: dict[str, Endpoint] = {}
        self._modules: dict[str, EndpointModule] = {}
        """Modules that are not loaded yet, by path."""
        for entry in endpoints:
            if isinstance(entry, Endpoint):
                self._add(entry)
            else:
                self._modules |= dict.fromkeys(entry.paths, entry)

    def client(self, head: Head, peer: str, over_tls: bool) -> Forwarded:
        """Return the client's side of a request from the IP address `peer`."""
        return self._proxies.read(head, peer, over_tls)

    def https_port(self, client: Forwarded) -> int | None:
        """Return the HTTPS port that the request must use instead; None: it is served over its connection."""
        return None if client.is_secure else self._https_port()

    def admit(self, head: Head, client: Forwarded) -> tuple[Endpoint, Account]:
        """Return endpoint and caller before the body is read. Raises ``HttpError`` 404, 405, 401, 429, 403."""
        self._check_client(head, client)
        endpoint = self._find(head.path.lower())
        if endpoint is None:
            raise HttpError(404, "no such path")
        if endpoint.cross_site and head.method == PREFLIGHT:
            return endpoint, ANONYMOUS
        method = "GET" if head.method == "HEAD" else head.method
        if method not in endpoint.methods:
            raise HttpError(405, "method not allowed", (("Allow", _allow(endpoint)),))
        try:
            return endpoint, self._account(endpoint, head, client)
        except HttpError as error:
            error.headers = (*error.headers, *self._cross_origin.fields(endpoint, head))
            raise

    def run(self, endpoint: Endpoint, call: Call, client: Forwarded) -> Reply | Join | Awaitable[LateAnswer]:
        """Run the endpoint. Raises ``HttpError`` 403 if another site sent the request, and the errors of the action."""
        if endpoint.cross_site and call.head.method == PREFLIGHT:
            return self._cross_origin.answer_preflight(endpoint, call.head)
        if endpoint.changes(call.query) and not self._cross_origin.allows(endpoint, call.head):
            match origin_of(call.head, client):
                case RequestOrigin.FOREIGN:
                    raise HttpError(403, FOREIGN_REFUSAL)
                case RequestOrigin.UNKNOWN:
                    from ipcamd.server.http.checks.confirmation import confirmation  # not at the camera's start

                    return confirmation(call.head)
        fields = self._cross_origin.fields(endpoint, call.head)
        return self._cross_origin.share(partial(endpoint.run, call), fields) if fields else endpoint.run(call)

    def _find(self, path: str) -> Endpoint | None:
        """Return the endpoint of a path; None if there is none."""
        endpoint = self._table.get(path)
        if endpoint is None:
            folder = f"{path.rpartition('/')[0]}/{ANY}"
            if module := self._modules.get(path) or self._modules.get(folder):
                self._load(module)
            endpoint = self._table.get(path) or self._table.get(folder)
        return endpoint

    def _load(self, module: EndpointModule) -> None:
        """Import the module of an endpoint, which takes a few milliseconds."""
        for endpoint in module.load():
            self._add(endpoint)
        for path in module.paths:
            del self._modules[path]

    def _add(self, endpoint: Endpoint) -> None:
        for path in (endpoint.path, *endpoint.aliases):
            if self._table.setdefault(path.lower(), endpoint) is not endpoint:
                raise ValueError(f"two endpoints at {path}")

    def _check_client(self, head: Head, client: Forwarded) -> None:
        if not self._admits(client.address):
            raise HttpError(403, "this address may not use the camera")
        self._hosts.check(head, client.authorities)

    def _account(self, endpoint: Endpoint, head: Head, client: Forwarded) -> Account:
        sent = head.fields.get("authorization")
        match endpoint.login:
            case LoginPlace.NONE:
                return ANONYMOUS
            case LoginPlace.BODY if sent is None:
                return ANONYMOUS
            case LoginPlace.TOKEN if sent and bearer_token(sent) is not None:
                return ANONYMOUS
        account = self._verifier.verify(head.method, head.target, sent, client.address, client.prefix)
        if isinstance(account, LoginRefusal):
            from ipcamd.access.login_challenge import login_error  # not at the camera's start

            raise login_error(account)
        if account.rank < endpoint.rank:
            raise HttpError(403, "this account may not do that")
        return account


def _allow(endpoint: Endpoint) -> str:
    methods = (("GET", "HEAD") if method == "GET" else (method,) for method in endpoint.methods)
    return ", ".join(word for words in methods for word in words)
