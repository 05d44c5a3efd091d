"""Answer of a webhook's receiver: which statuses refuse a message, disable the webhook, or request a pause."""

import re
from typing import TYPE_CHECKING

from ipcamd.dataclass import dataclass
from ipcamd.egress.http_call import CallAnswer

if TYPE_CHECKING:
    from email.message import Message

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
    return ReceiverAnswer(problem, status, max(0, min(_retry_after_s(answer.fields), LONGEST_RETRY_AFTER_S)))


def _retry_after_s(fields: "Message") -> int:
    """Return the seconds of ``Retry-After``, which may also be a date (RFC 9110, 10.2.3); 0 without a valid one. A date
    is compared with the receiver's own clock, which ``Date`` gives."""
    from email.utils import parsedate_to_datetime  # not at the camera's start

    asked = fields["Retry-After"] or ""
    try:
        if re.fullmatch("[0-9]{1,9}", asked):
            return int(asked)
        return int((parsedate_to_datetime(asked) - parsedate_to_datetime(fields["Date"])).total_seconds())
    except (OverflowError, TypeError, ValueError):
        return 0
