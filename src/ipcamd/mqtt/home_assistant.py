"""Home Assistant's discovery: one retained message that describes the camera as a device (MQTT device discovery)."""

import json
from collections.abc import Mapping

from ipcamd.camera import Camera
from ipcamd.events.scheduled_snapshots import SNAPSHOT_TOPIC
from ipcamd.mqtt.commands import PRESS, presets
from ipcamd.params.motion import WINDOWS

Component = dict[str, object]
"""One entity."""


def discovery_topic(camera: Camera, discovery_prefix: str) -> str:
    """Return the topic of the message."""
    return f"{discovery_prefix}/device/{_device_id(camera)}/config"


def status_topic(discovery_prefix: str) -> str:
    """Return the topic on which Home Assistant announces its start."""
    return f"{discovery_prefix}/status"


def discovery_json(camera: Camera, prefix: str, states: Mapping[str, str]) -> bytes:
    """Return the message; `states` are the topics that the camera publishes below `prefix`."""
    device = _device_id(camera)
    components = {key: {"unique_id": f"{device}_{key}", **part} for key, part in _components(camera, states).items()}
    identity = camera.identity
    message = {
        "device": {
            "identifiers": [device],
            "connections": [["mac", identity.mac]],
            "name": camera.settings["System.Info"]["ServerName"],
            "manufacturer": "ipcamd",
            "model": identity.model_name,
            "sw_version": identity.firmware_version,
            "serial_number": identity.serial,
        },
        "origin": {"name": "ipcamd", "sw_version": identity.firmware_version},
        "availability": [{"topic": f"{prefix}/status"}],
        "components": {key: _with_prefix(part, prefix) for key, part in components.items()},
    }
    return json.dumps(message, ensure_ascii=False).encode()


def _device_id(camera: Camera) -> str:
    return f"ipcamd_{camera.identity.mac.replace(':', '')}"


def _with_prefix(component: Component, prefix: str) -> Component:
    return {name: f"{prefix}/{value}" if name.endswith("topic") else value for name, value in component.items()}


def _components(camera: Camera, states: Mapping[str, str]) -> dict[str, Component]:
    """Return the entities, with topics below the prefix."""
    parts = {f"motion_{n}": _sensor(f"Motion {n}", f"motion/{n}", "motion") for n in range(1, WINDOWS + 1)}
    parts["tamper"] = _sensor("Tampering", "tamper", "tamper")
    inputs = [topic for topic in states if topic.startswith("input/")]
    parts |= {topic.replace("/", "_"): _sensor(topic.replace("input/", "Input "), topic) for topic in inputs}
    parts |= {
        topic.replace("/", "_"): _switch(name, topic, icon)
        for topic, (name, icon) in _SWITCHES.items()
        if topic in states
    }
    if "ircut" in states:
        topics = {"state_topic": "ircut", "command_topic": "ircut/set"}
        parts["ircut"] = {"platform": "select", "name": "Day and night", **topics, "options": ["auto", "on", "off"]}
    parts["picture"] = {"platform": "camera", "name": "Last motion", "topic": "picture"}
    if any(s.has("EnableMQTT") and s.values.number("SnapshotInterval") for s in camera.schedules):
        parts["scheduled_picture"] = {"platform": "camera", "name": "Scheduled picture", "topic": SNAPSHOT_TOPIC}
    parts |= {key: {"platform": "sensor", **part} for key, part in _FIGURES.items()}
    parts["snapshot"] = _button("Snapshot", "snapshot", PRESS, "mdi:camera")
    parts["reboot"] = _button("Restart", "reboot", PRESS, "mdi:restart")
    for number, name in presets(camera).items():
        parts[f"preset_{number}"] = _button(name or f"Preset {number}", "preset", str(number), "mdi:cctv")
    return parts


def _sensor(name: str, topic: str, device_class: str | None = None) -> Component:
    kind = {"device_class": device_class} if device_class else {}
    return {"platform": "binary_sensor", "name": name, "state_topic": topic, **kind}


def _switch(name: str, topic: str, icon: str) -> Component:
    return {"platform": "switch", "name": name, "state_topic": topic, "command_topic": f"{topic}/set", "icon": icon}


def _button(name: str, thing: str, payload: str, icon: str) -> Component:
    return {"platform": "button", "name": name, "command_topic": f"{thing}/set", "payload_press": payload, "icon": icon}


_SWITCHES = {
    "output/1": ("Output 1", "mdi:electric-switch"),
    "motion_detection": ("Motion detection", "mdi:motion-sensor"),
    "recording": ("Recording", "mdi:record-rec"),
    "privacy": ("Privacy", "mdi:eye-off"),
}
"""Switches by topic: name and icon."""
_FIGURES: dict[str, Component] = {
    "viewers": {"name": "Viewers", "state_topic": "viewers", "state_class": "measurement", "icon": "mdi:eye"},
    "frame_rate": {
        "name": "Frame rate", "state_topic": "frame_rate", "unit_of_measurement": "fps", "state_class": "measurement"
    },
    "card": {
        "name": "SD card, free", "state_topic": "card", "unit_of_measurement": "%", "state_class": "measurement"
    },
}  # fmt: skip
"""Numeric sensors."""
