"""HTTPS redirect: sends requests over plain HTTP to the same URL over HTTPS (``HttpMode`` of Network.Advanced.HTTPS).

The status is 307: the method is kept, and browsers do not cache the redirect, which matters when plain HTTP is enabled
again.
"""

import re

from ipcamd.errors import HttpError
from ipcamd.server.http.checks.forwarded import Forwarded
from ipcamd.wire.http.message import Head

_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_DEFAULT_PORT = 443


def redirect_to_https(head: Head, client: Forwarded, local_address: str, port: int) -> HttpError:
    """Return the redirect of a request to `local_address`; `port` is the HTTPS port."""
    named = _HOST.fullmatch(client.authorities[0])
    host = named[1] if named else f"[{local_address}]" if ":" in local_address else local_address
    place = host if port == _DEFAULT_PORT else f"{host}:{port}"
    path = head.target if head.target.startswith("/") else head.path
    return HttpError(307, "use HTTPS", (("Location", f"https://{place}{path}"),))
