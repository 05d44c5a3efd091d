"""Webhook configuration: where to send which events, as it is set."""

from typing import Self
from urllib.parse import urlsplit

from ipcamd.dataclass import dataclass
from ipcamd.event_bus import EventKind
from ipcamd.params.event.webhook import secret_key
from ipcamd.params.group import Values


@dataclass(frozen=True, slots=True)
class WebhookConfig:
    """Parameters of one webhook."""

    url: str
    """Empty: there is no such webhook."""
    enabled: bool
    kinds: tuple[EventKind, ...]
    with_picture: bool
    key: bytes
    """Of the signature; empty: none."""
    authorization: str
    certificate: str
    """``verify`` or ``any``."""

    @classmethod
    def read(cls, values: Values) -> Self:
        """Return the configuration that a group of parameters holds."""
        return cls(
            values["URL"],
            values.flag("Enable"),
            tuple(map(EventKind, values.value("Events"))),
            values.flag("Picture"),
            secret_key(values["Secret"]),
            values["Authorization"],
            values["Certificate"],
        )

    @property
    def host(self) -> str:
        """The host's name: the rest of the URL may hold a token."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """TCP port."""
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)
