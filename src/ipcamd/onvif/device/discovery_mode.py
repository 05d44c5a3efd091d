"""Discovery mode (ONVIF Core, 8.3.12): ``Network.ONVIF.Discovery``."""

from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.writer import Content, node
from ipcamd.params.onvif import ONVIF
from ipcamd.settings.change_records import Change

MODES = {"Discoverable": "yes", "NonDiscoverable": "no"}
"""``tt:DiscoveryMode`` to the value of ``Network.ONVIF.Discovery``."""


def get_discovery_mode(call: OperationCall) -> Content:
    """Return whether the camera announces itself."""
    is_on = call.camera.settings[ONVIF.name].flag("Discovery")
    return node("tds:DiscoveryMode", "Discoverable" if is_on else "NonDiscoverable")


async def set_discovery_mode(call: OperationCall) -> None:
    """Switch the announcement on or off."""
    await call.update(Change(ONVIF.name, "Discovery", MODES[call["DiscoveryMode"]]))
