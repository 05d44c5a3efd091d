"""Consumer of notifications: the client's address that receives messages (WS-BaseNotification)."""

import asyncio
import logging

from ipcamd.egress.http_call import HttpCall, call_http
from ipcamd.egress.policy import EgressPolicy
from ipcamd.errors import IpcamdError
from ipcamd.logs import SummaryLog
from ipcamd.onvif.events.notification import Notification, notification_node
from ipcamd.onvif.events.subscription import Subscription
from ipcamd.onvif.soap.envelope import CONTENT_TYPE, write_message
from ipcamd.onvif.soap.writer import node
from ipcamd.workers.tasks import end_tasks, start_task

BATCH = 20
"""Maximum number of messages in one request."""
TIMEOUT_S = 10.0
"""Time limit of one request, in seconds."""
PAUSES_S = (1.0, 2.0, 5.0, 10.0)
"""Pauses after consecutive failures; the last one repeats until the subscription ends."""

_NOTIFY = "http://docs.oasis-open.org/wsn/bw-2/NotificationConsumer/Notify"
_log = logging.getLogger(__name__)


class NotificationConsumers:
    """Senders of all subscriptions with a consumer, one task each."""

    def __init__(self, egress: EgressPolicy) -> None:
        self._egress = egress
        self._tasks = set[asyncio.Task[None]]()
        self._warn = SummaryLog(_log, logging.WARNING)

    def start(self, subscription: Subscription, url: str) -> None:
        """Send the messages of a subscription to this address, in order, until it ends."""
        start_task(self._send_all(subscription, url), self._tasks)

    async def close(self) -> None:
        """Stop sending."""
        await end_tasks(*self._tasks)

    async def _send_all(self, subscription: Subscription, url: str) -> None:
        while not subscription.is_closed:
            batch = await subscription.take(BATCH, TIMEOUT_S)
            failures = 0
            while batch and not subscription.is_closed and not await self._send(url, batch):
                await asyncio.sleep(PAUSES_S[min(failures, len(PAUSES_S) - 1)])
                failures += 1

    async def _send(self, url: str, batch: list[Notification]) -> bool:
        """Send some messages; return whether the consumer has accepted them."""
        header = (node("wsa:Action", _NOTIFY), node("wsa:To", url))
        document = write_message(header, node("wsnt:Notify", [notification_node(each) for each in batch]))
        call = HttpCall(url, "POST", {"Content-Type": f'{CONTENT_TYPE}; action="{_NOTIFY}"'}, document, answer_bytes=0)
        try:
            answer = await call_http(self._egress, call, TIMEOUT_S)
        except (OSError, IpcamdError) as error:
            self._warn("an ONVIF subscriber at %s is not reached: %s", url.split("?")[0], error)
            return False
        return answer.status < 500
