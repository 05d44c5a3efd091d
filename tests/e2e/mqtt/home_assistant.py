"""Home Assistant itself, without its pages: connects to a broker, uses the camera that it finds there, and prints what
it made of it.

usage: home_assistant.py PORT USER PASSWORD FOLDER
"""

import asyncio
import json
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from homeassistant import bootstrap, core, loader
from homeassistant.helpers import device_registry, entity_registry

SWITCH = "switch.ipcamd_motion_detection"
PLATFORMS = {"binary_sensor", "switch", "select", "camera", "sensor", "button"}
PATIENCE_S = 60


async def main(port: int, user: str, password: str, folder: Path) -> None:
    (folder / "configuration.yaml").touch()
    hass = core.HomeAssistant(str(folder))
    hass.config.skip_pip = True
    loader.async_setup(hass)
    configuration = {"http": {"server_host": "127.0.0.1", "server_port": free_port()}}
    assert await bootstrap.async_from_config_dict(configuration, hass)
    await hass.async_start()
    step = await hass.config_entries.flow.async_init("mqtt", context={"source": "user"})
    broker = {"broker": "127.0.0.1", "port": port, "username": user, "password": password}
    step = await hass.config_entries.flow.async_configure(step["flow_id"], broker)
    assert step["type"] == "create_entry", step
    await wait_until(lambda: {entity.domain for entity in entities(hass)} >= PLATFORMS)
    await wait_until(lambda: hass.states.is_state(SWITCH, "off"))
    await hass.services.async_call("switch", "turn_on", {"entity_id": SWITCH}, blocking=True)
    await wait_until(lambda: hass.states.is_state(SWITCH, "on"))
    print(json.dumps(describe(hass)))
    await hass.async_stop(force=True)


async def wait_until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def entities(hass: core.HomeAssistant) -> list[entity_registry.RegistryEntry]:
    return list(entity_registry.async_get(hass).entities.values())


def describe(hass: core.HomeAssistant) -> dict[str, object]:
    devices = device_registry.async_get(hass).devices.values()
    return {
        "devices": [[device.manufacturer, sorted(map(list, device.connections))] for device in devices],
        "entities": {
            entity.entity_id: str(getattr(hass.states.get(entity.entity_id), "state", "")) for entity in entities(hass)
        },
    }


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4])))
