"""Every error that ipcamd raises on purpose.

IpcamdError
├── ConfigError     an option, source, port or state directory is unusable: exit code 2 at start
│   └── PortTaken   the port is another program's
├── RequestFailed   a request is well-formed but cannot be done: 200 ``Request failed: <message>``
│   └── SettingRefused  a parameter cannot be set so
│       └── SettingForbidden  the requester's rank may not set it
├── HttpError       a request is refused by HTTP itself: 4xx/5xx
├── StoreError      a change could not be made durable; memory is as before
├── CardError       the SD card is not there, full, or failed
│   └── CardBusy    it is still being looked through
├── DeliveryError   a target did not take what was sent to it; it is tried again
├── NtpError        a time server gives no valid answer; it is asked again later
├── ViewerLimitReached  all places for viewers that the account may have are taken: 503, RTSP 453
└── SourceError     a picture source failed; the capture tries again
"""

import re
from collections.abc import Sequence


class IpcamdError(Exception):
    """Base of all errors of this package."""


class ConfigError(IpcamdError):
    """The camera cannot start this way; the message says what to do."""


class PortTaken(ConfigError):
    """Another program listens on the port, or talks from it."""


class RequestFailed(IpcamdError):
    """An application error: the message names the parameter, the value and what is allowed."""


class SettingRefused(RequestFailed):
    """A parameter cannot be set so; ``reason`` is the message without the parameter's name."""

    def __init__(self, setting: str, reason: str) -> None:
        """`setting` is the parameter's full name, such as ``System.HTTPPort``."""
        super().__init__(f"{setting}: {reason}")
        self.reason = reason


class SettingForbidden(SettingRefused):
    """The requester's rank is too low to set a parameter."""


class StoreError(IpcamdError):
    """The store could not write; nothing was changed."""


class CardError(IpcamdError):
    """The SD card is not there, is full, or failed; the message says which."""


class CardBusy(CardError):
    """It is not known yet what is on the SD card."""


class DeliveryError(IpcamdError):
    """A target did not take what was sent to it; the message is for a person who can do something about it.

    ``said`` are the target's own words, which may be anything. ``away``: nobody answered, or the connection broke off,
    so that another attempt soon costs nobody anything. ``transient``: the reason may pass by itself (a full disk, a
    busy file); everything that is ``away`` is.
    """

    def __init__(self, message: str, said: str = "", away: bool = False, transient: bool = False) -> None:
        """`message` says what failed, and what may help."""
        super().__init__(message)
        self.said = said
        self.away = away
        self.transient = transient or away


class NtpError(IpcamdError):
    """A time server gives no valid answer; the message says why."""


class ViewerLimitReached(IpcamdError):
    """Nobody more may watch, or not with this account; the message says which limit is reached."""


class SourceError(IpcamdError):
    """A picture source could not be opened or broke off."""


class HttpError(IpcamdError):
    """Answered with an HTTP status (SDK part 1, 4; RFC 9110).

    ``headers`` go into the answer (``Allow``, ``WWW-Authenticate``, ``Retry-After``).
    """

    delay_s = 0.0
    """Seconds that the answer is held back, without blocking anybody else: slows down guessing."""

    def __init__(self, status: int, message: str = "", headers: Sequence[tuple[str, str]] = ()) -> None:
        """`status` is 400 to 599; `message` is the body, empty for the status's own phrase."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = tuple(headers)


def shown(text: str) -> str:
    """Return what a request sent so that a message can repeat it: on one line, at most 64 characters of it, with
    ``***`` for a login in an address."""
    text = re.sub(r"://[^/\s]*@", "://***@", text)
    return "".join(c if c.isprintable() else "?" for c in text[:64]) + ("..." if len(text) > 64 else "")
