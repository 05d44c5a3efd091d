"""HTTP notification: the setting of ``EventHttpNotify.cgi``, and the requested URL (SDK 12)."""

import re

from ipcamd.dataclass import dataclass

_URL = re.compile(
    r"http(?P<secure>s?)://(?P<host>\[[0-9A-Fa-f:.]*\]|[^/:?#@\s\[\]]*)(?::(?P<port>[^/?#]*))?(?P<path>(?:[/?][^#\s]*)?)",
    re.I,
)
_TIME = re.compile(r",\s*time[=:][0-9]{1,20}", re.I)
_EVENT = re.compile(r"motion|(?:di|input)(?P<input>[12])_(?P<status>[012])", re.I)

LONGEST = 1024
"""Maximum number of characters of a URL."""


class HttpNotificationError(ValueError):
    """Missing part, in the SDK's words: ``IP Not Found``."""


@dataclass(frozen=True, slots=True)
class HttpNotification:
    """One target and its event."""

    is_secure: bool
    """Whether it uses ``https://``."""
    host: str
    """Name or IP address; an IPv6 address without its brackets."""
    port: int  # TCP
    path: str
    """With its leading slash, as sent."""
    event: str
    """Event as spelled in the request: ``motion``, ``di1_0``, ``input2_2``."""

    @property
    def kind(self) -> str:
        """``motion``, ``di1`` or ``di2``; each has one target."""
        number = _input(self.event)["input"]
        return f"di{number}" if number else "motion"

    def wants(self, is_on: bool) -> bool:
        """Whether to notify the start of motion or a high input (`is_on`), or its end or a low input."""
        return {None: is_on, "0": is_on, "1": not is_on, "2": True}[_input(self.event)["status"]]

    def url(self, seconds: int) -> str:
        """Return the URL to request for an event at `seconds` since the epoch, UTC."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _default_port(self.is_secure) else f":{self.port}"
        mark = "&" if "?" in self.path else "?"
        return f"{self._scheme}://{host}{port}{self.path}{mark}Message={self.event},Time:{seconds}"

    def dump(self) -> str:
        """Return the target as one line; the inverse of `load`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.event} {self._scheme}://{host}:{self.port}{self.path}"

    @property
    def _scheme(self) -> str:
        return "https" if self.is_secure else "http"


def load(line: str) -> HttpNotification:
    """Return the target in the result of `HttpNotification.dump`. Raises `HttpNotificationError`."""
    event, _, url = line.partition(" ")
    return parse(url, f"{event},Time=0")


def parse(url: str, message: str) -> HttpNotification:
    """Return the target in ``HttpUrl`` and ``Message``. Raises `HttpNotificationError`."""
    match = _URL.fullmatch(url)
    if not match or not url.isascii() or not url.isprintable() or len(url) > LONGEST or not match["host"].strip("[]"):
        raise HttpNotificationError("IP Not Found")
    is_secure = bool(match["secure"])
    port = _default_port(is_secure) if match["port"] is None else _port(match["port"])
    if not match["path"].startswith("/") or match["path"] == "/":
        raise HttpNotificationError("CGI Not Found")
    return HttpNotification(is_secure, match["host"].strip("[]").lower(), port, match["path"], _event(message))


def _default_port(is_secure: bool) -> int:
    return 443 if is_secure else 80


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise HttpNotificationError("Port Not Found")
    return int(text)


def _event(message: str) -> str:
    event = message.partition(",")[0]
    if not _EVENT.fullmatch(event):
        raise HttpNotificationError("Event Not Found")
    if not _TIME.fullmatch(message, len(event)):
        raise HttpNotificationError("Time Not Found")
    return event


def _input(event: str) -> re.Match[str]:
    match = _EVENT.fullmatch(event)
    assert match is not None, event
    return match
