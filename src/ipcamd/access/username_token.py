"""UsernameToken: a login in a SOAP message (OASIS WS-Security UsernameToken Profile 1.1), used by ONVIF clients.

A token proves the password by a digest of a nonce and its creation time. Each nonce is valid once, within a window
around the camera's time.
"""

import base64
import hmac
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha1

from ipcamd.dataclass import dataclass

REMEMBERED = 4096
"""Maximum number of nonces in memory; above it, the oldest is dropped, and tokens created before it are stale."""


@dataclass(frozen=True, slots=True)
class UsernameToken:
    """Token as it was sent."""

    user: str
    password: str
    """The digest in Base64, or the password itself."""
    is_digest: bool
    nonce: bytes
    created: str
    """Creation time as sent, because the digest covers the text."""
    created_s: float
    """Creation time in seconds since the epoch."""

    def proves(self, password: str) -> bool:
        """Whether the token was made with this password."""
        wanted = digest_password(self.nonce, self.created, password) if self.is_digest else password
        return hmac.compare_digest(wanted.encode(), self.password.encode())


def digest_password(nonce: bytes, created: str, password: str) -> str:
    """Return the ``PasswordDigest`` of a token (UsernameToken Profile 1.1, 3.1)."""
    return base64.b64encode(sha1(nonce + created.encode() + password.encode()).digest()).decode()


class TokenNonces:
    """Nonces of tokens that have logged in."""

    def __init__(self, now_s: Callable[[], float], window_s: Callable[[], float]) -> None:
        """`now_s`: the camera's time in seconds since the epoch; `window_s`: tolerance of a token's time."""
        self._now_s = now_s
        self._window_s = window_s
        self._used: OrderedDict[bytes, float] = OrderedDict()
        self._forgotten_s = float("-inf")

    def use(self, token: UsernameToken) -> bool:
        """Record the use of a token; False if it is stale: too old, too new, or used before."""
        self._sweep()
        is_current = abs(self._now_s() - token.created_s) <= self._window_s() and token.created_s > self._forgotten_s
        if not is_current or token.nonce in self._used:
            return False
        self._used[token.nonce] = token.created_s
        if len(self._used) > REMEMBERED:
            self._forgotten_s = max(self._forgotten_s, self._used.popitem(last=False)[1])
        return True

    def _sweep(self) -> None:
        """Drop the oldest nonces whose tokens are stale by their time."""
        oldest_s = self._now_s() - self._window_s()
        while self._used and next(iter(self._used.values())) < oldest_s:
            self._used.popitem(last=False)
