"""Login result: the account, or the reason for a refusal. HTTP and RTSP each format their own challenges from it."""

from enum import Enum
from typing import Protocol

from ipcamd.access.accounts import Account
from ipcamd.dataclass import dataclass


class Reason(Enum):
    """Why a login does not count."""

    MISSING = "a login is needed"
    """None was sent, or one of a kind or for a realm that is not offered."""
    WRONG = "the login is wrong"
    STALE = "the nonce is too old"
    """The password was right (RFC 7616, 3.3)."""
    OTHER_URI = "the login was made for another uri"
    """RFC 7616, 3.4.6."""
    THROTTLED = "too many wrong logins"
    """From this address; nothing was checked."""


@dataclass(frozen=True, slots=True)
class LoginRefusal:
    """A login that does not count."""

    reason: Reason
    realm: str = ""
    """For the challenge; printable ASCII."""
    nonce: str = ""
    """For the challenge."""
    delay_s: float = 0.0
    """How long the answer is held back, to slow down guessing."""
    retry_after_s: int = 0
    """For how long the address is refused, if it is throttled."""


class LoginVerifier(Protocol):
    """Checks logins: `ipcamd.access.authenticator`."""

    def verify(
        self, method: str, target: str, authorization: str | None, address: str, prefix: str = ""
    ) -> Account | LoginRefusal:
        """Return the account that `authorization` proves, for this method and request target, from this address.

        `prefix` is the path before `target` that a reverse proxy has cut off.
        """
