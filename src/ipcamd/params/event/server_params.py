"""Parameters that several receivers of events have: address, login, certificate check."""

from ipcamd.params.group import Param
from ipcamd.params.kinds.addresses import HOST_OR_NOTHING
from ipcamd.params.kinds.choice import OneOf
from ipcamd.params.kinds.number import PORT
from ipcamd.params.kinds.text import Text


def server_address(server: str, host: str, port: str, default: str) -> tuple[Param, Param]:
    """Return the parameters `host` and `port`; the port is `default` from the factory. `server` is for the help."""
    return (
        Param(host, HOST_OR_NOTHING, "", f"{server[0].upper()}{server[1:]}."),
        Param(port, PORT, default, f"TCP port of the {server}."),
    )


def server_login(server: str) -> tuple[Param, Param]:
    """Return ``UserName`` and ``Password``."""
    return (
        Param("UserName", Text(64), "", f"User name on the {server}."),
        Param("Password", Text(128), "", f"Password on the {server}.", secret=True),
    )


def server_certificate(server: str) -> Param:
    """Return ``Certificate``: which certificates are accepted with TLS."""
    kind = OneOf(("verify", "any"), ("valid and for this host", "self-signed as well"))
    return Param("Certificate", kind, "verify", f"Certificate check of the {server} with TLS.")
