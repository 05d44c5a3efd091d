"""Home Assistant itself, without its pages: adds the camera by its ONVIF integration, and prints the result.

usage: home_assistant.py PORT PASSWORD FOLDER
"""

import asyncio
import json
import socket
import sys
from pathlib import Path

from homeassistant import bootstrap, core, loader
from homeassistant.helpers import device_registry, entity_registry

ANSWERS = {"name": "camera", "host": "127.0.0.1", "username": "admin"}


async def main(port: int, password: str, folder: Path) -> None:
    hass = core.HomeAssistant(str(folder))
    hass.config.skip_pip = True
    loader.async_setup(hass)
    configuration = {"http": {"server_host": "127.0.0.1", "server_port": free_port()}}
    assert await bootstrap.async_from_config_dict(configuration, hass)
    await hass.async_start()
    flow = hass.config_entries.flow
    step = await flow.async_init("onvif", context={"source": "user"})
    step = await flow.async_configure(step["flow_id"], {"auto": False})
    step = await flow.async_configure(step["flow_id"], {**ANSWERS, "port": port, "password": password})
    assert step["type"] == "create_entry", step
    await hass.async_block_till_done()
    async with asyncio.timeout(60):  # sensors appear with the first event of each
        while not hass.states.get("binary_sensor.camera_motion_alarm"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    print(json.dumps(await describe(hass)))
    await hass.async_stop(force=True)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


async def describe(hass: core.HomeAssistant) -> dict[str, object]:
    entry = hass.config_entries.async_entries("onvif")[0]
    devices = device_registry.async_get(hass).devices.values()
    entities = entity_registry.async_get(hass).entities.values()
    return {
        "state": entry.state.value,
        "devices": [[device.manufacturer, device.model] for device in devices],
        "entities": {
            entity.entity_id: str(getattr(hass.states.get(entity.entity_id), "state", "")) for entity in entities
        },
    }


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
