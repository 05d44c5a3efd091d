"""Answer of a webhook's receiver: which statuses refuse a message, disable the webhook, or request a pause."""

from ipcamd.dataclass import dataclass
from ipcamd.egress.http_call import CallAnswer

GONE = 410
"""Status of a receiver that wants no more events; it disables the webhook."""
REFUSED = frozenset({400, 413, 415, 422})
"""Statuses with which a receiver refuses one message."""
MAX_REFUSALS = 5
"""Refusals after which a message is dropped, so that it does not delay the following ones."""
LONGEST_RETRY_AFTER_S = 3600
"""Longest pause in seconds that a receiver may request."""


@dataclass(frozen=True, slots=True)
class ReceiverAnswer:
    """Result of one request."""

    problem: str = ""
    """"" for success; else the reason of the failure."""
    status: int = 0
    """HTTP status code; 0 without an answer."""
    retry_after_s: int = 0
    """Pause in seconds that the receiver requests; 0: none."""

    @property
    def is_refusal(self) -> bool:
        """Whether the receiver refuses this message."""
        return self.status in REFUSED

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants no more events."""
        return self.status == GONE

    def drops_message(self, refusals: int) -> bool:
        """Return whether this answer, the last of so many refusals, drops the message."""
        return self.is_refusal and refusals >= MAX_REFUSALS


def interpret_answer(answer: CallAnswer) -> ReceiverAnswer:
    """Return the meaning of an answer. Redirections are not followed."""
    status, problem = answer.status, ""
    if status // 100 == 3:
        problem = f"the answer is {status}: redirections are not followed, set the address that it leads to"
    elif status // 100 != 2:
        problem = f"the answer is {status}"
    asked = answer.fields.get("Retry-After") or ""
    seconds = min(int(asked), LONGEST_RETRY_AFTER_S) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    return ReceiverAnswer(problem, status, seconds)
