"""Notification producer: subscriptions, and the events that they receive (WS-BaseNotification 1.3)."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial

from ipcamd.access.accounts import Account, Accounts
from ipcamd.event_bus import EventBus
from ipcamd.onvif.events.filter import NotificationFilter
from ipcamd.onvif.events.notification import Notification
from ipcamd.onvif.events.subscription import Subscription
from ipcamd.onvif.events.subscription_limits import check_subscription
from ipcamd.onvif.events.translator import Translator, configuration_changed, profile_changed
from ipcamd.onvif.media import tokens
from ipcamd.onvif.media.configuration_names import read_names
from ipcamd.onvif.media.video_encoder import video_encoders
from ipcamd.params.group import Values
from ipcamd.params.onvif import ONVIF_METADATA, ONVIF_PROFILES
from ipcamd.settings.settings import Settings
from ipcamd.workers.tasks import end_tasks

Listener = Callable[[Sequence[Notification]], None]
"""Called in the event loop; must not block."""

SWEEP_S = 1.0
"""Seconds between two searches for expired subscriptions."""


class NotificationProducer:
    """Subscriptions of all clients. For the event loop. While there is one, the camera detects events."""

    def __init__(
        self,
        bus: EventBus,
        settings: Settings,
        accounts: Accounts,
        now_ns: Callable[[], int],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`now_ns` is the camera's clock, `now_s` a monotonic one."""
        self._bus, self._accounts = bus, accounts
        self._now_ns, self._now_s = now_ns, now_s
        self._subscriptions: dict[str, Subscription] = {}
        self._listeners: list[Listener] = []
        self._translator: Translator | None = None
        self._task: asyncio.Task[None] | None = None
        self._profiles = settings[ONVIF_PROFILES.name]
        settings.watch(ONVIF_PROFILES.name, self._note_profiles)
        note_metadata = partial(self._note_configuration, tokens.METADATA_CONFIGURATION, "Metadata")
        settings.watch(ONVIF_METADATA.name, note_metadata)
        for encoder in video_encoders():
            settings.watch(encoder.group.name, partial(self._note_configuration, encoder.token, "VideoEncoder"))

    def open(self, account: Account, wanted: NotificationFilter, life_s: float) -> Subscription:
        """Return a new subscription, whose queue contains the present state of all properties. Raises ``Fault``."""
        self._sweep()
        check_subscription(account, [each.account for each in self._subscriptions.values()])
        subscription = Subscription(secrets.token_hex(16), account, wanted, life_s, self._now_s)
        self._subscriptions[subscription.number] = subscription
        self._start()
        self.synchronize(subscription)
        return subscription

    def find(self, number: str) -> Subscription | None:
        """Return an active subscription."""
        self._sweep()
        return self._subscriptions.get(number)

    def end(self, subscription: Subscription) -> None:
        """End a subscription."""
        self._subscriptions.pop(subscription.number, None)
        subscription.close()

    def synchronize(self, subscription: Subscription) -> None:
        """Put the present state of every property into the queue of a subscription."""
        if self._translator:
            subscription.synchronize(state.initialized(self._now_ns()) for state in self._translator.states)

    @property
    def states(self) -> Iterable[Notification]:
        """Last notification of every property; empty while there is no subscription."""
        return self._translator.states if self._translator else ()

    def listen(self, listener: Listener) -> None:
        """Call `listener` with all future notifications."""
        self._listeners.append(listener)
        self._start()

    def stop_listening(self, listener: Listener) -> None:
        """Stop calling `listener`."""
        self._listeners.remove(listener)

    async def close(self) -> None:
        """End all subscriptions."""
        for subscription in tuple(self._subscriptions.values()):
            self.end(subscription)
        await end_tasks(self._task)

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._translator = Translator(self._bus.newest)
            self._task = asyncio.get_running_loop().create_task(self._follow(self._translator))

    async def _follow(self, translator: Translator) -> None:
        """Send events to subscribers while there are any."""
        with self._bus.open_queue("ONVIF") as queue:
            while self._subscriptions or self._listeners:
                with suppress(TimeoutError):
                    async with asyncio.timeout(SWEEP_S):
                        event = await anext(queue)
                        self._tell(*translator.translate(event))
                self._sweep()

    def _tell(self, *notifications: Notification) -> None:
        for subscription in self._subscriptions.values():
            for notification in notifications:
                subscription.put(notification)
        for listener in self._listeners if notifications else ():
            listener(notifications)

    def _sweep(self) -> None:
        """End subscriptions that have expired, or whose account is no longer valid."""
        for subscription in tuple(self._subscriptions.values()):
            if not subscription.rest_s or not self._accounts.is_valid(subscription.account):
                self.end(subscription)

    def _note_profiles(self, after: Values) -> None:
        before, self._profiles = self._profiles, after
        rows = ({row[0]: row for row in json.loads(values["Profiles"])} for values in (before, after))
        self._tell(*(profile_changed(token, self._now_ns()) for token in _changed(*rows)))
        for key in _changed(read_names(before["Names"]), read_names(after["Names"])):
            kind, _, token = key.partition("/")
            self._note_configuration(token, kind, after)

    def _note_configuration(self, token: str, kind: str, _: Values) -> None:
        self._tell(configuration_changed(token, kind, self._now_ns()))


def _changed(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """Return the keys whose values differ, or that only one of them has."""
    return [key for key in {**before, **after} if before.get(key) != after.get(key)]
