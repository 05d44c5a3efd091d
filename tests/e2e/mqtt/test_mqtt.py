"""MQTT of a real camera with Debian's mosquitto: states, events, commands, pictures, outages."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ha_mqtt_models_pydantic import parse_component_payload, parse_device_discovery_payload
from tests.delivery.conftest import certificate  # noqa: F401 - a fixture
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.e2e.mqtt.broker import PASSWORD, USER, Broker, Listener

pytestmark = pytest.mark.slow

PREFIX = "home/door"
GROUP = "Event.Server.MQTT"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    (folder := tmp_path / "broker").mkdir()
    broker = Broker(folder).start()
    yield broker
    broker.stop()


@pytest.fixture
def listener(broker: Broker) -> Iterator[Listener]:
    listener = Listener(broker, "#")
    yield listener
    listener.close()


@pytest.fixture
def camera(tmp_path: Path, broker: Broker) -> Iterator[CameraProcess]:
    camera = CameraProcess(tmp_path / "state", "--allow-local-targets").start()
    connect(camera.client, broker)
    yield camera
    camera.stop()


def connect(client: Client, broker: Broker, **values: object) -> None:
    login = {"UserName": USER, "Password": PASSWORD}
    sent = {"MQTTServer": "127.0.0.1", "Port": broker.port, "Prefix": PREFIX, "Enable": "yes"} | login | values
    answer = client.get("/cgi/admin/param.cgi", action="update", group=GROUP, **sent)
    assert "Enable=yes" in answer.text, answer.text


def simulate(client: Client, **conditions: str) -> None:
    assert client.get("/cgi/admin/virtual.cgi", **conditions).text == "OK\r\n"


def test_states_events_and_commands(camera: CameraProcess, listener: Listener) -> None:
    client = camera.client
    listener.await_last(f"{PREFIX}/status", b"online")
    for topic, payload in {"input/1": b"OFF", "output/1": b"OFF", "motion/3": b"OFF", "ircut": b"auto"}.items():
        listener.await_last(f"{PREFIX}/{topic}", payload)
    simulate(client, di1="high")
    listener.await_last(f"{PREFIX}/input/1", b"ON")
    listener.wait_for(lambda _: listener.last(f"{PREFIX}/event"))
    event = json.loads(listener.last(f"{PREFIX}/event") or b"")
    assert (event["kind"], event["number"], event["state"], event["schedule"]) == ("input", 1, "ON", "")
    assert set(event) >= {"id", "kind", "time", "state", "schedule"}
    topic = f"{PREFIX}/onvif-ej/Device/Trigger/DigitalInput/&input1"
    listener.wait_for(lambda _: json.loads(listener.last(topic) or b"{}").get("Data") == {"LogicalState": True})
    assert json.loads(listener.last(topic) or b"")["Source"] == {"InputToken": "input1"}
    # commands act, and their states follow
    for topic, payload in {"output/1": "ON", "motion_detection": "ON", "ircut": "off", "privacy": "ON"}.items():
        listener.publish(f"{PREFIX}/{topic}/set", payload)
        listener.await_last(f"{PREFIX}/{topic}", payload.encode())
    assert client.value("GPIO", "TriggerOutStatus1") == "high"
    listener.publish(f"{PREFIX}/privacy/set", "OFF")  # otherwise nothing is recorded
    listener.await_last(f"{PREFIX}/privacy", b"OFF")
    listener.publish(f"{PREFIX}/recording/set", "ON")
    listener.await_last(f"{PREFIX}/recording", b"ON")
    listener.publish(f"{PREFIX}/recording/set", "OFF")
    listener.await_last(f"{PREFIX}/recording", b"OFF")


def test_refusals_are_published_and_nothing_changes(camera: CameraProcess, listener: Listener) -> None:
    client = camera.client
    listener.await_last(f"{PREFIX}/status", b"online")
    for topic, payload, word in (
        ("output/1", "maybe", "allowed are ON and OFF"),
        ("preset", "nowhere", "there is no preset"),
        ("ircut", "dusk", "allowed are auto, on and off"),
        ("toaster", "ON", "there is no command"),
        ("ircut", "x" * 300, "bytes"),
        ("ircut", b"\xff", "UTF-8"),
        ("reboot", "now", "PRESS"),
    ):
        heard = len(listener.messages)
        listener.publish(f"{PREFIX}/{topic}/set", payload)
        listener.wait_for(lambda seen, n=heard: any(name == f"{PREFIX}/error" for name, _, _ in seen[n:]))
        assert word in json.loads(listener.last(f"{PREFIX}/error") or b"")["error"]
    assert client.value("GPIO", "TriggerOutStatus1") == "low"
    # commands have the rank of the account that was chosen
    client.get("/cgi/admin/pwdgrp.cgi", action="add", user="gast", pwd="some guest", grp="guest")
    client.update(GROUP, Account="gast")
    eventually(lambda: [p for t, p, _ in listener.messages if t == f"{PREFIX}/status"][-2:] == [b"offline", b"online"])
    listener.messages.clear()
    listener.publish(f"{PREFIX}/output/1/set", "ON")
    listener.wait_for(lambda _: listener.last(f"{PREFIX}/error"))
    assert client.value("GPIO", "TriggerOutStatus1") == "low"


def test_a_command_does_not_move_the_camera_while_an_administrator_has_locked_ptz(
    camera: CameraProcess, listener: Listener
) -> None:
    client = camera.client
    listener.await_last(f"{PREFIX}/status", b"online")
    client.get("/cgi/admin/pwdgrp.cgi", action="add", user="mover", pwd="some mover", grp="users")
    client.get("/cgi/ptz/ptz.cgi", setpreset="1,door")
    client.get("/cgi/ptz/ptz.cgi", lock="60")
    client.update(GROUP, Account="mover")
    eventually(lambda: [p for t, p, _ in listener.messages if t == f"{PREFIX}/status"][-2:] == [b"offline", b"online"])
    listener.publish(f"{PREFIX}/preset/set", "1")
    listener.wait_for(lambda _: listener.last(f"{PREFIX}/error"))
    assert "PTZ is locked" in json.loads(listener.last(f"{PREFIX}/error") or b"")["error"]


def test_a_retained_command_is_ignored(tmp_path: Path, broker: Broker, listener: Listener) -> None:
    listener.publish(f"{PREFIX}/output/1/set", "ON", retain=True)
    camera = CameraProcess(tmp_path / "state", "--allow-local-targets").start()
    try:
        connect(camera.client, broker)
        listener.await_last(f"{PREFIX}/output/1", b"OFF")
        listener.publish(f"{PREFIX}/ircut/set", "on")
        listener.await_last(f"{PREFIX}/ircut", b"on")  # it takes commands by now
        assert camera.client.value("GPIO", "TriggerOutStatus1") == "low"
    finally:
        camera.stop()
    listener.await_last(f"{PREFIX}/status", b"offline")


def test_events_outlast_a_broker_that_is_killed_and_a_camera_that_is_killed(
    camera: CameraProcess, broker: Broker, listener: Listener
) -> None:
    listener.await_last(f"{PREFIX}/status", b"online")
    broker.kill()
    for _ in range(20):
        simulate(camera.client, di1="high")
        simulate(camera.client, di1="low")
    assert waiting(camera.client) == 40
    for name in ("a", "b", "c"):  # changes are stored in order: when these are, the events are too
        camera.client.update("System.Info", ServerName=name)
    camera.kill()
    camera.start()
    assert waiting(camera.client) == 40
    broker.start()
    camera.client.update(GROUP, ClientId="again")  # connects at once
    listener.wait_for(lambda _: len(inputs(listener)) >= 40, 60)
    assert inputs(listener) == ["ON", "OFF"] * 20
    eventually(lambda: waiting(camera.client) == 0)


def test_tls_and_a_wrong_password(tmp_path: Path, certificate: Path) -> None:  # noqa: F811
    (folder := tmp_path / "broker").mkdir()
    broker = Broker(folder, certificate).start()
    trusting = {"SSL_CERT_FILE": str(certificate)}
    camera = CameraProcess(tmp_path / "state", "--allow-local-targets", environment=trusting).start()
    try:
        # its certificate is for 127.0.0.1, not for localhost, though that is the same address
        connect(camera.client, broker, TLS="yes", MQTTServer="localhost")
        eventually(lambda: "Hostname mismatch" in camera.log)
        connect(camera.client, broker, TLS="yes", Password="wrong")
        eventually(lambda: "Not authorized" in camera.log)
        connect(camera.client, broker, TLS="yes")
        eventually(lambda: "connected to 127.0.0.1" in camera.client.get("/web/events").text)
    finally:
        camera.stop()
        broker.stop()
    assert PASSWORD not in camera.log


def waiting(client: Client) -> int:
    line = next(
        line for line in client.get("/metrics").lines if line.startswith('ipcamd_deliveries_waiting{target="mqtt"}')
    )
    return int(line.split()[-1])


def inputs(listener: Listener) -> list[str]:
    """Return the states of the events of input 1, without duplicates."""
    events = [json.loads(payload) for topic, payload, _ in listener.messages if topic == f"{PREFIX}/event"]
    return [event["state"] for event in {event["id"]: event for event in events if event["kind"] == "input"}.values()]


def wrong_entities(told: dict[str, Any]) -> dict[str, object]:
    """Return the entities that Home Assistant's schemas do not allow: it ignores unknown fields."""
    parse_device_discovery_payload(told)
    wrong: dict[str, object] = {}
    for key, part in told["components"].items():
        fields = type(parse_component_payload(part["platform"], part)).model_fields
        if unknown := part.keys() - {"platform", *(field.alias or name for name, field in fields.items())}:
            wrong[key] = unknown
        if part.get("device_class", "motion") not in ("motion", "tamper"):
            wrong[key] = part["device_class"]
    return wrong


