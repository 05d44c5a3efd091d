"""Host check: browsers may use the camera only by its own names (against DNS rebinding)."""

import socket
from collections.abc import Callable, Iterable
from ipaddress import ip_address

from ipcamd.errors import HttpError
from ipcamd.server.http.checks.browser import is_from_browser
from ipcamd.wire.http.message import Head

HOST_REFUSAL = "browsers may not use the camera by this name; the option --allowed-host NAME allows it"
"""Message to a browser, after the refused name."""
LOCAL_SUFFIXES = (".local", ".lan", ".home", ".internal", ".home.arpa", ".test", ".localhost")
"""Suffixes of names that no public name server resolves."""


class AllowedHosts:
    """The names by which a browser may use the camera."""

    def __init__(self, names: Iterable[str] = (), own: Callable[[], Iterable[str]] = lambda: ()) -> None:
        """`names` are given by the owner (``--allowed-host``); `own` returns further names that lead to the camera."""
        self._given = {_canonical(name) for name in names}
        self._names = {*self._given, _canonical(socket.gethostname())}
        self._own = own

    def add(self, name: str) -> None:
        """Allow one more name."""
        self._names.add(_canonical(name))

    def is_given(self, name: str) -> bool:
        """Whether the owner has given this host name."""
        return _canonical(name) in self._given

    def check(self, head: Head, forwarded: Iterable[str]) -> None:
        """Check the name in ``Host`` and the `forwarded` ones of a proxy, of browsers only: another client is not led
        by a foreign page. Raises ``HttpError`` 403."""
        if is_from_browser(head.fields):
            for authority in {head.fields.get("host", ""), *forwarded}:
                if not self.allows(authority):
                    raise HttpError(403, f"{authority}: {HOST_REFUSAL}")

    def allows(self, authority: str) -> bool:
        """Whether a browser may use the host in ``Host``, which may have a port."""
        name = _canonical(_without_port(authority))
        if "." not in name or name in self._names or name.endswith(LOCAL_SUFFIXES) or _is_address(name):
            return True
        return name in map(_canonical, self._own())


def _without_port(authority: str) -> str:
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    return authority.partition(":")[0]


def _canonical(name: str) -> str:
    return name.lower().removesuffix(".")


def _is_address(name: str) -> bool:
    try:
        ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
