"""Login result: the account, or the reason for a refusal. HTTP and RTSP derive their challenges from it."""

from enum import Enum
from typing import Protocol

from ipcamd.access.accounts import Account
from ipcamd.dataclass import dataclass


class Reason(Enum):
    """Reason for a refused login."""

    MISSING = "a login is needed"
    """No login, or one of an unsupported kind or for another realm."""
    WRONG = "the login is wrong"
    STALE = "the nonce is too old"
    """The password was correct, but the nonce is too old (RFC 7616, 3.3)."""
    OTHER_URI = "the login was made for another uri"
    """The login is for another URI (RFC 7616, 3.4.6)."""
    THROTTLED = "too many wrong logins"
    """The address is blocked; nothing was checked."""


@dataclass(frozen=True, slots=True)
class LoginRefusal:
    """A refused login."""

    reason: Reason
    realm: str = ""
    """For the challenge; printable ASCII."""
    nonce: str = ""
    """For the challenge."""
    delay_s: float = 0.0
    """Delay of the answer in seconds, to slow down guessing."""
    retry_after_s: int = 0
    """Seconds until the address is unblocked."""


class LoginVerifier(Protocol):
    """Checks logins: `ipcamd.access.authenticator`."""

    def verify(
        self, method: str, target: str, authorization: str | None, address: str, prefix: str = ""
    ) -> Account | LoginRefusal:
        """Return the account of the login in `authorization`, for this method and request target, from this address.

        `prefix` is the path before `target` that a reverse proxy has removed.
        """
