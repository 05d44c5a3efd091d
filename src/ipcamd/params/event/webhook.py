"""``Event.Webhook1`` to ``8`` (additions): hosts that receive events as signed JSON."""

import base64
from urllib.parse import urlsplit

from ipcamd.dataclass import dataclass
from ipcamd.errors import RequestFailed
from ipcamd.event_bus import EventKind
from ipcamd.params.event.server_params import server_certificate
from ipcamd.params.group import Group, Param, Texts, Values
from ipcamd.params.kinds.addresses import Host
from ipcamd.params.kinds.choice import YES_NO, SomeOf
from ipcamd.params.kinds.kind import TextKind
from ipcamd.params.kinds.text import Text

SLOTS = 8
"""Number of webhooks."""
SECRET_PREFIX = "whsec_"
"""Prefix of a secret (Standard Webhooks)."""
_SECRET_BYTES = range(24, 65)
_URL_LENGTH = 1024


@dataclass(frozen=True, slots=True)
class WebhookUrl(TextKind):
    """URL of a webhook, or nothing."""

    allowed: str = (
        f"http:// or https:// with a host, at most {_URL_LENGTH} characters, without a login and a '#', or nothing"
    )

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        if text and not _is_url(text):
            raise ValueError(self.allowed)
        return text


def _is_url(text: str) -> bool:
    if len(text) > _URL_LENGTH or not text.isascii() or not text.isprintable() or set(text) & set(' #"<>\\'):
        return False
    try:
        parts = urlsplit(text)
        Host().normalize(parts.hostname or "")
        return parts.scheme in ("http", "https") and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class WebhookSecret(TextKind):
    """Key of signatures in the form of Standard Webhooks, or nothing."""

    allowed: str = f"{SECRET_PREFIX} and the base64 form of {_SECRET_BYTES[0]} to {_SECRET_BYTES[-1]} bytes, or nothing"

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        if text and not (text.startswith(SECRET_PREFIX) and len(secret_key(text)) in _SECRET_BYTES):
            raise ValueError(self.allowed)
        return text


def secret_key(secret: str) -> bytes:
    """Return the key in a secret; empty without one."""
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:
        return b""


def _complete(values: Values, sent: Texts) -> Texts:
    """Refuse an enabled webhook without a URL."""
    if values.flag("Enable") and not values["URL"]:
        if "URL" in sent:
            raise RequestFailed("URL: an enabled webhook needs one; Enable=no switches it off")
        raise RequestFailed("Enable=yes: the webhook has no URL")
    return {}


_PARAMS = (
    Param("Enable", YES_NO, "no", "Send events to this webhook."),
    Param("URL", WebhookUrl(), "", "URL that receives each event as a POST request with JSON."),
    Param("Secret", WebhookSecret(), "", "Key of the signature (Standard Webhooks); empty: no signature.", secret=True),
    Param("Authorization", Text(256), "", "Value of the Authorization field, such as Bearer TOKEN.", secret=True),
    server_certificate("host"),
    Param("Picture", YES_NO, "no", "Send a picture with each event."),
    Param("Events", SomeOf(tuple(kind.value for kind in EventKind)), "motion,input,tamper", "Kinds of events."),
)

WEBHOOKS: tuple[Group, ...] = tuple(
    Group(f"Event.Webhook{number}", "", _PARAMS, normalize=_complete) for number in range(1, SLOTS + 1)
)
"""The webhooks; one without a URL is free."""
