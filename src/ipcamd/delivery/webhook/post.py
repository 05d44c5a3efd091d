"""Webhook request: one POST, and the meaning of its answer."""

from ipcamd.dataclass import dataclass
from ipcamd.delivery.target.error_text import explain_error
from ipcamd.delivery.webhook.config import WebhookConfig
from ipcamd.egress.http_call import CallAnswer, HttpCall, call_http
from ipcamd.egress.policy import EgressPolicy
from ipcamd.errors import RequestFailed
from ipcamd.wire.http.webhook_signature import webhook_fields

TIMEOUT_S = 20.0
"""Time limit in seconds: connection, request and head of the answer."""
LONGEST_RETRY_AFTER_S = 3600
"""Longest pause in seconds that a receiver may request."""


@dataclass(frozen=True, slots=True)
class PostOutcome:
    """Result of one request."""

    problem: str = ""
    """"" for success; else the reason of the failure."""
    status: int = 0
    """HTTP status code; 0 without an answer."""
    retry_after_s: int = 0
    """Pause in seconds that the receiver requests; 0: none."""


async def post_message(
    egress: EgressPolicy, config: WebhookConfig, message_id: str, body: bytes, timestamp_s: int
) -> PostOutcome:
    """Send a message once. `timestamp_s` is the time of this attempt, seconds since the epoch."""
    fields = {"Content-Type": "application/json", "User-Agent": "ipcamd"}
    if config.authorization:
        fields["Authorization"] = config.authorization
    fields |= webhook_fields(message_id, timestamp_s, body, config.key)
    call = HttpCall(config.url, "POST", fields, body, config.certificate, answer_bytes=0)
    try:
        return _outcome(await call_http(egress, call, TIMEOUT_S))
    except TimeoutError:
        return PostOutcome(f"no answer within {TIMEOUT_S:g} s")
    except RequestFailed as error:
        return PostOutcome(str(error))
    except OSError as error:
        return PostOutcome(str(explain_error(error, config.host, config.port)))


def _outcome(answer: CallAnswer) -> PostOutcome:
    status, problem = answer.status, ""
    if status // 100 == 3:
        problem = f"the answer is {status}: redirections are not followed, set the address that it leads to"
    elif status // 100 != 2:
        problem = f"the answer is {status}"
    asked = answer.fields.get("Retry-After") or ""
    seconds = min(int(asked), LONGEST_RETRY_AFTER_S) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    return PostOutcome(problem, status, seconds)
