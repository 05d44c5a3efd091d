"""Event service: its tables of operations (event.wsdl, bw-2.wsdl)."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from ipcamd.onvif.access_class import AccessClass
from ipcamd.onvif.camera_url import http_url
from ipcamd.onvif.endpoints import SUBSCRIPTION_PATH
from ipcamd.onvif.events.consumer import NotificationConsumers
from ipcamd.onvif.events.filter import ITEM_FILTER, read_filter
from ipcamd.onvif.events.notification import CONCRETE, CONCRETE_SET, notification_node
from ipcamd.onvif.events.producer import NotificationProducer
from ipcamd.onvif.events.subscription import Subscription
from ipcamd.onvif.events.subscription_limits import (
    DEFAULT_LIFE_S,
    LONGEST_LIFE_S,
    LONGEST_PULL_S,
    MESSAGES_LIMIT,
    SUBSCRIPTIONS_LIMIT,
)
from ipcamd.onvif.events.topics import TOPICS, topic_set
from ipcamd.onvif.operation import Field, Operation, OperationCall, Service, optional
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import Fault, invalid_argument
from ipcamd.onvif.soap.values import duration, integer, moment, string, utc_time, web_address
from ipcamd.onvif.soap.writer import Content, Node, node
from ipcamd.params.group import Rank

_READ = AccessClass.READ_MEDIA


class EventService:
    """Operations on the subscriptions of a `NotificationProducer`."""

    def __init__(self, producer: NotificationProducer, consumers: NotificationConsumers) -> None:
        self._producer = producer
        self._consumers = consumers

    def services(self) -> Sequence[Service]:
        """Return the listed service, and that of WS-BaseNotification at the same address."""
        pull = (Field("Timeout", duration), Field("MessageLimit", integer))
        created = (optional("Filter"), optional("InitialTerminationTime", string))
        events = Service(
            "tev",
            "/onvif/event_service",
            _capabilities,
            (
                Operation("GetEventProperties", _READ, _event_properties),
                Operation("CreatePullPointSubscription", _READ, self.create_pull_point, created),
                Operation("PullMessages", _READ, self.pull, pull),
                Operation("SetSynchronizationPoint", _READ, self.synchronize),
            ),
        )
        base = Service(
            "wsnt",
            events.path,
            _capabilities,
            (
                Operation("Subscribe", _READ, self.subscribe, (Field("ConsumerReference"), *created)),
                Operation("Renew", _READ, self.renew, (Field("TerminationTime", string),)),
                Operation("Unsubscribe", _READ, self.unsubscribe),
            ),
            is_listed=False,
        )
        return events, base

    def create_pull_point(self, call: OperationCall) -> Content:
        """Create a pull point, whose queue contains the present state of every property."""
        return _created(call, self._open(call), "tev:SubscriptionReference")

    async def pull(self, call: OperationCall) -> Content:
        """Return messages: at once if there are any, else with the first one, or none after the time-out."""
        subscription = self._find(call)
        wait_s = min(max(0.0, call["Timeout"].total_seconds()), LONGEST_PULL_S)
        if call["MessageLimit"] < 1:
            raise invalid_argument("MessageLimit: allowed are 1 and more")
        subscription.prolong(wait_s)
        messages = await subscription.take(min(call["MessageLimit"], MESSAGES_LIMIT), wait_s)
        now = _now(call)
        return (
            node("tev:CurrentTime", now),
            node("tev:TerminationTime", _end(now, subscription)),
            [notification_node(message) for message in messages],
        )

    def synchronize(self, call: OperationCall) -> None:
        """Send the state of every property again."""
        self._producer.synchronize(self._find(call))

    def subscribe(self, call: OperationCall) -> Content:
        """Send messages to the address of the request."""
        url: str = call["ConsumerReference"].value(web_address, "Address")
        subscription = self._open(call)
        self._consumers.start(subscription, url)
        return _created(call, subscription, "wsnt:SubscriptionReference")

    def renew(self, call: OperationCall) -> Content:
        """Extend the lifetime of a subscription."""
        subscription = self._find(call)
        subscription.renew(_life_s(call, call["TerminationTime"]))
        now = _now(call)
        return node("wsnt:TerminationTime", _end(now, subscription)), node("wsnt:CurrentTime", now)

    def unsubscribe(self, call: OperationCall) -> None:
        """End a subscription; the client's other subscriptions continue."""
        self._producer.end(self._find(call))

    def _open(self, call: OperationCall) -> Subscription:
        asked = call["InitialTerminationTime"]
        life_s = DEFAULT_LIFE_S if asked is None else _life_s(call, asked)
        element: Element | None = call["Filter"]
        return self._producer.open(call.http.account, read_filter(element), life_s)

    def _find(self, call: OperationCall) -> Subscription:
        """Return the subscription at the address of a request, if the account is its owner or an administrator. Raises
        ``Fault``."""
        path = call.http.head.path
        number = path[len(SUBSCRIPTION_PATH) :] if path.lower().startswith(SUBSCRIPTION_PATH) else ""
        subscription = self._producer.find(number.lower())
        account = call.http.account
        if subscription is None or (subscription.account.name != account.name and account.rank < Rank.ADMIN):
            raise invalid_argument("there is no such subscription", "ResourceUnknownFault")
        return subscription


def _capabilities(_: OperationCall) -> Node:
    return node(
        "tev:Capabilities",
        WSSubscriptionPolicySupport=False,
        WSPausableSubscriptionManagerInterfaceSupport=False,
        MaxNotificationProducers=SUBSCRIPTIONS_LIMIT,
        MaxPullPoints=SUBSCRIPTIONS_LIMIT,
        PersistentNotificationStorage=False,
    )


def _event_properties(_: OperationCall) -> Content:
    return (
        node("tev:TopicNamespaceLocation", "http://www.onvif.org/onvif/ver10/topics/topicns.xml"),
        node("wsnt:FixedTopicSet", True),
        topic_set(TOPICS),
        [node("wsnt:TopicExpressionDialect", dialect) for dialect in (CONCRETE, CONCRETE_SET)],
        node("tev:MessageContentFilterDialect", ITEM_FILTER),
        node("tev:MessageContentSchemaLocation", "http://www.onvif.org/onvif/ver10/schema/onvif.xsd"),
    )


def _created(call: OperationCall, subscription: Subscription, name: str) -> Content:
    address = f"{http_url(call.http)}{SUBSCRIPTION_PATH}{subscription.number}"
    now = _now(call)
    return (
        node(name, node("wsa:Address", address)),
        node("wsnt:CurrentTime", now),
        node("wsnt:TerminationTime", _end(now, subscription)),
    )


def _life_s(call: OperationCall, text: str) -> float:
    """Return the lifetime, in seconds, of a relative or absolute time. Raises ``Fault``."""
    try:
        span = duration(text) if re.match("-?P", text) else moment(text) - _now(call)
    except ValueError as error:
        raise _refuse_time(str(error)) from None
    if span <= timedelta(0):
        raise _refuse_time("the time is in the past")
    return min(span.total_seconds(), LONGEST_LIFE_S)


def _refuse_time(reason: str) -> Fault:
    return invalid_argument(f"TerminationTime: {reason}", "UnacceptableTerminationTimeFault")


def _now(call: OperationCall) -> datetime:
    return utc_time(call.camera.clock.now_ns())


def _end(now: datetime, subscription: Subscription) -> datetime:
    """Return the time when a subscription ends, rounded up, so that it is not before the requested time."""
    return now + timedelta(seconds=ceil(subscription.rest_s * 10) / 10)