def test_home_assistant_and_what_is_withdrawn(camera: CameraProcess, broker: Broker, listener: Listener) -> None:
    mac = camera.client.value("System.Info", "MACAddress")
    topic = f"homeassistant/device/ipcamd_{mac.replace(':', '')}/config"
    listener.wait_for(lambda _: listener.last(topic))
    told = json.loads(listener.last(topic) or b"")
    assert told["device"]["connections"] == [["mac", mac]]
    assert wrong_entities(told) == {}
    camera.client.get("/cgi/event/schedule.cgi", action="add", Name="lapse", SnapshotInterval=3600, EnableMQTT=1)
    listener.wait_for(lambda _: b"Scheduled picture" in (listener.last(topic) or b""))
    told = json.loads(listener.last(topic) or b"")
    assert wrong_entities(told) == {}
    platforms = {part["platform"] for part in told["components"].values()}
    assert platforms == {"binary_sensor", "switch", "select", "camera", "sensor", "button"}
    heard = listener.messages.copy()
    listener.publish("homeassistant/status", "online")
    listener.wait_for(lambda seen: topic in [name for name, _, _ in seen[len(heard) :]])
    camera.client.update(GROUP, Prefix="elsewhere")
    listener.await_last("elsewhere/status", b"online")
    listener.await_last(f"{PREFIX}/input/1", b"")
    camera.client.update(GROUP, HomeAssistant="no")
    listener.await_last(topic, b"")
    camera.client.update(GROUP, Enable="no")
    listener.await_last("elsewhere/input/1", b"")
    eventually(lambda: retained(broker) <= {f"{PREFIX}/status", "elsewhere/status"})


def retained(broker: Broker) -> set[str]:
    """Return the topics that the broker retains."""
    fresh = Listener(broker, "#", name="fresh")
    fresh.publish("end", "x")
    fresh.wait_for(lambda seen: ("end", b"x", False) in seen)
    fresh.close()
    return {topic for topic, _, is_retained in fresh.messages if is_retained}
