"""ONVIF events of a real camera: pull points, filters, and notifications to a consumer."""

import queue
import threading
from collections.abc import Iterator

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PATIENCE, CameraProcess, eventually
from tests.onvif.client import OnvifClient, Result
from tests.onvif.consumer import Consumer

pytestmark = pytest.mark.slow

CONCRETE_SET = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
ITEM_FILTER = "http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter"
INPUTS = f'<wsnt:TopicExpression Dialect="{CONCRETE_SET}">tns1:Device/Trigger/DigitalInput</wsnt:TopicExpression>'
FIRST = (
    f'<wsnt:MessageContent Dialect="{ITEM_FILTER}">'
    'boolean(//tt:SimpleItem[@Name="InputToken" and @Value="input1"])</wsnt:MessageContent>'
)
PULL = "<tev:Timeout>PT{}S</tev:Timeout><tev:MessageLimit>{}</tev:MessageLimit>"


def subscribe(onvif: OnvifClient, wanted: str = "") -> OnvifClient:
    content = f"<tev:Filter>{wanted}</tev:Filter>" if wanted else ""
    return onvif.at(onvif.change("tev:CreatePullPointSubscription", content).texts("{*}Address")[0])


def pull(point: OnvifClient, wait_s: int = int(PATIENCE), limit: int = 100) -> Result:
    return point.change("tev:PullMessages", PULL.format(wait_s, limit))


def states(result: Result) -> list[tuple[str, str, str]]:
    """Return topic, operation and state of each message."""
    topics = result.texts("wsnt:Topic")
    messages = result.content.findall(".//{*}Message/{*}Message")
    items = [message.findall("{*}Data/{*}SimpleItem")[0].get("Value", "") for message in messages]
    operations = [message.get("PropertyOperation", "") for message in messages]
    return list(zip(topics, operations, items, strict=True))


def test_a_pull_point_reports_states_first_and_then_changes(onvif: OnvifClient, onvif_camera: CameraProcess) -> None:
    point = subscribe(onvif)
    first = states(pull(point))
    assert {operation for _, operation, _ in first} == {"Initialized"}
    assert ("tns1:VideoSource/MotionAlarm", "Initialized", "false") in first
    onvif_camera.client.get("/cgi/admin/virtual.cgi", di1="high")
    assert states(pull(point)) == [("tns1:Device/Trigger/DigitalInput", "Changed", "true")]
    assert states(pull(point, wait_s=0)) == []
    onvif_camera.client.get("/cgi/admin/virtual.cgi", di1="low")
    point.change("tev:SetSynchronizationPoint")
    found = []
    while len(found) < len(first) + 1:
        found += states(pull(point, limit=2))
    assert found[0] == ("tns1:Device/Trigger/DigitalInput", "Changed", "false")
    assert {operation for _, operation, _ in found[1:]} == {"Initialized"}
    point.change("wsnt:Renew", "<wsnt:TerminationTime>PT60S</wsnt:TerminationTime>")
    point.change("wsnt:Unsubscribe")
    assert point.refuse("tev:PullMessages", PULL.format(1, 1))[1] == "ter:ResourceUnknownFault"


def test_motion_is_detected_for_a_subscriber(onvif: OnvifClient, onvif_camera: CameraProcess) -> None:
    client = onvif_camera.client
    windows = "mddata=1,0,120,640,480,50|0,0,0,160,100,50|0,0,0,640,480,50&mdpercent=5|5|5&motionenable=1"
    assert "OK mddata" in client.get(f"/setup.cgi?{windows}").lines
    point = subscribe(onvif, INPUTS.replace("Device/Trigger/DigitalInput", "VideoSource/MotionAlarm//."))
    assert states(pull(point, limit=1)) == [("tns1:VideoSource/MotionAlarm", "Initialized", "false")]
    assert states(pull(point, limit=1)) == [("tns1:VideoSource/MotionAlarm", "Changed", "true")]
    point.change("wsnt:Unsubscribe")


