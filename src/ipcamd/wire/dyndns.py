"""Dyndns2 protocol: the request that updates a host name, and the codes of the answer."""

import base64
import re
from urllib.parse import urlencode

from ipcamd.dataclass import dataclass

PATH = "/nic/update"
"""Default path of a service."""

DONE = ("good", "nochg")
"""Return codes of a successful update."""
FINAL = ("badauth", "abuse", "notfqdn", "nohost", "numhost", "badagent", "!donator", "!yours")
"""Return codes after which a repeated request would fail again."""


@dataclass(frozen=True, slots=True)
class DyndnsAnswer:
    """Result of an update."""

    word: str
    """``good``, ``nochg``, ``badauth``, ``911`` ..."""
    address: str = ""
    """Address that the service has stored; "" if it is not in the answer."""


def update_url(service: str, name: str, address: str) -> str:
    """Return the URL that sets `name` to `address`, or to the sender's address without one."""
    base = service if re.search(r"://[^/]+/", service) else service.rstrip("/") + PATH
    query = urlencode({"hostname": name, **({"myip": address} if address else {})})
    return f"{base}{'&' if '?' in base else '?'}{query}"


def request_fields(user: str, password: str, version: str) -> dict[str, str]:
    """Return the header fields: login and the client's name, which services require."""
    login = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {login}", "User-Agent": f"ipcamd/{version} (network camera)"}


def parse_answer(status: int, body: bytes) -> DyndnsAnswer:
    """Return the result in an answer. Raises ``ValueError`` if it is not of the protocol."""
    if status == 401:
        return DyndnsAnswer("badauth")
    words = body[:200].decode("ascii", "replace").split()
    if not words or not re.fullmatch(r"[!0-9A-Za-z]{1,20}", words[0]) or (status != 200 and words[0] not in FINAL):
        raise ValueError(
            f"the answer is HTTP {status}" if status != 200 else "the answer is not of the dyndns2 protocol"
        )
    address = words[1] if len(words) > 1 and re.fullmatch(r"[0-9A-Fa-f:.]{3,45}", words[1]) else ""
    return DyndnsAnswer(words[0].lower(), address)
