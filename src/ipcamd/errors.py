"""Every error that ipcamd raises on purpose.

IpcamdError
├── ConfigError     an option, source, port or state directory is unusable: exit code 2 at start
│   └── PortTaken   another program uses the port
├── RequestFailed   a well-formed request cannot be executed: 200 ``Request failed: <message>``
│   └── SettingRefused  a parameter cannot have this value
│       └── SettingForbidden  the requester's rank may not set it
├── HttpError       a request is refused by HTTP itself: 4xx/5xx, or redirected: 307
│   └── ViewerLimitReached  a viewer limit is reached: 503, RTSP 453
├── StoreError      a change could not be stored; nothing has changed
├── CardError       the SD card is missing, full or defective
│   └── CardBusy    the scan of the card is not finished
├── DeliveryError   a target did not accept a delivery, which is retried
├── NtpError        a time server returns no valid answer; retried later
└── SourceError     a picture source failed; the capture retries it
"""

import re
from collections.abc import Sequence


class IpcamdError(Exception):
    """Base of all errors of this package."""


class ConfigError(IpcamdError):
    """The camera cannot start with this configuration; the message says how to correct it."""


class PortTaken(ConfigError):
    """Another program uses the port."""


class RequestFailed(IpcamdError):
    """An application error: the message names the parameter, the value and the allowed values."""


class SettingRefused(RequestFailed):
    """Refused value of a parameter; ``reason`` is the message without the parameter's name."""

    def __init__(self, setting: str, reason: str) -> None:
        """`setting` is the parameter's full name, such as ``System.HTTPPort``."""
        super().__init__(f"{setting}: {reason}")
        self.reason = reason


class SettingForbidden(SettingRefused):
    """The requester's rank is too low to set a parameter."""


class StoreError(IpcamdError):
    """The store could not write; nothing has changed."""


class CardError(IpcamdError):
    """The SD card is missing, full or defective; the message says which."""


class CardBusy(CardError):
    """The scan of the SD card is not finished."""


class DeliveryError(IpcamdError):
    """A target did not accept a delivery; the message is for people who can correct the cause.

    ``said`` is the target's own text, unchecked. ``away``: the target did not answer, or the connection was
    interrupted, so an early retry does no harm. ``transient``: the cause may disappear by itself (a full disk, a busy
    file); always True with ``away``.
    """

    def __init__(self, message: str, said: str = "", away: bool = False, transient: bool = False) -> None:
        """`message` names the failure and a possible remedy."""
        super().__init__(message)
        self.said = said
        self.away = away
        self.transient = transient or away


class NtpError(IpcamdError):
    """A time server returns no valid answer; the message gives the reason."""


class SourceError(IpcamdError):
    """A picture source could not be opened, or was interrupted."""


class HttpError(IpcamdError):
    """Error with an HTTP status (SDK part 1, 4; RFC 9110).

    ``headers`` are added to the answer (``Allow``, ``WWW-Authenticate``, ``Retry-After``).
    """

    delay_s = 0.0
    """Seconds by which the answer is delayed, without blocking others, to slow down password guessing."""

    def __init__(self, status: int, message: str = "", headers: Sequence[tuple[str, str]] = ()) -> None:
        """`status` is 300 to 599; `message` is the body, by default the phrase of the status."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = tuple(headers)


class ViewerLimitReached(HttpError):
    """A viewer limit is reached."""

    def __init__(self, message: str) -> None:
        """`message` says which limit is reached; the client may try again after ten seconds."""
        super().__init__(503, message, (("Retry-After", "10"),))


def shown(text: str) -> str:
    """Return a value from a request for use in a message: on one line, at most 64 characters, with ``***`` for a login
    in an address."""
    text = re.sub(r"://[^/\s]*@", "://***@", text)
    return "".join(c if c.isprintable() else "?" for c in text[:64]) + ("..." if len(text) > 64 else "")
