"""Limits of event subscriptions: their number, lifetime, queue, and the messages of one answer."""

from collections.abc import Sequence

from ipcamd.access.accounts import Account
from ipcamd.onvif.soap.fault import Fault, receiver_fault
from ipcamd.params.group import Rank

SUBSCRIPTIONS_LIMIT = 32
"""Maximum number of subscriptions."""
OWN_LIMIT = SUBSCRIPTIONS_LIMIT // 4
"""Maximum number of subscriptions of one account below administrator, which must not use all of them."""
DEFAULT_LIFE_S = 60.0
"""Lifetime of a subscription without a requested time, in seconds."""
LONGEST_LIFE_S = 3600.0
"""Longest lifetime of a subscription between renewals, in seconds."""
LONGEST_PULL_S = 60.0
"""Longest wait for messages, in seconds."""
MESSAGES_LIMIT = 100
"""Maximum number of messages in one answer."""
QUEUE_LIMIT = 200
"""Maximum number of messages in the queue of a subscription; beyond that, the oldest are dropped."""


def check_subscription(account: Account, subscribers: Sequence[Account]) -> None:
    """Raise ``Fault`` if `account` may not open a subscription besides those of the `subscribers`."""
    if len(subscribers) >= SUBSCRIPTIONS_LIMIT:
        raise _refuse(f"there can be {SUBSCRIPTIONS_LIMIT} subscriptions")
    own = sum(each.name == account.name for each in subscribers)
    if account.rank < Rank.ADMIN and own >= OWN_LIMIT:
        raise _refuse(f"an account of this rank can have {OWN_LIMIT} subscriptions")


def _refuse(reason: str) -> Fault:
    return receiver_fault("Action", "SubscribeCreationFailedFault", reason=reason)
