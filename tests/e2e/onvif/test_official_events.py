"""Cases of ONVIF's device test specification of events, by pull points and by notifications to a consumer, on a real
camera."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Protocol
from xml.etree.ElementTree import Element

import pytest
from tests.conftest import stop_all
from tests.e2e.camera import PATIENCE, CameraProcess, eventually
from tests.onvif.client import OnvifClient, Result
from tests.onvif.consumer import Consumer
from tests.onvif.official import cases, official

pytestmark = pytest.mark.slow

DIALECT = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
ITEMS = "http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter"
LIFE = timedelta(seconds=300)
"""Life that is asked for. The cases ask for 10 s, and a slow machine may take longer from one step to the next."""
INPUT, RELAY, ALARM = "tns1:Device/Trigger/DigitalInput", "tns1:Device/Trigger/Relay", "tns1:VideoSource/MotionAlarm"


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    state = tmp_path_factory.mktemp("events") / "state"
    camera = CameraProcess(state, "--source=scene", "--allow-local-targets").start()
    OnvifClient(camera.client).change("tev:GetEventProperties")  # loads the schemas: no subscription waits for that
    yield camera
    stop_all([camera])


@pytest.fixture
def onvif(camera: CameraProcess) -> OnvifClient:
    return OnvifClient(camera.client)


@pytest.fixture
def consumer() -> Iterator[Consumer]:
    with Consumer() as consumer:
        yield consumer


def by_topic(expression: str, condition: str = "") -> str:
    content = f'<wsnt:MessageContent Dialect="{ITEMS}">{condition}</wsnt:MessageContent>' if condition else ""
    return f'<wsnt:TopicExpression Dialect="{DIALECT}">{expression}</wsnt:TopicExpression>{content}'


class Subscriber(Protocol):
    """Client with one subscription."""

    created: Result
    point: OnvifClient

    def next(self) -> Element:
        """Return the next message."""


class PullPointClient:
    """Client with a pull point."""

    def __init__(self, onvif: OnvifClient, _: Consumer, wanted: str = "", life: str = "PT300S") -> None:
        content = f"<tev:Filter>{wanted}</tev:Filter>" if wanted else ""
        content += f"<tev:InitialTerminationTime>{life}</tev:InitialTerminationTime>" if life else ""
        self.created = onvif.change("tev:CreatePullPointSubscription", content)
        self.point = onvif.at(self.created.texts("{*}Address")[0])

    def pull(self, wait_s: int = int(PATIENCE), limit: int = 1) -> Result:
        content = f"<tev:Timeout>PT{wait_s}S</tev:Timeout><tev:MessageLimit>{limit}</tev:MessageLimit>"
        return self.point.change("tev:PullMessages", content)

    def next(self) -> Element:
        (message,) = self.pull().content.iterfind("{*}NotificationMessage")
        return message


class Listener:
    """Client that receives notifications."""

    def __init__(self, onvif: OnvifClient, consumer: Consumer, wanted: str = "", life: str = "PT300S") -> None:
        content = f"<wsnt:Filter>{wanted}</wsnt:Filter>" if wanted else ""
        content += f"<wsnt:InitialTerminationTime>{life}</wsnt:InitialTerminationTime>"
        self.created = onvif.change("wsnt:Subscribe", consumer.reference + content)
        self.point = onvif.at(self.created.texts("{*}Address")[0])
        self._consumer, self._messages = consumer, deque[Element]()

    def next(self) -> Element:
        while not self._messages:
            self._messages.extend(self._consumer.next().iterfind("{*}NotificationMessage"))
        return self._messages.popleft()


Kind = type[PullPointClient] | type[Listener]


def topic(message: Element) -> str:
    return message.findtext("{*}Topic") or ""


def operation(message: Element) -> str | None:
    inner = message.find("{*}Message/{*}Message")
    assert inner is not None
    return inner.get("PropertyOperation")


def items(message: Element) -> dict[str, str]:
    return {each.get("Name", ""): each.get("Value", "") for each in message.iterfind(".//{*}SimpleItem")}


def rest(answer: Result) -> timedelta:
    """Return the remaining time of a subscription by the two times of an answer."""
    current, end = (
        datetime.fromisoformat(answer.texts(f"{{*}}{name}")[0]) for name in ("CurrentTime", "TerminationTime")
    )
    return end - current


def is_gone(subscriber: Subscriber) -> bool:
    return "ter:ResourceUnknownFault" in subscriber.point.ask("wsnt:Unsubscribe").fault


CREATED = (
    (official("EVENT-2-1-9", "wsnt:Subscribe"), Listener),
    (official("EVENT-3-1-9", "tev:CreatePullPointSubscription"), PullPointClient),
)
RENEWED = (
    (official("EVENT-2-1-12", "wsnt:Renew"), Listener),
    (official("EVENT-3-1-12", "wsnt:Renew"), PullPointClient),
)
TOLD = (
    (official("EVENT-2-1-17", "wsnt:Subscribe", "tev:SetSynchronizationPoint"), Listener),
    (official("EVENT-3-1-15", "tev:PullMessages", "tev:SetSynchronizationPoint"), PullPointClient),
)
FILTERED = (
    (official("EVENT-2-1-18", "wsnt:Subscribe"), Listener, INPUT, {INPUT}),
    (official("EVENT-3-1-16", "tev:PullMessages"), PullPointClient, INPUT, {INPUT}),
    (official("EVENT-2-1-25", "wsnt:Subscribe"), Listener, f"{INPUT}|{ALARM}", {INPUT, ALARM}),
    (official("EVENT-3-1-33", "tev:PullMessages"), PullPointClient, f"{INPUT}|{ALARM}", {INPUT, ALARM}),
    (official("EVENT-2-1-26", "wsnt:Subscribe"), Listener, "tns1:Device//.", {INPUT, RELAY}),
    (official("EVENT-3-1-34", "tev:PullMessages"), PullPointClient, "tns1:Device//.", {INPUT, RELAY}),
    (official("EVENT-2-1-27", "wsnt:Subscribe"), Listener, f"tns1:Device//.|{ALARM}", {INPUT, RELAY, ALARM}),
    (official("EVENT-3-1-35", "tev:PullMessages"), PullPointClient, f"tns1:Device//.|{ALARM}", {INPUT, RELAY, ALARM}),
)
ENDED = (
    (official("EVENT-2-1-21", "wsnt:Unsubscribe"), Listener),
    (official("EVENT-2-1-22", "wsnt:Unsubscribe"), Listener),
    (official("EVENT-2-1-28", "wsnt:Unsubscribe"), Listener),
    (official("EVENT-3-1-19", "wsnt:Unsubscribe"), PullPointClient),
    (official("EVENT-3-1-36", "wsnt:Unsubscribe"), PullPointClient),
)
REPEATED = (
    (official("EVENT-2-1-24", "tev:SetSynchronizationPoint"), Listener),
    (official("EVENT-3-1-25", "tev:SetSynchronizationPoint"), PullPointClient),
)
SELECTED = (
    (official("EVENT-2-1-29", "wsnt:Subscribe"), Listener),
    (official("EVENT-3-1-38", "tev:CreatePullPointSubscription"), PullPointClient),
)


@pytest.mark.parametrize("kind", cases(*CREATED))
def test_a_subscription_lasts_for_the_requested_time(onvif: OnvifClient, consumer: Consumer, kind: Kind) -> None:
    subscriber = kind(onvif, consumer)
    assert rest(subscriber.created) >= LIFE
    subscriber.point.change("wsnt:Unsubscribe")


@pytest.mark.parametrize("kind", cases(*RENEWED))
def test_a_subscription_is_renewed(onvif: OnvifClient, consumer: Consumer, kind: Kind) -> None:
    subscriber = kind(onvif, consumer)
    renewed = subscriber.point.change("wsnt:Renew", "<wsnt:TerminationTime>PT300S</wsnt:TerminationTime>")
    assert rest(renewed) >= LIFE
    subscriber.point.change("wsnt:Unsubscribe")


@pytest.mark.parametrize("kind", cases(*TOLD))
def test_a_synchronization_point_reports_properties(onvif: OnvifClient, consumer: Consumer, kind: Kind) -> None:
    subscriber = kind(onvif, consumer)
    subscriber.point.change("tev:SetSynchronizationPoint")
    assert operation(subscriber.next()) == "Initialized"
    subscriber.point.change("wsnt:Unsubscribe")


@pytest.mark.parametrize(("kind", "expression", "topics"), cases(*FILTERED))
def test_a_filter_selects_topics(
    onvif: OnvifClient, consumer: Consumer, kind: Kind, expression: str, topics: set[str]
) -> None:
    subscriber = kind(onvif, consumer, by_topic(expression))
    found = set[str]()
    while not topics <= found:
        found.add(topic(subscriber.next()))
    assert {each.split("/")[0] for each in found} == {each.split("/")[0] for each in topics}
    assert "//." in expression or found == topics
    subscriber.point.change("wsnt:Unsubscribe")


@pytest.mark.parametrize("kind", cases(*ENDED))
def test_a_subscription_ends_and_is_unknown(onvif: OnvifClient, consumer: Consumer, kind: Kind) -> None:
    subscriber = kind(onvif, consumer)
    subscriber.point.change("wsnt:Unsubscribe")
    assert is_gone(subscriber)
    refused = subscriber.point.refuse("wsnt:Renew", "<wsnt:TerminationTime>PT300S</wsnt:TerminationTime>")
    assert refused[1] == "ter:ResourceUnknownFault"


@pytest.mark.parametrize("kind", cases(*REPEATED))
def test_a_synchronization_point_repeats_the_state(onvif: OnvifClient, consumer: Consumer, kind: Kind) -> None:
    subscriber = kind(onvif, consumer, by_topic(ALARM))
    first = subscriber.next()
    subscriber.point.change("tev:SetSynchronizationPoint")
    again = subscriber.next()
    assert [operation(each) for each in (first, again)] == ["Initialized"] * 2
    assert (topic(again), items(again)) == (topic(first), items(first))
    subscriber.point.change("wsnt:Unsubscribe")


@pytest.mark.parametrize("kind", cases(*SELECTED))
def test_a_condition_on_an_item_selects_messages(onvif: OnvifClient, consumer: Consumer, kind: Kind) -> None:
    subscriber = kind(onvif, consumer, by_topic(INPUT))
    wanted = items(subscriber.next())["InputToken"]
    subscriber.point.change("wsnt:Unsubscribe")
    condition = f'boolean(//tt:SimpleItem[@Name="InputToken" and @Value="{wanted}"])'
    selecting = kind(onvif, consumer, by_topic(INPUT, condition))
    assert items(selecting.next())["InputToken"] == wanted
    selecting.point.change("wsnt:Unsubscribe")
    selecting = kind(onvif, consumer, by_topic(INPUT, f"not({condition})"))
    assert items(selecting.next())["InputToken"] != wanted
    selecting.point.change("wsnt:Unsubscribe")


@official("EVENT-3-1-24", "tev:PullMessages")
@official("EVENT-3-1-32", "tev:PullMessages")
def test_a_pull_prolongs_the_subscription(onvif: OnvifClient, consumer: Consumer) -> None:
    puller = PullPointClient(onvif, consumer, life="")
    ends = datetime.fromisoformat(puller.created.text("wsnt:TerminationTime"))
    pulled = puller.pull(wait_s=round(rest(puller.created).total_seconds()) + 20)
    assert rest(pulled) > timedelta(0)
    assert datetime.fromisoformat(pulled.text("tev:TerminationTime")) > ends
    puller.point.change("wsnt:Unsubscribe")


@official("EVENT-3-1-20", "tev:CreatePullPointSubscription")
def test_a_subscription_ends_by_itself(onvif: OnvifClient, consumer: Consumer) -> None:
    puller = PullPointClient(onvif, consumer, life="PT1S")  # the case waits for 20 s
    eventually(lambda: puller.point.ask("tev:SetSynchronizationPoint").fault)
    assert is_gone(puller)


@official("EVENT-3-1-37", "tev:GetServiceCapabilities", "tev:CreatePullPointSubscription")
def test_the_number_of_pull_points_equals_the_capabilities(onvif: OnvifClient, consumer: Consumer) -> None:
    count = int(onvif.change("tev:GetServiceCapabilities").content[0].get("MaxPullPoints", "0"))
    assert count >= 2
    pullers = [PullPointClient(onvif, consumer) for _ in range(count)]
    assert len({each.created.texts("{*}Address")[0] for each in pullers}) == count
    for puller in pullers:
        assert topic(puller.next())
        puller.point.change("wsnt:Unsubscribe")