def test_changed_profiles_and_encoders_are_events(onvif: OnvifClient, onvif_camera: CameraProcess) -> None:
    point = subscribe(onvif, INPUTS.replace("Device/Trigger/DigitalInput", "Media//."))
    onvif.change("trt:CreateProfile", "<trt:Name>told</trt:Name><trt:Token>told</trt:Token>")
    first = pull(point, limit=1)
    assert first.texts("wsnt:Topic") == ["tns1:Media/ProfileChanged"]
    assert first.content.findall(".//{*}SimpleItem")[0].get("Value") == "told"
    onvif.change("trt:DeleteProfile", "<trt:ProfileToken>told</trt:ProfileToken>")
    assert pull(point, limit=1).texts("wsnt:Topic") == ["tns1:Media/ProfileChanged"]
    onvif_camera.client.update("Image.MJPEG", Framerate=10)
    changed = pull(point, limit=1)
    assert changed.texts("wsnt:Topic") == ["tns1:Media/ConfigurationChanged"]
    items = [item.get("Value") for item in changed.content.findall(".//{*}SimpleItem")]
    assert items == ["mjpeg", "VideoEncoder"]
    point.change("wsnt:Unsubscribe")


def test_filters_select_topics_and_items(onvif: OnvifClient, onvif_camera: CameraProcess) -> None:
    point = subscribe(onvif, INPUTS + FIRST)
    assert len(states(pull(point))) == 1
    onvif_camera.client.get("/cgi/admin/virtual.cgi", di2="high")
    onvif_camera.client.get("/cgi/admin/virtual.cgi", di1="high")
    assert pull(point).content.findall(".//{*}Source/{*}SimpleItem")[0].get("Value") == "input1"
    onvif_camera.client.get("/cgi/admin/virtual.cgi", di1="low", di2="low")
    for wrong, code in (
        (INPUTS.replace("DigitalInput", "Nothing"), "ter:InvalidTopicExpressionFault"),
        (INPUTS.replace(CONCRETE_SET, "urn:x"), "ter:TopicExpressionDialectUnknownFault"),
        (FIRST.replace("boolean(", "count("), "ter:InvalidMessageContentExpressionFault"),
    ):
        assert onvif.refuse("tev:CreatePullPointSubscription", f"<tev:Filter>{wrong}</tev:Filter>")[1] == code


def test_five_clients_pull_at_the_same_time(onvif: OnvifClient, onvif_camera: CameraProcess) -> None:
    points = [subscribe(onvif, INPUTS) for _ in range(5)]
    for point in points:
        pull(point)
    answers: queue.Queue[Result] = queue.Queue()
    threads = [threading.Thread(target=lambda p=point: answers.put(pull(p))) for point in points]
    for thread in threads:
        thread.start()
    onvif_camera.client.get("/cgi/admin/virtual.cgi", di1="high")
    assert [states(answers.get(timeout=PATIENCE))[0][2] for _ in points] == ["true"] * 5
    onvif_camera.client.get("/cgi/admin/virtual.cgi", di1="low")
    for thread, point in zip(threads, points, strict=True):
        thread.join()
        point.change("wsnt:Unsubscribe")


@pytest.fixture
def consumer() -> Iterator[Consumer]:
    with Consumer() as consumer:
        yield consumer


def test_a_consumer_that_the_camera_may_not_reach_is_sent_nothing(
    onvif: OnvifClient, onvif_camera: CameraProcess, consumer: Consumer
) -> None:
    created = onvif.change("wsnt:Subscribe", f"{consumer.reference}<wsnt:Filter>{INPUTS}</wsnt:Filter>")
    eventually(lambda: f"an ONVIF subscriber at {consumer.url} is not reached" in onvif_camera.log)
    assert consumer.arrived.empty()
    onvif.at(created.texts("{*}Address")[0]).change("wsnt:Unsubscribe")


def test_a_consumer_is_sent_notifications(start_camera: StartCamera, consumer: Consumer) -> None:
    camera = start_camera("--source=scene", "--allow-local-targets")
    onvif = OnvifClient(camera.client)
    onvif.change("wsnt:Subscribe", f"{consumer.reference}<wsnt:Filter>{INPUTS}</wsnt:Filter>")
    assert consumer.next().tag.endswith("}Notify")
    camera.client.get("/cgi/admin/virtual.cgi", di2="high")
    content = consumer.next()
    values = [each.get("Value") for each in content.findall(".//{*}SimpleItem")]
    assert values == ["input2", "true"]
