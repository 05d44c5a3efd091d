"""Webhook payload: the JSON of one event, optionally with a picture (Standard Webhooks 1.0, payload structure)."""

import base64
import json
from collections.abc import Mapping

from ipcamd.delivery.event_json import utc_text
from ipcamd.media.frame import EncodedFrame


def webhook_payload(
    type_: str,
    time_ns: int,
    data: Mapping[str, object],
    camera: Mapping[str, str],
    with_picture: bool,
    picture: EncodedFrame | None,
) -> bytes:
    """Return the body of a request. With pictures enabled it always has the field, ``null`` without a picture."""
    fields: dict[str, object] = {**data, "camera": dict(camera)}
    if with_picture:
        fields["picture"] = picture and _picture_fields(picture)
    message = {"type": type_, "timestamp": utc_text(time_ns), "data": fields}
    return json.dumps(message, ensure_ascii=False).encode()


def _picture_fields(picture: EncodedFrame) -> Mapping[str, str]:
    return {
        "content_type": "image/jpeg",
        "captured": utc_text(picture.captured_ns),
        "data": base64.b64encode(picture.payload).decode(),
    }
