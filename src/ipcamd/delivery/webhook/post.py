"""Webhook request: one POST."""

from ipcamd.delivery.target.error_text import explain_error
from ipcamd.delivery.webhook.config import WebhookConfig
from ipcamd.delivery.webhook.receiver_answer import ReceiverAnswer, interpret_answer
from ipcamd.egress.http_call import HttpCall, call_http
from ipcamd.egress.policy import EgressPolicy
from ipcamd.errors import RequestFailed
from ipcamd.wire.http.webhook_signature import webhook_fields

TIMEOUT_S = 20.0
"""Time limit in seconds: connection, request and head of the answer."""


async def post_message(
    egress: EgressPolicy, config: WebhookConfig, message_id: str, body: bytes, timestamp_s: int
) -> ReceiverAnswer:
    """Send a message once. `timestamp_s` is the time of this attempt, seconds since the epoch."""
    fields = {"Content-Type": "application/json", "User-Agent": "ipcamd"}
    if config.authorization:
        fields["Authorization"] = config.authorization
    fields |= webhook_fields(message_id, timestamp_s, body, config.key)
    call = HttpCall(config.url, "POST", fields, body, config.certificate, answer_bytes=0)
    try:
        return interpret_answer(await call_http(egress, call, TIMEOUT_S))
    except TimeoutError:
        return ReceiverAnswer(f"no answer within {TIMEOUT_S:g} s")
    except RequestFailed as error:
        return ReceiverAnswer(str(error))
    except OSError as error:
        return ReceiverAnswer(str(explain_error(error, config.host, config.port)))
