"""Package that MQTT needs: the extra ``ipcamd[mqtt]``."""

import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ipcamd.errors import RequestFailed
from ipcamd.params.event.mqtt import MQTT
from ipcamd.params.group import Values


@asynccontextmanager
async def guard_package(_: Values, after: Values) -> AsyncIterator[None]:
    """Refuse to enable MQTT without its package (guard of ``Event.Server.MQTT``). Raises ``RequestFailed``."""
    if after.flag("Enable") and importlib.util.find_spec("aiomqtt") is None:
        raise RequestFailed(f"{MQTT.name}.Enable: not supported: pip install 'ipcamd[mqtt]'")
    yield
