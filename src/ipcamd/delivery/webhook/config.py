"""Webhook configuration: the present settings of a webhook."""

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
    """Empty: the webhook is not configured."""
    enabled: bool
    kinds: tuple[EventKind, ...]
    with_picture: bool
    key: bytes
    """Key of the signature; empty: no signature."""
    authorization: str
    certificate: str
    """``verify`` or ``any``."""

    @classmethod
    def read(cls, values: Values) -> Self:
        """Return the configuration in a group of parameters."""
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
        """Host name, without the rest of the URL, which may contain a token."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """TCP port."""
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)
