"""Webhook signature: the fields by which a receiver checks origin, integrity and age (Standard Webhooks 1.0)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def webhook_fields(message_id: str, timestamp_s: int, body: bytes, key: bytes) -> Mapping[str, str]:
    """Return the fields of a request: with an HMAC-SHA256 of identifier, time and body, unless `key` is empty.

    `timestamp_s` is the time of the attempt, seconds since the epoch.
    """
    fields = {"webhook-id": message_id, "webhook-timestamp": str(timestamp_s)}
    if key:
        signed = b"%s.%d.%s" % (message_id.encode(), timestamp_s, body)
        digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        fields["webhook-signature"] = f"v1,{digest}"
    return fields
